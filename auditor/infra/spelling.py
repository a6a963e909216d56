"""Names of properties as Azure spells them.

Azure takes names in any case and answers in its own; facts look for its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from auditor.policy.shapes import tree_of

if TYPE_CHECKING:
    from auditor.model.reading import Json


def respelled(body: dict[str, Json]) -> dict[str, Json]:
    """The body of a resource with all names that its type knows in Azure's spelling."""
    found: dict[str, Json] = _object(body, tree_of(str(body["type"])))
    return found


def _spelled(value: Json, tree: Any) -> Json:
    if isinstance(value, dict):
        return _object(value, tree) if isinstance(tree, dict) else value
    if isinstance(value, list):
        inner = tree.get("[]") if isinstance(tree, dict) else None
        return value if inner is None else [_spelled(item, inner) for item in value]
    return value


def _object(value: dict[str, Json], tree: dict[str, Any]) -> dict[str, Json]:
    if "*" in tree:
        free = tree["*"]
        return {name: _spelled(item, free) for name, item in value.items()}
    return {(own := _name(name, tree)): _spelled(item, tree.get(own)) for name, item in value.items()}


def _name(written: str, tree: dict[str, Any]) -> str:
    if written in tree:
        return written
    size, lowered = len(written), written.lower()
    return next((name for name in tree if len(name) == size and name.lower() == lowered), written)
