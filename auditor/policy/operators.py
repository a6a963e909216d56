"""The operators of conditions, one record each.

Operators are positive and total: for any JSON value they answer yes, no, or None when the value is of a kind that the
question does not fit (which makes the verdict unknown). Turning round is `not:`. Text compares without case. To add
one, add a record; the totality law in the tests and the reference in the documentation follow by themselves.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from auditor.model.durations import parse_duration, parse_moment
from auditor.model.reading import read_whole
from auditor.model.region import normalise_region, same_region

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.model.reading import Json

ORDERS: Final[tuple[tuple[str, ...], ...]] = (("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3"),)
"""Enumerations with an order, least first; `atLeast` knows no others. TLS: azure-facts 2.3."""


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator: its name in rules, how to say it, and what it does.

    `prepare` checks and prepares the operand (`ValueError` if it does not fit); `test` holds a value against it at a
    moment.
    """

    name: str
    wish: str
    prepare: Callable[[Json], Any]
    test: Callable[[Any, Any, datetime], bool | None]
    summary: str
    of_count: bool = False


def same(left: Json, right: Json) -> bool:
    """Equality of JSON: text without case, and no number is a truth value."""
    match left, right:
        case str(), str():
            return left.casefold() == right.casefold()
        case (bool(), _) | (_, bool()):
            return left is right
        case list(), list():
            return len(left) == len(right) and all(same(a, b) for a, b in zip(left, right, strict=True))
        case dict(), dict():
            return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
        case _:
            return bool(left == right)


def _any(operand: Json) -> Json:
    if operand is None:
        raise ValueError("null can be asked for with exists: false")
    return operand


def _truth(operand: Json) -> bool:
    if not isinstance(operand, bool):
        raise ValueError("true or false is wanted here")
    return operand


def _text(operand: Json) -> str:
    if not isinstance(operand, str):
        raise ValueError("a text is wanted here")
    return operand


def _list(operand: Json) -> list[Json]:
    if not isinstance(operand, list):
        raise ValueError("a list is wanted here")
    return operand


def _regions(operand: Json) -> frozenset[str]:
    """The regions, in the programmatic spelling."""
    names = operand if isinstance(operand, list) else [operand]
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise ValueError("a text that is not empty is wanted here, or a list of such")
    return frozenset(map(normalise_region, names))


def _number(operand: Json) -> float | int:
    if not _is_number(operand):
        raise ValueError("a number is wanted here")
    return operand  # type: ignore[no-any-return]


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _pattern(operand: Json) -> re.Pattern[str]:
    parts = (
        ".*" if part == "*" else "." if part == "?" else re.escape(part) for part in re.split(r"([*?])", _text(operand))
    )
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)


def _rank(operand: Json) -> tuple[dict[str, int], int]:
    for order in ORDERS:
        ranks = {name.casefold(): rank for rank, name in enumerate(order)}
        if isinstance(operand, str) and operand.casefold() in ranks:
            return ranks, ranks[operand.casefold()]
    raise ValueError("one of " + ", ".join(name for order in ORDERS for name in order) + " is wanted here")


_UNITS: Final = {"hours": timedelta(hours=1), "days": timedelta(days=1)}


def _length(operand: Json) -> tuple[timedelta, timedelta | None]:
    """A length of time, and the unit in which bare numbers count (None: bare numbers do not fit)."""
    try:
        match operand:
            case str():
                found = parse_duration(operand)
                if found is None:
                    raise ValueError("a length of time is wanted here: 24h, 2d, P1D")
                return found, None
            case {"hours": hours, **rest} if set(rest) <= {"numbersAre"}:
                return timedelta(hours=_number(hours)), _unit(rest.get("numbersAre"))
            case {"days": days, **rest} if set(rest) <= {"numbersAre"}:
                return timedelta(days=_number(days)), _unit(rest.get("numbersAre"))
    except OverflowError as error:
        raise ValueError("that length of time is too long") from error
    raise ValueError("a length of time is wanted here: 24h, P1D, {hours: 24} or {days: 2, numbersAre: days}")


def _unit(name: Json) -> timedelta | None:
    if name is None:
        return None
    if not isinstance(name, str) or name not in _UNITS:
        raise ValueError("numbersAre is hours or days")
    return _UNITS[name]


