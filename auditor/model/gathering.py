"""Takes what is read of an estate, piece by piece: in memory at first, in a temporary file once that is much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.model.resource import ListRead, Resource, resource_key
from auditor.model.snapshot import End, Header, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.model.resource import Gap
    from auditor.model.shelf import Shelf

MOST_IN_MEMORY: Final = 48 * 1024 * 1024
"""Characters of JSON up to which all is kept in memory, as values that take some four times as much.

There judging is fastest: what is in a file has its JSON read again whenever somebody looks at it.
"""
MOST_AT_HAND: Final = 4 * 1024 * 1024
"""Characters of JSON in the file of which the values stay in memory once somebody looked at them."""


class Gathering:
    """What was read so far of one estate."""

    def __init__(self, most_in_memory: int = MOST_IN_MEMORY, most_at_hand: int = MOST_AT_HAND) -> None:
        """Both are numbers of characters of JSON."""
        self._left = most_in_memory
        self._most_at_hand = most_at_hand
        self._resources: dict[str, Resource] = {}
        # Keys in order, by type, and by owner and type: a scan that runs asks for both again and again.
        self._of_type: dict[str, dict[str, None]] = {}
        self._below: dict[tuple[str, str], dict[str, None]] = {}
        self._reads: list[ListRead] = []
        self._listed: set[tuple[str, str]] = set()
        self._shelf: Shelf | None = None

    def take(self, resource: Resource, size: int) -> Resource:
        """Keep a resource whose JSON has so many characters; one with the same key gives up its place to it.

        Returns it as it is kept, for whoever wants to hold it meanwhile.
        """
        if self._shelf is not None:
            self._shelf.resources.put(resource)
        else:
            self._resources[resource.key] = resource
            self._of_type.setdefault(resource.type_key, {})[resource.key] = None
            if resource.owner is not None:
                self._below.setdefault((resource.owner, resource.type_key), {})[resource.key] = None
            self._count(size)
        return self.get(resource.key) or resource

    def take_read(self, read: ListRead) -> None:
        """Keep that a list was read."""
        if self._shelf is not None:
            self._shelf.reads.put(read)
            return
        self._reads.append(read)
        self._listed.add((resource_key(read.of), read.operation.lower()))
        self._count(2 * len(read.of) + len(read.source))

    def get(self, key: str) -> Resource | None:
        """The resource with this key."""
        return self._resources.get(key) if self._shelf is None else self._shelf.resources.get(key)

    def of_type(self, type_key: str) -> Sequence[Resource]:
        """All of one type (lower case)."""
        if self._shelf is not None:
            return self._shelf.resources.of_type(type_key)
        return self._those(self._of_type.get(type_key, ()), type_key)

    def below(self, owner: str, type_key: str) -> Sequence[Resource]:
        """The children of one type (lower case) that the resource with this key has."""
        if self._shelf is not None:
            return self._shelf.resources.below(owner, type_key)
        return self._those(self._below.get((owner, type_key), ()), type_key)

    def _those(self, keys: Iterable[str], type_key: str) -> list[Resource]:
        """The resources with these keys, but for one that another of a different type has replaced since."""
        return [item for key in keys if (item := self._resources[key]).type_key == type_key]

    def was_listed(self, owner: str, operation: str) -> bool:
        """Whether the list that an operation (lower case) reads was read at the resource with this key."""
        return (owner, operation) in self._listed if self._shelf is None else self._shelf.reads.has(owner, operation)

    def snapshot(self, header: Header, gaps: Iterable[Gap], end: End | None) -> Snapshot:
        """What was read so far."""
        if self._shelf is not None:
            return Snapshot(header, self._shelf.resources, tuple(gaps), self._shelf.reads, end)
        return Snapshot(header, tuple(self._resources.values()), tuple(gaps), tuple(self._reads), end)

    def _count(self, size: int) -> None:
        self._left -= size
        if self._left >= 0:
            return
        from auditor.model.shelf import new_shelf  # noqa: PLC0415 - few estates need SQLite

        self._shelf = new_shelf(self._most_at_hand)
        for resource in self._resources.values():
            self._shelf.resources.put(resource)
        for read in self._reads:
            self._shelf.reads.put(read)
        self._resources, self._of_type, self._below, self._reads, self._listed = {}, {}, {}, [], set()
