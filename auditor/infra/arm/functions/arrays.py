"""Functions on arrays, and on texts where they are arrays of characters.

Where a list holds a `Rest`, its length is unknown, and so is the place of everything after that.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.comparing import key_of, merged, same, some
from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.functions.numbers import fitting
from auditor.infra.arm.values import (
    ArgumentError,
    Open,
    Partly,
    Perhaps,
    Rest,
    UndecidedError,
    array,
    assembled,
    closed,
    counted,
    fixed,
    integer,
    kind_of,
    mapping,
    refuse,
    rest_of,
    symbol_of,
    text,
    unknown_in,
    written,
)
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from auditor.model.reading import Json

LONGEST_RANGE: Final = 10_000
"""Azure's own bound (reference page of `range`)."""


def _concat(*arguments: Json) -> Json:
    """One list or one text; a list that is unread leaves the elements of the others known."""
    known = [argument for argument in arguments if not isinstance(argument, Unread)]
    if known and all(isinstance(argument, list) for argument in known):
        return _chained(arguments)
    for argument in known:
        if isinstance(argument, list | dict | float):
            refuse(argument, "texts alone or arrays alone")
    return assembled(argument if isinstance(argument, Unread | str) else written(argument) for argument in arguments)


def _chained(lists: Iterable[Json]) -> list[Json]:
    result: list[Json] = []
    for items in lists:
        if isinstance(items, Unread):
            result.append(Rest(items.why, items.settled_by, symbol_of(items)))
        else:
            result.extend(array(items))
    return result


def _flatten(items: Json) -> Json:
    return _chained(array(items))


def _contains(container: Json, item: Json) -> bool | Unread:
    """Whether an array holds a value, an object a property, a text another.

    The reference says that letters count in their case in texts; the engine of Azure Policy, ported from this one,
    ignores it. So the answer is unread where that makes a difference.
    """
    match container:
        case list():
            return some(element if isinstance(element, Rest) else same(element, item) for element in container)
        case dict():
            if key := key_of(container, text(_read(item))):
                return container[key] if isinstance(container[key], Perhaps) else True
            return Unread(container.why) if isinstance(container, Open) else False
        case str():
            whole, part = _plain(container), _plain(text(_read(item)))
            return _agreed(part in whole, part.lower() in whole.lower())
        case Unread():
            return container
        case _:
            return refuse(container, "an array, an object or a text")


def _agreed(exact: bool, without_case: bool) -> bool:  # noqa: FBT001
    if exact != without_case:
        raise UndecidedError("Azure's documentation leaves open whether upper and lower case differ here")
    return exact


def _read(value: Json) -> Json:
    """A value that is known as a whole."""
    if unread := unknown_in(value):
        raise UndecidedError(unread)
    return value


def _plain(value: str) -> str:
    return str(_read(value))


def _empty(value: Json) -> bool:
    match value:
        case None:
            return True
        case list() if (rest := rest_of(value)) and len(value) == 1:
            raise UndecidedError(rest)
        case dict() if all(isinstance(item, Perhaps) for item in value.values()):
            return not fixed(value)
        case list() | dict() | str():
            return not value
        case _:
            return refuse(value, "an array, an object or a text")


def _length(value: Json) -> int:
    match value:
        case None:
            return 0
        case list():
            return len(counted(value))
        case dict():
            return len(fixed(value))
        case str():
            return len(_plain(value))
        case _:
            return refuse(value, "an array, an object or a text")


def element(items: list[Json], index: int) -> Json:
    """The element at a place, counted from the start; the place must be there."""
    if rest := rest_of(items[: index + 1]):
        raise UndecidedError(rest)
    if not 0 <= index < len(items):
        raise ArgumentError(f"there is no element {index} in an array of {len(items)}")
    return items[index]


def _first(value: Json) -> Json:
    match value:
        case list():
            return element(value, 0) if value else None
        case None | str():
            return _text_only(value)[:1] if value else value
        case _:
            return refuse(value, "an array or a text")


def _last(value: Json) -> Json:
    match value:
        case list():
            return counted(value)[-1] if value else None
        case None | str():
            return _text_only(value)[-1:] if value else value
        case _:
            return refuse(value, "an array or a text")


def _text_only(value: str | None) -> str:
    return _plain(value or "")


def _cut(keep: Callable[[Json, int], Json]) -> Callable[[Json, Json], Json]:
    """`take` and `skip`: both cut an array or a text at a place, and the place must be sure."""

    def run(value: Json, count: Json) -> Json:
        place = max(integer(count), 0)
        match value:
            case None:
                return None
            case list():
                if rest := rest_of(value[:place]):
                    raise UndecidedError(rest)
                return keep(value, place)
            case str():
                return keep(_plain(value), place)
            case _:
                return refuse(value, "an array or a text")

    return run


