"""Which property paths exist, so that a typo in a rule is an error and never a silent pass.

The trees in `shapes.json` are made by `tools/known_shapes.py` from Azure's own specifications. A tree is an object of
names; a leaf is null, an array `{"[]": tree}`, an object with free names `{"*": tree}`.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.model.types import BY_NAME, DECLARED_STORAGE, ERASURE_REQUEST, REGISTERED_MODEL, relations_of
from auditor.policy.paths import Each, Segment
from auditor.yaml_source import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

_REGISTER: Final = {
    REGISTERED_MODEL: ("account", "model", "owner", "purpose", "deleteBy"),
    ERASURE_REQUEST: ("account", "model", "requestedAt", "reference"),
    DECLARED_STORAGE: ("storage", "account", "reason"),
}


@cache
def _trees() -> dict[str, Any]:
    written = json.loads((Path(__file__).parent / "shapes.json").read_text(encoding="utf-8"))
    trees = {name.lower(): tree for name, tree in written.items() if not name.startswith("$")}
    for name, fields in _REGISTER.items():
        trees[name.lower()] = {"id": None, "type": None, "name": None, "properties": dict.fromkeys(fields)}
    return trees


def tree_of(type_name: str) -> dict[str, Any]:
    """The tree of a type's own properties, for reading only; an empty one of a type that is not known."""
    found: dict[str, Any] = _trees().get(type_name.lower(), {})
    return found


class Shapes:
    """The paths of all types: the resources' own properties, their facts, children and parents."""

    def __init__(self, facts: Mapping[str, Mapping[str, Any]]) -> None:
        """`facts` gives the tree of facts by type name, as the fact modules declare it."""
        self._facts = {name.lower(): tree for name, tree in facts.items()}

    def type_names(self) -> tuple[str, ...]:
        """All types that a rule can apply to."""
        return tuple(kind.name for kind in BY_NAME.values() if kind.key in _trees())

    def problem(self, type_name: str, segments: tuple[Segment, ...]) -> str | None:
        """What is wrong with a path on this type, with the nearest right word; None if nothing is."""
        found = self._find(type_name, segments)
        return found if isinstance(found, str) else None

    def placed(self, type_name: str, segments: tuple[Segment, ...]) -> tuple[str, str]:
        """The type whose property a path ends at, and the path there: what the table of defaults is keyed by."""
        first = str(segments[0]).lower() if segments else ""
        if first == "parent":
            owner = BY_NAME[type_name.lower()].owner
            return self.placed(owner or "", segments[1:])
        if first == "children":
            kind = relations_of(type_name)[_match(str(segments[1]), relations_of(type_name))]
            rest = segments[2:] if kind.single else segments[3:]
            return kind.name, _spell(rest)
        return type_name, _spell(segments)

    def _find(self, type_name: str, segments: tuple[Segment, ...]) -> str | None:
        first = str(segments[0]).lower()
        rest = segments[1:]
        if first == "facts":
            return _descend(dict(self._facts.get(type_name.lower(), {})), rest, "facts", "is no fact about this type")
        if first == "children":
            return self._find_child(type_name, rest)
        if first == "parent":
            kind = BY_NAME.get(type_name.lower())
            if kind is None or kind.owner is None:
                return f"{type_name} has no parent"
            return self._find(kind.owner, rest) if rest else None
        return _descend(_trees()[type_name.lower()], segments, "", f"is no property of {type_name}")

    def _find_child(self, type_name: str, rest: tuple[Segment, ...]) -> str | None:
        relations = relations_of(type_name)
        if not rest or _match(str(rest[0]), relations) not in relations:
            wanted = str(rest[0]) if rest else ""
            return f"{type_name} has no children {wanted!r}; {nearest(wanted, relations)}"
        kind = relations[_match(str(rest[0]), relations)]
        below = rest[1:]
        if not kind.single:
            if below and not isinstance(below[0], Each):
                return f"children.{kind.relation} is a list: children.{kind.relation}[*]"
            below = below[1:]
        return self._find(kind.name, below) if below else None


def _match(name: str, known: Mapping[str, Any]) -> str:
    return next((key for key in known if key.lower() == name.lower()), name)


def _spell(segments: tuple[Segment, ...]) -> str:
    text = ""
    for segment in segments:
        text += "[*]" if isinstance(segment, Each) else f".{segment}"
    return text.lstrip(".").lower()


def _descend(tree: Any, segments: tuple[Segment, ...], text: str, complaint: str) -> str | None:
    for segment in segments:
        if isinstance(segment, Each):
            if not isinstance(tree, dict) or "[]" not in tree:
                return f"{text} is no list"
            tree, text = tree["[]"], f"{text}[*]"
            continue
        text = f"{text}.{segment}".lstrip(".")
        if not isinstance(tree, dict):
            return f"{text} {complaint}: there is nothing below {text.rpartition('.')[0]}"
        if "[]" in tree:
            return f"{text.rpartition('.')[0]} is a list: put [*] behind it"
        name = _match(segment, tree)
        if name in tree:
            tree = tree[name]
        elif "*" in tree:
            tree = tree["*"]
        else:
            return f"{text} {complaint}; {nearest(segment, tree)}"
    return None
