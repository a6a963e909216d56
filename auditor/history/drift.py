"""What changed: new, fixed, changed, gone, no longer visible, visible again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from auditor.model.finding import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from auditor.history.assessment import Judged
    from auditor.history.period import Ending, Interval, State
    from auditor.history.plan import Step

Kind: TypeAlias = Literal["new", "fixed", "changed", "gone", "notSeen", "seenAgain"]
KINDS: Final[dict[Kind, str]] = {
    "new": "new",
    "seenAgain": "visible again",
    "notSeen": "no longer visible",
    "changed": "changed",
    "gone": "gone",
    "fixed": "fixed",
}
"""With their words, in the order in which they are told: what wants a look comes first."""


@dataclass(frozen=True, slots=True)
class Change:
    """How one pair of rule and resource was, and how it is; None stands for no finding at all.

    `new` fails (or, seen for the first time, is unknown) and did not fail before, `fixed` failed or was waived and
    passes, `gone` has no finding any more (`ending` says why), `notSeen` lies where nobody could look, `seenAgain` did
    before. Every other change of state is `changed`.
    """

    kind: Kind
    rule: str
    resource_id: str
    resource_type: str
    resource_name: str
    severity: str
    before: State | None
    after: State | None
    message: str = ""
    ending: Ending | None = None

    @property
    def fingerprint(self) -> str:
        """The same as the finding's."""
        return fingerprint(self.rule, self.resource_id)


def kind_of(before: State | None, after: State | None) -> Kind | None:
    """What a change is called; None for what is no news: nothing changed, or something passes that was not there."""
    if before == after or (before is None and after in {"pass", "waived"}):
        return None
    if after is None:
        return "gone"
    if after == "notSeen":
        return "notSeen"
    if before == "notSeen":
        return "seenAgain"
    if after == "fail" or before is None:
        return "new"
    return "fixed" if after == "pass" and before in {"fail", "waived"} else "changed"


def changes_of(steps: Iterable[Step]) -> tuple[Change, ...]:
    """What a run changed, in the order in which it is told."""
    found = []
    for step in steps:
        before = None if step.ended is None else step.ended.state
        after = None if step.begun is None else step.begun.state
        kind = kind_of(before, after)
        if kind is not None:
            found.append(_change(kind, step.judged, before, after, step.ending if step.begun is None else None))
    return in_order(found)


def _change(kind: Kind, judged: Judged, before: State | None, after: State | None, ending: Ending | None) -> Change:
    return Change(
        kind,
        judged.rule,
        judged.resource_id,
        judged.resource_type,
        judged.resource_name,
        judged.severity,
        before,
        after,
        judged.message,
        ending,
    )


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Changes as they are told: by kind, severity, rule and resource."""
    kinds = list(KINDS)
    severities = ("critical", "high", "medium", "low")
    return tuple(
        sorted(
            changes,
            key=lambda item: (
                kinds.index(item.kind),
                severities.index(item.severity) if item.severity in severities else len(severities),
                item.rule,
                item.resource_id.lower(),
            ),
        )
    )


def drift(intervals: Sequence[Interval], earlier: int, later: int) -> tuple[Change, ...]:
    """How things differ between two runs: the state of every pair after the one, and after the other."""
    before = {item.fingerprint: item for item in _lasting(intervals, earlier)}
    after = {item.fingerprint: item for item in _lasting(intervals, later)}
    ended = {item.fingerprint: item for item in intervals if item.until_run is not None and item.until_run <= later}
    found = []
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        subject = new or ended[name]  # what lasted and lasts no more has ended; the last of its intervals says how
        kind = kind_of(None if old is None else old.state, None if new is None else new.state)
        if kind is not None:
            found.append(_between(kind, subject, old, new))
    return in_order(found)


def _lasting(intervals: Sequence[Interval], run: int) -> Iterator[Interval]:
    """The intervals that lasted after a run."""
    return (item for item in intervals if item.first_run <= run and (item.until_run is None or item.until_run > run))


def _between(kind: Kind, subject: Interval, old: Interval | None, new: Interval | None) -> Change:
    return Change(
        kind,
        subject.rule,
        subject.resource_id,
        subject.resource_type,
        subject.resource_name,
        subject.severity,
        None if old is None else old.state,
        None if new is None else new.state,
        "" if new is None else new.message,
        subject.ending if new is None else None,
    )
