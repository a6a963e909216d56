"""Judges a snapshot by compiled rules: one pass over the resources of each type.

Pure: nothing is fetched and nothing is written; the same input gives the same findings. The pass keeps verdicts. Evidence
comes from a second evaluation, only for the findings that an output shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from auditor.model.finding import STATUS_OF, STATUSES, Evidence, Finding, Judgement, Subject
from auditor.model.reading import LIVE_SCAN, Unread
from auditor.model.types import BY_NAME, SUBSCRIPTION, relation_of
from auditor.model.verdict import Verdict
from auditor.policy.condition import COUNT_UNREAD, AllOf, Scope
from auditor.policy.evidence_source import of_resource, of_unread_list
from auditor.policy.target import ResourceTarget, UnreadTarget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot
    from auditor.model.types import ResourceType
    from auditor.policy.compiler import CompiledRule
    from auditor.policy.target import FactSource

DEPLOYED: Final = "condition"
"""The property that tells whether a template deploys a resource; `Unread` where that is not known (`infra.arm.bodies`)."""


@dataclass(frozen=True, slots=True)
class UnreadList:
    """A list of resources that could not be read: where, of which type, and why."""

    owner: str
    kind: ResourceType
    why: Unread


Item: TypeAlias = "Resource | UnreadList"
"""What a rule is evaluated about."""
_RulePassed: TypeAlias = "tuple[CompiledRule, Sequence[Item]]"
_PASS, _FAIL = Verdict.PASS, Verdict.FAIL


@dataclass(frozen=True, slots=True)
class Judged:
    """The result of judging.

    `notable` holds what fails, is unknown or is waived, with evidence, sorted by rule and resource; `passed` makes the
    findings that pass when they are iterated. The counts are of pairs of rule and resource without a finding, by rule:
    those to which the rule does not apply, and among them those that only a live scan can answer.
    """

    notable: tuple[Finding, ...]
    passed: Passing
    not_applicable: Mapping[str, int]
    only_live: Mapping[str, int] = field(default_factory=dict)

    @property
    def findings(self) -> Findings:
        """All findings, sorted by rule and resource."""
        return Findings(self.notable, self.passed)


class Passing(Protocol):
    """The findings that pass."""

    @property
    def rules(self) -> Iterable[str]:
        """The ids of rules that something passes."""
        ...

    def __len__(self) -> int: ...

    def of(self, rule_id: str) -> Iterator[Finding]:
        """The findings of one rule, sorted by resource."""
        ...

    def keys(self, rule_id: str) -> Mapping[str, Sequence[str]]:
        """The keys of resources that pass one rule, by their type (lower case)."""
        ...

    def among(self, keys: frozenset[str]) -> Passing:
        """Those about resources with these keys."""
        ...


class Passed:
    """What passes, by rule: kept as resources, made into findings one at a time."""

    def __init__(self, by_rule: Mapping[str, Sequence[_RulePassed]], evaluator: Evaluator) -> None:
        self._by_rule = by_rule
        self._evaluator = evaluator

    def __len__(self) -> int:
        return sum(len(items) for passing in self._by_rule.values() for _, items in passing)

    @property
    def rules(self) -> Iterable[str]:
        """The ids of rules that something passes."""
        return self._by_rule.keys()

    def of(self, rule_id: str) -> Iterator[Finding]:
        """The findings of one rule, sorted by resource; with evidence if the audit explains what passes."""
        evaluator = self._evaluator
        passing = self._by_rule.get(rule_id, ())
        pairs = [(_key(item), rule, item) for rule, items in passing for item in items]
        if len(passing) > 1:
            pairs.sort(key=itemgetter(0))
        for _, rule, item in pairs:
            evidence = evaluator.evidence(rule, item) if evaluator.explain_passes else ()
            yield Finding(rule_id, "pass", evaluator.subject(item), evidence)

    def keys(self, rule_id: str) -> Mapping[str, Sequence[str]]:
        """The keys of resources that pass one rule, by their type (lower case)."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for _, items in self._by_rule.get(rule_id, ()):
            for item in items:
                type_key = self._evaluator.subject(item).type.lower() if isinstance(item, UnreadList) else item.type_key
                found[type_key].append(_key(item))
        return found

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Passed):
            return NotImplemented
        return {*self.rules} == {*other.rules} and all([*self.of(rule)] == [*other.of(rule)] for rule in self.rules)

    __hash__ = None  # type: ignore[assignment]  # equality goes by what is iterated

    def among(self, keys: frozenset[str]) -> Passed:
        """Those about resources with these keys."""
        kept = {
            rule_id: [(rule, [item for item in items if _key(item) in keys]) for rule, items in passing]
            for rule_id, passing in self._by_rule.items()
        }
        return Passed(kept, self._evaluator)


