"""Lays out the pictures of a period: a strip of days for each clause, and the lapses that were open day by day.

A strip tells a state by its height and place first and by its colour second, so that it reads on black-and-white paper.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.history.period import STATES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.history.period import State
    from auditor.report.period.period_report import Day

STEP: Final = 10
"""The width of a day in a picture's own units."""
_CELL: Final = 8
_BOXES: Final[dict[State, tuple[int, int]]] = {
    "fail": (0, 16),
    "unknown": (6, 10),
    "notSeen": (11, 5),
    "waived": (3, 4),
    "pass": (13, 3),
}
"""Where the mark of a state begins below the top, and how high it is."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of days: a path for each state that occurs, the worst first, and how many days were how."""

    paths: tuple[tuple[State, str], ...]
    counts: dict[State | None, int]
    width: int


@dataclass(frozen=True, slots=True)
class Tick:
    """A month on the scale of days, in per cent of the width."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Trend:
    """Open lapses at the end of each day: the area below them, the days without an audit, and the days of change."""

    area: str
    blank: str
    most: int
    width: int
    steps: tuple[tuple[str, int], ...]


def strip(days: Sequence[State | None]) -> Strip:
    """Draw a row of days; one without an audit stays empty."""
    paths = []
    for state in STATES:
        top, height = _BOXES[state]
        boxes = [
            f"M{STEP * day + 1} {top}h{_CELL}v{height}h-{_CELL}z" for day, found in enumerate(days) if found == state
        ]
        if boxes:
            paths.append((state, "".join(boxes)))
    counts: dict[State | None, int] = {state: sum(found == state for found in days) for state in (*STATES, None)}
    return Strip(tuple(paths), counts, max(len(days), 1) * STEP)


def ticks(days: Sequence[Day]) -> tuple[Tick, ...]:
    """The first day shown of each month; one too near to the next is left out, and every second where there are many."""
    firsts = [number for number, day in enumerate(days) if number == 0 or day.date.endswith("-01")]
    near = [one for one, two in zip(firsts, [*firsts[1:], len(days) + 31], strict=False) if two - one > len(days) // 12]
    step = -(-len(near) // 13) or 1
    return tuple(
        Tick(round(100 * number / len(days), 2), f"{_MONTHS[int(days[number].date[5:7]) - 1]} {days[number].date[:4]}")
        for number in near[::step]
    )


def trend(days: Sequence[Day]) -> Trend:
    """Draw the lapses that were open at the end of each day."""
    most = max((day.open for day in days if day.open is not None), default=0)
    area, blank, steps = [], [], []
    before: int | None = None
    for number, day in enumerate(days):
        if day.open is None:
            blank.append(f"M{STEP * number} 0h{STEP}v100h-{STEP}z")
            continue
        if day.open:
            height = round(100 * day.open / most, 1)
            area.append(f"M{STEP * number} 100v-{height:g}h{STEP}v{height:g}z")
        if day.open != before:
            steps.append((day.date, day.open))
        before = day.open
    return Trend("".join(area), "".join(blank), most, max(len(days), 1) * STEP, tuple(steps))
