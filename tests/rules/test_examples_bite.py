"""Each part of a rule is there for a reason that its examples show: with the part left out, one of them goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from auditor.model.reading import Json
from auditor.policy.examples import try_examples
from auditor.policy.rule import Rule
from tests.rules.shipped import policy

_FOLDS = {"allOf": "anyOf", "anyOf": "allOf"}


def spoilt(condition: Json) -> Iterator[Json]:
    """The condition with one part left out or turned round, each part in its turn."""
    match condition:
        case {"allOf": parts} | {"anyOf": parts}:
            word = next(iter(condition))
            if not any(map(asks_a_parameter, parts)):
                yield {_FOLDS[word]: parts}
            for index, part in enumerate(parts):
                before, after = parts[:index], parts[index + 1 :]
                if (before or after) and not asks_a_parameter(part):
                    yield {word: [*before, *after]}
                yield from ({word: [*before, worse, *after]} for worse in spoilt(part))
        case {"not": part} | {"seen": part}:
            word = next(iter(condition))
            yield part
            yield from ({word: worse} for worse in spoilt(part))
        case {"byType": dict(kinds)}:
            for name, part in kinds.items():
                yield from ({"byType": {**kinds, name: worse}} for worse in spoilt(part))
        case {"count": {"field": field, "where": where}, **rest}:
            yield {"count": {"field": field}, **rest}
            yield from ({"count": {"field": field, "where": worse}, **rest} for worse in spoilt(where))
        case _:
            pass


def asks_a_parameter(condition: Json) -> bool:
    """What parameters settle shapes the evidence as well, and may change no verdict."""
    match condition:
        case {"not": part}:
            return asks_a_parameter(part)
        case _:
            return isinstance(condition, dict) and "parameter" in condition


def fits(rule: Rule, **changes: Any) -> bool:
    return not any(trial.mistake for trial in try_examples(policy(), replace(rule, **changes)))


@pytest.mark.parametrize("rule", policy().rules, ids=lambda rule: rule.id)
def test_no_part_of_a_rule_can_be_left_out_unnoticed(rule: Rule) -> None:
    assert not [worse for worse in spoilt(rule.where) if fits(rule, where=worse)]
    assert not [worse for worse in spoilt(rule.check) if fits(rule, check=worse)]


def test_the_spoiling_spoils() -> None:
    """One part a time, at every depth."""
    one, two, three = ({"field": name, "equals": 1} for name in ("name", "kind", "location"))
    counted = {"count": {"field": "x[*]", "where": {"not": one}}, "equals": 0}
    assert list(spoilt({"allOf": [one, {"anyOf": [two, three]}]})) == [
        {"anyOf": [one, {"anyOf": [two, three]}]},
        {"allOf": [{"anyOf": [two, three]}]},
        {"allOf": [one]},
        {"allOf": [one, {"allOf": [two, three]}]},
        {"allOf": [one, {"anyOf": [three]}]},
        {"allOf": [one, {"anyOf": [two]}]},
    ]
    assert list(spoilt({"byType": {"a": {"seen": counted}, "b": one}})) == [
        {"byType": {"a": counted, "b": one}},
        {"byType": {"a": {"seen": {"count": {"field": "x[*]"}, "equals": 0}}, "b": one}},
        {"byType": {"a": {"seen": {"count": {"field": "x[*]", "where": one}, "equals": 0}}, "b": one}},
    ]
    assert list(spoilt({"anyOf": [one, {"not": {"parameter": "p", "equals": 1}}]})) == [
        {"anyOf": [{"not": {"parameter": "p", "equals": 1}}]},
        {"anyOf": [one, {"parameter": "p", "equals": 1}]},
    ]
