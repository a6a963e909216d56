"""Worst cases of how long a document stays, and the reasons that lead to them."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable

HOURS: Final = 24
NO_BOUND: Final = Unread(
    "Azure gives no upper bound: a lifecycle run starts up to 24 hours late and may last days",
    settled_by="logs that pair each write with a delete (DI-RET-011), or a look at the oldest blob (DI-RET-010)",
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why a document stays: `hours` that it adds or imposes (infinite: without end; None: not known)."""

    cause: str
    hours: float | None
    words: str
    container: str | None = None
    unread: bool = False

    def as_json(self) -> dict[str, Json]:
        """The reason as rules and reports see it; `kind` tells hours from unbounded and unknown."""
        kind = "unknown" if self.hours is None else "unbounded" if self.hours == math.inf else "hours"
        hours = whole(self.hours) if kind == "hours" else None
        return {"cause": self.cause, "kind": kind, "hours": hours, "words": self.words, "container": self.container}


@dataclass(slots=True)
class Bound:
    """A worst case under computation: known to exceed `hours`, for these reasons; some say what could not be read."""

    hours: float = 0
    reasons: list[Reason] = field(default_factory=list)

    def as_json(self, at_most: Json) -> dict[str, Json]:
        """The bound as rules see it."""
        unbounded = self.hours == math.inf
        exceeds = Unread("it is unbounded") if unbounded else whole(self.hours)
        return {"unbounded": unbounded, "exceedsHours": exceeds, "atMostHours": at_most}


def unread(cause: str, words: str, container: str | None = None) -> Bound:
    """A part that could not be read: nothing is known for it, and it is said."""
    return Bound(0, [Reason(cause, None, words, container, unread=True)])


def longest(reasons: Iterable[Reason | None]) -> Bound:
    """The longest of several reasons, each of which holds by itself; None stands for no reason."""
    found = [reason for reason in reasons if reason is not None]
    return Bound(max((reason.hours or 0 for reason in found), default=0), found)


def worst(bounds: Iterable[Bound]) -> Bound:
    """The longest of several worst cases, with the reasons of all, each once."""
    found = Bound()
    for bound in bounds:
        found.hours = max(found.hours, bound.hours)
        found.reasons.extend(reason for reason in bound.reasons if reason not in found.reasons)
    return found


def no_bound(bound: Bound) -> Unread:
    """Why there is no upper bound: something was not read, or Azure gives none."""
    return next((Unread(reason.words) for reason in bound.reasons if reason.unread), NO_BOUND)


def days(number: float) -> str:
    """A number of days in words."""
    return f"{whole(number)} day{'' if number == 1 else 's'}"


def whole(number: float | None) -> Json:
    """A number without `.0`."""
    return int(number) if number is not None and number != math.inf and number == int(number) else number
