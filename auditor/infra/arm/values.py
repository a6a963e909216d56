"""Values of expressions that are known in part, what kinds of values there are, and how they are written.

A template says much that only its deployment settles. Three kinds of value keep what is known of such a thing: text
that stands for an unknown value in names and ids (`Symbolic`), a list of which some elements are known (`Rest` stands in
it), an object of which some properties are known (`Open`, or with a `Perhaps` in it). `Partly` is an id with unknown parts in braces, as
`auditor.infra.ids` makes them: a text for everyone who only passes it on.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

LONGEST_TEXT: Final = 1_000_000
_LONGEST_SYMBOL: Final = 2_000
_SHOWN_OF_SYMBOLS: Final = 200
_NOT_IN_NAMES: Final = re.compile(r"[/\s]+")
_STARTS_OF_IDS: Final = ("/subscriptions/", "/providers/")


class ArgumentError(ValueError):
    """What a function does not take; Azure would refuse the template."""


class TooLargeError(ArgumentError):
    """A value is larger than anybody would write, as one that doubles with every variable."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"the value grows too large: {problem}")


class UndecidedError(Exception):
    """The answer hangs on something unread."""

    def __init__(self, why: str | Unread) -> None:
        super().__init__(str(why))
        self.unread = Unread(why) if isinstance(why, str) else why


