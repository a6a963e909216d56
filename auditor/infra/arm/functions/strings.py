"""Functions on texts."""

from __future__ import annotations

import base64
import re
import uuid
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote_plus, unquote_to_bytes, urljoin, urlsplit

from auditor.infra.arm.functions.formats import format_text
from auditor.infra.arm.functions.function import MANY, Function, Takes
from auditor.infra.arm.functions.hashes import unique_text
from auditor.infra.arm.functions.objects import parsed_json
from auditor.infra.arm.values import (
    ArgumentError,
    Partly,
    UndecidedError,
    array,
    assembled,
    bounded,
    integer,
    refuse,
    rest_of,
    text,
    written,
)
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Callable

    from auditor.model.reading import Json

ARM_NAMESPACE: Final = uuid.UUID("11fb06fb-712d-4ddd-98c7-e71bbd588830")
"""Of the UUIDs of version 5 that `guid` makes (Azure/azure-policy: the engine's built-in functions)."""
_DATA_URI: Final = re.compile(r"data:([^,]*),(.*)", re.IGNORECASE | re.DOTALL)


def _utf8(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _base64(value: Json) -> str:
    return base64.b64encode(_utf8(text(value))).decode("ascii")


def _from_base64(value: Json) -> str:
    try:
        return base64.b64decode(text(value), validate=True).decode("utf-8", "replace")
    except ValueError as error:
        raise ArgumentError("the text is not base64") from error


def _data_uri(value: Json) -> str:
    kind = "text/plain" if value is None or isinstance(value, str) else "application/json"
    return f"data:{kind};charset=utf8;base64,{_base64(written(value))}"


def _from_data_uri(value: Json) -> str:
    found = _DATA_URI.fullmatch(text(value))
    if found is None:
        raise ArgumentError("the text is no data URI")
    about, data = found[1].lower().split(";"), found[2]
    charset = next((part.removeprefix("charset=") for part in about if part.startswith("charset=")), "utf8")
    if charset not in {"utf8", "utf-8"}:
        raise ArgumentError(f"the character set {charset} is not UTF-8")
    return _from_base64(data) if about[-1] == "base64" else unquote_to_bytes(data).decode("utf-8", "replace")


def _ends(test: Callable[[str, str], bool]) -> Callable[[Json, Json], bool]:
    return lambda whole, part: test(text(whole).lower(), text(part).lower())


def _format(pattern: Json, *arguments: Json) -> Json:
    if isinstance(pattern, Unread):
        return pattern
    return assembled(format_text(text(pattern), arguments))


def _joined(arguments: tuple[Json, ...]) -> str:
    """The seed of `guid` and `uniqueString`: all arguments in one, with hyphens."""
    return "-".join(text(argument) for argument in arguments)


def _guid(*arguments: Json) -> str:
    return str(uuid.uuid5(ARM_NAMESPACE, _utf8(_joined(arguments)).decode()))


def _unique_string(*arguments: Json) -> str:
    return unique_text(_utf8(_joined(arguments)))


def _join(items: Json, delimiter: Json) -> Json:
    found, between = array(items), text(delimiter)
    if rest := rest_of(found):
        raise UndecidedError(rest)
    bounded(len(between) * len(found))
    pieces = [piece for item in found for piece in (between, item if isinstance(item, Unread) else _word(item))]
    return assembled(pieces[1:])


def _word(item: Json) -> str:
    if isinstance(item, list | dict):
        refuse(item, "an array of texts")
    return written(item)


def _pad_left(value: Json, width: Json, filling: Json = " ") -> str:
    mark = " " if filling is None else text(filling)
    if len(mark) != 1:
        raise ArgumentError("expected one character to fill with")
    shown = written(value) if value is None or type(value) is int else text(value)
    return shown.rjust(bounded(integer(width)), mark)


def _replace(whole: Json, old: Json, new: Json) -> str:
    """Every `old` becomes `new`.

    The reference is silent about upper and lower case, and the engine of Azure Policy ignores it: undecided where
    that makes a difference.
    """
    source, before, after = text(whole), text(old), text(new)
    if not before:
        raise ArgumentError("expected a text to look for, found an empty one")
    if source.count(before) != source.lower().count(before.lower()):
        raise UndecidedError("Azure's documentation leaves open whether upper and lower case differ here")
    bounded(len(source) + source.count(before) * len(after))
    return source.replace(before, after)


def _split(whole: Json, delimiter: Json) -> list[str]:
    """The parts between delimiters; an id with unknown parts is split at its slashes, as names have none."""
    if whole is None:
        return []
    source = text(whole)
    delimiters = [text(item) for item in delimiter] if isinstance(delimiter, list) else [text(delimiter)]
    if isinstance(whole, Partly) and delimiters != ["/"]:
        raise UndecidedError(f"the id {whole} is known only after deployment")
    found = "|".join(re.escape(item) for item in sorted(delimiters, key=len, reverse=True) if item)
    parts = re.split(found, source) if found else [source]
    return [Partly(part) if isinstance(whole, Partly) and "{" in part else part for part in parts]


def _string(value: Json) -> str:
    return value if isinstance(value, str) else written(value)


def _substring(whole: Json, start: Json, length: Json = None) -> str:
    source, begin = text(whole), integer(start)
    many = len(source) - begin if length is None else integer(length)
    if begin < 0 or many < 0 or begin + many > len(source):
        raise ArgumentError(f"the part from {begin} of {many} characters is not in a text of {len(source)}")
    return source[begin : begin + many]


def _cased(change: Callable[[str], str]) -> Callable[[Json], str]:
    def run(value: Json) -> str:
        return Partly(change(value)) if isinstance(value, Partly) else change(text(value))

    return run


def _uri(base: Json, relative: Json) -> str:
    """An address relative to another, as RFC 3986 resolves it."""
    start = text(base)
    try:
        scheme = urlsplit(start).scheme
        result = urljoin(start, text(relative))
    except ValueError as error:
        raise ArgumentError("the text is no URI") from error
    if not scheme:
        raise ArgumentError("expected an absolute URI")
    if scheme not in {"http", "https"}:
        raise UndecidedError(f"addresses of scheme {scheme} are not resolved here")
    return result


def _undocumented(*_: Json) -> Json:
    """`buildUri` and `parseUri`, which Bicep has and no reference page describes."""
    return Unread("what the function answers is not documented")


FUNCTIONS: Final = (
    Function("base64", 1, 1, _base64),
    Function("base64ToJson", 1, 1, lambda value: parsed_json(_from_base64(value))),
    Function("base64ToString", 1, 1, _from_base64),
    Function("buildUri", 1, 1, _undocumented, Takes.ANY),
    Function("dataUri", 1, 1, _data_uri),
    Function("dataUriToString", 1, 1, _from_data_uri),
    Function("endsWith", 2, 2, _ends(str.endswith)),
    Function("format", 1, MANY, _format, Takes.ANY),
    Function("guid", 1, MANY, _guid),
    Function("join", 2, 2, _join, Takes.SHAPE),
    Function("padLeft", 2, 3, _pad_left),
    Function("parseUri", 1, 1, _undocumented, Takes.ANY),
    Function("replace", 3, 3, _replace),
    Function("split", 2, 2, _split, Takes.SHAPE),
    Function("startsWith", 2, 2, _ends(str.startswith)),
    Function("string", 1, 1, _string),
    Function("substring", 2, 3, _substring),
    Function("toLower", 1, 1, _cased(str.lower), Takes.SHAPE),
    Function("toUpper", 1, 1, _cased(str.upper), Takes.SHAPE),
    Function("trim", 1, 1, lambda value: text(value).strip()),
    Function("uniqueString", 1, MANY, _unique_string),
    Function("uri", 2, 2, _uri),
    Function("uriComponent", 1, 1, lambda value: quote(_utf8(text(value)), safe="")),
    Function("uriComponentToString", 1, 1, lambda value: unquote_plus(text(value))),
)
