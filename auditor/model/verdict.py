"""The three answers that a check can have, and how they combine."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterable


class Verdict(Enum):
    """Ordered worst to best, so that *all* is a minimum and *any* a maximum (Kleene's strong logic)."""

    FAIL = 0
    UNKNOWN = 1
    PASS = 2

    def __invert__(self) -> Verdict:
        """Turn round; an unknown stays one."""
        return _INVERSE[self]

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict has three values; compare it with `is`")


_INVERSE = {Verdict.FAIL: Verdict.PASS, Verdict.UNKNOWN: Verdict.UNKNOWN, Verdict.PASS: Verdict.FAIL}


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Pass only if every verdict passes; nothing to check passes."""
    worst = Verdict.PASS
    for verdict in verdicts:
        if verdict is Verdict.FAIL:
            return verdict
        if verdict is Verdict.UNKNOWN:
            worst = verdict
    return worst


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Pass if one verdict passes; nothing to choose from fails."""
    best = Verdict.FAIL
    for verdict in verdicts:
        if verdict is Verdict.PASS:
            return verdict
        if verdict is Verdict.UNKNOWN:
            best = verdict
    return best
