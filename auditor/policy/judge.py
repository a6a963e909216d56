"""Holds rules against a snapshot. Pure: nothing is fetched, nothing is written, the same input gives the same findings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import cache
from typing import TYPE_CHECKING

from auditor.model.finding import STATUS_OF, STATUSES, Evidence, Finding, Judgement, Subject
from auditor.model.reading import LIVE_SCAN, MISSING, Json, Unread
from auditor.model.types import BY_NAME, SUBSCRIPTION, relations_of
from auditor.model.verdict import Verdict
from auditor.policy.condition import COUNT_UNREAD, Scope
from auditor.policy.target import FactSource, QuickFacts, Target, unseen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from auditor.model.resource import Origin, Place, Resource
    from auditor.model.snapshot import Snapshot
    from auditor.model.types import ResourceType
    from auditor.policy.compiler import CompiledRule


@dataclass(frozen=True, slots=True)
class Judged:
    """All findings, sorted by rule and resource; and how many pairs of rule and resource did not apply, by rule.

    `only_live` has those among them that a file cannot answer, and a live scan can: they are no findings about a file.
    """

    findings: tuple[Finding, ...]
    not_applicable: Mapping[str, int]
    only_live: Mapping[str, int] = field(default_factory=dict)


def judge(
    rules: Mapping[str, tuple[CompiledRule, ...]],
    snapshot: Snapshot,
    facts: FactSource,
    now: datetime,
    *,
    explain_passes: bool = True,
) -> Judged:
    """Judge every resource by the rules for its type (`rules` is keyed by types in lower case).

    Evidence is kept for what fails or is unknown, and with `explain_passes` for what passes.

    What could not be listed is judged too, as a resource of which nothing is known: that gives an unknown at the scope
    in which it would lie, unless the rule does not apply there.
    """
    targets = _Targets(snapshot, facts)
    kept = _Kept()
    for type_key, compiled in rules.items():
        for resource in snapshot.of_type(type_key):
            scope = Scope(targets.of(resource), now)
            source, subject = targets.source(resource), Subject.of(resource)
            for rule in compiled:
                kept.take(rule, _judge_one(rule, scope, subject, source, explain_passes=explain_passes))
        kind = BY_NAME[type_key]
        for owner, why in snapshot.unlisted(kind):
            scope = Scope(targets.unseen(kind, owner, why), now)
            subject = _scope_subject(snapshot, owner)
            source = _Source(f"the {kind.label} list", None, _nobody)
            for rule in compiled:
                kept.take(rule, _judge_one(rule, scope, subject, source, explain_passes=explain_passes))
    findings = kept.findings
    return Judged(tuple(findings[key] for key in sorted(findings)), dict(kept.skipped), dict(kept.only_live))


class _Kept:
    """The findings so far, and by rule how many pairs gave none."""

    def __init__(self) -> None:
        self.findings: dict[tuple[str, str], Finding] = {}
        self.skipped: defaultdict[str, int] = defaultdict(int)
        self.only_live: defaultdict[str, int] = defaultdict(int)

    def take(self, rule: CompiledRule, finding: Finding | _Unjudged) -> None:
        """Keep the worst of what is found at one place: a resource may be the scope of lists that could not be read."""
        if isinstance(finding, _Unjudged):
            self.skipped[rule.rule.id] += 1
            if finding is _Unjudged.ONLY_LIVE:
                self.only_live[rule.rule.id] += 1
            return
        key = (finding.rule, finding.subject.id.lower())
        known = self.findings.get(key)
        if known is None or STATUSES.index(finding.status) < STATUSES.index(known.status):
            self.findings[key] = finding


class _Unjudged(Enum):
    """Why a pair of rule and resource gives no finding."""

    NOT_APPLICABLE = auto()
    ONLY_LIVE = auto()


def _only_a_scan_tells(judgement: Judgement) -> bool:
    """Whether all that leaves it open is what no file holds; in a live snapshot nothing is unread for that reason."""
    left_open = [item.reading for item in judgement.because if item.holds is None]
    whole = [item for item in left_open if not (isinstance(item, Unread) and item.why.startswith(COUNT_UNREAD))]
    return bool(whole) and all(isinstance(item, Unread) and item.settled_by == LIVE_SCAN for item in whole)


def _judge_one(
    rule: CompiledRule, scope: Scope, subject: Subject, source: _Source, *, explain_passes: bool
) -> Finding | _Unjudged:
    """Judge one pair.

    Where it cannot be told whether the rule applies, a check that passes still passes, and one that fails is unknown.
    """
    try:
        applies = rule.where.verdict(scope)
        if applies is Verdict.FAIL:
            return _Unjudged.NOT_APPLICABLE
        if not explain_passes and rule.check.verdict(scope) is Verdict.PASS:
            return Finding(rule.rule.id, STATUS_OF[Verdict.PASS], subject, ())
        judgement = rule.check.judge(scope)
        if judgement.verdict is Verdict.UNKNOWN and _only_a_scan_tells(judgement):
            return _Unjudged.ONLY_LIVE
        if applies is Verdict.UNKNOWN and judgement.verdict is not Verdict.PASS:
            doubt = rule.where.judge(scope)
            if _only_a_scan_tells(doubt):
                return _Unjudged.ONLY_LIVE
            judgement = Judgement(Verdict.UNKNOWN, (*doubt.because, *judgement.because))
        elif judgement.verdict is Verdict.FAIL and (doubts := _deployment_doubt(scope)):
            judgement = Judgement(Verdict.UNKNOWN, (*doubts, *judgement.because))
    except Exception as error:
        error.add_note(f"while judging {subject.id} by {rule.rule.id}")
        raise
    evidence = tuple(replace(item, source=source.of(item), place=source.place(item)) for item in judgement.because)
    return Finding(rule.rule.id, STATUS_OF[judgement.verdict], subject, evidence)


def _deployment_doubt(scope: Scope) -> tuple[Evidence, ...]:
    """That nobody knows whether a template deploys the resource at all; nothing where that is plain.

    Its body then has a `condition` that is unread (`auditor.infra.arm.bodies`), which nothing from Azure has.
    """
    body = scope.target.body
    why = body.get("condition") if isinstance(body, dict) else None
    if not isinstance(why, Unread):
        return ()
    return (Evidence("condition", {"equals": True}, "be true", why),)


def _scope_subject(snapshot: Snapshot, owner: str) -> Subject:
    resource = snapshot.get(owner)
    if resource is not None:
        return Subject.of(resource)
    return Subject(owner, SUBSCRIPTION, owner.rpartition("/")[2])


@dataclass(frozen=True, slots=True)
class _Source:
    """Says where a piece of evidence was read: with the resource, with one of its children, or derived."""

    own: str | None
    origin: Origin | None
    child: Callable[[str], Resource | None]

    def of(self, evidence: Evidence) -> str | None:
        """Where and when it was read."""
        head = _names_of(evidence)[0]
        if head == "facts":
            return "derived from the whole snapshot"
        if head == "parameters":
            return "as set for this audit"
        child = self._child_of(evidence)
        return (None if child is None else _say(child)) or self.own

    def place(self, evidence: Evidence) -> Place | None:
        """Where infrastructure code says so; of what does not stand in the resource itself, where that stands."""
        child = self._child_of(evidence)
        if child is not None and child.origin is not None:
            return child.origin.place(_below_child(evidence.path))
        return None if self.origin is None else self.origin.place(evidence.path)

    def _child_of(self, evidence: Evidence) -> Resource | None:
        names = _names_of(evidence)
        return self.child(names[1]) if names[0] == "children" and len(names) > 1 else None


def _names_of(evidence: Evidence) -> list[str]:
    """The names at the head of a path, up to its first list."""
    return evidence.path.split("[", 1)[0].split(".")


def _below_child(path: str) -> str:
    """What stands behind `children.NAME` or `children.NAME[0]` in a path."""
    rest = path.split(".", 2)[2:]
    return rest[0] if rest else ""


def _nobody(_relation: str) -> None:
    """No child was seen, so nothing was read with one."""


class _Targets:
    """Makes targets out of resources; facts and children are looked up only when a rule asks."""

    def __init__(self, snapshot: Snapshot, facts: FactSource) -> None:
        self._snapshot = snapshot
        self._facts = facts

    def of(self, resource: Resource) -> Target:
        """The target of one resource, with its parent."""
        parent = None if resource.owner is None else self.at(resource.owner)
        quick = self._facts if isinstance(self._facts, QuickFacts) else None
        return Target(
            resource.body,
            lambda: self._facts.of(resource),
            cache(lambda relation: self._children(resource, relation)),
            parent,
            None if quick is None else lambda name: quick.one(resource, name),
        )

    def at(self, scope: str) -> Target | None:
        """The target of the resource at an id, if it was read."""
        resource = self._snapshot.get(scope)
        return None if resource is None else self.of(resource)

    def unseen(self, kind: ResourceType, owner: str, why: Unread) -> Target:
        """The target of children that may exist; what no file holds of them is told as of those that were seen."""
        return unseen(why, self.at(owner), lambda relation: self._unseen_child(kind, relation, why))

    def _unseen_child(self, kind: ResourceType, relation: str, why: Unread) -> Unread:
        below = next((item for name, item in relations_of(kind.name).items() if name.lower() == relation.lower()), None)
        nowhere = None if below is None else self._snapshot.only_live(below)
        return why if nowhere is None else nowhere

    def source(self, resource: Resource) -> _Source:
        """Where the evidence about a resource was read."""
        return _Source(_say(resource), resource.origin, lambda relation: self._first_child(resource, relation))

    def _first_child(self, resource: Resource, relation: str) -> Resource | None:
        kind = relations_of(resource.type).get(relation)
        children = () if kind is None else self._snapshot.listing(resource.id, kind.name).resources
        return children[0] if children else None

    def _children(self, resource: Resource, relation: str) -> Json:
        relations = relations_of(resource.type)
        kind = next((kind for name, kind in relations.items() if name.lower() == relation.lower()), None)
        if kind is None:
            return MISSING
        listing = self._snapshot.listing(resource.id, kind.name)
        if not kind.single:
            return listing.bodies()
        reading = listing.only()
        return reading if isinstance(reading, Unread) or reading is MISSING else listing.resources[0].body


def _say(resource: Resource) -> str | None:
    return None if resource.read is None else f"{resource.read.source}, {resource.read.at}"


def group_by_type(compiled: Iterable[tuple[str, CompiledRule]]) -> dict[str, tuple[CompiledRule, ...]]:
    """Arrange compiled rules by the type that they judge (lower case), rules in order of id."""
    found: defaultdict[str, list[CompiledRule]] = defaultdict(list)
    for type_name, rule in compiled:
        found[type_name.lower()].append(rule)
    return {key: tuple(sorted(found[key], key=lambda item: item.rule.id)) for key in sorted(found)}