class Findings(Collection[Finding]):
    """All findings, sorted by rule and resource: those that pass are made while it is iterated."""

    def __init__(self, notable: Iterable[Finding], passed: Passing) -> None:
        self._notable: defaultdict[str, list[Finding]] = defaultdict(list)
        for finding in notable:
            self._notable[finding.rule].append(finding)
        self._passed = passed

    def __len__(self) -> int:
        return sum(map(len, self._notable.values())) + len(self._passed)

    def __iter__(self) -> Iterator[Finding]:
        for rule_id in sorted({*self._notable, *self._passed.rules}):
            yield from self.of(rule_id)

    def of(self, rule_id: str) -> list[Finding]:
        """The findings of one rule, sorted by resource."""
        found = [*self._notable.get(rule_id, ()), *self._passed.of(rule_id)]
        found.sort(key=_order)
        return found

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Findings | tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # equality goes by what is iterated

    def __contains__(self, item: object) -> bool:
        return any(item == found for found in self)


def _order(finding: Finding) -> str:
    return finding.subject.id.lower()


class Evaluator:
    """Evaluates compiled rules about one snapshot."""

    def __init__(self, snapshot: Snapshot, facts: FactSource, now: datetime, *, explain_passes: bool) -> None:
        self.snapshot = snapshot
        self.facts = facts
        self.now = now
        self.explain_passes = explain_passes

    def scope(self, item: Item) -> Scope:
        """What conditions read about a resource, or about what a list that was not read may hold."""
        if not isinstance(item, UnreadList):
            return Scope(ResourceTarget(item, self.snapshot, self.facts), self.now)
        owner = self.snapshot.get(item.owner)
        parent = None if owner is None else ResourceTarget(owner, self.snapshot, self.facts)
        return Scope(UnreadTarget(item.why, parent, partial(self._only_live, item.kind)), self.now)

    def _only_live(self, kind: ResourceType, relation: str) -> Unread | None:
        below = relation_of(kind.name, relation)
        return None if below is None else self.snapshot.only_live(below)

    def judgement(self, rule: CompiledRule, scope: Scope) -> Judgement | None:
        """The verdict about one resource to which the rule applies or may apply, with evidence that has no source yet.

        None where only a live scan can answer.
        Where it is not known whether the rule applies, a check that passes still passes, and one that fails is unknown.
        """
        judgement = rule.check.judge(scope)
        if judgement.verdict is Verdict.UNKNOWN and _only_a_scan_tells(judgement):
            return None
        if judgement.verdict is Verdict.PASS:
            return judgement
        applies = rule.where.judge(scope)
        if applies.verdict is Verdict.UNKNOWN:
            if _only_a_scan_tells(applies):
                return None
            return Judgement(Verdict.UNKNOWN, (*applies.because, *judgement.because))
        if judgement.verdict is Verdict.FAIL and (doubts := _deployment_doubt(scope)):
            return Judgement(Verdict.UNKNOWN, (*doubts, *judgement.because))
        return judgement

    def evidence(self, rule: CompiledRule, item: Item) -> tuple[Evidence, ...]:
        """The evidence for what passes, with its sources."""
        return self.sourced(rule.check.judge(self.scope(item)).because, item)

    def sourced(self, because: Sequence[Evidence], item: Item) -> tuple[Evidence, ...]:
        """Evidence with its sources."""
        if isinstance(item, UnreadList):
            return of_unread_list(because, item.kind.label)
        return of_resource(because, item, self.snapshot)

    def subject(self, item: Item) -> Subject:
        """What a finding is about."""
        resource = self.snapshot.get(item.owner) if isinstance(item, UnreadList) else item
        if resource is None:
            key = _key(item)
            return Subject(key, SUBSCRIPTION, key.rpartition("/")[2])
        return Subject.of(resource)


class _RulePass:
    """One rule for one type while resources are judged by it."""

    __slots__ = ("applies", "check", "not_applicable", "notable", "only_live", "passed", "rule", "unread_lists")

    def __init__(self, rule: CompiledRule) -> None:
        self.rule = rule
        self.applies = None if rule.where == AllOf(()) else rule.where.verdict
        self.check = rule.check.verdict
        self.passed: list[Item] = []
        self.notable: list[Finding] = []
        self.not_applicable = 0
        self.only_live = 0
        self.unread_lists = False

    def judge(self, item: Item, scope: Scope, evaluator: Evaluator) -> bool:
        """Judge one resource; whether there is a finding that does not pass."""
        try:
            if self.applies is not None and self.applies(scope) is _FAIL:
                self.not_applicable += 1
                return False
            if self.check(scope) is _PASS:
                self.passed.append(item)
                return False
            judgement = evaluator.judgement(self.rule, scope)
        except Exception as error:
            subject = item.owner if isinstance(item, UnreadList) else item.id
            error.add_note(f"while judging {subject} by {self.rule.rule.id}")
            raise
        if judgement is None:
            self.only_live += 1
            return False
        evidence = evaluator.sourced(judgement.because, item)
        status = STATUS_OF[judgement.verdict]
        self.notable.append(Finding(self.rule.rule.id, status, evaluator.subject(item), evidence))
        return True


