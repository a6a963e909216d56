"""Composite formatting as .NET has it: `{0}`, `{0,10}`, `{1:N0}` (String.Format in the .NET documentation)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from auditor.infra.arm.values import ArgumentError, Partly, UndecidedError, bounded, is_number, unknown_in, written
from auditor.model.reading import Unread

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.model.reading import Json

_PART: Final = re.compile(
    r"(?P<open>\{\{)|(?P<close>\}\})|\{(?P<index>\d{1,6})\s*(?:,\s*(?P<width>-?\d{1,6})\s*)?(?::(?P<spec>[^{}]*))?\}"
    r"|(?P<wrong>[{}])|(?P<plain>[^{}]+)",
    re.ASCII,
)
_STANDARD: Final = re.compile(r"([dDxXnNfFgG])(\d{0,3})", re.ASCII)
_DEFAULT_DIGITS: Final = 2


def format_text(pattern: str, arguments: Sequence[Json]) -> Iterator[str | Unread]:
    """The pieces of a pattern with its arguments filled in; an unread argument is a piece of its own."""
    for part in _PART.finditer(pattern):
        match part.lastgroup, part:
            case ("open", _):
                yield "{"
            case ("close", _):
                yield "}"
            case ("plain", _):
                yield part["plain"]
            case ("wrong", _):
                raise ArgumentError(f"the pattern has a single “{part['wrong']}”")
            case _:
                yield _filled(part, arguments)


def _filled(part: re.Match[str], arguments: Sequence[Json]) -> str | Unread:
    index = int(part["index"])
    if index >= len(arguments):
        raise ArgumentError(f"the pattern asks for argument {index} of {len(arguments)}")
    value = arguments[index]
    if isinstance(value, Unread):
        return value
    width = int(part["width"] or 0)
    if (unread := unknown_in(value)) and (width or not isinstance(value, Partly)):
        raise UndecidedError(unread)
    bounded(abs(width))
    text = _written(value, part["spec"] or "")
    return (text.rjust(width) if width > 0 else text.ljust(-width)) if width else text


def _written(value: Json, spec: str) -> str:
    """A value as .NET writes it; a specification counts for numbers alone."""
    if isinstance(value, list | dict):
        return written(value).replace('"', "'")
    if not spec or not is_number(value):
        return written(value)
    if isinstance(value, int) and set(spec) == {"0"}:
        return f"{'-' if value < 0 else ''}{abs(value):0{len(spec)}d}"
    if not (standard := _STANDARD.fullmatch(spec)):
        raise UndecidedError(f"the format {spec} is not written here")
    return _standard(value, standard[1], standard[2])


def _standard(value: float, letter: str, precision: str) -> str:
    digits = int(precision or 0)
    match letter.lower():
        case "d" if isinstance(value, int):
            return f"{'-' if value < 0 else ''}{abs(value):0{max(digits, 1)}d}"
        case "x" if isinstance(value, int):
            # A negative number is written as its 64 bits.
            return f"{value & 0xFFFFFFFFFFFFFFFF:0{max(digits, 1)}{letter}}"
        case "n":
            return f"{value:,.{digits if precision else _DEFAULT_DIGITS}f}"
        case "f":
            return f"{value:.{digits if precision else _DEFAULT_DIGITS}f}"
        case "g" if not precision:
            return written(value)
        case _:
            raise ArgumentError(f"the format {letter}{precision} does not fit {written(value)}")
