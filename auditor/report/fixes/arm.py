"""ARM JSON from the Bicep of a fix, so that a rule states each change once.

It reads what snippets are written in: resources, objects, arrays and literals, with `parent`, `scope` and comments. What it
does not read, such as a loop or a call, it refuses.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

_TOKEN: Final = re.compile(r"//[^\n]*|'(?:[^'\\\n]|\\.)*'|[\w.-]+|[{}\[\]:=,]|\n|\S")
_ESCAPE: Final = re.compile(r"\\(.)")
_ESCAPED: Final = {"n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final = {"true": True, "false": False, "null": None}
_NUMBER: Final = re.compile(r"-?\d+")


class _Symbol(str):
    """The name of a resource that the snippet declares."""

    __slots__ = ()


def from_bicep(text: str) -> str | None:
    """The resources of a snippet as ARM JSON, its comments ahead; None where it holds more than this reads."""
    try:
        return _Translator(text).written()
    except (ValueError, KeyError, IndexError):
        return None


class _Expression(str):
    """What a template computes."""

    __slots__ = ()


class _Translator:
    def __init__(self, text: str) -> None:
        found: list[str] = _TOKEN.findall(text)
        self._comments = [token for token in found if token.startswith("//")]
        self._tokens = [token for token in found if not token.startswith("//")]
        self._at = 0
        self._declared: dict[str, tuple[str, dict[str, Any]]] = {}

    def written(self) -> str:
        resources = []
        while self._skip() < len(self._tokens):
            resource = self._resource()
            if resource is not None:
                resources.append(json.dumps(resource, indent=2, ensure_ascii=False))
        return "\n".join([*self._comments, ",\n".join(resources)]).strip("\n")

    def _skip(self) -> int:
        while self._at < len(self._tokens) and self._tokens[self._at] in {"\n", ","}:
            self._at += 1
        return self._at

    def _next(self) -> str:
        self._at += 1
        return self._tokens[self._at - 1]

    def _take(self, wanted: str) -> None:
        if self._next() != wanted:
            raise ValueError(wanted)

    def _resource(self) -> dict[str, Any] | None:
        self._take("resource")
        symbol, kind = self._next(), _text(self._next())
        existing = self._tokens[self._at] == "existing"
        self._at += existing
        self._take("=")
        body = self._value()
        type_name, _, version = kind.partition("@")
        self._declared[symbol] = (type_name, body)
        if existing:
            return None
        body = dict(body)
        names = [*self._names(body.pop("parent", None)), str(body.pop("name"))]
        scope = body.pop("scope", None)
        found = {"type": type_name, "apiVersion": version, "name": _escaped("/".join(names))}
        if scope is not None:
            found["scope"] = self._id(scope)
        return {**found, **{key: _plain(value) for key, value in body.items()}}

    def _names(self, symbol: str | None) -> list[str]:
        if symbol is None:
            return []
        _, body = self._declared[symbol]
        return [*self._names(body.get("parent")), str(body["name"])]

    def _id(self, symbol: str) -> str:
        names = [name for part in self._names(symbol) for name in part.split("/")]
        quoted = (f"'{name.replace(chr(39), chr(39) * 2)}'" for name in (self._declared[symbol][0], *names))
        return f"[resourceId({', '.join(quoted)})]"

    def _value(self) -> Any:
        self._skip()
        word = self._next()
        if word == "{":
            return self._object()
        if word == "[":
            return self._array()
        if word.startswith("'"):
            return _text(word)
        if word in _WORDS:
            return _WORDS[word]
        if _NUMBER.fullmatch(word):
            return int(word)
        if word in self._declared:
            return _Symbol(word)
        if word.removesuffix(".id") in self._declared:
            return _Expression(self._id(word.removesuffix(".id")))
        raise ValueError(word)

    def _object(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self._tokens[self._skip()] != "}":
            key = self._next()
            self._take(":")
            found[_text(key) if key.startswith("'") else key] = self._value()
        self._at += 1
        return found

    def _array(self) -> list[Any]:
        found = []
        while self._tokens[self._skip()] != "]":
            found.append(self._value())
        self._at += 1
        return found


def _text(token: str) -> str:
    if "${" in token.replace("\\${", ""):
        raise ValueError(token)
    return _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), token[1:-1])


def _escaped(text: str) -> str:
    """A text as a template writes it, where one that begins with `[` would be an expression."""
    return f"[{text}" if text.startswith("[") else text


def _plain(value: Any) -> Any:
    if isinstance(value, _Symbol):
        raise ValueError(value)  # noqa: TRY004 - a snippet that is not read, as others
    if isinstance(value, _Expression):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return _escaped(value) if isinstance(value, str) else value
