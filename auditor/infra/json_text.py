"""JSON as Azure takes it: comments, commas before a closing bracket and line breaks in strings are no mistakes.

Azure Resource Manager takes the last of two equal keys, as Python does. Most files are strict JSON and are read by the
`json` module; only what it refuses is read here, slowly. Where a thing stands in the text is found when somebody asks.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.model.reading import Json

DEEPEST: Final = 200
"""Levels of objects and lists; templates in templates reach some fifty, and Python's own limit is not far off."""
Pointer: TypeAlias = tuple[str | int, ...]
"""The way to a place in JSON: keys, and indexes from 0."""
Position: TypeAlias = tuple[int, int]
"""Line and column, counted from 1."""

_SPACE: Final = re.compile(r"(?:[ \t\r\n]+|//[^\r\n]*|/\*[\s\S]*?\*/)*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
_WORDS: Final = {"true": True, "false": False, "null": None}
_WORD: Final = re.compile(r"true|false|null")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_STEP: Final = re.compile(r"([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]")
_HALF_LETTER: Final = re.compile(r"\\u[dD][89a-fA-F]")


class JsonTextError(ValueError):
    """The text is no JSON, not even as Azure takes it; says where."""

    def __init__(self, problem: str, position: Position) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line, self.column = position


def parse_json(text: str) -> Json:
    """Read a text (without a byte order mark). Raises `JsonTextError` at the first thing that is none of it."""
    try:
        value = _STRICT.decode(text)
        if _is_deeper(value):
            value = _Parser(text).whole()
    except (ValueError, RecursionError):
        value = _Parser(text).whole()
    return _whole_letters(value) if _HALF_LETTER.search(text) else value


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text} is too large")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


_STRICT: Final = json.JSONDecoder(strict=False, parse_float=_finite, parse_constant=_no_constant)
_CONTAINERS: Final[frozenset[type]] = frozenset({dict, list})
_SKIPPER: Final = json.JSONDecoder(strict=False, object_hook=lambda _value: None)
"""Reads a value to find its end, and keeps no object."""


