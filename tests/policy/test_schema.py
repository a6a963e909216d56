"""The JSON Schema of rule files says no less than the loader, as far as a schema can."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.data import policies_folder
from auditor.model.types import STORAGE
from auditor.policy.defaults import FILE_NAME
from auditor.policy.operators import OPERATORS
from auditor.policy.schema import rule_schema
from auditor.yaml_source import parse_yaml, read_yaml
from tests.policy.asking import PARAMETERS, mistakes
from tests.policy.files import RULE

SCHEMA = rule_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = [path for path in sorted(policies_folder().rglob("*.yaml")) if path.name != FILE_NAME]
IS_X = {"field": "facts.a", "equals": "x"}


def accepts(value: Any) -> bool:
    return VALIDATOR.is_valid(value)


def accepts_condition(written: Any) -> bool:
    return accepts({**parse_yaml(RULE, "rule").value, "check": written})


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_it_accepts_every_rule_that_comes_with_the_tool(path: Any) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(read_yaml(path).value)] == []


@pytest.mark.parametrize("key", SCHEMA["required"])
def test_it_asks_for_every_key_that_the_loader_asks_for(key: str) -> None:
    value = parse_yaml(RULE, "rule").value
    assert accepts(value)
    del value[key]
    assert not accepts(value)


@pytest.mark.parametrize(
    "change",
    [
        {"titel": "x"},
        {"id": "di-tls-1"},
        {"name": "Has Capitals"},
        {"severity": "hihg"},
        {"profile": "loose"},
        {"basis": "none"},
        {"appliesTo": "Microsoft.Storage/storage"},
        {"appliesTo": []},
        {"title": 7},
        {"summary": {"one": "x"}},
        {"references": ["http://a.example"]},
        {"fix": {"az": "x"}},
        {"fix": {"text": "x", "pulumi": "y"}},
        {"mappings": {"iso": []}},
        {"mappings": {"mcsb": "DP-3"}},
        {"peers": {"rules": []}},
        {"parameters": {"x": {}}},
        {"parameters": {"x": {"default": 1, "allowed": 1}}},
        {"examples": [{}]},
        {"examples": [{"expect": "passes"}]},
        {"examples": [{"expect": "pass", "resources": {}}]},
    ],
    ids=str,
)
def test_it_refuses_what_the_loader_refuses(change: dict[str, Any]) -> None:
    assert not accepts({**parse_yaml(RULE, "rule").value, **change})


@pytest.mark.parametrize(
    ("written", "good"),
    [
        (IS_X, True),
        ({**IS_X, "default": "x"}, True),
        ({"field": "facts.a"}, False),
        ({"equals": 1}, False),
        ({"field": "facts.a", "notEquals": 1}, False),
        ({"field": 1, "equals": 1}, False),
        ({"allOf": [IS_X, {"not": IS_X}]}, True),
        ({"allOf": []}, False),
        ({"allOf": [IS_X], "anyOf": [IS_X]}, False),
        ({"not": [IS_X]}, False),
        ({"seen": {"not": IS_X}}, True),
        ({"seen": IS_X, "not": IS_X}, False),
        ({"count": {"field": "facts.l[*]"}, "equals": 1}, True),
        ({"count": {"field": "facts.l[*]", "where": IS_X}, "less": 1}, True),
        ({"count": {"field": "facts.l[*]"}}, False),
        ({"count": {"field": "facts.l[*]"}, "like": "x"}, False),
        ({"count": {"where": IS_X}, "equals": 1}, False),
        ({"byType": {STORAGE: IS_X}}, True),
        ({"byType": {}}, False),
        ({"byType": {"Microsoft.Storage/storage": IS_X}}, False),
        ({"byType": {STORAGE: IS_X}, "not": IS_X}, False),
        ({"parameter": "one", "equals": 1}, True),
        ({"parameter": "one"}, False),
        ({"parameter": 1, "equals": 1}, False),
        ({"parameter": "one", "equals": 1, "less": 2}, False),
        ({"parameter": "one", "equals": 1, "default": 2}, False),
        ({}, False),
        ([], False),
    ],
    ids=str,
)
def test_it_agrees_with_the_compiler_about_conditions(written: Any, good: bool) -> None:
    assert (mistakes(copy.deepcopy(written), **PARAMETERS) == []) is good
    assert accepts_condition(written) is good


def test_it_knows_every_operator() -> None:
    operands = {"in": ["x"], "exists": True, "atLeast": "TLS1_2", "within": "24h"}
    numbers = dict.fromkeys(("less", "lessOrEquals", "greater", "greaterOrEquals"), 1)
    for name in OPERATORS:
        operand = {**operands, **numbers}.get(name, "x")
        assert accepts_condition({"field": "facts.a", name: operand}), name
        assert mistakes({"field": "facts.a", name: operand}) == [], name
