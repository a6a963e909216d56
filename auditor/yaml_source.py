"""Reads YAML that people wrote, safely, and remembers where everything stands.

Of YAML only the plain part is taken: no tags, no anchors or aliases, no merge keys, no second document, no key twice.
Only `true`, `false`, `null` and numbers as JSON writes them are not text; `on`, `12:30` and dates stay text. Size and
depth are bounded before anything is built.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

import yaml

from auditor.errors import Mistake, TooManyMistakesError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a document: keys and indexes from the top."""

LARGEST: Final = 1_000_000
DEEPEST: Final = 40
MOST_MISTAKES: Final = 1000
_MOST_BYTES: Final = 4 * LARGEST + 3
_TOO_LARGE: Final = f"the file is larger than {LARGEST} characters"
_MOST_LISTED: Final = 12
_NUMBER = re.compile(r"^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?$")
_NO_TAG: Final = (None, "!")
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Document:
    """One file: its value, the place (line, column) of everything in it, and the mistakes found so far."""

    file: str
    value: Any = None
    places: dict[Place, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, place: Place, problem: str) -> None:
        """Note a mistake at a place, or at the nearest place above it that is known.

        Raises `TooManyMistakesError` at some point: to find the nearest word for each of 100,000 would take minutes.
        """
        while place not in self.places and place:
            place = place[:-1]
        line, column = self.places.get(place, (1, 1))
        found = Mistake(self.file, line, column, problem)
        if found not in self.mistakes:
            self.mistakes.append(found)
        if len(self.mistakes) >= MOST_MISTAKES:
            raise TooManyMistakesError(tuple(self.mistakes), "There may be more. Is this the file that you meant?")

    def line_of(self, place: Place) -> int:
        """The line of a place, or 1."""
        return self.places.get(place, (1, 1))[0]


def read_yaml(path: Path, shown: str | None = None) -> Document:
    """Read one file; what is wrong with it stands in `mistakes`, never in an exception."""
    name = shown or str(path)
    try:
        with path.open("rb") as stream:
            raw = stream.read(_MOST_BYTES + 1)
    except OSError as error:
        return Document(name, mistakes=[Mistake(name, 1, 1, f"the file cannot be read: {error.strerror}")])
    if len(raw) > _MOST_BYTES:
        return Document(name, mistakes=[Mistake(name, 1, 1, _TOO_LARGE)])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return Document(name, mistakes=[Mistake(name, line, 1, "the file is not UTF-8")])
    return parse_yaml(text, name)


def parse_yaml(text: str, name: str) -> Document:
    """Read YAML from a text; `name` stands in the mistakes."""
    document = Document(name)
    if len(text) > LARGEST:
        document.mistakes.append(Mistake(name, 1, 1, _TOO_LARGE))
        return document
    try:
        document.value = _Builder(text, document).whole()
    except _RefusedError:
        document.value = None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.mistakes.append(Mistake(name, line, column, f"this is not YAML: {error.problem or error.context}"))
    except yaml.YAMLError as error:
        document.mistakes.append(Mistake(name, 1, 1, f"this is not YAML: {error}"))
    return document


class _RefusedError(Exception):
    """The text is YAML, but of a kind that is not taken; the mistake is noted."""


class _Builder:
    """Builds the value from the parser's events in one go; what is not taken ends it."""

    def __init__(self, text: str, document: Document) -> None:
        self._next: Callable[[], Any] = yaml.CSafeLoader(text).get_event
        self._document = document
        self._places = document.places

    def whole(self) -> Any:
        """The one document; None where there is none."""
        value = None
        documents = 0
        while (event := self._next()) is not None:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._refuse(event, "a file holds one document")
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, (), 1)
        return value

    def _value(self, event: Any, place: Place, depth: int) -> Any:
        if place not in self._places:  # a key was there before its value
            self._places[place] = _position(event)
        if event.anchor or event.tag not in _NO_TAG or depth > DEEPEST:
            self._refuse_what_is_not_plain(event, depth)
        kind = type(event)
        if kind is yaml.ScalarEvent:
            return event.value if event.style else _scalar(event.value)
        if kind is yaml.MappingStartEvent:
            return self._mapping(place, depth)
        found: list[Any] = []
        while type(event := self._next()) is not yaml.SequenceEndEvent:
            found.append(self._value(event, (*place, len(found)), depth + 1))
        return found

    def _mapping(self, place: Place, depth: int) -> dict[str, Any]:
        built: dict[str, Any] = {}
        while type(event := self._next()) is not yaml.MappingEndEvent:
            where = _position(event)
            if type(event) is not yaml.ScalarEvent:
                self._note(where, "a key is a text")
                self._value(event, (*place, ""), depth + 1)
                self._value(self._next(), (*place, ""), depth + 1)
                continue
            if event.anchor or event.tag not in _NO_TAG:
                self._refuse_what_is_not_plain(event, depth)
            key = event.value
            if key in built:
                self._note(where, f"{key} stands here a second time")
            there = (*place, key)
            self._places[there] = where
            built[key] = self._value(self._next(), there, depth + 1)
        return built

    def _refuse_what_is_not_plain(self, event: Any, depth: int) -> None:
        if event.anchor:
            self._refuse(event, "anchors and aliases are not taken; write the value out")
        if event.tag not in _NO_TAG:
            self._refuse(event, f"the tag {event.tag} is not taken; only plain YAML is")
        if depth > DEEPEST and isinstance(event, yaml.CollectionStartEvent):
            self._refuse(event, f"nested deeper than {DEEPEST}")

    def _refuse(self, event: yaml.Event, problem: str) -> NoReturn:
        self._note(_position(event), problem)
        raise _RefusedError

    def _note(self, where: tuple[int, int], problem: str) -> None:
        self._document.mistakes.append(Mistake(self._document.file, *where, problem))
        if len(self._document.mistakes) >= MOST_MISTAKES:
            raise _RefusedError


def _position(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _NUMBER.match(text):
        return float(text) if "." in text else int(text)
    return text


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint at the nearest right word, or at all of them when none is near."""
    known = sorted(words)
    folded = {item.casefold(): item for item in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean {folded[close[0]]}?"
    listed = ", ".join(known[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
    return f"known: {listed}"
