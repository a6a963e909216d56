"""Builds the report: counts, sorts and groups once, so that all formats say the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.model.finding import SEVERITIES, STATUSES, Finding, Status
from auditor.model.reading import Json, Unread
from auditor.model.types import BY_NAME, SUBSCRIPTION
from auditor.policy.clauses import CLAUSES
from auditor.report.baseline import NOTHING_BEFORE, Baseline
from auditor.report.coverage import unseen
from auditor.report.fixes.about import Neighbours
from auditor.report.fixes.values import known_about
from auditor.report.headline import answer_of, headline, questions, worst_answer
from auditor.report.pictures.data import by_resource, erasures, models, residency, retention
from auditor.report.report import Clause, Group, Line, Report
from auditor.report.wording import message, waiver_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.blind_spot import BlindSpot
    from auditor.model.snapshot import Snapshot
    from auditor.model.waiver import Applied
    from auditor.policy.judge import Judged
    from auditor.policy.rule import Rule
    from auditor.policy.target import FactSource


@dataclass(frozen=True, slots=True)
class Basis:
    """What a report rests on: the policy as it was applied, and what was judged."""

    profile: str
    parameters: Mapping[str, Json]
    policy_hash: str
    rules: tuple[Rule, ...]
    needs: Mapping[str, frozenset[str]]
    tool: str
    baseline: Baseline = NOTHING_BEFORE
    waivers: tuple[Applied, ...] = ()


def assemble(
    basis: Basis, snapshot: Snapshot, facts: FactSource, judged: Judged, blind_spots: Sequence[BlindSpot]
) -> Report:
    """Make the report of one audit. Pure: the same input gives the same report."""
    rules = {rule.id: rule for rule in basis.rules}
    lines = _lines(judged.findings, rules, snapshot, facts, basis)
    missing = unseen(snapshot, basis.needs, judged.findings)
    asked = questions(lines, rules, basis.parameters)
    counts = count(line.finding for line in lines)
    statuses = by_resource(lines)
    limit = basis.parameters.get("maxRetentionHours")
    return Report(
        tool=basis.tool,
        kind=snapshot.header.kind,
        scope=snapshot.header.scope,
        started=snapshot.header.started,
        finished=None if snapshot.end is None else snapshot.end.finished,
        profile=basis.profile,
        parameters=dict(sorted(basis.parameters.items())),
        policy_hash=basis.policy_hash,
        rules=rules,
        headline=headline(lines, missing, basis.parameters, partial=snapshot.end is None),
        answer=worst_answer([question.answer for question in asked], seen_all=not missing and snapshot.end is not None),
        counts=counts,
        resources=len(snapshot.resources),
        not_applicable=sum(judged.not_applicable.values()),
        not_applicable_by_rule=dict(sorted(judged.not_applicable.items())),
        questions=asked,
        lines=lines,
        first=_first(lines),
        unseen=missing,
        blind_spots=tuple(blind_spots),
        residency=residency(snapshot, facts, statuses),
        retention=retention(snapshot, facts, statuses),
        models=models(snapshot, facts, statuses),
        erasures=erasures(snapshot, facts, statuses),
        clauses=_clauses(lines, rules),
        calls={} if snapshot.end is None else dict(sorted(snapshot.end.calls.items())),
        read=_read(snapshot),
        limit_hours=limit if isinstance(limit, int | float) else None,
        waivers=basis.waivers,
    )


def count(findings: Iterable[Finding]) -> dict[Status, int]:
    """How many findings there are of each status; every status is there."""
    counted = Counter(finding.status for finding in findings)
    return {status: counted[status] for status in STATUSES}


def _lines(
    findings: Sequence[Finding],
    rules: Mapping[str, Rule],
    snapshot: Snapshot,
    facts: FactSource,
    basis: Basis,
) -> tuple[Line, ...]:
    lines = []
    near = Neighbours(snapshot, facts)
    for finding in findings:
        resource = snapshot.get(finding.subject.id)
        known = {} if resource is None else facts.of(resource)
        before = basis.baseline.knows(finding)
        parts = (message(finding, known), waiver_words(finding), "Known: the baseline has it." if before else "")
        words = " ".join(part for part in parts if part)
        fix = (
            known_about(finding, rules[finding.rule], known, basis.parameters, near)
            if finding.status == "fail"
            else None
        )
        lines.append(Line(finding, rules[finding.rule], words, _unprovable(finding), before, fix))
    return tuple(lines)


def _unprovable(finding: Finding) -> bool:
    """Whether nothing was unread but what no reading of the configuration can settle."""
    unread = [item.reading for item in finding.evidence if isinstance(item.reading, Unread)]
    return finding.status == "unknown" and bool(unread) and all(item.settled_by is not None for item in unread)


def _first(lines: Sequence[Line]) -> tuple[Group, ...]:
    """What fails, by severity, then by how many resources one kind of change mends."""
    grouped: defaultdict[str, list[Line]] = defaultdict(list)
    for line in lines:
        if line.finding.status == "fail":
            grouped[line.rule.id].append(line)
    groups = [Group(lines[0].rule, tuple(lines)) for lines in grouped.values()]
    return tuple(
        sorted(groups, key=lambda group: (SEVERITIES.index(group.rule.severity), -len(group.lines), group.rule.id))
    )


def _clauses(lines: Sequence[Line], rules: Mapping[str, Rule]) -> tuple[Clause, ...]:
    """Each clause of Microsoft's page with the rules that serve it and the answer they give together."""
    clauses = []
    for promise in CLAUSES:
        basis = promise.basis
        serving = tuple(sorted(rule.id for rule in rules.values() if rule.basis == basis))
        clauses.append(Clause(promise, serving, answer_of([line for line in lines if line.rule.basis == basis])))
    return tuple(clauses)


def _read(snapshot: Snapshot) -> dict[str, int]:
    """How many resources of each type were read."""
    found = {kind.name: len(snapshot.of_type(kind.name)) for kind in BY_NAME.values()}
    found[SUBSCRIPTION] = max(found[SUBSCRIPTION], len(snapshot.subscriptions))
    return {name: number for name, number in found.items() if number}
