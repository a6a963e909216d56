"""Arithmetic on integers of 64 bits."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.expressions import LARGEST_NUMBER
from auditor.infra.arm.functions.function import MANY, Function
from auditor.infra.arm.values import ArgumentError, integer, is_number, refuse

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.model.reading import Json

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}")


def fitting(number: int) -> int:
    """A number of 64 bits."""
    if not -LARGEST_NUMBER - 1 <= number <= LARGEST_NUMBER:
        raise ArgumentError("the result does not fit into 64 bits")
    return number


def _arithmetic(result: Callable[[int, int], int]) -> Callable[[Json, Json], int]:
    return lambda first, second: fitting(result(integer(first), integer(second)))


def _divide(first: int, second: int) -> int:
    """Division towards zero, as .NET does it."""
    if second == 0:
        raise ArgumentError("division by zero")
    quotient = abs(first) // abs(second)
    return quotient if (first < 0) == (second < 0) else -quotient


def _remainder(first: int, second: int) -> int:
    return first - second * _divide(first, second)


def _int(value: Json) -> int:
    if isinstance(value, str):
        digits = value.strip()
        if not _INTEGER.fullmatch(digits):
            raise ArgumentError("the text is no integer")
        return fitting(int(digits))
    return integer(value)


def _float(value: Json) -> float:
    if is_number(value):
        return float(value)
    if not isinstance(value, str):
        refuse(value, "a number or a text")
    try:
        number = float(value.replace("_", "?"))
    except ValueError as error:
        raise ArgumentError("the text is no number") from error
    if not math.isfinite(number):
        raise ArgumentError("the text is no number")
    return number


def _extreme(choose: Callable[[list[Json]], Json]) -> Callable[..., Json]:
    def run(*arguments: Json) -> Json:
        items = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], list) else list(arguments)
        if not items:
            raise ArgumentError("there is nothing to choose from")
        for item in items:
            if not is_number(item):
                refuse(item, "a number")
        return choose(items)

    return run


FUNCTIONS: Final = (
    Function("add", 2, 2, _arithmetic(lambda first, second: first + second)),
    Function("div", 2, 2, _arithmetic(_divide)),
    Function("float", 1, 1, _float),
    Function("int", 1, 1, _int),
    Function("max", 1, MANY, _extreme(max)),
    Function("min", 1, MANY, _extreme(min)),
    Function("mod", 2, 2, _arithmetic(_remainder)),
    Function("mul", 2, 2, _arithmetic(lambda first, second: first * second)),
    Function("sub", 2, 2, _arithmetic(lambda first, second: first - second)),
)
