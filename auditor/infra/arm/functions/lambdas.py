"""Functions that take lambdas, as Bicep compiles them: `map(list, lambda('x', …lambdaVariables('x')…))`.

A lambda over an element that is unread is asked like any other: what does not look at the element is known.
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.expressions import Literal
from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.values import (
    ArgumentError,
    Perhaps,
    Rest,
    array,
    boolean,
    closed,
    counted,
    mapping,
    symbol_of,
    text,
)
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from auditor.infra.arm.evaluate import Evaluation, Lambda
    from auditor.infra.arm.expressions import Call
    from auditor.model.reading import Json


def _lambda(evaluation: Evaluation, call: Call) -> Json:
    *names, body = call.arguments
    parameters: list[str] = []
    for name in names:
        if not isinstance(name, Literal) or not isinstance(name.value, str):
            raise ArgumentError("expected the name of a variable as a text")
        parameters.append(name.value.lower())
    return evaluation.closure(tuple(parameters), body)


def _lambda_variables(evaluation: Evaluation, call: Call) -> Json:
    name = text(evaluation.value(call.arguments[0]))
    try:
        return evaluation.variables[name.lower()]
    except KeyError:
        raise ArgumentError(f"there is no variable “{name}” here") from None


def _items(evaluation: Evaluation, call: Call) -> list[Json]:
    return array(evaluation.value(call.arguments[0]))


def _asked(function: Lambda, item: Json, index: int) -> Json:
    """The answer for an element; a lambda of two variables is told its place as well."""
    return function(item, index) if len(function.parameters) > 1 else function(item)


def _filter(evaluation: Evaluation, call: Call) -> Json:
    """The elements that a lambda takes; one of which it cannot tell may be there or not."""
    function = evaluation.function(call.arguments[1], 1, 2)
    kept: list[Json] = []
    for index, item in enumerate(_items(evaluation, call)):
        answer = _asked(function, item, index)
        if isinstance(answer, Unread) or isinstance(item, Rest):
            unread = answer if isinstance(answer, Unread) else item
            kept.append(Rest(unread.why, unread.settled_by, symbol_of(unread)))
        elif boolean(answer):
            kept.append(item)
    return kept


def _map(evaluation: Evaluation, call: Call) -> Json:
    function = evaluation.function(call.arguments[1], 1, 2)
    return [
        item if isinstance(item, Rest) else _asked(function, item, index)
        for index, item in enumerate(_items(evaluation, call))
    ]


def _reduce(evaluation: Evaluation, call: Call) -> Json:
    items, start, body = call.arguments
    function = evaluation.function(body, 2, 3)
    result = evaluation.value(start)
    for index, item in enumerate(counted(array(evaluation.value(items)))):
        result = function(result, item, index) if len(function.parameters) > 2 else function(result, item)  # noqa: PLR2004
    return result


def _sort(evaluation: Evaluation, call: Call) -> Json:
    function = evaluation.function(call.arguments[1], 2, 2)

    def before(first: Json, second: Json) -> bool:
        return boolean(function(first, second))

    def order(first: Json, second: Json) -> int:
        return -1 if before(first, second) else int(before(second, first))

    return sorted(counted(_items(evaluation, call)), key=cmp_to_key(order))


def _to_object(evaluation: Evaluation, call: Call) -> Json:
    name = evaluation.function(call.arguments[1], 1, 1)
    value = evaluation.function(call.arguments[2], 1, 1) if len(call.arguments) > 2 else None  # noqa: PLR2004
    return {text(name(item)): value(item) if value else item for item in counted(_items(evaluation, call))}


def _group_by(evaluation: Evaluation, call: Call) -> Json:
    name = evaluation.function(call.arguments[1], 1, 1)
    groups: dict[str, list[Json]] = {}
    for item in counted(_items(evaluation, call)):
        groups.setdefault(text(name(item)), []).append(item)
    return groups


def _map_values(evaluation: Evaluation, call: Call) -> Json:
    function = evaluation.function(call.arguments[1], 1, 1)
    found = closed(mapping(evaluation.value(call.arguments[0])))
    return {key: value if isinstance(value, Perhaps) else function(value) for key, value in found.items()}


FUNCTIONS: Final = (
    Function("filter", 2, 2, _filter, Takes.CALL),
    Function("groupBy", 2, 2, _group_by, Takes.CALL),
    Function("lambda", 1, MANY, _lambda, Takes.CALL),
    Function("lambdaVariables", 1, 1, _lambda_variables, Takes.CALL),
    Function("map", 2, 2, _map, Takes.CALL),
    Function("mapValues", 2, 2, _map_values, Takes.CALL),
    Function("reduce", 3, 3, _reduce, Takes.CALL),
    Function("sort", 2, 2, _sort, Takes.CALL),
    Function("toObject", 2, 3, _to_object, Takes.CALL),
)
