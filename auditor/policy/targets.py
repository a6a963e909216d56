"""Makes targets out of the resources of a snapshot: what the conditions of rules are asked of."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from auditor.model.reading import MISSING, Json, Unread
from auditor.model.types import relations_of
from auditor.policy.target import FactSource, QuickFacts, Target, unseen

if TYPE_CHECKING:
    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot
    from auditor.model.types import ResourceType


class Targets:
    """The targets of one snapshot; facts and children are looked up only when a rule asks."""

    def __init__(self, snapshot: Snapshot, facts: FactSource) -> None:
        self._snapshot = snapshot
        self._facts = facts
        self._quick = facts if isinstance(facts, QuickFacts) else None

    def of(self, resource: Resource) -> Target:
        """The target of one resource, with its parent."""
        parent = None if resource.owner is None else self.at(resource.owner)
        quick = self._quick
        return Target(
            resource.body,
            lambda: self._facts.of(resource),
            cache(lambda relation: self._children(resource, relation)),
            parent,
            None if quick is None else lambda name: quick.one(resource, name),
        )

    def at(self, scope: str) -> Target | None:
        """The target of the resource at an id, if it was read."""
        resource = self._snapshot.get(scope)
        return None if resource is None else self.of(resource)

    def unseen(self, kind: ResourceType, owner: str, why: Unread) -> Target:
        """The target of children that may exist; what no file holds of them is told as of those that were seen."""
        return unseen(why, self.at(owner), lambda relation: self._unseen_child(kind, relation, why))

    def _unseen_child(self, kind: ResourceType, relation: str, why: Unread) -> Unread:
        below = relation_of(kind.name, relation)
        nowhere = None if below is None else self._snapshot.only_live(below)
        return why if nowhere is None else nowhere

    def _children(self, resource: Resource, relation: str) -> Json:
        kind = relation_of(resource.type, relation)
        if kind is None:
            return MISSING
        listing = self._snapshot.listing(resource.id, kind.name)
        if not kind.single:
            return listing.bodies()
        reading = listing.only()
        return reading if isinstance(reading, Unread) or reading is MISSING else listing.resources[0].body


def relation_of(type_name: str, relation: str) -> ResourceType | None:
    """The type of the children that a type has by the name of a relation, whatever its case."""
    return next((kind for name, kind in relations_of(type_name).items() if name.lower() == relation.lower()), None)
