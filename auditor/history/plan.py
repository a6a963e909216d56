"""What an assessment changes: which intervals end, and which begin. Pure, so that it can be worked out by hand."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.history.sightings import anchor_of, same_policy
from auditor.model.resource import resource_key
from auditor.model.types import BY_NAME, BY_OPERATION, DIAGNOSTIC_SETTING, SUBSCRIPTION, owner_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.history.assessment import Assessment, Judged
    from auditor.history.period import Ending, Run, State
    from auditor.history.sightings import Sightings


@dataclass(frozen=True, slots=True)
class Begun:
    """An interval that lasts: what is needed to go on with it. `id` is its number in the database, 0 for a new one."""

    id: int
    judged: Judged
    state: State
    anchor: str
    first_run: int
    last_known: State | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change to the pair of a finding: what ends (and how), what begins; one of the two may be missing."""

    judged: Judged
    ended: Begun | None
    ending: Ending | None
    begun: Begun | None


def plan(lasting: Mapping[tuple[str, str], Begun], assessment: Assessment, run: Run, seen: Sightings) -> list[Step]:
    """The changes that a run makes, given the intervals that last, by rule and key of the resource.

    Only what the run looked at is touched. `seen` knows it and all runs before.
    """
    found = {item.pair: item for item in assessment.findings}
    steps = []
    for pair, judged in found.items():
        before = lasting.get(pair)
        anchor = anchor_of(judged.resource_id, run.scope) if before is None else before.anchor
        if seen.looked(run, anchor, judged.rule) and (before is None or before.state != judged.status):
            begun = Begun(0, judged, judged.status, anchor, run.number)
            steps.append(Step(judged, before, None if before is None else "changed", begun))
    absent = _Absent(assessment, run, seen)
    for pair, before in lasting.items():
        if pair not in found:
            steps.extend(absent.steps(before))
    return steps


class _Absent:
    """Tells why a pair is not among the findings of a run."""

    def __init__(self, assessment: Assessment, run: Run, seen: Sightings) -> None:
        self._assessment = assessment
        self._run = run
        self._seen = seen
        self._rules = frozenset(run.rules)
        self._scope = frozenset(run.scope)
        self._present = assessment.present | self._scope | {item.pair[1] for item in assessment.findings}
        self._doubts = {item.pair for item in assessment.findings if item.status == "unknown"}
        self._gaps: defaultdict[str, set[str]] = defaultdict(set)
        for scope, operation, _reason in assessment.unseen:
            kind = BY_OPERATION.get(operation.lower())
            if kind is not None:
                self._gaps[kind.key].add(resource_key(scope))

    def steps(self, before: Begun) -> Iterator[Step]:
        """The change to one interval, if there is one."""
        rule, key = before.judged.pair
        if rule not in self._rules:
            if self._taken_out(before):
                yield Step(before.judged, before, "ruleGone", None)
        elif not self._seen.looked(self._run, before.anchor, rule):
            return
        elif key in self._present:
            yield Step(before.judged, before, "notApplicable", None)
        elif self._assessment.finished is None or self._hidden(rule, key, before.judged.resource_type):
            if before.state != "notSeen":
                hidden = Begun(0, before.judged, "notSeen", before.anchor, self._run.number, before.state)
                yield Step(before.judged, before, "changed", hidden)
        else:
            yield Step(before.judged, before, "gone", None)

    def _taken_out(self, before: Begun) -> bool:
        """Whether the rule is gone from the policy by which the pair was judged, and not just left out this time."""
        rule = before.judged.rule
        if not frozenset(before.anchor.split()) <= self._scope or self._seen.late(self._run, before.anchor, rule):
            return False
        judged_by = self._seen.last(before.anchor, rule, self._run.number)
        return judged_by is not None and same_policy(self._run, judged_by)

    def _hidden(self, rule: str, key: str, type_name: str) -> bool:
        """Whether the resource may be there, and the run could not look.

        A gap hides it if it covers the list that the resource would stand in, or the list of something that it lies in;
        so does a list that nobody read, of which the rule then says that it is unknown.
        """
        for place, kind_key in _upwards(key, type_name):
            if any(scope in self._gaps[kind_key] for scope in _prefixes(place)):
                return True
            if place != key and (rule, place) in self._doubts:
                return True
        return False


def _upwards(key: str, type_name: str) -> Iterator[tuple[str, str]]:
    """A resource and everything that it lies in, each with its type in lower case."""
    place: str | None = key
    kind_key = type_name.lower()
    while place is not None:
        yield place, kind_key
        owner = owner_of(place, kind_key)
        kind = BY_NAME.get(kind_key)
        if owner is not None and kind_key == DIAGNOSTIC_SETTING.lower():
            kind_key = _type_of(owner)
        elif kind is not None and kind.owner is not None:
            kind_key = kind.owner.lower()
        place = owner


def _type_of(key: str) -> str:
    """The type that an id (lower case) names."""
    provider, *names = key.rpartition("/providers/")[2].split("/")
    return "/".join([provider, *names[::2]]) if "/providers/" in key else SUBSCRIPTION.lower()


def _prefixes(key: str) -> Iterator[str]:
    """An id and all scopes above it; the empty one stands for everything."""
    parts = key.split("/")
    for length in range(len(parts), 0, -1):
        yield "/".join(parts[:length])
