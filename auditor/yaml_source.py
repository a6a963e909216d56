"""Reads YAML that people wrote, safely, and remembers where everything stands.

Of YAML only the plain part is taken: no tags, no anchors or aliases, no merge keys, no second document, no key twice.
Only `true`, `false`, `null` and numbers as JSON writes them are not text; `on`, `12:30` and dates stay text. Size and
depth are bounded before anything is built.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import yaml

from auditor.errors import Mistake

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands in a document: keys and indexes from the top."""

LARGEST: Final = 1_000_000
DEEPEST: Final = 40
_MOST_LISTED: Final = 12
_NUMBER = re.compile(r"^-?(?:0|[1-9]\d{0,17})(?:\.\d{1,17})?$")
_WORDS: Final = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(slots=True)
class Document:
    """One file: its value, the place (line, column) of everything in it, and the mistakes found so far."""

    file: str
    value: Any = None
    places: dict[Place, tuple[int, int]] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)

    def mistake(self, place: Place, problem: str) -> None:
        """Note a mistake at a place, or at the nearest place above it that is known."""
        while place not in self.places and place:
            place = place[:-1]
        line, column = self.places.get(place, (1, 1))
        found = Mistake(self.file, line, column, problem)
        if found not in self.mistakes:
            self.mistakes.append(found)

    def line_of(self, place: Place) -> int:
        """The line of a place, or 1."""
        return self.places.get(place, (1, 1))[0]


def read_yaml(path: Path, shown: str | None = None) -> Document:
    """Read one file; what is wrong with it stands in `mistakes`, never in an exception."""
    name = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Document(name, mistakes=[Mistake(name, 1, 1, f"the file cannot be read: {error.strerror}")])
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
        document.mistakes.append(Mistake(name, 1, 1, f"the file is larger than {LARGEST} characters"))
        return document
    try:
        if _refuses(text, document):
            return document
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        document.mistakes.append(Mistake(name, line, column, f"this is not YAML: {error.problem or error.context}"))
        return document
    except yaml.YAMLError as error:
        document.mistakes.append(Mistake(name, 1, 1, f"this is not YAML: {error}"))
        return document
    document.value = None if node is None else _build(node, (), document)
    return document


def _refuses(text: str, document: Document) -> bool:
    """Look at the events, which are not nested, for what is not taken; whether there was any."""
    depth = documents = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        problem = ""
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            problem = "anchors and aliases are not taken; write the value out"
        elif isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) not in {None, "!"}:
            problem = f"the tag {event.tag} is not taken; only plain YAML is"  # type: ignore[attr-defined]
        elif isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            problem = "a file holds one document" if documents > 1 else ""
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            problem = f"nested deeper than {DEEPEST}" if depth > DEEPEST else ""
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if problem:
            mark = event.start_mark
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            document.mistakes.append(Mistake(document.file, line, column, problem))
            return True
    return False


def _build(node: yaml.Node, place: Place, document: Document) -> Any:
    document.places.setdefault(place, (node.start_mark.line + 1, node.start_mark.column + 1))
    if isinstance(node, yaml.MappingNode):
        return _build_mapping(node, place, document)
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, (*place, index), document) for index, item in enumerate(node.value)]
    return _scalar(str(node.value), quoted=isinstance(node, yaml.ScalarNode) and bool(node.style))


def _build_mapping(node: yaml.MappingNode, place: Place, document: Document) -> dict[str, Any]:
    built: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
        if not isinstance(key_node, yaml.ScalarNode):
            document.mistakes.append(Mistake(document.file, *where, "a key is a text"))
            continue
        key = str(key_node.value)
        if key in built:
            document.mistakes.append(Mistake(document.file, *where, f"{key} stands here a second time"))
        document.places[*place, key] = where
        built[key] = _build(value_node, (*place, key), document)
    return built


def _scalar(text: str, *, quoted: bool) -> Any:
    if quoted:
        return text
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
