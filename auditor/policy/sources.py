"""Says of evidence where it was read: with the resource, with one of its children, or derived."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from auditor.model.finding import Evidence
from auditor.model.types import relations_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from auditor.model.reading import Json
    from auditor.model.resource import Place, Resource
    from auditor.model.snapshot import Snapshot

_OF_ALL = {"facts": "derived from the whole snapshot", "parameters": "as set for this audit"}


@dataclass(slots=True)
class Seen:
    """A piece of evidence that many resources share, whose source and place depend on the resource."""

    evidence: Evidence
    fixed: str | None = None
    child: str | None = None
    _made: dict[str, Evidence] = field(default_factory=dict)

    @classmethod
    def of(cls, evidence: Evidence) -> Seen:
        """Look at its path: the names at its head, up to the first list, say where it was read."""
        names = evidence.path.split("[", 1)[0].split(".")
        child = names[1] if names[0] == "children" and len(names) > 1 else None
        return cls(evidence, _OF_ALL.get(names[0]), child)

    def at(self, source: str | None, place: Place | None) -> Evidence:
        """The evidence with a source and a place."""
        if source is None and place is None:
            return self.evidence
        if place is None and source is not None:
            made = self._made.get(source)
            if made is None:
                made = self._made[source] = self._with(source, None)
            return made
        return self._with(source, place)

    def _with(self, source: str | None, place: Place | None) -> Evidence:
        item = self.evidence
        asked: Json = item.asked
        return Evidence(
            item.path, asked, item.wish, item.reading, item.assumed, item.negated, source, item.holds, place
        )


class Source:
    """Where evidence about one resource was read."""

    __slots__ = ("_children", "_own", "_resource", "_snapshot", "origin")

    def __init__(self, resource: Resource, snapshot: Snapshot) -> None:
        self._resource = resource
        self._snapshot = snapshot
        self._own = _say(resource)
        self.origin = resource.origin
        self._children: dict[str, tuple[Resource | None, str | None]] = {}

    def read_at(self, because: Iterable[Seen]) -> tuple[str | None, ...]:
        """By which answers pieces of evidence were told."""
        return tuple([self._own if item.child is None else self._first(item.child)[1] for item in because])

    def explain(self, seen: Seen) -> Evidence:
        """The evidence with the place in the code, and the address and time of the answer, that it was read from."""
        child, source = (None, self._own) if seen.child is None else self._first(seen.child)
        source = seen.fixed or source
        if child is not None and child.origin is not None:
            return seen.at(source, child.origin.place(_below_child(seen.evidence.path)))
        return seen.at(source, None if self.origin is None else self.origin.place(seen.evidence.path))

    def _first(self, relation: str) -> tuple[Resource | None, str | None]:
        """The first child of a relation, and where it was read, or else the resource itself."""
        if relation not in self._children:
            kind = relations_of(self._resource.type).get(relation)
            listed = () if kind is None else self._snapshot.listing(self._resource.id, kind.name).resources
            child = listed[0] if listed else None
            self._children[relation] = child, (None if child is None else _say(child)) or self._own
        return self._children[relation]


def _below_child(path: str) -> str:
    """What stands behind `children.NAME` or `children.NAME[0]` in a path."""
    rest = path.split(".", 2)[2:]
    return rest[0] if rest else ""


def _say(resource: Resource) -> str | None:
    return None if resource.read is None else f"{resource.read.source}, {resource.read.at}"
