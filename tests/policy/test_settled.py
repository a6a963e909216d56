"""What the parameters settle says nothing more about resources: verdicts stay, and evidence tells what decided."""

from __future__ import annotations

import pytest
from hypothesis import given

from auditor.model.reading import Json
from auditor.model.verdict import Verdict
from auditor.policy.condition import AllOf, AnyOf, Condition, Not
from auditor.policy.settled import settled, that_matter
from tests.policy.asking import compile_one, condition, scope
from tests.policy.drawing import conditions, facts
from tests.policy.test_laws import law

IS_X = {"field": "facts.a", "equals": "x"}
FEW = {"parameter": "few", "equals": []}  # as it is set: none
ONE = {"parameter": "one", "greater": 1}  # as it is set: 1


def paths(written: Json) -> list[str]:
    return [item.path for item in condition(written).judge(scope({"a": "y"})).because]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ({"anyOf": [IS_X, ONE]}, ["facts.a"]),
        ({"anyOf": [IS_X, {"allOf": [ONE, IS_X]}]}, ["facts.a"]),
        ({"anyOf": [IS_X, {"allOf": [{"not": FEW}, IS_X]}]}, ["facts.a"]),
        ({"allOf": [IS_X, FEW]}, ["facts.a"]),
        ({"allOf": [IS_X, {"anyOf": [FEW, IS_X]}]}, ["facts.a"]),
        ({"anyOf": [IS_X, FEW]}, ["parameters.few"]),
        ({"allOf": [IS_X, ONE]}, ["parameters.one"]),
        ({"allOf": [FEW, {"not": ONE}]}, ["parameters.few", "parameters.one"]),
        ({"anyOf": [{"not": FEW}, ONE]}, ["parameters.few", "parameters.one"]),
        (FEW, ["parameters.few"]),
    ],
)
def test_evidence_tells_what_decided(written: Json, shown: list[str]) -> None:
    assert paths(written) == shown


def test_what_depends_on_the_time_is_not_settled() -> None:
    old = compile_one({"parameter": "since", "within": "24h"}, parameters={"since": "2020-01-01"}).check
    assert settled(old) is None
    assert old.verdict(scope({})) is Verdict.FAIL


def parts_of(asked: Condition) -> list[Condition]:
    match asked:
        case AllOf(parts=parts) | AnyOf(parts=parts):
            return [asked, *(found for part in parts for found in parts_of(part))]
        case Not(part=part):
            return [asked, *parts_of(part)]
        case _:
            return [asked]


@law
@given(conditions, facts)
def test_what_is_settled_is_the_answer_for_every_resource(written: Json, known: Json) -> None:
    place = scope(known)
    for part in parts_of(condition(written)):
        assert settled(part) in {None, part.verdict(place)}


@law
@given(conditions, conditions, conditions, facts)
def test_leaving_out_what_is_settled_changes_no_verdict(one: Json, two: Json, three: Json, known: Json) -> None:
    place = scope(known)
    parts = tuple(condition(part) for part in (one, two, three, FEW, ONE))
    for some in (parts, parts[:4], (*parts[:3], parts[4]), parts[3:]):
        for fold in (AllOf, AnyOf):
            assert fold(that_matter(fold, some)).verdict(place) is fold(some).verdict(place)
