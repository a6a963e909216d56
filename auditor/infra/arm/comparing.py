"""How values are compared and merged where some are known in part. Names of properties have no case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.infra.arm.values import Open, Perhaps, is_number, perhaps_in, rest_of, unknown_in
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def key_of(item: Mapping[str, Json], name: str) -> str | None:
    """The name of a property as the object spells it, None if it has none of that name."""
    if name in item:
        return name
    lowered = name.lower()
    return next((key for key in item if key.lower() == lowered), None)


def field_of(raw: Json, name: str) -> Json:
    """What stands in an object under a name, whatever its case; None where there is nothing."""
    if not isinstance(raw, dict):
        return None
    if name in raw:
        return raw[name]
    size, lowered = len(name), name.lower()
    return next((raw[key] for key in raw if len(key) == size and key.lower() == lowered), None)


def merged(first: Mapping[str, Json], second: Mapping[str, Json], *, deep: bool) -> dict[str, Json]:
    """Both objects in one, the second over the first; `deep` merges objects inside, where lists are still replaced."""
    result = dict(first)
    names = {key.lower(): key for key in result}
    for name, value in second.items():
        key = names.setdefault(name.lower(), name)
        result[key] = _over(result[key], value, deep=deep) if key in result else value
    return result


def _over(old: Json, new: Json, *, deep: bool) -> Json:
    """What is there where both objects have a property."""
    match old, new:
        case (Perhaps(), Perhaps()):
            return new
        case (_, Perhaps()):
            return Unread(new.why, new.settled_by)
        case (Unread(), dict()) if deep:
            return Unread(old.why, old.settled_by)
        case (Open(), dict()) | (dict(), Open()) if deep:
            return unknown_in(old) or unknown_in(new)
        case (dict(), dict()) if deep:
            return merged(old, new, deep=True)
        case _:
            return new


def either(first: Json, second: Json, why: Unread) -> Json:
    """One of two values, nobody knows which: what both have in common is known."""
    perhaps = Perhaps(why.why, why.settled_by)
    match first, second:
        case (Open(), _) | (_, Open()):
            return why
        case (Perhaps(), _) | (_, Perhaps()):
            return perhaps
        case (dict(), dict()):
            others = {key.lower(): item for key, item in second.items()}
            names = {key.lower() for key in first}
            shared = {key: either(item, others.get(key.lower(), perhaps), why) for key, item in first.items()}
            return shared | {key: perhaps for key in second if key.lower() not in names}
        case _:
            return first if same(first, second) is True else why


def same(first: Json, second: Json) -> bool | Unread:
    """Whether two values are equal, letters in their case; unread where that hangs on something unread."""
    if isinstance(first, Unread):
        return first
    if isinstance(second, Unread):
        return second
    match first, second:
        case (str(), str()):
            if first == second:
                return True
            return unknown_in(first) or unknown_in(second) or False
        case (dict(), dict()):
            return _same_objects(first, second)
        case (list(), list()):
            return _same_lists(first, second)
        case (bool(), _) | (_, bool()) | (None, _) | (_, None):
            return first is second
        case _:
            return (is_number(first) and is_number(second)) and first == second


def _same_lists(first: list[Json], second: list[Json]) -> bool | Unread:
    if rest := rest_of(first) or rest_of(second):
        return rest
    if len(first) != len(second):
        return False
    return every(same(one, other) for one, other in zip(first, second, strict=True))


def _same_objects(first: dict[str, Json], second: dict[str, Json]) -> bool | Unread:
    if isinstance(first, Open) or isinstance(second, Open):
        return unknown_in(first) or unknown_in(second) or False
    if perhaps := perhaps_in(first) or perhaps_in(second):
        return perhaps
    return first.keys() == second.keys() and every(same(value, second[key]) for key, value in first.items())


def every(answers: Iterable[Json]) -> bool | Unread:
    """False if one answer is; otherwise unread if one is."""
    unread: Unread | None = None
    for answer in answers:
        if answer is False:
            return False
        if isinstance(answer, Unread):
            unread = unread or answer
    return unread or True


def some(answers: Iterable[Json]) -> bool | Unread:
    """True if one answer is; otherwise unread if one is."""
    unread: Unread | None = None
    for answer in answers:
        if answer is True:
            return True
        if isinstance(answer, Unread):
            unread = unread or answer
    return unread or False
