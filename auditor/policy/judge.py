"""Holds rules against a snapshot. Pure: nothing is fetched, nothing is written, the same input gives the same findings.

How one pair of rule and resource is judged stands in `auditor.policy.answer`, how that is spared for most pairs in
`auditor.policy.groups`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model.pause import nothing_collected
from auditor.model.types import BY_NAME
from auditor.policy.answer import Unjudged
from auditor.policy.findings import Findings
from auditor.policy.groups import Asking, panels
from auditor.policy.look import Looker
from auditor.policy.targets import Targets as _Targets

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from auditor.model.finding import Finding
    from auditor.model.snapshot import Snapshot
    from auditor.policy.compiler import CompiledRule
    from auditor.policy.groups import Group
    from auditor.policy.target import FactSource


@dataclass(frozen=True, slots=True)
class Judged:
    """All findings, sorted by rule and resource; and how many pairs of rule and resource did not apply, by rule.

    `only_live` has those among them that a file cannot answer, and a live scan can: they are no findings about a file.
    """

    findings: Sequence[Finding]
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
    with nothing_collected():
        return _judge(rules, snapshot, facts, now, explain_passes=explain_passes)


def _judge(
    rules: Mapping[str, tuple[CompiledRule, ...]],
    snapshot: Snapshot,
    facts: FactSource,
    now: datetime,
    *,
    explain_passes: bool,
) -> Judged:
    looker, targets = Looker(snapshot, facts), _Targets(snapshot, facts)
    groups: list[Group] = []
    skipped: defaultdict[str, int] = defaultdict(int)
    for type_key, compiled in rules.items():
        kind = BY_NAME[type_key]
        asked = panels(Asking(kind, looker, targets, now, explain_passes), compiled)
        for resource in snapshot.of_type(type_key):
            for panel in asked:
                panel.take(resource)
        for owner, why in snapshot.unlisted(kind):
            for panel in asked:
                panel.take_unlisted(owner, why)
        for panel in asked:
            groups.extend(panel.groups())
            for rule, number in panel.not_applicable():
                skipped[rule.rule.id] += number
    only_live = _unjudged(groups, {Unjudged.ONLY_LIVE})
    for rule_id, number in _unjudged(groups, set(Unjudged)).items():
        skipped[rule_id] += number
    return Judged(Findings(groups, snapshot), dict(skipped), only_live)


def _unjudged(groups: Iterable[Group], reasons: set[Unjudged]) -> dict[str, int]:
    """By rule, how many pairs gave no finding for one of these reasons."""
    found: defaultdict[str, int] = defaultdict(int)
    for group in groups:
        for rule, answer in group.answers:
            if isinstance(answer, Unjudged) and answer in reasons:
                found[rule.rule.id] += len(group.members)
    return dict(found)


def group_by_type(compiled: Iterable[tuple[str, CompiledRule]]) -> dict[str, tuple[CompiledRule, ...]]:
    """Arrange compiled rules by the type that they judge (lower case), rules in order of id."""
    found: defaultdict[str, list[CompiledRule]] = defaultdict(list)
    for type_name, rule in compiled:
        found[type_name.lower()].append(rule)
    return {key: tuple(sorted(found[key], key=lambda item: item.rule.id)) for key in sorted(found)}
