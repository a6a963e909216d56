"""Where the sources declare a resource: file, line and column, found by the words of its blocks and arguments.

This is no parser of HCL: it knows comments, texts, heredocs and brackets, which is enough to tell blocks and arguments from
what stands in expressions.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Final

from auditor.errors import InfrastructureError
from auditor.infra.terraform.instances import module_of, steps_of
from auditor.infra.terraform.table import RECORDS
from auditor.infra.text import is_file, read_bytes
from auditor.model.resource import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.model.resource import Resource

_TOKEN: Final = re.compile(
    r"""
      (?P<comment>\#[^\n]*|//[^\n]*|/\*.*?\*/)
    | (?P<heredoc><<-?(?P<tag>\w+)[^\n]*\n.*?^[ \t]*(?P=tag)[ \t]*$)
    | (?P<text>"(?:[^"\\$%]|\\.|[$%](?!\{)|[$%]\{(?:[^{}"]|"(?:[^"\\]|\\.)*"|\{[^{}]*\})*\})*")
    | (?P<word>[A-Za-z_][\w-]*)
    | (?P<line>\n)
    | (?P<open>[{\[(])
    | (?P<close>[}\])])
    | (?P<equals>=(?![=>]))
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_LONGEST: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """The file of a resource, and line and column of its parts by the paths that rules write."""

    file: str
    places: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Block:
    """A block or an argument: its labels, where it begins, and what stands in it."""

    words: tuple[str, ...]
    at: tuple[int, int]
    inner: tuple[_Block, ...] = ()
    value: str | None = None


def places_in(folder: Path, address: str) -> Found | None:
    """Where the sources in a folder declare the resource of an address; None where they do not, or not here.

    Modules are followed by their `source`, or as `terraform init` noted them.
    """
    module = module_of(address)
    own = re.sub(r"\[.*\]$", "", address.removeprefix(module).lstrip("."))
    where = _folder_of(folder, tuple(step.removeprefix("module.").partition("[")[0] for step in steps_of(module)))
    kind, _, name = own.partition(".")
    declared = None if where is None else _named(where).get(("resource", kind, name))
    return None if declared is None else Found(str(declared[0]), _places(kind, declared[1]))


def placed(resource: Resource, folder: Path) -> Resource:
    """The same resource with its places in the sources, where they declare it."""
    address = None if resource.origin is None else resource.origin.address
    found = None if address is None else places_in(folder, address)
    return resource if found is None else replace(resource, origin=Origin(found.file, address, found.places))


def _places(kind: str, block: _Block) -> dict[str, tuple[int, int]]:
    record = RECORDS.get(kind)
    paths = {} if record is None else {name: row.path for row in record.arguments for name in row.names}
    named = {".".join(words): at for words, at in _flat(block, ())}
    found = {"": block.at}
    for words, at in named.items():
        path = paths.get(words) or _BLOCKS.get(words)
        if path is not None:
            found.setdefault(path.lower(), at)
    return found


_BLOCKS: Final = {
    "account_replication_type": "sku.name",
    "body": "properties",
    "customer_managed_key": "properties.encryption",
    "identity": "identity",
    "network_acls": "properties.networkAcls",
    "network_acls.default_action": "properties.networkAcls.defaultAction",
    "network_acls.ip_rules": "properties.networkAcls.ipRules",
    "network_rules": "properties.networkAcls",
    "network_rules.bypass": "properties.networkAcls.bypass",
    "network_rules.default_action": "properties.networkAcls.defaultAction",
    "network_rules.ip_rules": "properties.networkAcls.ipRules",
    "principal_id": "properties.principalId",
    "rule": "properties.policy.rules",
    "sas_policy": "properties.sasPolicy",
    "scope": "properties.scope",
    "storage": "properties.userOwnedStorage",
}
"""Blocks and arguments that no row of the table has."""


def _flat(block: _Block, above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], tuple[int, int]]]:
    for item in block.inner:
        words = (*above, item.words[1] if item.words[0] == "dynamic" and len(item.words) > 1 else item.words[0])
        yield words, item.at
        yield from _flat(item, words)


def _folder_of(folder: Path, names: tuple[str, ...]) -> Path | None:
    noted = _noted(folder).get(".".join(names)) if names else None
    if noted is not None:
        return folder / noted
    current = folder
    for name in names:
        call = _named(current).get(("module", name))
        source = None if call is None else _source(call[1])
        if source is None or not source.startswith(("./", "../")) or "\0" in source:
            return None
        current = (current / source).resolve()
    return current


def _source(block: _Block) -> str | None:
    return next((item.value for item in block.inner if item.words == ("source",)), None)


def _noted(folder: Path) -> dict[str, str]:
    """The folders of modules, by their names with dots between, as `terraform init` notes them."""
    return _noted_in(folder, folder.absolute())


@cache
def _noted_in(folder: Path, _absolute: Path) -> dict[str, str]:  # a relative path is another one elsewhere
    try:
        written = json.loads(_text(folder / ".terraform" / "modules" / "modules.json"))
        return {str(item["Key"]): str(item["Dir"]).replace("\0", "") for item in written["Modules"]}
    except (InfrastructureError, ValueError, LookupError, TypeError, RecursionError):
        return {}


def _named(folder: Path) -> dict[tuple[str, ...], tuple[Path, _Block]]:
    """The blocks of all files of a folder, by their words."""
    return _named_in(folder, folder.absolute())


@cache
def _named_in(folder: Path, _absolute: Path) -> dict[tuple[str, ...], tuple[Path, _Block]]:
    found: dict[tuple[str, ...], tuple[Path, _Block]] = {}
    for path in sorted(folder.glob("*.tf")):
        try:
            blocks = blocks_in(_text(path))
        except (InfrastructureError, ValueError, RecursionError):  # what nobody can read tells no places
            continue
        for block in blocks:
            found.setdefault(block.words, (path, block))
    return found


def _text(path: Path) -> str:
    """The text of a file that may be anything."""
    if not is_file(path):
        raise ValueError(f"{path} is no file")
    return read_bytes(path, str(path), _LONGEST).decode("utf-8-sig")


def blocks_in(text: str) -> tuple[_Block, ...]:
    """The blocks and arguments of a text of HCL."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    tokens = [match for match in _TOKEN.finditer(text) if match.lastgroup not in {"comment", None}]
    reader = _Reader(tokens, starts)
    return tuple(reader.statements())


class _Reader:
    """Goes through the tokens once."""

    def __init__(self, tokens: list[re.Match[str]], starts: list[int]) -> None:
        self._tokens = tokens
        self._starts = starts
        self._at = 0
        self._line = 0

    def statements(self) -> Iterator[_Block]:
        """The statements up to the bracket that closes the block around them."""
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.lastgroup == "close":
                self._at += 1
                return
            if token.lastgroup == "word":
                block = self._statement()
                if block is not None:
                    yield block
            else:
                self._at += 1

    def _statement(self) -> _Block | None:
        """`name = …`, or words and texts before an opening bracket."""
        words: list[str] = []
        place = self._place(self._tokens[self._at].start())
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            self._at += 1
            if token.lastgroup == "equals":
                return _Block(tuple(words), place, value=self._expression())
            if token.lastgroup == "open":
                return _Block(tuple(words), place, tuple(self.statements()))
            if token.lastgroup not in {"word", "text"}:
                break
            words.append(token[0].strip('"'))
        return None

    def _expression(self) -> str | None:
        """Pass an expression, which ends with its line outside of brackets; its text if it is one alone."""
        depth = 0
        first: str | None = None
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if depth == 0 and token.lastgroup in {"line", "close"}:
                break
            self._at += 1
            depth += {"open": 1, "close": -1}.get(token.lastgroup or "", 0)
            first = token[0].strip('"') if first is None and token.lastgroup == "text" else first or ""
        return first or None

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column, counted from one; places only ever go forward."""
        while self._line + 1 < len(self._starts) and self._starts[self._line + 1] <= offset:
            self._line += 1
        return self._line + 1, offset - self._starts[self._line] + 1
