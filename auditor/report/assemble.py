"""Builds the report: counts, sorts and groups once, so that all formats say the same."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from auditor.model.finding import SEVERITIES, STATUSES, Finding, Status
from auditor.model.reading import Json, Unread
from auditor.model.types import BY_NAME, SUBSCRIPTION
from auditor.policy.clauses import CLAUSES
from auditor.policy.target import FactsAbout
from auditor.report.baseline import NOTHING_BEFORE, Baseline
from auditor.report.coverage import unseen
from auditor.report.fixes.about import Neighbours
from auditor.report.fixes.values import known_about
from auditor.report.headline import headline, questions, worst_answer
from auditor.report.pictures.data import by_resource, erasures, models, residency, retention
from auditor.report.report import Clause, Group, Line, Lines, Report, Residency
from auditor.report.tally import answer_of, tallies
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
    basis: Basis,
    snapshot: Snapshot,
    facts: FactSource,
    judged: Judged,
    blind_spots: Sequence[BlindSpot],
    *,
    charts: bool = True,
) -> Report:
    """Make the report of one audit. Pure: the same input gives the same report.

    Without `charts` the data that only charts and their tables show is left out.
    """
    rules = {rule.id: rule for rule in basis.rules}
    near = Neighbours(snapshot, facts)

    def line(finding: Finding) -> Line:
        return _line(finding, basis, rules[finding.rule], near)

    lines = Lines(rules, map(line, judged.notable), judged.passed, line)
    missing = unseen(snapshot, basis.needs, judged.notable)
    asked = questions(lines, rules, basis.parameters)
    limit = basis.parameters.get("maxRetentionHours")
    statuses = by_resource(lines) if charts else {}
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
        counts=count(judged),
        resources=len(snapshot.resources),
        not_applicable=sum(judged.not_applicable.values()),
        not_applicable_by_rule=dict(sorted(judged.not_applicable.items())),
        questions=asked,
        lines=lines,
        first=_first(lines.notable),
        unseen=missing,
        blind_spots=tuple(blind_spots),
        residency=residency(snapshot, facts, statuses) if charts else Residency((), ()),
        retention=retention(snapshot, facts, statuses) if charts else (),
        models=models(snapshot, facts, statuses) if charts else (),
        erasures=erasures(snapshot, facts, statuses) if charts else (),
        clauses=_clauses(lines, rules),
        calls={} if snapshot.end is None else dict(sorted(snapshot.end.calls.items())),
        read=_read(snapshot),
        limit_hours=limit if isinstance(limit, int | float) else None,
        waivers=basis.waivers,
    )


def count(judged: Judged) -> dict[Status, int]:
    """How many findings there are of each status; every status is there."""
    counted = Counter(finding.status for finding in judged.notable)
    return {status: len(judged.passed) if status == "pass" else counted[status] for status in STATUSES}


def _line(finding: Finding, basis: Basis, rule: Rule, near: Neighbours) -> Line:
    """A finding with its sentence, and what its fix is filled with."""
    facts = FactsAbout(near.snapshot.get(finding.subject.id), near.facts)
    before = basis.baseline.knows(finding)
    parts = (message(finding, facts), waiver_words(finding), "Known: the baseline has it." if before else "")
    fix = partial(known_about, finding, rule, facts, basis.parameters, near) if finding.status == "fail" else None
    return Line(finding, rule, " ".join(part for part in parts if part), _unprovable(finding), before, fix)


def _unprovable(finding: Finding) -> bool:
    """Whether nothing was unread but what no reading of the configuration can settle."""
    unread = [item.reading for item in finding.evidence if isinstance(item.reading, Unread)]
    return finding.status == "unknown" and bool(unread) and all(item.settled_by is not None for item in unread)


def _first(notable: Sequence[Line]) -> tuple[Group, ...]:
    """What fails, by severity, then by how many resources one kind of change mends."""
    grouped: defaultdict[str, list[Line]] = defaultdict(list)
    for line in notable:
        if line.finding.status == "fail":
            grouped[line.rule.id].append(line)
    groups = [Group(lines[0].rule, tuple(lines)) for lines in grouped.values()]
    return tuple(
        sorted(groups, key=lambda group: (SEVERITIES.index(group.rule.severity), -len(group.lines), group.rule.id))
    )


def _clauses(lines: Iterable[Line], rules: Mapping[str, Rule]) -> tuple[Clause, ...]:
    """Each clause of Microsoft's page with the rules that serve it and the answer they give together."""
    clauses = []
    found = tallies(lines)
    for promise in CLAUSES:
        basis = promise.basis
        serving = tuple(sorted(rule.id for rule in rules.values() if rule.basis == basis))
        clauses.append(Clause(promise, serving, answer_of([tally for tally in found if tally.rule.basis == basis])))
    return tuple(clauses)


def _read(snapshot: Snapshot) -> dict[str, int]:
    """How many resources of each type were read."""
    found = {kind.name: len(snapshot.of_type(kind.name)) for kind in BY_NAME.values()}
    found[SUBSCRIPTION] = max(found[SUBSCRIPTION], len(snapshot.subscriptions))
    return {name: number for name, number in found.items() if number}
