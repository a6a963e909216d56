"""What a history takes in: one audit, with as much of each finding as has to be remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import HistoryError
from auditor.model.durations import parse_moment
from auditor.model.resource import resource_key

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.finding import Status
    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Judged:
    """One finding: which rule, which resource, how it was, and the sentence that says so."""

    rule: str
    resource_id: str
    resource_type: str
    resource_name: str
    location: str | None
    severity: str
    status: Status
    message: str = ""

    @property
    def pair(self) -> tuple[str, str]:
        """Rule and resource: what has one state at a time."""
        return self.rule, resource_key(self.resource_id)


@dataclass(frozen=True, slots=True)
class Assessment:
    """One audit of Azure.

    `scope` are the subscriptions (ids) that it was to look at, `unseen` its gaps (scope, operation, reason). `present`
    are the keys of resources that it saw, whether or not a rule applies to them; without them a resource of which no
    finding speaks is taken to be gone. `finished` is None for one that broke off, which proves nobody's absence.
    """

    started: str
    finished: str | None
    kind: str
    tool: str
    scope: tuple[str, ...]
    profile: str
    parameters: Mapping[str, Json]
    policy_hash: str
    rules: tuple[str, ...]
    complete: bool
    counts: Mapping[str, int]
    findings: tuple[Judged, ...]
    unseen: tuple[tuple[str, str, str], ...] = ()
    present: frozenset[str] = frozenset()
    snapshot_hash: str | None = None
    waivers: tuple[Mapping[str, Json], ...] = ()


def moment(text: str) -> str:
    """A time as the history writes it: ISO 8601 in UTC, whole seconds; so written, text order is order in time."""
    found = parse_moment(text)
    if found is None:
        raise HistoryError(f"the time {text!r} cannot be read", "Times are ISO 8601, as 2026-11-24T06:00:00Z.")
    return found.isoformat(timespec="seconds").replace("+00:00", "Z")


def storable(text: str) -> str:
    """A text that every database takes: half a surrogate pair and the null character become their escapes."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\x00")
