"""What a change of infrastructure concerns: what it touches, and what answers differently because of that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.facts.links import known_links
from auditor.model.resource import resource_key
from auditor.model.types import STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.reading import Json
    from auditor.model.resource import Resource


def concerned_by(changed: frozenset[str], estate: Estate) -> frozenset[str]:
    """The keys of all resources that a change concerns. `changed` may hold keys of what a deployment removes.

    A changed resource concerns those above it (a lifecycle policy its storage account), those that its body names (a
    role assignment its scope), and, if it is an account, the stores that are linked to it.
    """
    found = set(changed)
    for key in changed:
        found.update(_above(key))
        resource = estate.snapshot.get(key)
        for named in () if resource is None else _ids_in(resource):
            found.update((named, *_above(named)))
    for store in estate.snapshot.of_type(STORAGE):
        if any(link.account is not None and link.account.key in changed for link in known_links(store, estate)):
            found.add(store.key)
    return frozenset(found)


def _above(key: str) -> Iterator[str]:
    """Every part of an id that ends before a slash; of some a resource has that id."""
    end = key.rfind("/")
    while end > 0:
        yield key[:end]
        end = key.rfind("/", 0, end)


def _ids_in(resource: Resource) -> Iterator[str]:
    """The ids in a resource's body, but for its own."""
    level: list[Json] = [value for name, value in resource.body.items() if name != "id"]
    while level:
        for item in level:
            if isinstance(item, str) and item.startswith("/"):
                yield resource_key(item)
        level = [
            below
            for item in level
            if isinstance(item, dict | list)
            for below in (item.values() if isinstance(item, dict) else item)
        ]
