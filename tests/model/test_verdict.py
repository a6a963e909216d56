"""Three answers, and how they combine: Kleene's strong logic."""

from __future__ import annotations

from itertools import permutations, product

import pytest

from auditor.model.verdict import Verdict, all_of, any_of

PASS, UNKNOWN, FAIL = Verdict.PASS, Verdict.UNKNOWN, Verdict.FAIL


def test_a_verdict_is_neither_true_nor_false() -> None:
    for verdict in Verdict:
        with pytest.raises(TypeError, match="three values"):
            bool(verdict)


def test_turning_round_leaves_unknown_alone() -> None:
    assert (~PASS, ~FAIL, ~UNKNOWN) == (FAIL, PASS, UNKNOWN)


@pytest.mark.parametrize(
    ("verdicts", "every", "some"),
    [
        ((), PASS, FAIL),
        ((PASS,), PASS, PASS),
        ((UNKNOWN,), UNKNOWN, UNKNOWN),
        ((FAIL,), FAIL, FAIL),
        ((PASS, UNKNOWN), UNKNOWN, PASS),
        ((PASS, FAIL), FAIL, PASS),
        ((UNKNOWN, FAIL), FAIL, UNKNOWN),
        ((PASS, UNKNOWN, FAIL), FAIL, PASS),
    ],
)
def test_all_is_the_worst_and_any_the_best_in_any_order(
    verdicts: tuple[Verdict, ...], every: Verdict, some: Verdict
) -> None:
    for ordered in permutations(verdicts):
        assert all_of(ordered) is every
        assert any_of(ordered) is some


def test_de_morgan() -> None:
    for verdicts in product(Verdict, repeat=3):
        assert ~all_of(verdicts) is any_of(~verdict for verdict in verdicts)
        assert ~any_of(verdicts) is all_of(~verdict for verdict in verdicts)


def test_what_is_decided_is_not_asked_further() -> None:
    def then(verdict: Verdict) -> object:
        yield verdict
        pytest.fail("asked on")

    assert all_of(then(FAIL)) is FAIL  # type: ignore[arg-type]
    assert any_of(then(PASS)) is PASS  # type: ignore[arg-type]
