"""Tries the examples of rules: the proof, in the rule's own file, that it answers as it should."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from auditor.errors import Mistake
from auditor.model.durations import parse_moment
from auditor.model.finding import STATUS_OF
from auditor.model.reading import Unread
from auditor.model.verdict import Verdict
from auditor.policy.compiler import CompiledRule, compile_rule
from auditor.policy.condition import Scope
from auditor.policy.target import given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.policy.loader import Policy
    from auditor.policy.rule import Example, Rule

_SILENT = "the example does not say"
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Trial:
    """One example, tried: the answer it got, and what is wrong with it (None if nothing is)."""

    rule: Rule
    example: Example
    got: str
    mistake: Mistake | None


def try_examples(policy: Policy, rule: Rule) -> Iterator[Trial]:
    """Hold the rule against each of its examples, as a resource of the type it names or the first that it applies to.

    `where` is taken as met, unless the example expects `notApplicable` or gives facts or a parent to decide it.
    """
    for example in rule.examples:
        got = _answer(policy, rule, example)
        mistake = None
        if got != example.expect:
            about = f" ({example.about})" if example.about else ""
            mistake = Mistake(rule.file, example.line, 1, f"{rule.id}{about}: expected {example.expect}, got {got}")
        yield Trial(rule, example, got, mistake)


def _answer(policy: Policy, rule: Rule, example: Example) -> str:
    type_name = str(example.resource.get("type", rule.applies_to[0]))
    parameters = {item.name: example.parameters.get(item.name, item.default) for item in rule.parameters}
    problems: list[str] = []
    compiled = compile_rule(
        rule, type_name, policy.language, parameters, lambda _place, problem: problems.append(problem)
    )
    if compiled is None:
        return f"a mistake: {problems[0]}"
    return _judge(compiled, _scope(example, type_name), example)


def _judge(compiled: CompiledRule, scope: Scope, example: Example) -> str:
    applies = compiled.where.verdict(scope)
    decided = example.expect == "notApplicable" or example.facts or example.parent or example.children
    if applies is Verdict.FAIL and decided:
        return "notApplicable"
    if example.expect == "notApplicable":
        return f"that it applies ({STATUS_OF[applies]})"
    return STATUS_OF[compiled.check.judge(scope).verdict]


def _scope(example: Example, type_name: str) -> Scope:
    body = {"type": type_name, **example.resource}
    parent = None
    if example.parent is not None:
        facts = example.parent.get("facts", Unread(_SILENT))
        parent = given(example.parent, facts, {}, None, silent=_SILENT)
    facts = dict(example.facts) or Unread(_SILENT)
    target = given(body, facts, example.children, parent, silent=_SILENT)
    now = None if example.now is None else parse_moment(example.now)
    return Scope(target, now or _NOW)