def judge(
    rules: Mapping[str, tuple[CompiledRule, ...]],
    snapshot: Snapshot,
    facts: FactSource,
    now: datetime,
    *,
    explain_passes: bool = True,
) -> Judged:
    """Judge every resource by the rules for its type (`rules` is keyed by types in lower case).

    What passes has evidence with `explain_passes` only; facts of a resource that passes everything are then released.
    What could not be listed is judged too, as a resource of which nothing is known: that gives an unknown at the scope
    in which it would lie, unless the rule does not apply there.
    """
    evaluator = Evaluator(snapshot, facts, now, explain_passes=explain_passes)
    passes: list[_RulePass] = []
    for type_key, compiled in rules.items():
        own = [_RulePass(rule) for rule in compiled]
        passes.extend(own)
        for resource in sorted(snapshot.of_type(type_key), key=_key):
            scope = evaluator.scope(resource)
            notable = False
            for rule in own:
                notable |= rule.judge(resource, scope, evaluator)
            if not (notable or explain_passes):
                facts.forget(resource)
        kind = BY_NAME[type_key]
        for owner, why in snapshot.unlisted(kind):
            unread = UnreadList(owner, kind, why)
            scope = evaluator.scope(unread)
            for rule in own:
                rule.unread_lists = True
                rule.judge(unread, scope, evaluator)
    return _together(passes, evaluator)


def _together(passes: Iterable[_RulePass], evaluator: Evaluator) -> Judged:
    by_rule: defaultdict[str, list[_RulePass]] = defaultdict(list)
    for item in passes:
        by_rule[item.rule.rule.id].append(item)
    notable: list[Finding] = []
    passed: dict[str, list[_RulePassed]] = {}
    for rule_id in sorted(by_rule):
        failing, passing = _merged(by_rule[rule_id])
        notable += failing
        passed[rule_id] = passing
    only_live = {rule: count for rule, own in by_rule.items() if (count := sum(item.only_live for item in own))}
    skipped = {rule: sum(item.not_applicable + item.only_live for item in own) for rule, own in by_rule.items()}
    skipped = {rule: count for rule, count in skipped.items() if count}
    return Judged(tuple(notable), Passed(passed, evaluator), skipped, only_live)


def _merged(own: Sequence[_RulePass]) -> tuple[list[Finding], list[_RulePassed]]:
    """What one rule found, sorted by resource: what does not pass, and what passes.

    A resource may also be the scope of lists that could not be read. Then the worst of the findings there counts.
    """
    notable = [finding for item in own for finding in item.notable]
    passing: list[_RulePassed] = [(item.rule, item.passed) for item in own]
    if any(item.unread_lists for item in own):
        worst: dict[str, Finding] = {}
        for finding in notable:
            known = worst.setdefault(finding.subject.key, finding)
            if STATUSES.index(finding.status) < STATUSES.index(known.status):
                worst[finding.subject.key] = finding
        notable, seen = list(worst.values()), set(worst)
        passing = [(rule, [item for item in items if _is_new(_key(item), seen)]) for rule, items in passing]
    return sorted(notable, key=_order), passing


def _is_new(key: str, seen: set[str]) -> bool:
    if key in seen:
        return False
    seen.add(key)
    return True


def _only_a_scan_tells(judgement: Judgement) -> bool:
    """Whether all that leaves it open is what no file holds; in a live snapshot nothing is unread for that reason."""
    left_open = [item.reading for item in judgement.because if item.holds is None]
    whole = [item for item in left_open if not (isinstance(item, Unread) and item.why.startswith(COUNT_UNREAD))]
    return bool(whole) and all(isinstance(item, Unread) and item.settled_by == LIVE_SCAN for item in whole)


def _deployment_doubt(scope: Scope) -> tuple[Evidence, ...]:
    """That it is not known whether a template deploys the resource at all; nothing where that is known.

    Its body then has a `condition` that is unread (`auditor.infra.arm.bodies`), which nothing from Azure has.
    """
    body = scope.target.body
    why = body.get(DEPLOYED) if isinstance(body, dict) else None
    if not isinstance(why, Unread):
        return ()
    return (Evidence(DEPLOYED, {"equals": True}, "be true", why),)


def _key(item: Item) -> str:
    return item.owner if isinstance(item, UnreadList) else item.key


def group_by_type(compiled: Iterable[tuple[str, CompiledRule]]) -> dict[str, tuple[CompiledRule, ...]]:
    """Arrange compiled rules by the type that they judge (lower case), rules in order of id."""
    found: defaultdict[str, list[CompiledRule]] = defaultdict(list)
    for type_name, rule in compiled:
        found[type_name.lower()].append(rule)
    return {key: tuple(sorted(found[key], key=lambda item: item.rule.id)) for key in sorted(found)}
