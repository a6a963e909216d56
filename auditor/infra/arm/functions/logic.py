"""Comparison and logic. What decides is enough: `if`, `and`, `or` and `coalesce` look no further."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.infra.arm.comparing import either, every, same, some
from auditor.infra.arm.expressions import ExpressionError
from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.values import ArgumentError, UndecidedError, boolean, is_number, refuse, text
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.infra.arm.evaluate import Evaluation
    from auditor.infra.arm.expressions import Call
    from auditor.model.reading import Json


def _if(evaluation: Evaluation, call: Call) -> Json:
    """One of two values; where the condition is unread, what both have in common."""
    condition, yes, no = call.arguments
    answer = evaluation.value(condition)
    if not isinstance(answer, Unread):
        return evaluation.value(yes if boolean(answer) else no)
    unread = Unread(answer.why, answer.settled_by)
    try:
        return either(evaluation.value(yes), evaluation.value(no), unread)
    except ExpressionError:
        return unread


def _booleans(evaluation: Evaluation, call: Call) -> Iterator[bool | Unread]:
    """The operands in turn; after one that is unread, nobody knows whether Azure looks at a wrong one."""
    unread: Unread | None = None
    for argument in call.arguments:
        try:
            value = evaluation.value(argument)
            answer = value if isinstance(value, Unread) else boolean(value)
        except (ArgumentError, ExpressionError):
            if unread is None:
                raise
            answer = unread
        if isinstance(answer, Unread):
            unread = answer
        yield answer


def _and(evaluation: Evaluation, call: Call) -> Json:
    return every(_booleans(evaluation, call))


def _or(evaluation: Evaluation, call: Call) -> Json:
    return some(_booleans(evaluation, call))


def _coalesce(evaluation: Evaluation, call: Call) -> Json:
    return next((value for argument in call.arguments if (value := evaluation.value(argument)) is not None), None)


def _bool(value: Json) -> bool:
    match value:
        case bool():
            return value
        case int() | float():
            return value != 0
        case str() if value.strip().lower() in {"true", "false"}:
            return value.strip().lower() == "true"
        case str():
            raise ArgumentError("expected “true” or “false”")
        case _:
            return refuse(value, "a boolean, an integer or a text")


def _ordered(test: Callable[[float], bool]) -> Callable[[Json, Json], bool]:
    """A comparison of two numbers or two texts; `test` sees below, at or above zero."""

    def compare(first: Json, second: Json) -> bool:
        if is_number(first) and is_number(second):
            return test((first > second) - (first < second))
        if is_number(first) or is_number(second):
            refuse(second if is_number(first) else first, "a number")
        return test(_order(text(first), text(second)))

    return compare


def _order(first: str, second: str) -> int:
    """Which text comes first, as .NET's invariant culture has it, as far as that is plain."""
    if first == second:
        return 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            if not (one + other).isascii() or not (one + other).isalnum() or one.lower() == other.lower():
                raise UndecidedError("the order of such texts is a matter of culture")
            return -1 if one.lower() < other.lower() else 1
    return -1 if len(first) < len(second) else 1


FUNCTIONS: Final = (
    Function("and", 2, MANY, _and, Takes.CALL),
    Function("bool", 1, 1, _bool),
    Function("coalesce", 1, MANY, _coalesce, Takes.CALL),
    Function("equals", 2, 2, same, Takes.ANY),
    Function("false", 0, 0, lambda: False),
    Function("greater", 2, 2, _ordered(lambda sign: sign > 0)),
    Function("greaterOrEquals", 2, 2, _ordered(lambda sign: sign >= 0)),
    Function("if", 3, 3, _if, Takes.CALL),
    Function("less", 2, 2, _ordered(lambda sign: sign < 0)),
    Function("lessOrEquals", 2, 2, _ordered(lambda sign: sign <= 0)),
    Function("not", 1, 1, lambda value: not boolean(value)),
    Function("null", 0, 0, lambda: None),
    Function("or", 2, MANY, _or, Takes.CALL),
    Function("true", 0, 0, lambda: True),
)
