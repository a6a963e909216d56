"""What each operator answers, case by case; expected answers were written down before they were run."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from auditor.model.reading import Json, Unread
from auditor.policy.operators import OPERATORS, ORDERS
from tests.policy.asking import NOW

YES, NO, SILENT = True, False, None
UNREAD = Unread("why")
DAYS = {"days": 2, "numbersAre": "days"}


def ask(operator: str, value: Json, operand: Json) -> bool | None:
    found = OPERATORS[operator]
    return found.test(value, found.prepare(operand), NOW)


CASES: list[tuple[str, Json, Json, bool | None]] = [
    ("equals", "TLS1_2", "tls1_2", YES),
    ("equals", "straße", "STRASSE", YES),
    ("equals", "a ", "a", NO),
    ("equals", 1, 1.0, YES),
    ("equals", 1, 2, NO),
    ("equals", True, True, YES),
    ("equals", False, True, NO),
    ("equals", 1, True, SILENT),
    ("equals", True, 1, SILENT),
    ("equals", 0, False, SILENT),
    ("equals", "true", True, SILENT),
    ("equals", "1", 1, SILENT),
    ("equals", [], "x", SILENT),
    ("equals", {}, [], SILENT),
    ("equals", ["A", 1], ["a", 1], YES),
    ("equals", ["a", 1], ["a", True], NO),
    ("equals", ["a"], ["a", "a"], NO),
    ("equals", {"k": "A"}, {"k": "a"}, YES),
    ("equals", {"k": 1}, {"k": True}, NO),
    ("equals", {"k": 1}, {"j": 1}, NO),
    ("equals", ["a", UNREAD], ["a", "b"], SILENT),
    ("in", "B", ["a", "b"], YES),
    ("in", "c", ["a", "b"], NO),
    ("in", 1, [True, 1], YES),
    ("in", 1, [True, "1"], SILENT),
    ("in", 2, [True, 1], NO),
    ("in", "x", [], NO),
    ("in", ["a"], [["A"], "b"], YES),
    ("like", "Standard_RAGRS", "*_ragrs", YES),
    ("like", "Standard_RAGRS", "_RAGRS", NO),
    ("like", "abc", "a?c", YES),
    ("like", "ac", "a?c", NO),
    ("like", "a.c", "a.c", YES),
    ("like", "abc", "a.c", NO),
    ("like", "a\nc", "a*", YES),
    ("like", "", "*", YES),
    ("like", 1, "*", SILENT),
    ("contains", ["GET", "put"], "PUT", YES),
    ("contains", ["GET"], "PUT", NO),
    ("contains", [], "PUT", NO),
    ("contains", [1], True, NO),
    ("contains", [{"a": "B"}], {"a": "b"}, YES),
    ("contains", [UNREAD], "x", SILENT),
    ("contains", [UNREAD, "x"], "x", YES),
    ("contains", "Logging, AzureServices", "azureservices", YES),
    ("contains", "None", "AzureServices", NO),
    ("contains", "1", 1, SILENT),
    ("contains", {"x": 1}, "x", SILENT),
    ("containsKey", {"Env": None}, "env", YES),
    ("containsKey", {"env": 1}, "ENV", YES),
    ("containsKey", {}, "env", NO),
    ("containsKey", {"env": UNREAD}, "other", NO),
    ("containsKey", ["env"], "env", SILENT),
    ("containsKey", "env", "env", SILENT),
    ("exists", 0, True, YES),
    ("exists", [], True, YES),
    ("exists", "x", False, NO),
    ("less", 1, 2, YES),
    ("less", 2, 2, NO),
    ("less", True, 2, SILENT),
    ("less", "1", 2, SILENT),
    ("lessOrEquals", "2", 2, SILENT),
    ("lessOrEquals", 2, 2, YES),
    ("lessOrEquals", 2.1, 2, NO),
    ("greater", 10**400, 1.5, YES),
    ("greater", 2, 2, NO),
    ("greater", [3], 2, SILENT),
    ("greaterOrEquals", 2, 2.0, YES),
    ("greaterOrEquals", 1, 2, NO),
    ("greaterOrEquals", None, 2, SILENT),
    ("atLeast", "TLS1_2", "TLS1_2", YES),
    ("atLeast", "TLS1_3", "TLS1_2", YES),
    ("atLeast", "tls1_1", "TLS1_2", NO),
    ("atLeast", "TLS9_9", "TLS1_2", SILENT),
    ("atLeast", "TLS1_20", "TLS1_2", SILENT),
    ("atLeast", 1.2, "TLS1_2", SILENT),
    ("sameRegionAs", "West Europe", "westeurope", YES),
    ("sameRegionAs", "westeurope", " WEST  europe ", YES),
    ("sameRegionAs", "westeurope", "northeurope", NO),
    ("sameRegionAs", "{location of the resource group}", "{location of the resource group}", YES),
    ("sameRegionAs", "{location of the resource group}", "westeurope", SILENT),
    ("sameRegionAs", "westeurope", ["{location of the resource group}", "westeurope"], YES),
    ("sameRegionAs", "westeurope", ["{location of the resource group}", "northeurope"], SILENT),
    ("sameRegionAs", "", "westeurope", SILENT),
    ("sameRegionAs", " ", "westeurope", SILENT),
    ("sameRegionAs", "westeurope", ["northeurope", "West Europe"], YES),
    ("sameRegionAs", "eastus", ["northeurope", "West Europe"], NO),
    ("sameRegionAs", "westeurope", [], NO),
    ("sameRegionAs", "", ["westeurope"], SILENT),
    ("sameRegionAs", 7, [], SILENT),
    ("sameRegionAs", ["westeurope"], "westeurope", SILENT),
    ("within", "24h", "24h", YES),
    ("within", "P1D", {"hours": 24}, YES),
    ("within", "1.00:00:00", "P1D", YES),
    ("within", "1.00:00:01", "P1D", NO),
    ("within", "00.08:00:00", {"hours": 24}, YES),
    ("within", "1.00:00:00.5", {"hours": 24}, NO),
    ("within", "24:00:00", {"hours": 24}, SILENT),
    # Twenty million days, not the day before yesterday with a dot before its time.
    ("within", "20251231.12:00:00", "24h", NO),
    ("within", "90m", "1h", NO),
    ("within", "1w", "7d", YES),
    ("within", "P1M", "400d", SILENT),
    ("within", 2, DAYS, YES),
    ("within", 3, DAYS, NO),
    ("within", 36, {"hours": 36, "numbersAre": "hours"}, YES),
    ("within", 1, {"hours": 24, "numbersAre": "days"}, YES),
    ("within", 2, {"hours": 24, "numbersAre": "days"}, NO),
    ("within", 2, "2d", SILENT),
    ("within", True, DAYS, SILENT),
    ("within", "2", DAYS, SILENT),
    ("within", 10**30, DAYS, SILENT),
    ("within", float("nan"), DAYS, SILENT),
    ("within", [1], DAYS, SILENT),
    ("within", "for ever", DAYS, SILENT),
    # Azure writes -1 for "as the workspace" or "for ever": no length of time, and surely not a short one.
    ("within", -1, DAYS, SILENT),
    ("within", "-P1D", DAYS, SILENT),
    ("within", 0, DAYS, YES),
    ("within", "2025-12-31T00:00:00Z", "24h", YES),
    ("within", "2025-12-30T23:59:59Z", "24h", NO),
    ("within", "2025-12-31", "24h", YES),
    ("within", "2025-12-31T01:00:00+01:00", "24h", YES),
    ("within", "2025-12-31T00:30:00+01:00", "24h", NO),
    ("within", "2026-06-01T00:00:00Z", "24h", YES),
    ("within", "2026-06-01T00:00:00Z", "0h", YES),
    ("within", "2025-12-31T23:59:59Z", "0h", NO),
    ("within", "0001-01-01", "24h", NO),
    ("within", "2025-02-30", "24h", SILENT),
]


@pytest.mark.parametrize(
    ("operator", "value", "operand", "wanted"),
    CASES,
    ids=[f"{name}-{number}-{str(value)[:20]}" for number, (name, value, _, _) in enumerate(CASES)],
)
def test_answer(operator: str, value: Json, operand: Json, wanted: bool | None) -> None:
    assert ask(operator, value, operand) is wanted


def test_every_operator_has_a_case_for_each_answer_that_it_can_give() -> None:
    given = {name: {wanted for operator, _, _, wanted in CASES if operator == name} for name in OPERATORS}
    assert {name: answers for name, answers in given.items() if answers != {YES, NO, SILENT}} == {"exists": {YES, NO}}


def test_null_is_never_equal_to_anything_that_can_be_asked_for() -> None:
    with pytest.raises(ValueError, match="exists: false"):
        OPERATORS["equals"].prepare(None)
    assert ask("equals", None, "x") is None


@pytest.mark.parametrize(
    ("operator", "operand", "message"),
    [
        ("exists", "true", "true or false"),
        ("exists", 1, "true or false"),
        ("containsKey", ["a"], "a text"),
        ("sameRegionAs", 1, "a text that is not empty"),
        ("sameRegionAs", " ", "a text that is not empty"),
        ("sameRegionAs", ["westeurope", ""], "or a list of such"),
        ("sameRegionAs", ["westeurope", 1], "or a list of such"),
        ("like", None, "a text"),
        ("in", "TLS1_2", "a list"),
        ("contains", None, "exists: false"),
        ("less", "1", "a number"),
        ("greater", True, "a number"),
        ("atLeast", "TLS9_9", "one of TLS1_0, TLS1_1, TLS1_2, TLS1_3"),
        ("atLeast", 1.2, "one of TLS1_0"),
        ("within", "soon", "24h, 2d, P1D"),
        ("within", "P1M", "a length of time"),
        ("within", 24, "{hours: 24}"),
        ("within", {"weeks": 1}, "{hours: 24}"),
        ("within", {"hours": 1, "days": 1}, "{hours: 24}"),
        ("within", {"hours": "1"}, "a number"),
        ("within", {"hours": 10**30}, "too long"),
        ("within", {"hours": float("nan")}, "NaN"),
        ("within", {"days": 1, "numbersAre": "weeks"}, "hours or days"),
        ("within", {"days": 1, "numbersAre": ["days"]}, "hours or days"),
        ("within", {"days": 1, "numberAre": "days"}, "{hours: 24}"),
    ],
)
def test_an_operand_that_does_not_fit_is_refused(operator: str, operand: Json, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        OPERATORS[operator].prepare(operand)


def test_ages_count_to_the_moment_that_is_given() -> None:
    within = OPERATORS["within"]
    ready = within.prepare("1d")
    written = "2026-01-01T00:00:00Z"
    moments = {timedelta(hours=24): True, timedelta(hours=24, seconds=1): False, -timedelta(days=9): True}
    assert {age: within.test(written, ready, NOW + age) for age in moments} == moments


def test_a_moment_in_another_zone_is_the_same_moment() -> None:
    zone = timezone(timedelta(hours=9))
    now = datetime(2026, 1, 1, tzinfo=UTC).astimezone(zone)
    within = OPERATORS["within"]
    assert within.test("2025-12-31T00:00:00Z", within.prepare("24h"), now) is True


def test_no_enumeration_has_a_value_twice() -> None:
    for order in ORDERS:
        assert len({name.casefold() for name in order}) == len(order)


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.name)
def test_an_operator_can_be_said(operator: Any) -> None:
    assert "{}" in operator.wish
    assert operator.summary.endswith(".")
    assert OPERATORS[operator.name] is operator