def _equals(value: Json, operand: Json, _now: datetime) -> bool | None:
    """A value of another kind than the operand is no answer, not a no: `"true"` is not `true`, nor is it not.

    Neither is a list or an object of which a part is unread.
    """
    if isinstance(value, bool) != isinstance(operand, bool):
        return None
    if _is_number(value) and _is_number(operand):
        return bool(value == operand)
    return same(value, operand) if type(value) is type(operand) and read_whole(value) else None


def _in(value: Json, operand: list[Json], now: datetime) -> bool | None:
    answers = [_equals(value, item, now) for item in operand]
    if any(answer is True for answer in answers):
        return True
    return False if any(answer is False for answer in answers) or not answers else None


def _like(value: Json, operand: re.Pattern[str], _now: datetime) -> bool | None:
    return operand.fullmatch(value) is not None if isinstance(value, str) else None


def _contains(value: Json, operand: Json, _now: datetime) -> bool | None:
    match value:
        case list():
            if any(same(item, operand) for item in value):
                return True
            return False if read_whole(value) else None
        case str():
            return operand.casefold() in value.casefold() if isinstance(operand, str) else None
        case _:
            return None


def _contains_key(value: Json, operand: str, _now: datetime) -> bool | None:
    return any(key.casefold() == operand.casefold() for key in value) if isinstance(value, dict) else None


def _exists(value: Json, operand: bool, _now: datetime) -> bool:  # noqa: FBT001 - the operand of a rule
    return (value is not None) is operand


def _at_least(value: Json, operand: tuple[dict[str, int], int], _now: datetime) -> bool | None:
    ranks, wanted = operand
    rank = ranks.get(value.casefold()) if isinstance(value, str) else None
    return None if rank is None else rank >= wanted


def _same_region(value: Json, operand: frozenset[str], _now: datetime) -> bool | None:
    if not isinstance(value, str) or not value.strip():
        return None
    answers = {same_region(value, region) for region in operand}
    return True if True in answers else None if None in answers else False


def _within(value: Json, operand: tuple[timedelta, timedelta | None], now: datetime) -> bool | None:
    """A length below zero is none: Azure writes -1 for "as the workspace has it", and that may be for ever."""
    longest, unit = operand
    length: timedelta | None = None
    if isinstance(value, str):
        length = parse_duration(value)
        if length is None and (moment := parse_moment(value)) is not None:
            return now - moment <= longest
    elif _is_number(value) and unit is not None:
        try:
            length = value * unit
        except (OverflowError, ValueError):
            return None
    return None if length is None or length < timedelta(0) else length <= longest


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Any, Any, datetime], bool | None]:
    return lambda value, operand, _now: test(value, operand) if _is_number(value) else None


OPERATORS: Final = {
    operator.name: operator
    for operator in (
        Operator("equals", "be {}", _any, _equals, "The same value; text without case.", of_count=True),
        Operator("in", "be one of {}", _list, _in, "One of a list of values."),
        Operator("like", "look like {}", _pattern, _like, "Text that fits a pattern with `*` and `?`."),
        Operator("contains", "contain {}", _any, _contains, "A list with this element, or text with this part."),
        Operator("containsKey", "have the key {}", _text, _contains_key, "An object with this key."),
        Operator("exists", "exist: {}", _truth, _exists, "Whether the property is there at all; asks no default."),
        Operator("less", "be less than {}", _number, _compare(lambda a, b: a < b), "A smaller number.", of_count=True),
        Operator(
            "lessOrEquals",
            "be at most {}",
            _number,
            _compare(lambda a, b: a <= b),
            "A smaller number, or the same.",
            of_count=True,
        ),
        Operator(
            "greater", "be more than {}", _number, _compare(lambda a, b: a > b), "A larger number.", of_count=True
        ),
        Operator(
            "greaterOrEquals",
            "be {} or more",
            _number,
            _compare(lambda a, b: a >= b),
            "A larger number, or the same.",
            of_count=True,
        ),
        Operator(
            "atLeast", "be at least {}", _rank, _at_least, "Not before this one in its order, as of TLS versions."
        ),
        Operator(
            "sameRegionAs",
            "be in the region {}",
            _regions,
            _same_region,
            "The same Azure region, or one of a list of them, however spelled.",
        ),
        Operator(
            "within",
            "be within {}",
            _length,
            _within,
            "A length of time that is no longer, or a moment that is no longer ago.",
        ),
    )
}