def _is_deeper(value: Json) -> bool:
    """Whether a value is nested deeper than it may be; found without going deep."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(DEEPEST):
        parts = [item.values() if isinstance(item, dict) else item for item in level]
        level = [item for part in parts for item in part if type(item) in _CONTAINERS]
        if not level:
            return False
    return True


def _whole_letters(value: Json) -> Json:
    """The value with `?` in place of each half of a surrogate pair, which JSON can hold and no encoding can."""
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))


class _Parser:
    """Reads a text from a place on; each method gives what it read and where that ends."""

    def __init__(self, text: str) -> None:
        self._text = text

    def whole(self) -> Json:
        """The one value that a text holds."""
        value, end = self.value(self.space(0), 1)
        end = self.space(end)
        if end < len(self._text):
            self._fail("the text goes on behind the end of the JSON", end)
        return value

    def space(self, at: int) -> int:
        """The place behind blanks, line breaks and comments."""
        match = _SPACE.match(self._text, at)
        return at if match is None else match.end()

    def value(self, at: int, depth: int) -> tuple[Json, int]:  # noqa: RET503 - `_fail` never returns
        """A value of any kind."""
        text = self._text
        first = text[at : at + 1]
        if first == '"':
            return self.string(at)
        if first and first in "{[":
            if depth > DEEPEST:
                self._fail(f"objects and lists are nested deeper than {DEEPEST}", at)
            return self._object(at, depth) if first == "{" else self._list(at, depth)
        if word := _WORD.match(text, at):
            return _WORDS[word[0]], word.end()
        if number := _NUMBER.match(text, at):
            return self._number(number), number.end()
        self._fail("the text ends where a value is wanted" if not first else "a value is wanted here", at)

    def string(self, at: int) -> tuple[str, int]:
        """A string in double quotes, line breaks and all."""
        try:
            value, end = scanstring(self._text, at + 1, False)  # noqa: FBT003 - its only form
        except json.JSONDecodeError as error:
            self._fail("a string is not closed, or holds an escape that JSON does not have", error.pos)
        return str(value), int(end)

    def _number(self, match: re.Match[str]) -> float:
        try:
            return _finite(match[0]) if match[1] or match[2] else int(match[0])
        except ValueError:
            self._fail("this number is too large", match.start())

    def _object(self, at: int, depth: int) -> tuple[dict[str, Json], int]:
        found: dict[str, Json] = {}
        at = self.space(at + 1)
        while self._text[at : at + 1] != "}":
            key, at = self.key(at)
            found[key], at = self.value(at, depth + 1)
            at = self.separator(at, "}")
        return found, at + 1

    def _list(self, at: int, depth: int) -> tuple[list[Json], int]:
        found: list[Json] = []
        at = self.space(at + 1)
        while self._text[at : at + 1] != "]":
            value, at = self.value(at, depth + 1)
            found.append(value)
            at = self.separator(at, "]")
        return found, at + 1

    def key(self, at: int) -> tuple[str, int]:
        """A key with its colon; ends at the value."""
        if self._text[at : at + 1] != '"':
            self._fail('a key in double quotes, or "}", is wanted here', at)
        key, end = self.string(at)
        end = self.space(end)
        if self._text[end : end + 1] != ":":
            self._fail("a colon is wanted here", end)
        return key, self.space(end + 1)

    def separator(self, at: int, closing: str) -> int:
        """The place behind a comma, or of the bracket that closes; a comma before that bracket is no mistake."""
        at = self.space(at)
        found = self._text[at : at + 1]
        if found == ",":
            return self.space(at + 1)
        if found != closing:
            self._fail(f'a comma or "{closing}" is wanted here', at)
        return at

    def skip(self, at: int) -> int:
        """The end of the value that begins here."""
        try:
            return _SKIPPER.raw_decode(self._text, at)[1]
        except (ValueError, RecursionError):
            return self.value(at, 1)[1]

    def _fail(self, problem: str, at: int) -> NoReturn:
        raise JsonTextError(problem, Lines(self._text).position(at))


class Lines:
    """The lines of a text, to turn an offset into line and column."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def position(self, offset: int) -> Position:
        """Line and column of an offset, counted from 1; columns count letters, not bytes."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


class Places:
    """Where things stand in a JSON text that has been read. Nothing is looked at before somebody asks."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parser = _Parser(text)
        self._lines: Lines | None = None
        self._known: dict[int, dict[str | int, tuple[int, int]]] = {}

    def at(self, pointer: Pointer) -> Position | None:
        """Line and column of the key, or of the element of a list; None where there is nothing."""
        found = self._member(pointer)
        return None if found is None else self._position(found[0])

    def find(self, pointer: Pointer, path: str) -> Position | None:
        """The place of a rule's path (`properties.networkAcls.ipRules[0]`, in any case) below a pointer; None if none."""
        found = self._member(pointer)
        for name, quoted, index in _STEP.findall(path):
            if found is None:
                return None
            members = self._below(found[1])
            found = members.get(int(index) if index else _spelled(members, (name or quoted).lower()))
        return None if found is None else self._position(found[0])

    def _position(self, offset: int) -> Position:
        if self._lines is None:
            self._lines = Lines(self._text)
        return self._lines.position(offset)

    def _member(self, pointer: Pointer) -> tuple[int, int] | None:
        """Where the member at a pointer begins, and where its value does."""
        start = self._parser.space(0)
        found: tuple[int, int] | None = (start, start)
        for step in pointer:
            if found is None:
                return None
            found = self._below(found[1]).get(step)
        return found

    def _below(self, at: int) -> dict[str | int, tuple[int, int]]:
        if at not in self._known:
            opening = self._text[at : at + 1]
            self._known[at] = self._members(at) if opening == "{" else self._elements(at) if opening == "[" else {}
        return self._known[at]

    def _members(self, at: int) -> dict[str | int, tuple[int, int]]:
        parser, text = self._parser, self._text
        found: dict[str | int, tuple[int, int]] = {}
        at = parser.space(at + 1)
        while text[at : at + 1] != "}":
            key, start = parser.key(at)
            found[key] = (at, start)
            at = parser.separator(parser.skip(start), "}")
        return found

    def _elements(self, at: int) -> dict[str | int, tuple[int, int]]:
        parser, text = self._parser, self._text
        found: dict[str | int, tuple[int, int]] = {}
        at = parser.space(at + 1)
        while text[at : at + 1] != "]":
            found[len(found)] = (at, at)
            at = parser.separator(parser.skip(at), "]")
        return found


def _spelled(members: Mapping[str | int, object], name: str) -> str | int:
    """A key as the text spells it; of several the last, which is the one that counts."""
    alike = (key for key in reversed(members) if isinstance(key, str) and key.lower() == name)
    return next(alike, name)