@dataclass(frozen=True, slots=True, eq=False)
class Symbolic(Unread):
    """An unread value with the text that stands for it in names and ids: `docs{parameters('suffix')}`.

    The text is no part of what it is: it equals an `Unread` of the same reason.
    """

    text: str = "{}"

    def __post_init__(self) -> None:
        """Keep the text short, and different texts apart: what is made of it may double with every variable."""
        if len(self.text) > _LONGEST_SYMBOL:
            digest = hashlib.sha256(self.text.encode("utf-8", "replace")).hexdigest()[:16]
            short = self.text[:_SHOWN_OF_SYMBOLS].replace("{", "").replace("}", "").replace("/", " ")
            object.__setattr__(self, "text", f"{{{short}… {digest}}}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Unread) and (self.why, self.settled_by) == (other.why, other.settled_by)

    __hash__ = Unread.__hash__


class Rest(Symbolic):
    """In a list: any number of further elements, none included; what stands after it is there, in whatever order."""


class Perhaps(Symbolic):
    """In an object: a property that may be there, with whatever value, or not."""


class Partly(str):
    """An id, or a part of one, with unknown parts in braces; two of the same text are the same."""

    __slots__ = ()


class Open(dict[str, Json]):
    """An object of which more may be there than is known: what it lacks is unread, for the reason `why`."""

    def __init__(self, known: Mapping[str, Json], why: str) -> None:
        super().__init__(known)
        self.why = why


def settled(value: Json) -> Json:
    """The value for those outside: an `Open` object is unread as a whole there, as nobody could tell it from a full one."""
    if not _has_open(value):
        return value
    match value:
        case Open():
            return Unread(value.why)
        case dict():
            return {key: settled(item) for key, item in value.items()}
        case _:
            return [settled(item) for item in value]


def _has_open(value: Json) -> bool:
    match value:
        case Open():
            return True
        case dict():
            return any(map(_has_open, value.values()))
        case list():
            return any(map(_has_open, value))
        case _:
            return False


def unknown_in(value: Json) -> Unread | None:
    """The first thing in a value that is not known, at any depth."""
    match value:
        case Unread():
            return value
        case Partly():
            return Unread(f"the id {value} is known only after deployment")
        case Open():
            return Unread(value.why)
        case dict():
            return next((found for pair in value.items() for item in pair if (found := unknown_in(item))), None)
        case list():
            return next((found for item in value if (found := unknown_in(item))), None)
        case _:
            return None


def rest_of(items: list[Json]) -> Rest | None:
    """What makes the length of a list unknown, if anything does."""
    return next((item for item in items if isinstance(item, Rest)), None)


def counted(items: list[Json]) -> list[Json]:
    """The list, if its length is known."""
    if rest := rest_of(items):
        raise UndecidedError(rest)
    return items


def closed(item: dict[str, Json]) -> dict[str, Json]:
    """The object, if the names that its properties may have are known."""
    if isinstance(item, Open):
        raise UndecidedError(item.why)
    return item


def fixed(item: dict[str, Json]) -> dict[str, Json]:
    """The object, if the names that its properties have are known."""
    if perhaps := perhaps_in(closed(item)):
        raise UndecidedError(perhaps)
    return item


def perhaps_in(item: Mapping[str, Json]) -> Perhaps | None:
    """A property of which nobody knows whether it is there, if there is one."""
    return next((value for value in item.values() if isinstance(value, Perhaps)), None)


# What a value is


def kind_of(value: Json) -> str:
    """What a value is, in words for errors."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int():
            return "an integer"
        case float():
            return "a number"
        case str():
            return "a text"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return "a lambda"


def refuse(value: Json, expected: str) -> NoReturn:
    """Raise `ArgumentError` for a value of the wrong kind; an unread one may be of the right kind, who knows."""
    if isinstance(value, Unread):
        raise UndecidedError(value)
    raise ArgumentError(f"expected {expected}, found {kind_of(value)}")


def text(value: Json) -> str:
    """A text; null is the empty one, as Azure's functions take it."""
    if value is None:
        return ""
    return value if isinstance(value, str) else refuse(value, "a text")


def integer(value: Json) -> int:
    """An integer."""
    return value if type(value) is int else refuse(value, "an integer")


def boolean(value: Json) -> bool:
    """A boolean."""
    return value if isinstance(value, bool) else refuse(value, "a boolean")


def array(value: Json) -> list[Json]:
    """An array."""
    return value if isinstance(value, list) else refuse(value, "an array")


def mapping(value: Json) -> dict[str, Json]:
    """An object."""
    return value if isinstance(value, dict) else refuse(value, "an object")


def is_number(value: Json) -> bool:
    """Whether a value is an integer or a floating-point number; a boolean is neither."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def bounded(length: int) -> int:
    """A length of text that nobody minds; raises `TooLargeError` for others."""
    if length > LONGEST_TEXT:
        raise TooLargeError(f"the text would have {length} characters")
    return length


# Writing


def compact(value: Json) -> str:
    """JSON without spaces, as Azure writes objects and arrays into text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def written(value: Json) -> str:
    """A value as text: `string(…)`, and the arguments of `concat` and `format`."""
    match value:
        case None:
            return ""
        case bool():
            return "True" if value else "False"
        case str():
            return value
        case int():
            return str(value)
        case float():
            return repr(value).removesuffix(".0")
        case _:
            return compact(value)


def assembled(pieces: Iterable[str | Unread]) -> Json:
    """One text of several, some of which may be unread.

    A text that starts as an ARM id stays a text, with its unknown parts in braces, so that links find it.
    """
    parts = list(pieces)
    shown = [symbol_of(part) if isinstance(part, Unread) else part for part in parts]
    bounded(sum(map(len, shown)))
    whole = "".join(shown)
    unread = next((part for part in parts if isinstance(part, Unread)), None)
    if unread and not whole.startswith(_STARTS_OF_IDS):
        return Symbolic(unread.why, unread.settled_by, whole)
    return Partly(whole) if unread or any(isinstance(part, Partly) for part in parts) else whole


def named(value: Json) -> str:
    """A value as a name, or as a part of an id; an unread one is the text that stands for it."""
    return symbol_of(value) if isinstance(value, Unread) else written(value)


def in_braces(text: str) -> str:
    """The text of an expression as the text that stands for its value, without what would split an id."""
    return f"{{{_NOT_IN_NAMES.sub(' ', text).strip()}}}"


def symbol_of(unread: Unread) -> str:
    """The text that stands for an unread value."""
    return unread.text if isinstance(unread, Symbolic) else in_braces(unread.why)
