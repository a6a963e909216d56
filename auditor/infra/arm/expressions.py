"""The text of an expression becomes a tree, and a tree becomes text again.

A string of a template is an expression if the whole of it stands in square brackets; `[[` starts a string that only
looks like one (https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NoReturn, TypeAlias

DEEPEST: Final = 100
LONGEST: Final = 100_000
"""Characters of one expression; Azure takes 24,576 (limits of templates)."""
LARGEST_NUMBER: Final = 2**63 - 1
_MOST_SHOWN: Final = 60
_TOKEN: Final = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<number>-?[0-9]+(?:\.[0-9]+)?)
    | (?P<name>[^\W\d][\w$]*)
    | (?P<mark>[.?,()\[\]])
    | (?P<end>\Z)
    | (?P<wrong>.)
    )""",
    re.VERBOSE | re.DOTALL,
)
_NAME: Final = re.compile(r"[^\W\d][\w$]*\Z")


class ExpressionError(ValueError):
    """An expression that Azure would refuse, or that is larger than anybody would write; the message names the place."""

    def __init__(self, problem: str, text: str, at: int) -> None:
        shown = text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"
        super().__init__(f"{problem} (character {at + 1} of {shown})")
        self.problem = problem
        self.at = at


@dataclass(frozen=True, slots=True)
class Literal:
    """A text or a number; `at` counts characters from the start of the string that holds the expression."""

    value: str | int | float
    at: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """`concat(…)`, or `namespace.name(…)` for functions of the template's own."""

    namespace: str | None
    name: str
    arguments: tuple[Node, ...]
    at: int = 0


@dataclass(frozen=True, slots=True)
class Access:
    """`base.name`, `base['name']` or `base[0]`; the safe forms `base.?name` and `base[?0]` give null for what is not there."""

    base: Node
    key: Node
    safe: bool = False
    at: int = 0


Node: TypeAlias = Literal | Call | Access


def is_expression(text: str) -> bool:
    """Whether Azure evaluates this string of a template."""
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def unescaped(text: str) -> str:
    """A string that is no expression, as Azure takes it: `[[…]` stands for `[…]`."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The tree of an expression with its square brackets; raises `ExpressionError`."""
    if not is_expression(text):
        raise ExpressionError("an expression stands in square brackets", text, 0)
    if len(text) > LONGEST:
        raise ExpressionError(f"the expression has {len(text)} characters", text, 0)
    parser = _Parser(text)
    node = parser.expression(0)
    if parser.kind != "end":
        parser.refuse("the end of the expression")
    return node


def show(node: Node) -> str:
    """The text of a tree, without the square brackets around the whole."""
    match node:
        case Literal(value=str(value)):
            return "'" + value.replace("'", "''") + "'"
        case Literal(value=value):
            return str(value)
        case Call():
            name = f"{node.namespace}.{node.name}" if node.namespace else node.name
            return f"{name}({', '.join(show(argument) for argument in node.arguments)})"
        case Access(key=Literal(value=str(name))) if _NAME.match(name):
            return f"{show(node.base)}{'.?' if node.safe else '.'}{name}"
        case _:
            return f"{show(node.base)}[{'?' if node.safe else ''}{show(node.key)}]"


class _Parser:
    """Reads tokens one by one; `kind`, `word` and `at` are those of the token that comes next."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = _TOKEN.finditer(text, 1, len(text) - 1)
        self._height = 0
        self._advance()

    def _advance(self) -> None:
        found = next(self._tokens)
        self.kind = str(found.lastgroup)
        self.word, self.at = found[self.kind], found.start(self.kind)

    def refuse(self, expected: str) -> NoReturn:
        if self.kind == "wrong" and self.word == "'":
            raise ExpressionError("a text without its closing quote", self._text, self.at)
        found = f"“{self.word}”" if self.word else "nothing"
        raise ExpressionError(f"expected {expected}, found {found}", self._text, self.at)

    def _take(self, mark: str) -> bool:
        if self.kind != "mark" or self.word != mark:
            return False
        self._advance()
        return True

    def _need(self, mark: str) -> None:
        if not self._take(mark):
            self.refuse(f"“{mark}”")

    def _name(self, what: str) -> str:
        if self.kind != "name":
            self.refuse(what)
        name = self.word
        self._advance()
        return name

    def expression(self, depth: int) -> Node:
        """One value and what is read from it; `depth` is how many others it stands in."""
        node = self._value(depth)
        height = self._height
        while True:
            at = self.at
            if self._take("."):
                safe = self._take("?")
                place = self.at
                node = Access(node, Literal(self._name("the name of a property"), place), safe, at)
            elif self._take("["):
                safe = self._take("?")
                node = Access(node, self.expression(depth + 1), safe, at)
                self._need("]")
                height = max(height, self._height)
            else:
                self._height = height
                return node
            height += 1
            self._bound(depth + height, at)

    def _value(self, depth: int) -> Node:
        """One value; how high its tree is stands in `_height` then."""
        self._bound(depth, self.at)
        at, self._height = self.at, 0
        if self.kind == "text":
            text = self.word[1:-1].replace("''", "'")
            self._advance()
            return Literal(text, at)
        if self.kind == "number":
            return self._number(at)
        name, namespace = self._name("a value"), None
        if self._take("."):
            name, namespace = self._name("the name of a function"), name
        self._need("(")
        return Call(namespace, name, self._arguments(depth + 1), at)

    def _number(self, at: int) -> Literal:
        number = float(self.word) if "." in self.word or len(self.word) > len(str(-LARGEST_NUMBER)) else int(self.word)
        if not -LARGEST_NUMBER - 1 <= number <= LARGEST_NUMBER:
            raise ExpressionError("the number does not fit into 64 bits", self._text, at)
        self._advance()
        return Literal(number, at)

    def _arguments(self, depth: int) -> tuple[Node, ...]:
        arguments: list[Node] = []
        height = 0
        if not self._take(")"):
            while not arguments or self._take(","):
                arguments.append(self.expression(depth))
                height = max(height, self._height)
            self._need(")")
        self._height = height + 1
        return tuple(arguments)

    def _bound(self, depth: int, at: int) -> None:
        if depth > DEEPEST:
            raise ExpressionError(f"the expression is more than {DEEPEST} levels deep", self._text, at)
