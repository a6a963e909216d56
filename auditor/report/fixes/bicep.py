"""Bicep from what a rule sets: each property at its place, in a declaration that has nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from auditor.model.types import ACCOUNT, BLOB_SERVICE, CONTAINER, STORAGE, VAULT

if TYPE_CHECKING:
    from collections.abc import Mapping

_DECLARED: Final = {
    ACCOUNT: ("account", "2025-06-01", "{name}"),
    STORAGE: ("documents", "2025-01-01", "{name}"),
    CONTAINER: ("container", "2025-01-01", "{account}/default/{name}"),
    VAULT: ("vault", "2023-07-01", "{name}"),
}
"""How snippets declare a resource of a type: symbol, API version, name."""
BLOBS: Final = "children.blobService."
"""The head of a path that leads to the blob service of a storage account."""
_REST: Final = "// Change only this; leave the rest of the resource as it is."
_KEY: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_ESCAPES: Final = (("\\", "\\\\"), ("'", "\\'"), ("${", "\\${"), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))


def declared(changes: Mapping[str, Any], type_name: str) -> str:
    """The declarations in which a resource of a type, and its blob service, have these values."""
    symbol, version, name = _DECLARED[type_name]
    own = {path: value for path, value in changes.items() if not path.startswith(BLOBS)}
    below = {path.removeprefix(BLOBS): value for path, value in changes.items() if path.startswith(BLOBS)}
    parts = []
    if own:
        body = _inner(_tree(own))
        parts.append(f"resource {symbol} '{type_name}@{version}' = {{\n  name: '{name}'\n  {_REST}\n{body}\n}}")
    if below:
        if not own:
            parts.append(f"resource {symbol} '{type_name}@{version}' existing = {{ name: '{name}' }}")
        head = f"resource blobService '{BLOB_SERVICE}@{version}' = {{\n  parent: {symbol}\n  name: 'default'\n  {_REST}"
        parts.append(f"{head}\n{_inner(_tree(below))}\n}}")
    return "\n\n".join(parts)


def head(type_name: str) -> tuple[str, str]:
    """A type, and the version of its API that snippets use."""
    return type_name, _DECLARED[type_name][1] if type_name in _DECLARED else "<api-version>"


def literal(value: Any) -> str:
    """A JSON value as Bicep writes it."""
    if isinstance(value, dict):
        return f"{{\n{_inner(value)}\n}}" if value else "{}"
    if isinstance(value, list | tuple):
        return "\n".join(["[", *(_indented(literal(item)) for item in value), "]"]) if value else "[]"
    if isinstance(value, str):
        for plain, escaped in _ESCAPES:
            value = value.replace(plain, escaped)
        return f"'{value}'"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return f"{value:g}" if isinstance(value, float) else str(value)


def _inner(body: Mapping[str, Any]) -> str:
    return "\n".join(_indented(f"{key if _KEY.fullmatch(key) else literal(key)}: {literal(body[key])}") for key in body)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.split("\n"))


def _tree(changes: Mapping[str, Any]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for path, value in changes.items():
        *above, last = path.split(".")
        at = tree
        for step in above:
            at = at.setdefault(step, {})
        at[last] = value
    return tree
