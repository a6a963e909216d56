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
    match value, tree:
        case dict(), dict():
            return _object(value, tree)
        case list(), {"[]": inner}:
            return [_spelled(item, inner) for item in value]
        case _:
            return value


def _object(value: dict[str, Json], tree: dict[str, Any]) -> dict[str, Json]:
    free = tree.get("*")
    if "*" in tree:
        return {name: _spelled(item, free) for name, item in value.items()}
    return {(own := _name(name, tree)): _spelled(item, tree.get(own)) for name, item in value.items()}


def _name(written: str, tree: dict[str, Any]) -> str:
    if written in tree:
        return written
    lowered = written.lower()
    return next((name for name in tree if name.lower() == lowered), written)