def _index_of(container: Json, item: Json) -> int:
    """The first place of an element, or of a text in a text without regard to case; -1 where it is not."""
    match container:
        case None:
            return -1
        case str():
            return _plain(container).lower().find(_plain(text(_read(item))).lower())
        case _:
            return _search(list(enumerate(array(container))), item)


def _last_index_of(container: Json, item: Json) -> int:
    match container:
        case None:
            return -1
        case str():
            return _plain(container).lower().rfind(_plain(text(_read(item))).lower())
        case _:
            return _search(list(enumerate(counted(array(container))))[::-1], item)


def _search(places: list[tuple[int, Json]], item: Json) -> int:
    for index, value in places:
        answer = value if isinstance(value, Rest) else same(value, item)
        if isinstance(answer, Unread):
            raise UndecidedError(answer)
        if answer:
            return index
    return -1


def _intersection(*arguments: Json) -> Json:
    """What all arrays hold, or the properties that all objects have with one value."""
    first, *others = arguments
    _alike(arguments)
    if isinstance(first, list):
        kept = [{_mark(item) for item in other} for other in others]
        return _distinct(item for item in first if all(_mark(item) in marks for marks in kept))
    return {
        key: value
        for key, value in mapping(first).items()
        if all(key in other and same(other[key], value) is True for other in others)
    }


def _union(*arguments: Json) -> Json:
    """All elements of arrays, once; objects in one, the later over the earlier, objects inside likewise."""
    known = [argument for argument in arguments if not isinstance(argument, Unread)]
    _alike(known)
    if known and isinstance(known[0], list):
        return _distinct(_chained(arguments))
    if len(known) < len(arguments):
        return next(argument for argument in arguments if isinstance(argument, Unread))
    result: dict[str, Json] = {}
    for item in known:
        result = merged(result, closed(mapping(item)), deep=True)
    return result


def _alike(arguments: Iterable[Json]) -> None:
    kinds = sorted({kind_of(argument) for argument in arguments})
    if len(kinds) > 1:
        raise ArgumentError(f"expected arguments of one kind, found {' and '.join(kinds)}")


def _distinct(items: Iterable[Json]) -> list[Json]:
    """Each value once, as far as values are known; one that is unread may be there already."""
    result: list[Json] = []
    marks: set[str] = set()
    for item in items:
        if isinstance(item, Unread):
            result.append(Rest(item.why, item.settled_by, symbol_of(item)))
        elif unknown_in(item) and not isinstance(item, Partly):
            result.append(item)
        elif (mark := _mark(item)) not in marks:
            marks.add(mark)
            result.append(item)
    return result


def _mark(item: Json) -> str:
    """The same text for equal values, and for no others."""
    return json.dumps(item, sort_keys=True)


def _range(start: Json, count: Json) -> list[int]:
    first, many = integer(start), integer(count)
    if not 0 <= many <= LONGEST_RANGE:
        raise ArgumentError(f"expected a count from 0 to {LONGEST_RANGE}, found {many}")
    fitting(first + many)
    return list(range(first, first + many))


FUNCTIONS: Final = (
    Function("array", 1, 1, lambda value: value if isinstance(value, list) else [value], Takes.SHAPE),
    Function("concat", 1, MANY, _concat, Takes.ANY),
    Function("contains", 2, 2, _contains, Takes.ANY),
    Function("createArray", 0, MANY, lambda *arguments: list(arguments), Takes.ANY),
    Function("empty", 1, 1, _empty, Takes.SHAPE),
    Function("first", 1, 1, _first, Takes.SHAPE),
    Function("flatten", 1, 1, _flatten, Takes.SHAPE),
    Function("indexOf", 2, 2, _index_of, Takes.SHAPE),
    Function("intersection", 2, MANY, _intersection),
    Function("last", 1, 1, _last, Takes.SHAPE),
    Function("lastIndexOf", 2, 2, _last_index_of, Takes.SHAPE),
    Function("length", 1, 1, _length, Takes.SHAPE),
    Function("range", 2, 2, _range),
    Function("skip", 2, 2, _cut(lambda value, place: value[place:]), Takes.SHAPE),
    Function("take", 2, 2, _cut(lambda value, place: value[:place]), Takes.SHAPE),
    Function("union", 1, MANY, _union, Takes.ANY),
)
