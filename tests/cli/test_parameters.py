"""What users set with --set and --profile: checked before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor import audit
from auditor.errors import PolicyError, UsageError
from auditor.model.reading import Json
from tests.policy.files import RULE, write

PARAMETERS = """\
parameters:
  number: {default: 24}
  text: {default: "a", allowed: ["a", "b"]}
  truth: {default: true}
  list: {default: ["x"]}
"""
CHECK = (
    "check: {allOf: [{field: tags.a, less: {parameter: number}}, {field: tags.b, equals: {parameter: text}}, "
    "{field: tags.c, equals: {parameter: truth}}, {field: tags.d, in: {parameter: list}}]}"
)


def rule(**changes: str) -> str:
    lines = [CHECK if line.startswith("check:") else line for line in RULE.splitlines()]
    lines = [f"{key}: {changes[key]}" if (key := line.partition(":")[0]) in changes else line for line in lines]
    return "\n".join([*lines, PARAMETERS])


def prepared(folder: Path, profile: str = "baseline", **chosen: str) -> audit.Audit:
    rules = folder / "r"
    if not rules.exists():
        write(rules, rule=rule())
    return audit.prepare(audit.Choice((rules,), profile, chosen))


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("number", "48", 48),
        ("number", "1.5", 1.5),
        ("number", "-1", -1),
        ("text", "b", "b"),
        ("text", "'b'", "b"),
        ("truth", "false", False),
        ("list", "[y, z]", ["y", "z"]),
        ("list", "[]", []),
    ],
)
def test_a_value_of_the_right_kind_is_taken(name: str, text: str, value: Json, tmp_path: Path) -> None:
    found = dict(prepared(tmp_path, **{name: text}).parameters)
    assert repr(found[name]) == repr(value)
    assert found.pop("maxWaiverDays") == 90
    assert {key: found[key] for key in found if key != name} == {
        key: item for key, item in {"number": 24, "text": "a", "truth": True, "list": ["x"]}.items() if key != name
    }


@pytest.mark.parametrize(
    ("name", "text", "problem", "hint"),
    [
        ("number", "abc", "number is a number", "Its default is 24."),
        ("number", "", "number is a number", "Its default is 24."),
        ("number", "true", "number is a number", "Its default is 24."),
        ("number", "'48'", "number is a number", "Its default is 24."),
        ("number", "[48", "number is a number", "Its default is 24."),
        ("text", "7", "text is a text", "Its default is a."),
        ("text", "c", "that value is not allowed", "Allowed: a, b."),
        ("truth", "1", "truth is a truth value", "Its default is True."),
        ("truth", "yes", "truth is a truth value", "Its default is True."),
        ("list", "x", "list is a list", "Its default is ['x']."),
        ("list", "{a: 1}", "list is a list", "Its default is ['x']."),
        ("nmber", "7", "no rule has a parameter nmber", "--set: did you mean number?"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(name: str, text: str, problem: str, hint: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        prepared(tmp_path, **{name: text})
    assert caught.value.problem.endswith(problem)
    assert caught.value.hint == hint


def test_a_parameter_of_a_kind_that_has_no_name_is_told_as_a_value(tmp_path: Path) -> None:
    check = "check: {field: tags.a, equals: {parameter: object}}"
    lines = [check if line.startswith("check:") else line for line in RULE.splitlines()]
    write(tmp_path / "r", rule="\n".join([*lines, "parameters: {object: {default: {a: 1}}}"]))
    assert prepared(tmp_path, object="{a: 2}").parameters == {"object": {"a": 2}, "maxWaiverDays": 90}
    with pytest.raises(UsageError, match="object is a value"):
        prepared(tmp_path, object="7")


def test_how_long_waivers_may_last_belongs_to_no_rule_and_is_set_like_any_other(tmp_path: Path) -> None:
    assert prepared(tmp_path).max_waiver_days == 90
    assert prepared(tmp_path, maxWaiverDays="30").max_waiver_days == 30
    with pytest.raises(UsageError, match="maxWaiverDays is a number"):
        prepared(tmp_path, maxWaiverDays="long")


def test_a_profile_without_a_rule_is_no_clean_audit(tmp_path: Path) -> None:
    write(tmp_path / "r", rule=rule(profile="strict"))
    assert len(prepared(tmp_path, "strict").rules) == 1
    with pytest.raises(UsageError, match="no rule belongs to the profile baseline"):
        prepared(tmp_path)


def test_the_strict_profile_has_all_rules_and_the_baseline_its_own(tmp_path: Path) -> None:
    write(tmp_path / "r", a=rule(id="A-TLS-1", profile="strict"), b=rule(id="B-TLS-1"))
    assert [item.id for item in prepared(tmp_path).rules] == ["B-TLS-1"]
    assert [item.id for item in prepared(tmp_path, "strict").rules] == ["A-TLS-1", "B-TLS-1"]


def test_a_broken_rule_stops_everything(tmp_path: Path) -> None:
    write(tmp_path / "r", rule=rule(severity="hihg"))
    with pytest.raises(PolicyError, match="did you mean high"):
        prepared(tmp_path)
