"""Functions on objects, and on what may be in them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NoReturn

from auditor.infra.arm.comparing import key_of, merged
from auditor.infra.arm.functions.arrays import element
from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.values import (
    ArgumentError,
    Open,
    UndecidedError,
    array,
    boolean,
    closed,
    counted,
    fixed,
    integer,
    kind_of,
    mapping,
    rest_of,
    text,
)
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from auditor.model.reading import Json

_PARTS_OF_JSON: Final = re.compile(r"""("(?:[^"\\]|\\.)*")|'((?:[^'\\]|\\.)*)'""", re.DOTALL)


def property_of(base: Json, key: Json, *, safe: bool) -> Json:
    """What stands in an object under a name, without regard to case, or in an array at a place.

    `safe` gives null for what is not there, where Azure would otherwise refuse the template.
    """
    if isinstance(base, Unread):
        return base
    if isinstance(key, Unread):
        raise UndecidedError(key)
    match base:
        case dict() if isinstance(key, str):
            name = key_of(base, key)
            if name is not None:
                return base[name]
            if isinstance(base, Open):
                raise UndecidedError(base.why)
            problem = f"the object has no property “{key}”"
        case list() if type(key) is int:
            if not safe or rest_of(base) or 0 <= key < len(base):
                return element(base, key)
            problem = ""
        case _:
            problem = f"{kind_of(base)} has no property {_quoted(key)}"
    if safe:
        return None
    raise ArgumentError(problem)


def _quoted(key: Json) -> str:
    return f"“{key}”" if isinstance(key, str | int) else kind_of(key)


def _create_object(*arguments: Json) -> dict[str, Json]:
    """An object of names and values in turn; where a name is unread, more is in it than is known."""
    if len(arguments) % 2:
        raise ArgumentError("expected a value for each name")
    result: dict[str, Json] = {}
    unread: Unread | None = None
    for name, value in zip(arguments[::2], arguments[1::2], strict=True):
        if isinstance(name, Unread):
            unread = name
        elif text(name) in result:
            raise ArgumentError(f"the name “{name}” stands there twice")
        else:
            result[text(name)] = value
    return Open(result, unread.why) if unread else result


def _sorted(item: Json) -> list[tuple[str, Json]]:
    """The properties of an object in the order in which Azure lists them."""
    return sorted(fixed(mapping(item)).items(), key=lambda pair: pair[0].upper())


def _items(item: Json) -> Json:
    return [{"key": key, "value": value} for key, value in _sorted(item)]


def _object_keys(item: Json) -> Json:
    return [key for key, _ in _sorted(item)]


def _shallow_merge(items: Json) -> Json:
    result: dict[str, Json] = {}
    for item in counted(array(items)):
        result = merged(result, closed(mapping(item)), deep=False)
    return result


def _try_get(base: Json, key: Json, *further: Json) -> Json:
    """What is there under a name or at a place, null if nothing is; what is `further` inside has to be there."""
    return _chain(property_of(base, key, safe=True), further)


def _try_index_from_end(base: Json, index: Json, *further: Json) -> Json:
    found = from_end(base, integer(index), safe=True) if isinstance(base, list) else None
    return _chain(found, further)


def from_end(items: list[Json], place: int, *, safe: bool) -> Json:
    """The element at a place counted from the end, where 1 is the last."""
    counted(items)
    if 0 < place <= len(items):
        return items[-place]
    if safe:
        return None
    raise ArgumentError(f"there is no element {place} from the end of an array of {len(items)}")


def _chain(found: Json, further: tuple[Json, ...]) -> Json:
    """What is inside what was found, unless that is null; a place from the end is `{value: 1, fromEnd: true}`."""
    for key in further if found is not None else ():
        if isinstance(key, dict):
            name, backwards = property_of(key, "value", safe=False), property_of(key, "fromEnd", safe=True)
            if backwards is not None and boolean(backwards):
                found = from_end(array(found), integer(name), safe=False)
                continue
            found = property_of(found, name, safe=False)
        else:
            found = property_of(found, key, safe=False)
    return found


def parsed_json(written: str) -> Json:
    """The value of JSON text; texts may stand in single quotes, as Azure's reader takes them."""
    try:
        return json.loads(written, parse_constant=_no_constant)
    except ValueError:
        pass
    try:
        return json.loads(_PARTS_OF_JSON.sub(_in_double_quotes, written), parse_constant=_no_constant)
    except ValueError as error:
        raise ArgumentError(f"the text is not JSON: {error}") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _in_double_quotes(found: re.Match[str]) -> str:
    if found[1] is not None:
        return found[1]
    return '"' + found[2].replace("\\'", "'").replace('"', '\\"') + '"'


def _json(value: Json) -> Json:
    return {} if value is None else parsed_json(text(value))


FUNCTIONS: Final = (
    Function("createObject", 0, MANY, _create_object, Takes.ANY),
    Function(
        "indexFromEnd", 2, 2, lambda items, place: from_end(array(items), integer(place), safe=False), Takes.SHAPE
    ),
    Function("items", 1, 1, _items, Takes.SHAPE),
    Function("json", 1, 1, _json),
    Function("objectKeys", 1, 1, _object_keys, Takes.SHAPE),
    Function("shallowMerge", 1, 1, _shallow_merge, Takes.SHAPE),
    Function("tryGet", 2, MANY, _try_get, Takes.SHAPE),
    Function("tryIndexFromEnd", 2, MANY, _try_index_from_end, Takes.SHAPE),
)
