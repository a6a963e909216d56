"""The report about a stretch of time, as data: what each of its formats writes. All times are texts in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.history.period import Run, State
    from auditor.model.reading import Json
    from auditor.policy.clauses import Promise
    from auditor.report.period.shares import Shares

LapseEnding: TypeAlias = Literal["open", "fixed", "waived", "gone", "not applicable", "rule gone"]
"""How a lapse ended: a run saw the rule kept, a waiver took it, the resource is no more, the rule does not apply to it any
more, or the rule itself is no more; or not at all."""
What: TypeAlias = Literal["profile", "rule added", "rule removed", "parameter", "wording of rules", "tool"]
Result: TypeAlias = Literal["failing", "lapsed", "not known", "kept where seen", "kept", "nothing to check"]
"""What came of a clause: `failing` at the end, `lapsed` and mended since; `kept` only if it was asked and seen at all
times."""


@dataclass(frozen=True, slots=True)
class Title:
    """What the report is about: the words for its period, whether that is over, and when and with what it was made."""

    period: str
    since: str
    until: str
    interim: bool
    made: str
    tool: str


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar: its audits, how many of them saw all, the worst that any saw, and the lapses open at its end.

    Where no audit looked, the last two are None.
    """

    date: str
    audits: int
    complete: int
    worst: State | None
    open: int | None


@dataclass(frozen=True, slots=True)
class ScopeRow:
    """A subscription (or file) of the audits: in how many of them, on how many days, and how many had a gap there."""

    scope: str
    audits: int
    days: int
    with_gaps: int
    last: str


@dataclass(frozen=True, slots=True)
class GapRow:
    """What could not be read, by reason: in how many audits, where, first and last."""

    reason: str
    operation: str
    audits: int
    scopes: tuple[str, ...]
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Lapse:
    """A rule that a resource failed, until a run saw it kept, a waiver took it, or one of the two was gone.

    While it lay where no run could look, or could not be decided, it goes on. `length` counts from the first sight to the
    end, or to the end of the period; of its time within the period, audits knew it to fail for `failing` seconds and
    nothing for `not_known` seconds. `carried` tells that it began before the period.
    """

    rule: str
    severity: str
    fingerprint: str
    resource_id: str
    resource_type: str
    resource_name: str
    location: str | None
    first_seen: str
    last_seen: str | None
    carried: bool
    ended: str | None
    ending: LapseEnding
    length: int
    failing: int
    not_known: int
    owner: str | None
    message: str


@dataclass(frozen=True, slots=True)
class Tally:
    """Lapses counted by how they ended, and how long repairs took, in seconds; `oldest` is the longest that is open."""

    endings: Mapping[LapseEnding, int]
    median: int | None
    longest: int | None
    oldest: int | None

    @property
    def all(self) -> int:
        """How many lapses there were."""
        return sum(self.endings.values())


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule over the period; `known` tells whether it is in today's policy, without which only its id is known.

    `audits` is how many of the audits judged by it, `always` whether all did.
    """

    rule: str
    title: str
    severity: str
    basis: str | None
    known: bool
    audits: int
    always: bool
    resources: int
    shares: Shares
    lapses: Tally
    days: tuple[State | None, ...]


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """A clause of Microsoft's page over the period; `days` is the worst that was seen of it on each day."""

    promise: Promise
    rules: tuple[str, ...]
    result: Result
    words: str
    shares: Shares
    lapses: Tally
    days: tuple[State | None, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """A rule that could not be decided for some resources: how many, what share of the rule's time, and the last why."""

    rule: str
    title: str
    resources: tuple[str, ...]
    shares: Shares
    why: str


@dataclass(frozen=True, slots=True)
class Change:
    """What was judged by changed between one run and the next."""

    run: int
    at: str
    what: What
    name: str
    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class Waived:
    """A waiver that was in force within the period."""

    rule: str
    resource: str
    reason: str
    owner: str | None
    approved_by: str | None
    ticket: str | None
    expires: str | None
    lapses: int


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """Everything that the report about a period says. All tuples are sorted."""

    title: Title
    headline: str
    result: Result
    days: tuple[Day, ...]
    runs: tuple[Run, ...]
    scopes: tuple[ScopeRow, ...]
    gaps: tuple[GapRow, ...]
    shares: Shares
    resources: int
    pairs: int
    rules: tuple[RuleRow, ...]
    clauses: tuple[ClauseRow, ...]
    lapses: tuple[Lapse, ...]
    tally: Tally
    waivers: tuple[Waived, ...]
    doubts: tuple[Doubt, ...]
    changes: tuple[Change, ...]

    @property
    def audited(self) -> int:
        """How many days had an audit."""
        return sum(day.audits > 0 for day in self.days)
