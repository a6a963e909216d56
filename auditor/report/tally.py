"""The findings of each rule, counted: what sentences and answers need of findings that pass is how many there are."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model.finding import STATUSES
from auditor.report.report import Lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.model.finding import Status
    from auditor.policy.rule import Rule
    from auditor.report.report import Answer, Line


@dataclass(frozen=True, slots=True)
class Tally:
    """The findings of one rule: those that do not pass, and the keys of resources that pass by their type (lower case)."""

    rule: Rule
    notable: Sequence[Line] = ()
    passed: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def number(self, status: Status) -> int:
        """How many findings have a status."""
        if status == "pass":
            return sum(map(len, self.passed.values()))
        return sum(line.finding.status == status for line in self.notable)

    def subjects(self, *, seen: bool = False) -> dict[str, str]:
        """The types of the resources that were judged, by key; with `seen`, without owners whose list was not read."""
        own = {name.lower() for name in self.rule.applies_to}
        found = {key: type_name for type_name, keys in self.passed.items() for key in keys}
        for line in self.notable:
            type_name = line.finding.subject.type.lower()
            if not seen or line.finding.status != "unknown" or type_name in own:
                found[line.finding.subject.key] = type_name
        return found


def tallies(lines: Iterable[Line]) -> list[Tally]:
    """The findings by rule, in order of id."""
    notable: defaultdict[str, list[Line]] = defaultdict(list)
    passed: defaultdict[str, dict[str, list[str]]] = defaultdict(dict)
    rules: dict[str, Rule] = {}
    if isinstance(lines, Lines):
        rules = dict(lines.rules)
        passed.update(
            {rule_id: {name: [*own] for name, own in keys.items()} for rule_id, keys in lines.passed_keys() if keys}
        )
        lines = lines.notable
    for line in lines:
        finding = line.finding
        rules[finding.rule] = line.rule
        if finding.status == "pass":
            passed[finding.rule].setdefault(finding.subject.type.lower(), []).append(finding.subject.key)
        else:
            notable[finding.rule].append(line)
    found = sorted({*notable, *passed})
    return [Tally(rules[rule_id], notable.get(rule_id, ()), passed.get(rule_id, {})) for rule_id in found]


def counts(found: Iterable[Tally]) -> dict[Status, int]:
    """How many findings there are of each status; every status is there."""
    counted: Counter[Status] = Counter()
    for tally in found:
        for status in STATUSES:
            counted[status] += tally.number(status)
    return {status: counted[status] for status in STATUSES}


def answer_of(found: Sequence[Tally]) -> Answer:
    """The worst answer that the findings give."""
    notable = [line for tally in found for line in tally.notable]
    statuses = {line.finding.status for line in notable}
    if "fail" in statuses:
        return "broken"
    if any(line.finding.status == "unknown" and not line.unprovable for line in notable):
        return "not seen"
    if "unknown" in statuses:
        return "not provable"
    if "waived" in statuses:
        return "waived"
    return "kept" if found else "nothing to check"
