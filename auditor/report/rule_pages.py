"""Pages about rules, in Markdown: one a rule, an index, and the coverage of Microsoft's page clause by clause."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from auditor.data import templates_folder
from auditor.policy.clauses import CLAUSES, EDITIONS, PAGE
from auditor.policy.needs import evidence_of
from auditor.policy.rule import FAMILIES
from auditor.report.fixes.snippets import HIGHLIGHTED
from auditor.report.fixes.values import in_general
from auditor.report.wording import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from auditor.policy.rule import Rule

_STANDARDS: Final = {
    "iso27001": "ISO/IEC 27001:2022",
    "nist80053": "NIST SP 800-53 Rev. 5",
    "gdpr": "GDPR, article",
    "mcsb": "Microsoft cloud security benchmark",
}


def rule_page(rule: Rule, types: frozenset[str]) -> str:
    """The page of one rule; `types` are those that it reads."""
    return _write(
        "rule.md.j2",
        rule=rule,
        promise=next(clause for clause in CLAUSES if clause.basis == rule.basis),
        evidence=evidence_of(types),
        snippets=[(item.label, HIGHLIGHTED[item.language], item.text) for item in in_general(rule)],
        mappings=[(_STANDARDS.get(name, name), values) for name, values in rule.mappings.items() if values],
    )


def rule_pages(rules: Sequence[Rule], types: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """All pages by their path below the folder of documentation; `types` are those that each rule reads, by its id."""
    evidence = {rule.id: evidence_of(types[rule.id]) for rule in rules}
    serving = {clause.basis: [rule for rule in rules if rule.basis == clause.basis] for clause in CLAUSES}
    shown = {"page": PAGE, "editions": EDITIONS, "clauses": CLAUSES, "serving": serving, "evidence": evidence}
    return {
        "coverage.md": _write("coverage.md.j2", **shown),
        "rules/README.md": _write("rules.md.j2", rules=rules, families=list(_by_family(rules)), evidence=evidence),
        **{f"rules/{rule.id}.md": rule_page(rule, types[rule.id]) for rule in rules},
    }


def _by_family(rules: Sequence[Rule]) -> Iterable[tuple[str, list[Rule]]]:
    """The families in their fixed order, those of a user's own behind them."""
    present = dict.fromkeys(rule.family for rule in rules)
    for family in (
        *(name for name in FAMILIES if name in present),
        *(name for name in present if name not in FAMILIES),
    ):
        title = FAMILIES[family][1] if family in FAMILIES else family
        yield title, [rule for rule in rules if rule.family == family]


def _write(template: str, **values: Any) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(templates_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - Markdown; what a rule says is its author's own text
    )
    environment.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False)
    text = environment.get_template(template).render(**values)
    return visible(re.sub(r"\n{3,}", "\n\n", text).strip("\n"), keep="\n\t") + "\n"
