"""What a history tells about a stretch of time: the runs in it, and how long each pair of rule and resource was how.

These nouns are all that reports about time need; where they are kept is `auditor.history`'s own matter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.reading import Json

State: TypeAlias = Literal["pass", "fail", "unknown", "waived", "notSeen"]
"""A status of a finding, or `notSeen`: the resource lay where a run could not look, so nothing is known since."""
STATES: Final[tuple[State, ...]] = ("fail", "unknown", "notSeen", "waived", "pass")
Ending: TypeAlias = Literal["changed", "gone", "notApplicable", "ruleGone"]
"""How an interval ended: the state is another one since; the resource is not there any more (its list was read); it is
there, but the rule does not apply to it any more; or the rule itself was taken out of the policy."""


@dataclass(frozen=True, slots=True)
class Run:
    """One audit as it was recorded; times are ISO 8601 in UTC. `number` counts from one, in the order of recording.

    `scope` are the ids of the subscriptions (or the files) that it looked at, `unseen` the scopes of its gaps with their
    operations. `digest` is the hash of the record, chained to `previous`; `signature` is there if the run was signed.
    """

    number: int
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
    unseen: tuple[tuple[str, str, str], ...] = ()
    snapshot_hash: str | None = None
    digest: str = ""
    previous: str | None = None
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """How one pair of rule and resource was, from the run that first saw it so to the one that last did.

    `until` is when it was first seen otherwise (the start of the run `until_run`), None while it lasts; `ending` says how
    it ended. `last_known` is the status before a `notSeen`.
    """

    rule: str
    fingerprint: str
    resource_id: str
    resource_type: str
    resource_name: str
    location: str | None
    severity: str
    state: State
    first_seen: str
    last_seen: str
    first_run: int
    last_run: int
    until: str | None = None
    ending: Ending | None = None
    last_known: State | None = None
    message: str = ""
    until_run: int | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of time (`since` inclusive, `until` exclusive, ISO 8601 in UTC) with its runs and intervals.

    Intervals overlap the period, and may begin before it or last beyond it. All are sorted. `waivers` are those that
    were in force within it, as plain data of `waivers.yaml` (see `auditor.waivers`).
    """

    since: str
    until: str
    runs: tuple[Run, ...]
    intervals: tuple[Interval, ...]
    waivers: tuple[Mapping[str, Json], ...] = field(default=())
