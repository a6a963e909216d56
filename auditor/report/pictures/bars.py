"""Lays out the bars of how long documents live: hours on one logarithmic scale, with a line at the limit.

A bar is made of stretches: each reason that makes documents live longer than the reasons before it adds one. Soft
deletes, restore and backups count from the delete, so they begin where the longest life ends; every other reason counts
from the start. A reason that holds for several containers in the same words is named once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from auditor.report.wording import plural

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from auditor.report.report import Bar, Segment

SPAN: Final = 90
"""How many per cent of the width the scale takes; the rest is for arrows and hatched ends."""
_ARROW: Final = 97
_TICKS: Final = ((1, "1 h"), (6, "6 h"), (24, "24 h"), (168, "7 d"), (720, "30 d"), (8766, "1 y"), (87660, "10 y"))
_CLEAR: Final = 8
_ADDS_UP: Final = frozenset({"softDelete", "containerSoftDelete", "pointInTimeRestore", "backup"})
_APART: Final = frozenset({"objectReplication"})
Ending: TypeAlias = Literal["arrow", "hatch", "closed"]
"""Without end; no upper bound is known; or the bar ends there."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a bar, in per cent of the width; `number` is that of its reason, in the list beside the bar."""

    x: float
    width: float
    number: int
    beyond: bool
    title: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A bar as the template draws it."""

    bar: Bar
    stretches: tuple[Stretch, ...]
    end: Ending
    end_x: float
    reasons: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars, and what they are measured against: labelled ticks, and the line at the limit."""

    bars: tuple[Drawn, ...]
    ticks: tuple[tuple[float, str], ...]
    limit: float | None
    limit_label: str


def length(hours: float) -> str:
    """A length of time in the unit that people think in: `24 h`, `9 days`, `3.5 years`."""
    for unit, size, least in (("year", 8766, 17532), ("day", 24, 48)):
        if hours >= least:
            number = round(hours / size, 1)
            return plural(int(number), unit) if number == int(number) else f"{number:g} {unit}s"
    return f"{round(hours, 1):g} h"


def lifetime(bar: Bar, unprovable: Collection[str]) -> str:
    """How long documents live in a store, in a few words; `unprovable` are the ids (lower case) that none can prove."""
    if bar.unbounded:
        return "without end"
    if bar.at_most is not None:
        return f"at most {length(bar.at_most)}" if bar.at_most else "nothing is kept"
    if bar.exceeds:
        return f"more than {length(bar.exceeds)}"
    return "not provable" if bar.id.lower() in unprovable else "not known"


def draw(bars: Sequence[Bar], limit: float | None) -> Chart:
    """Lay out the bars on a scale that holds the longest of them and the limit."""
    longest = max([720.0, 4 * (limit or 0), *(bar.exceeds or 0 for bar in bars), *(bar.at_most or 0 for bar in bars)])
    scale = _Scale(next((hours for hours, _ in _TICKS if hours >= longest), longest), limit)
    at = None if limit is None else scale(limit)
    ticks = [(scale(hours), label) for hours, label in _TICKS if hours <= scale.longest]
    clear = [tick for tick in ticks if at is None or abs(tick[0] - at) >= _CLEAR]
    drawn = tuple(_bar(bar, scale) for bar in bars)
    return Chart(drawn, tuple(clear), at, "" if limit is None else length(limit))


@dataclass(frozen=True, slots=True)
class _Scale:
    longest: float
    limit: float | None

    def __call__(self, hours: float) -> float:
        """Where a number of hours lies; less than an hour lies at the start."""
        if hours == math.inf:
            return _ARROW
        place = math.log10(max(hours, 1)) / math.log10(max(self.longest, 10))
        return round(min(place, 1) * SPAN, 2)

    def stretch(self, start: float, end: float, number: int, words: str) -> list[Stretch]:
        """One stretch, or two where the limit cuts it."""
        limit = math.inf if self.limit is None else self.limit
        cuts = [start, limit, end] if start < limit < end else [start, end]
        found = []
        for left, right in pairwise(cuts):
            x, width = self(left), round(self(right) - self(left), 2)
            if width > 0:
                title = words if right == math.inf else f"{words} ({length(right)})"
                found.append(Stretch(x, width, number, left >= limit, title))
        return found


def _bar(bar: Bar, scale: _Scale) -> Drawn:
    reasons = tuple({(segment.cause, segment.words): segment for segment in bar.segments}.values())
    if bar.unbounded:
        endless = [
            (number, segment.words) for number, segment in enumerate(bar.segments, 1) if segment.kind == "unbounded"
        ]
        number, words = endless[0] if endless else (0, "without end")
        return Drawn(bar, tuple(scale.stretch(0, math.inf, number, words)), "arrow", _ARROW, reasons)
    known = bar.exceeds or 0
    stretches: list[Stretch] = []
    done = 0.0
    for end, number, segment in _ends(reasons):
        if min(end, known) > done:
            stretches.extend(scale.stretch(done, min(end, known), number, segment.words))
            done = min(end, known)
    if known > done:
        stretches.extend(scale.stretch(done, known, 0, "known to be longer"))
    return Drawn(bar, tuple(stretches), "hatch" if bar.at_most is None else "closed", scale(known), reasons)


def _ends(segments: Sequence[Segment]) -> list[tuple[float, int, Segment]]:
    """When each reason lets go of a document: what keeps it alive, then what counts from its delete, then copies."""
    numbered = [(segment.hours or 0, number, segment) for number, segment in enumerate(segments, 1)]
    apart = [item for item in numbered if item[2].cause in _APART]
    added = [item for item in numbered if item[2].cause in _ADDS_UP]
    alive = [item for item in numbered if item not in apart and item not in added]
    longest = max((hours for hours, _, _ in alive), default=0)
    ordered = (sorted(items, key=lambda item: item[:2]) for items in (alive, added, apart))
    return [
        (hours + (longest if segment.cause in _ADDS_UP else 0), number, segment)
        for items in ordered
        for hours, number, segment in items
    ]
