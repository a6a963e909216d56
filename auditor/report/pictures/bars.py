"""Lays out the bars of how long documents live: hours on one logarithmic scale, with a line at the limit.

A bar is made of stretches: each reason that makes documents live longer than the reasons before it adds one. Soft delete
counts from the delete, so it begins where the longest life before it ends; every other reason counts from the start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from auditor.report.wording import length

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.report.report import Bar, Segment

WIDTH: Final = 520
HEIGHT: Final = 24
_TAIL: Final = 56
_TICKS: Final = ((1, "1 h"), (6, "6 h"), (24, "24 h"), (168, "7 d"), (720, "30 d"), (8766, "1 y"), (87660, "10 y"))
_CLEAR: Final = 30
_ADDS_UP: Final = frozenset({"softDelete"})


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a bar; `number` is that of its reason, in the list beside the bar."""

    x: float
    width: float
    number: int
    beyond: bool
    title: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar as the template draws it. `end` says what comes after the last stretch."""

    bar: Bar
    stretches: tuple[Stretch, ...]
    end: Literal["arrow", "hatch", "closed"]
    end_x: float
    reasons: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars, and what they are measured against: labelled ticks, and the line at the limit."""

    bars: tuple[Drawn, ...]
    ticks: tuple[tuple[float, str], ...]
    limit: float | None
    limit_label: str
    width: float = WIDTH
    height: float = HEIGHT
    tail: float = WIDTH - _TAIL


def draw(bars: Sequence[Bar], limit: float | None) -> Chart:
    """Lay out the bars on a scale that holds the longest of them and the limit."""
    longest = max([720.0, 4 * (limit or 0), *(bar.exceeds or 0 for bar in bars), *(bar.at_most or 0 for bar in bars)])
    scale = _Scale(next((hours for hours, _ in _TICKS if hours >= longest), longest))
    at = None if limit is None else scale(limit)
    ticks = [(scale(hours), label) for hours, label in _TICKS if hours <= scale.longest]
    clear = [tick for tick in ticks if at is None or abs(tick[0] - at) >= _CLEAR]
    drawn = tuple(_bar(bar, scale, limit) for bar in bars)
    return Chart(drawn, tuple(clear), at, "" if limit is None else length(limit))


@dataclass(frozen=True, slots=True)
class _Scale:
    longest: float

    def __call__(self, hours: float) -> float:
        """Where a number of hours lies; less than an hour lies at the start."""
        place = math.log10(max(hours, 1)) / math.log10(max(self.longest, 10))
        return round(min(place, 1) * (WIDTH - _TAIL), 1)


def _bar(bar: Bar, scale: _Scale, limit: float | None) -> Drawn:
    known = bar.exceeds if bar.exceeds is not None else math.inf
    stretches: list[Stretch] = []
    alive = done = 0.0
    for number, segment in enumerate(bar.segments, 1):
        if segment.hours is None or segment.kind != "hours":
            continue
        end = segment.hours + (alive if segment.cause in _ADDS_UP else 0)
        if segment.cause not in _ADDS_UP:
            alive = max(alive, end)
        end = min(end, known)
        if end > done:
            stretches.extend(_stretch(done, end, number, segment.words, scale, limit))
            done = end
    if not bar.unbounded and known != math.inf and known > done:
        stretches.extend(_stretch(done, known, 0, "known to be longer", scale, limit))
        done = known
    if bar.unbounded:
        return Drawn(bar, tuple(stretches), "arrow", scale(done), bar.segments)
    end_kind: Literal["hatch", "closed"] = "hatch" if bar.at_most is None else "closed"
    return Drawn(bar, tuple(stretches), end_kind, scale(done), bar.segments)


def _stretch(start: float, end: float, number: int, words: str, scale: _Scale, limit: float | None) -> list[Stretch]:
    """One stretch, or two where the limit cuts it."""
    cuts = [start, end] if limit is None or not start < limit < end else [start, limit, end]
    found = []
    for left, right in zip(cuts, cuts[1:], strict=False):
        x, width = scale(left), round(scale(right) - scale(left), 1)
        if width > 0:
            found.append(Stretch(x, width, number, limit is not None and left >= limit, f"{words} ({length(right)})"))
    return found
