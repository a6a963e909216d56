"""Time by state, and its shares in per cent that add up to 100."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.history.period import STATES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from auditor.history.period import State

WHOLE: Final = 10_000
"""Shares are counted in hundredths of a per cent."""
GLUE: Final = "\N{NO-BREAK SPACE}"
"""Between a number and its per cent sign no line ends."""


@dataclass(frozen=True, slots=True)
class Shares:
    """Resource-time by state, in seconds: each pair of rule and resource counts for as long as it was there."""

    seconds: Mapping[State, int]

    @property
    def total(self) -> int:
        """All of the time."""
        return sum(self.seconds.values())

    @property
    def not_known(self) -> int:
        """Time in which nobody can say whether the rule was kept: not decided, or not seen."""
        return self.seconds["unknown"] + self.seconds["notSeen"]

    @property
    def hundredths(self) -> dict[State, int]:
        """The shares in hundredths of a per cent; they add up to exactly 100 %, or are all nought without any time.

        What rounding leaves over goes to the largest remainders, the worse state first where they are equal.
        """
        total = self.total
        if total == 0:
            return dict.fromkeys(STATES, 0)
        shares = {state: self.seconds[state] * WHOLE // total for state in STATES}
        rest = {state: self.seconds[state] * WHOLE % total for state in STATES}
        ranked = sorted(STATES, key=lambda state: (-rest[state], STATES.index(state)))
        for state in ranked[: WHOLE - sum(shares.values())]:
            shares[state] += 1
        return shares

    def text(self, *states: State) -> str:
        """The share of some states together, as people read it: `97.20 %`; never 0 or 100 where that is only rounded."""
        seconds = sum(self.seconds[state] for state in states)
        if self.total == 0:
            return "no time"
        unit = f"{GLUE}%"
        shown = sum(self.hundredths[state] for state in states)
        if shown == 0 and seconds:
            return f"< 0.01{unit}"
        if shown == WHOLE and seconds < self.total:
            return f"> 99.99{unit}"
        return f"{shown // 100}.{shown % 100:02d}{unit}"


def added(parts: Iterable[Shares]) -> Shares:
    """All the time of several, together."""
    seconds: dict[State, int] = dict.fromkeys(STATES, 0)
    for part in parts:
        for state, value in part.seconds.items():
            seconds[state] += value
    return Shares(seconds)
