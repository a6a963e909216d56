"""What was read of a storage account that matters for how long documents stay in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from auditor.facts.lifecycle import KINDS_WITH_LIFECYCLE, LifecycleRule, lifecycle_rules
from auditor.facts.links import doubt_about, known_links
from auditor.model.reading import Found, Json, Missing, Reading, Unread
from auditor.model.types import BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, OBJECT_REPLICATION

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SYSTEM_CONTAINERS: Final = frozenset({"$logs", "$blobchangefeed"})


@dataclass(frozen=True, slots=True)
class Store:
    """What was read of a storage account that matters for retention."""

    service: Reading
    rules: tuple[LifecycleRule, ...]
    policy: Reading
    containers: tuple[Resource, ...]
    deleted: tuple[Resource, ...]
    unlisted: Unread | None
    replicates: bool
    body: dict[str, Any]

    def setting(self, *names: str) -> Reading:
        """A property of the blob service."""
        if not isinstance(self.service, Found):
            return self.service if isinstance(self.service, Unread) else Unread("there is no blob service")
        value: Json = self.service.value.get("properties")
        for name in names:
            if isinstance(value, Unread):
                return value
            value = value.get(name) if isinstance(value, dict) else None
        return Missing() if value is None else value if isinstance(value, Unread) else Found(value)

    def versioning(self) -> Reading:
        """Whether versioning is on; version-level immutability of the account forces it on (immutable storage page)."""
        forced = self.body.get("immutableStorageWithVersioning")
        if isinstance(forced, dict) and forced.get("enabled") is True:
            return Found(value=True)
        return self.setting("isVersioningEnabled")


def read_store(storage: Resource, estate: Estate) -> Store:
    """Look up the account's blob service, lifecycle policy and containers; system containers hold no documents.

    Where links name containers, and no link can be hidden, only these count; if none of them is left, all do.
    """
    snapshot = estate.snapshot
    listing = snapshot.listing(storage.id, CONTAINER)
    wanted = _named_containers(storage, estate)
    live: list[Resource] = []
    deleted: list[Resource] = []
    for container in listing.resources:
        if container.name.lower() in _SYSTEM_CONTAINERS:
            continue
        if property_of(container, "deleted") is True:
            deleted.append(container)
        else:
            live.append(container)
    policy = snapshot.listing(storage.id, LIFECYCLE_POLICY).only()
    kind = storage.body.get("kind")
    acts = not isinstance(kind, str) or kind.lower() in KINDS_WITH_LIFECYCLE
    body = storage.body.get("properties")
    return Store(
        service=snapshot.listing(storage.id, BLOB_SERVICE).only(),
        rules=lifecycle_rules(policy.value) if isinstance(policy, Found) and acts else (),
        policy=policy,
        containers=tuple([item for item in live if item.name in wanted] or live) if wanted else tuple(live),
        deleted=tuple(deleted),
        unlisted=listing.unread,
        replicates=bool(snapshot.listing(storage.id, OBJECT_REPLICATION).resources),
        body=body if isinstance(body, dict) else {},
    )


def _named_containers(storage: Resource, estate: Estate) -> frozenset[str] | None:
    """The containers that hold documents, where every link names one and no link can be hidden; else None, for all."""
    links = known_links(storage, estate)
    if estate.all_documents or not links or doubt_about(storage, estate) is not None:
        return None
    names = frozenset(link.container or "" for link in links)
    return None if "" in names else names


def is_off(reading: Reading) -> bool:
    """Off is false, or absent (every one of these switches is off when absent: blob service, API 2025-01-01)."""
    return isinstance(reading, Missing) or (isinstance(reading, Found) and reading.value is False)


def number_in(reading: Reading) -> float | None:
    """The number that was found; None for anything else."""
    if isinstance(reading, Found) and isinstance(reading.value, int | float) and not isinstance(reading.value, bool):
        return reading.value
    return None


def property_of(container: Resource, name: str) -> Json:
    """A property of a container; `Unread` where the container was not read, None where it has none."""
    properties = container.body.get("properties")
    if isinstance(properties, Unread):
        return properties
    return properties.get(name) if isinstance(properties, dict) else None
