"""Adds to evidence where it was read: the resource's own response, that of a child, or a derived fact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.model.finding import Evidence
from auditor.model.types import relation_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.model.resource import Origin, Resource
    from auditor.model.snapshot import Snapshot

_OF_ALL: Final = {"facts": "derived from the whole snapshot", "parameters": "as set for this audit"}
"""Sources of evidence that belong to no single resource, by the first name of its path."""


def of_resource(because: Sequence[Evidence], resource: Resource, snapshot: Snapshot) -> tuple[Evidence, ...]:
    """The evidence about a resource with its sources, and with its places in infrastructure code."""
    own, children = source_of(resource), dict[str, "Resource | None"]()
    found = []
    for item in because:
        first, *rest = item.path.split("[", 1)[0].split(".")
        source, origin, path = _OF_ALL.get(first, own), resource.origin, item.path
        if first == "children" and rest:
            if rest[0] not in children:
                children[rest[0]] = _first_child(resource, rest[0], snapshot)
            child = children[rest[0]]
            if child is not None:
                source = source_of(child) or own
                if child.origin is not None:
                    origin, path = child.origin, _below_child(item.path)
        found.append(item if source is None and origin is None else _read_at(item, source, origin, path))
    return tuple(found)


def of_unread_list(because: Sequence[Evidence], label: str) -> tuple[Evidence, ...]:
    """The evidence about a list that could not be read, with its sources; `label` names what is listed."""
    return tuple(
        _read_at(item, _OF_ALL.get(item.path.split("[", 1)[0].split(".")[0], f"the {label} list"), None, "")
        for item in because
    )


def source_of(resource: Resource) -> str | None:
    """The request and the time of the response in which a resource was read."""
    return None if resource.read is None else f"{resource.read.source}, {resource.read.at}"


def _read_at(item: Evidence, source: str | None, origin: Origin | None, path: str) -> Evidence:
    place = None if origin is None else origin.place(path)
    return Evidence(
        item.path, item.asked, item.wish, item.reading, item.assumed, item.negated, source, item.holds, place
    )


def _first_child(resource: Resource, relation: str, snapshot: Snapshot) -> Resource | None:
    kind = relation_of(resource.type, relation)
    listed = () if kind is None else snapshot.listing(resource.id, kind.name).resources
    return listed[0] if listed else None


def _below_child(path: str) -> str:
    """What follows `children.NAME` or `children.NAME[0]` in a path."""
    rest = path.split(".", 2)[2:]
    return rest[0] if rest else ""
