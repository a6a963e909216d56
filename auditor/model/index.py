"""Finds the resources of a snapshot by id, type and owner, and the lists that were read, wherever they are kept."""

from __future__ import annotations

from abc import abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain, islice
from typing import TypeVar, overload

from auditor.model.resource import ListRead, Resource, resource_key

T_co = TypeVar("T_co", covariant=True)


class InOrder(Sequence[T_co]):
    """What can be counted, and walked from its beginning; a place in it is found by walking there."""

    @abstractmethod
    def __iter__(self) -> Iterator[T_co]:
        """All, in the order in which they were read."""

    @overload
    def __getitem__(self, at: int) -> T_co: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[T_co]: ...

    def __getitem__(self, at: int | slice) -> T_co | Sequence[T_co]:
        """One, or some."""
        if isinstance(at, slice):
            return tuple(self)[at]
        return next(islice(self, range(len(self))[at], None))


class Resources(InOrder[Resource]):
    """Resources, each once. Keys and types are asked for in lower case."""

    @abstractmethod
    def keys(self) -> Iterator[str]:
        """The keys of all."""

    @abstractmethod
    def get(self, key: str) -> Resource | None:
        """The resource with this key."""

    @abstractmethod
    def of_type(self, type_key: str) -> Sequence[Resource]:
        """All of one type."""

    @abstractmethod
    def below(self, owner: str, type_key: str) -> Sequence[Resource]:
        """The children of one type that the resource with this key has."""


class Reads(InOrder[ListRead]):
    """Lists that were read."""

    @abstractmethod
    def has(self, owner: str, operation: str) -> bool:
        """Whether the list that an operation (lower case) reads was read at the resource with this key."""


class ResourcesInMemory(Resources):
    """Resources that are all in memory; of several with one key the last counts, at the place of the first."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self._by_key = {resource.key: resource for resource in resources}

    def __len__(self) -> int:
        """How many there are."""
        return len(self._by_key)

    def __iter__(self) -> Iterator[Resource]:
        """All of them."""
        return iter(self._by_key.values())

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self:
            found[resource.type_key].append(resource)
        return found

    @cached_property
    def _by_owner(self) -> dict[tuple[str, str], list[Resource]]:
        found: defaultdict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in self:
            if resource.owner is not None:
                found[resource.owner, resource.type_key].append(resource)
        return found

    def keys(self) -> Iterator[str]:
        """The keys of all."""
        return iter(self._by_key)

    def get(self, key: str) -> Resource | None:
        """The resource with this key."""
        return self._by_key.get(key)

    def of_type(self, type_key: str) -> Sequence[Resource]:
        """All of one type."""
        return self._by_type.get(type_key, ())

    def below(self, owner: str, type_key: str) -> Sequence[Resource]:
        """The children of one type that the resource with this key has."""
        return self._by_owner.get((owner, type_key), ())


class ReadsInMemory(Reads):
    """Lists that were read, all in memory."""

    def __init__(self, reads: Iterable[ListRead]) -> None:
        self._reads = tuple(reads)
        self._places = frozenset((resource_key(read.of), read.operation.lower()) for read in self._reads)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._reads)

    def __iter__(self) -> Iterator[ListRead]:
        """All of them."""
        return iter(self._reads)

    def has(self, owner: str, operation: str) -> bool:
        """Whether the list that an operation (lower case) reads was read at the resource with this key."""
        return (owner, operation) in self._places


class JoinedResources(Resources):
    """Resources without those of some types, and more behind them, which take the place of those with the same key."""

    def __init__(self, first: Resources, more: Iterable[Resource], without: frozenset[str] = frozenset()) -> None:
        self._first = first
        self._more = ResourcesInMemory(more)
        self._without = without
        self._replaced = frozenset(item.key for item in self._more if self._kept(first.get(item.key)) is not None)
        gone = sum(len(first.of_type(type_key)) for type_key in without)
        self._length = len(first) - gone - len(self._replaced) + len(self._more)

    def _kept(self, resource: Resource | None) -> Resource | None:
        return None if resource is None or resource.type_key in self._without else resource

    def _left(self, resources: Iterable[Resource]) -> Iterator[Resource]:
        return (item for item in resources if item.type_key not in self._without and item.key not in self._replaced)

    def __len__(self) -> int:
        """How many there are."""
        return self._length

    def __iter__(self) -> Iterator[Resource]:
        """All of them."""
        return chain(self._left(self._first), self._more)

    def keys(self) -> Iterator[str]:
        """The keys of all."""
        return (resource.key for resource in self)

    def get(self, key: str) -> Resource | None:
        """The resource with this key."""
        return self._more.get(key) or self._kept(self._first.get(key))

    def of_type(self, type_key: str) -> Sequence[Resource]:
        """All of one type."""
        return self._joined(self._first.of_type(type_key), self._more.of_type(type_key))

    def below(self, owner: str, type_key: str) -> Sequence[Resource]:
        """The children of one type that the resource with this key has."""
        return self._joined(self._first.below(owner, type_key), self._more.below(owner, type_key))

    def _joined(self, first: Sequence[Resource], more: Sequence[Resource]) -> Sequence[Resource]:
        changed = more or self._without or self._replaced
        return (*self._left(first), *more) if changed else first


class JoinedReads(Reads):
    """Lists without those of some operations (lower case), and more behind them."""

    def __init__(self, first: Reads, more: Iterable[ListRead], without: frozenset[str] = frozenset()) -> None:
        self._first = first
        self._more = ReadsInMemory(more)
        self._without = without
        self._length = sum(1 for _ in self) if without else len(first) + len(self._more)

    def __len__(self) -> int:
        """How many there are."""
        return self._length

    def __iter__(self) -> Iterator[ListRead]:
        """All of them."""
        return chain((read for read in self._first if read.operation.lower() not in self._without), self._more)

    def has(self, owner: str, operation: str) -> bool:
        """Whether the list that an operation (lower case) reads was read at the resource with this key."""
        return self._more.has(owner, operation) or (
            operation not in self._without and self._first.has(owner, operation)
        )
