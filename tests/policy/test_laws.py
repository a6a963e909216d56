"""What holds for every operator and every condition, whatever it is asked of."""

from __future__ import annotations

import copy
from collections import Counter
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.reading import Json, Unread, plain
from auditor.model.verdict import Verdict
from auditor.policy.operators import OPERATORS
from tests.policy.asking import NOW, condition, scope
from tests.policy.drawing import OPERANDS, UNREAD, conditions, facts, forget, values

law = settings(deadline=None, max_examples=100)

texts = (
    st.text(max_size=10)
    | st.from_regex(r"-?P(\d+[YMWD])*(T(\d+[HMS])+)?", fullmatch=True)
    | st.from_regex(r"\d{1,20}(\.\d+)? ?[mhdw]", fullmatch=True)
    | st.from_regex(r"(\d{1,12}\.)?\d{1,2}:\d\d:\d\d", fullmatch=True)
    | st.datetimes().map(lambda moment: moment.isoformat())
    | st.sampled_from(["TLS1_2", "TLS9_9", "westeurope", "a*b?", "*" * 30])
)
numbers = st.integers() | st.floats() | st.sampled_from([10**400, 1e308])
everything = st.recursive(
    st.none() | st.booleans() | numbers | texts | st.just(UNREAD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
lengths = st.fixed_dictionaries(
    {},
    optional={"hours": everything, "days": everything, "numbersAre": st.sampled_from(["days", "hours"]) | everything},
)


def prepared(operator: str, operand: Json) -> tuple[bool, Any]:
    """Whether an operand is accepted, and what it is prepared to; anything but a `ValueError` is a bug."""
    try:
        return True, OPERATORS[operator].prepare(operand)
    except ValueError:
        return False, None


@settings(deadline=None, max_examples=300)
@given(operand=everything | lengths, value=everything)
def test_operators_answer_for_any_value(operand: Json, value: Json) -> None:
    for name, operator in OPERATORS.items():
        for asked in (operand, *OPERANDS[name]):
            accepted, ready = prepared(name, asked)
            if accepted:
                found = operator.test(value, ready, NOW)
                assert found is None or isinstance(found, bool), name


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_accepts_the_operands_that_the_laws_draw(name: str) -> None:
    assert all(prepared(name, operand)[0] for operand in OPERANDS[name])


@settings(deadline=None, max_examples=300)
@given(value=everything, random=st.randoms(use_true_random=True))
def test_what_is_unread_within_a_value_is_never_taken_for_a_difference(value: Json, random: Random) -> None:
    """An operator that says yes or no of a value of which a part is unread says so whatever that part is."""
    hidden = forget(value, random, 0.5)
    for name, operator in OPERATORS.items():
        for operand in OPERANDS[name] if not isinstance(hidden, Unread) else ():
            ready = operator.prepare(operand)
            before, after = operator.test(value, ready, NOW), operator.test(hidden, ready, NOW)
            assert after in {None, before}, (name, operand, hidden)


@law
@given(conditions, facts)
def test_the_fast_answer_and_the_one_with_evidence_agree(written: Json, known: Json) -> None:
    asked, place = condition(written), scope(known)
    judgement = asked.judge(place)
    assert asked.verdict(place) is judgement.verdict
    assert judgement.because


@law
@given(conditions, facts)
def test_what_decided_holds_if_the_condition_does(written: Json, known: Json) -> None:
    """But for the elements that a count only names, which have no wish."""
    judgement = condition(written).judge(scope(known))
    holds = {Verdict.PASS: True, Verdict.FAIL: False, Verdict.UNKNOWN: None}[judgement.verdict]
    assert {item.holds for item in judgement.because if item.wish} == {holds}


@law
@given(st.lists(conditions, min_size=1, max_size=3), facts)
def test_de_morgan_holds_for_the_verdict_and_for_its_evidence(parts: list[Json], known: Json) -> None:
    place = scope(known)
    turned = [{"not": part} for part in parts]
    for one, other in (("allOf", "anyOf"), ("anyOf", "allOf")):
        assert condition({"not": {one: parts}}).judge(place) == condition({other: turned}).judge(place)


@law
@given(conditions, facts)
def test_turning_round_twice_changes_nothing(written: Json, known: Json) -> None:
    place = scope(known)
    assert condition({"not": {"not": written}}).judge(place) == condition(written).judge(place)


@law
@given(conditions, facts)
def test_a_condition_and_its_opposite_never_agree_unless_unknown(written: Json, known: Json) -> None:
    place = scope(known)
    verdict, opposite = condition(written).verdict(place), condition({"not": written}).verdict(place)
    assert (verdict is opposite) == (verdict is Verdict.UNKNOWN)


@law
@given(st.lists(conditions, min_size=2, max_size=4), facts, st.randoms(use_true_random=True))
def test_the_order_of_parts_does_not_matter(parts: list[Json], known: Json, random: Random) -> None:
    place, shuffled = scope(known), random.sample(parts, len(parts))
    for fold in ("allOf", "anyOf"):
        one, other = condition({fold: parts}).judge(place), condition({fold: shuffled}).judge(place)
        assert one.verdict is other.verdict
        assert Counter(map(repr, one.because)) == Counter(map(repr, other.because))


@law
@given(conditions, conditions, facts)
def test_a_part_more_makes_all_no_better_and_any_no_worse(written: Json, more: Json, known: Json) -> None:
    place = scope(known)
    alone = condition(written).verdict(place).value
    assert condition({"allOf": [written, more]}).verdict(place).value <= alone
    assert condition({"anyOf": [written, more]}).verdict(place).value >= alone


@law
@given(conditions, facts)
def test_judging_leaves_what_it_judges_as_it_was(written: Json, known: Json) -> None:
    before = copy.deepcopy(known)
    condition(written).judge(scope(known))
    assert known == before
    assert plain(known) == plain(before)


@settings(deadline=None, max_examples=1000)
@given(conditions, facts, st.randoms(use_true_random=True))
def test_knowing_less_never_turns_an_answer_round(written: Json, known: Json, random: Random) -> None:
    """Whatever of a resource becomes unread, a verdict stays or becomes unknown; an unknown stays one."""
    asked = condition(written)
    before = asked.verdict(scope(known))
    for _ in range(4):
        less = forget(known, random)
        after = asked.verdict(scope(less))
        assert after in {before, Verdict.UNKNOWN}, f"{before} became {after}: {plain(less)}"


@pytest.mark.parametrize(
    ("written", "known", "less"),
    [
        ({"not": {"field": "facts.l", "contains": "x"}}, {"l": ["x"]}, {"l": [UNREAD]}),
        ({"not": {"field": "facts.l", "equals": ["x"]}}, {"l": ["x"]}, {"l": ["x", UNREAD]}),
        ({"not": {"field": "facts.l", "in": [["x"], ["x", "y"]]}}, {"l": ["x"]}, {"l": [UNREAD]}),
        ({"not": {"field": "facts.a", "in": {"field": "facts.l"}}}, {"a": 1, "l": [1, 2]}, {"a": 1, "l": [UNREAD, 2]}),
        (
            {"not": {"field": "facts.l", "contains": {"field": "facts.o"}}},
            {"l": [{}], "o": {}},
            {"l": [{}], "o": UNREAD},
        ),
    ],
)
def test_a_list_that_was_read_in_part_does_not_lack_what_is_not_in_that_part(
    written: Json, known: Json, less: Json
) -> None:
    assert condition(written).verdict(scope(known)) is Verdict.FAIL
    assert condition(written).verdict(scope(less)) is Verdict.UNKNOWN


def test_an_empty_list_stands_every_test_even_one_that_cannot_be_put() -> None:
    written = {"field": "facts.l[*].a", "equals": {"field": "facts.b"}}
    for known in ({"l": [], "b": 1}, {"l": [], "b": UNREAD}, {"l": []}):
        assert (
            condition(written).verdict(scope(known)) is condition(written).judge(scope(known)).verdict is Verdict.PASS
        )


@law
@given(conditions, values)
def test_of_what_nobody_could_see_nothing_is_known(written: Json, known: Json) -> None:
    """Unless it asks nothing of the resource: an empty list of choices, say, holds none whatever it is."""
    asked = condition(written)
    unseen = asked.verdict(scope(UNREAD))
    assert unseen in {asked.verdict(scope({"a": known})), Verdict.UNKNOWN}
