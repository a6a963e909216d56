"""Finds in Bicep what its compiled template declares: a search over the text, since the compiler gives no source map.

What is not found for certain has no place: two resources of one type whose names do not tell them apart, say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from auditor.infra.json_text import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.infra.json_text import Position

_DECLARATION: Final = re.compile(
    r"^[ \t]*(?P<what>resource|module)[ \t]+(?P<symbol>\w+)[ \t]+'(?P<target>[^'\n]*)'[^=\n]*=", re.MULTILINE
)
_IMPORT: Final = re.compile(r"^[ \t]*import\b[^'\n]*?\bfrom[ \t]+'([^:'\n]+)'", re.MULTILINE)
_TOKEN: Final = re.compile(
    r"""(?P<skip>//[^\n]*|/\*[\s\S]*?\*/|'''[\s\S]*?'''|'(?:[^'\\\n]|\\.)*')|(?P<open>[{\[(])|(?P<close>[}\])])""",
)
_KEY: Final = re.compile(r"[ \t]*(?:(?P<name>\w+)|'(?P<quoted>(?:[^'\\\n]|\\.)*)')[ \t]*:")
_STEP: Final = re.compile(r"([^.\[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\[(\d+)\]")
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A resource or a module: its symbolic name, its type or path, where it stands, and from where to where its body."""

    is_module: bool
    symbol: str
    target: str
    at: int
    start: int
    end: int


class BicepSource:
    """The text of a Bicep file."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    @cached_property
    def _blocks(self) -> dict[int, int]:
        """By where brackets open, where they close; what stands in strings and comments is none."""
        found: dict[int, int] = {}
        opened: list[int] = []
        for match in _TOKEN.finditer(self.text):
            if match["open"]:
                opened.append(match.start())
            elif match["close"] and opened:
                found[opened.pop()] = match.start()
        return found

    @cached_property
    def _skipped(self) -> frozenset[int]:
        """Where strings and comments begin that hold more than a line."""
        inside: set[int] = set()
        for match in _TOKEN.finditer(self.text):
            if match["skip"] and "\n" in match[0]:
                inside.update(range(match.start(), match.end()))
        return frozenset(inside)

    @cached_property
    def declarations(self) -> tuple[Declaration, ...]:
        """All resources and modules; those inside of others have the whole of their type."""
        found: list[Declaration] = []
        for match in _DECLARATION.finditer(self.text):
            at = match.start("what")
            if at in self._skipped:
                continue
            start = self._body(match.end())
            target = match["target"].partition("@")[0] if match["what"] == "resource" else match["target"]
            if match["what"] == "resource" and "." not in target.partition("/")[0]:
                around = [item for item in found if item.start < at < item.end]
                target = f"{around[-1].target}/{target}" if around else target
            end = self._blocks.get(start, start)
            found.append(Declaration(match["what"] == "module", match["symbol"], target, at, start, end))
        return tuple(found)

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The files of the modules that are deployed whatever happens: in no loop, and on no condition."""
        return tuple(
            item.target
            for item in self.declarations
            if item.is_module and ":" not in item.target and self.text[item.at : item.start].rstrip().endswith("=")
        )

    @cached_property
    def imports(self) -> tuple[str, ...]:
        """The files from which it takes types, variables or functions."""
        return tuple(match[1] for match in _IMPORT.finditer(self.text) if match.start(1) not in self._skipped)

    def _body(self, at: int) -> int:
        """Where the object begins that a declaration ends in: behind its `if (…)`, and inside of its `[for … : {`."""
        place = at
        while match := _TOKEN.search(self.text, place):
            if match["open"] == "{":
                return match.start()
            place = self._blocks.get(match.start(), match.start()) + 1 if match["open"] == "(" else match.end()
        return at

    def position(self, at: int) -> Position:
        """Line and column of a place."""
        return self._lines.position(at)

    def find(self, declaration: Declaration, path: str) -> Position | None:
        """Where a property of a resource stands, by a rule's path; the empty path is the resource itself."""
        place, start = declaration.at, declaration.start
        for name, quoted, index in _STEP.findall(path):
            members = self._elements(start) if index else self._members(start)
            found = members.get(index or (name or quoted).lower())
            if found is None:
                return None
            place, start = found
        return self.position(place)

    def _members(self, start: int) -> dict[str, tuple[int, int]]:
        """The properties of an object that begins at a place, by name in small letters: where each is, and its value."""
        found: dict[str, tuple[int, int]] = {}
        if self.text[start : start + 1] == "{":
            for line in self._level(start):
                key = _KEY.match(self.text, line)
                if key:
                    at = key.start("name") if key["name"] else key.start("quoted") - 1
                    found[(key["name"] or key["quoted"]).lower()] = (at, self._value(key.end()))
        return found

    def _elements(self, start: int) -> dict[str, tuple[int, int]]:
        """The elements of a list, by number; those of a loop are not told apart."""
        if self.text[start : start + 1] != "[" or re.match(r"\[\s*for\b", self.text[start : start + 200]):
            return {}
        places = [self._value(line) for line in self._level(start)]
        end = self._blocks.get(start, start)
        filled = [at for at in places if at < end and not self.text.startswith(("//", "/*", ",", "\n", "\r"), at)]
        return {str(number): (at, at) for number, at in enumerate(filled)}

    def _level(self, start: int) -> Iterator[int]:
        """The places directly inside of brackets at which something may begin: behind line breaks and commas."""
        end, place = self._blocks.get(start, start), start + 1
        yield place
        while place < end:
            match = _TOKEN.match(self.text, place)
            if match and match["open"]:
                place = self._blocks.get(place, place) + 1
            elif match and match["skip"]:
                place = match.end()
            else:
                if self.text[place] in "\n,":
                    yield place + 1
                place += 1

    def _value(self, at: int) -> int:
        while self.text[at : at + 1] in {" ", "\t"}:
            at += 1
        return at

    def resource(self, symbol: str | None, type_name: str, name: str) -> Declaration | None:
        """The declaration of a resource, by its symbolic name, or else by its type and what its name is made of."""
        named = [item for item in self.declarations if not item.is_module and item.target.lower() == type_name.lower()]
        return self._choose(symbol, named, name)

    def module(self, symbol: str | None, name: str) -> Declaration | None:
        """The declaration of a module, by its symbolic name, or else by what its name is made of."""
        return self._choose(symbol, [item for item in self.declarations if item.is_module], name)

    def _choose(self, symbol: str | None, among: list[Declaration], name: str) -> Declaration | None:
        if symbol is not None:
            own = symbol.rpartition("::")[2]  # of `parent::child` the child
            return next((item for item in among if item.symbol == own), None)
        if len(among) > 1:
            words = set(_WORD.findall(name))
            scores = [len(words & set(_WORD.findall(self._name_of(item)))) for item in among]
            best = max(scores)
            among = [item for item, score in zip(among, scores, strict=True) if score == best]
        return among[0] if len(among) == 1 else None

    def _name_of(self, declaration: Declaration) -> str:
        found = self._members(declaration.start).get("name")
        return "" if found is None else self.text[found[1] :].partition("\n")[0]


@dataclass(frozen=True, slots=True, eq=False)
class InBicep(Mapping[str, "Position"]):
    """The places of a resource's properties in Bicep, by path as rules write it."""

    source: BicepSource
    declaration: Declaration

    def __getitem__(self, path: str) -> Position:
        found = self.source.find(self.declaration, path)
        if found is None:
            raise KeyError(path)
        return found

    def __iter__(self) -> Iterator[str]:
        """Nobody asks for all places: there are as many as properties."""
        return iter(())

    def __len__(self) -> int:
        return 0
