"""What a rule judges: one resource with its facts, its children and its parent.

Each part is JSON, or `Unread` where it could not be read. Facts and children are looked up only when a condition reads
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from auditor.model.reading import MISSING, Json, Unread
from auditor.model.types import relation_of
from auditor.policy.paths import member

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from auditor.model.resource import Resource
    from auditor.model.snapshot import Snapshot


class FactSource(Protocol):
    """Derives facts about resources, each when it is first read."""

    def one(self, resource: Resource, name: str) -> Json:
        """The fact with this name, in any case: JSON with `Unread` leaves; MISSING where it does not apply."""
        ...

    def of(self, resource: Resource) -> Mapping[str, Json]:
        """All facts about a resource by name, without those that do not apply."""
        ...

    def forget(self, resource: Resource) -> None:
        """Release what was derived for one resource."""
        ...


class FactsAbout(Mapping[str, Json]):
    """The facts about one resource by name, each derived when it is looked up; none where there is no resource."""

    def __init__(self, resource: Resource | None, facts: FactSource) -> None:
        self._resource = resource
        self._facts = facts

    def __getitem__(self, name: str) -> Json:
        value = MISSING if self._resource is None else self._facts.one(self._resource, name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(() if self._resource is None else self._facts.of(self._resource))

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Target(Protocol):
    """One resource under evaluation, as conditions read it."""

    @property
    def body(self) -> Json:
        """The resource's JSON."""
        ...

    @property
    def parent(self) -> Target | None:
        """The resource that it belongs to, if that was read."""
        ...

    @property
    def facts(self) -> Json:
        """All facts by name."""
        ...

    def fact(self, name: str) -> Json:
        """One fact."""
        ...

    def child(self, relation: str) -> Json:
        """The child, or the list of children, with this relation."""
        ...


class ResourceTarget:
    """A resource of a snapshot."""

    __slots__ = ("_children", "_facts", "_snapshot", "body", "resource")

    def __init__(self, resource: Resource, snapshot: Snapshot, facts: FactSource) -> None:
        self.resource = resource
        self.body: Json = resource.body
        self._snapshot = snapshot
        self._facts = facts
        self._children: dict[str, Json] = {}

    @property
    def parent(self) -> ResourceTarget | None:
        """The resource that it belongs to, if that was read."""
        owner = None if self.resource.owner is None else self._snapshot.get(self.resource.owner)
        return None if owner is None else ResourceTarget(owner, self._snapshot, self._facts)

    @property
    def facts(self) -> Json:
        """All facts by name."""
        return self._facts.of(self.resource)

    def fact(self, name: str) -> Json:
        """One fact."""
        return self._facts.one(self.resource, name)

    def child(self, relation: str) -> Json:
        """The child, or the list of children, with this relation; read once."""
        if relation not in self._children:
            self._children[relation] = self._read(relation)
        return self._children[relation]

    def _read(self, relation: str) -> Json:
        kind = relation_of(self.resource.type, relation)
        if kind is None:
            return MISSING
        listing = self._snapshot.listing(self.resource.id, kind.name)
        if not kind.single:
            return listing.bodies()
        reading = listing.only()
        return reading if isinstance(reading, Unread) or reading is MISSING else listing.resources[0].body


def _nothing(_relation: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class UnreadTarget:
    """Resources that may exist and could not be listed. Only what they belong to can be known.

    `below` gives a better reason for a relation where there is one.
    """

    body: Unread
    parent: Target | None
    below: Callable[[str], Unread | None] = field(default=_nothing)

    @property
    def facts(self) -> Json:
        """Nothing is known."""
        return self.body

    def fact(self, name: str) -> Json:  # noqa: ARG002 - the same for every name
        """Nothing is known."""
        return self.body

    def child(self, relation: str) -> Json:
        """Nothing is known."""
        return self.below(relation) or self.body


@dataclass(frozen=True, slots=True)
class PlainTarget:
    """A target made of plain data, as the examples of rules are. `silent` is why what is not given is unread."""

    body: Json
    facts: Json
    children: Mapping[str, Json]
    parent: Target | None
    silent: str

    def fact(self, name: str) -> Json:
        """One fact; those that are not given do not apply."""
        return member(self.facts, name)

    def child(self, relation: str) -> Json:
        """The children that were given."""
        given_children = member(self.children, relation)
        return Unread(self.silent) if given_children is MISSING else given_children


def given(body: Json, facts: Json, children: Mapping[str, Json], parent: Target | None, *, silent: str) -> Target:
    """A target made of plain data."""
    return PlainTarget(body, facts, children, parent, silent)
