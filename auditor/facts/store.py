"""What was read of a storage account that matters for how long documents stay in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.facts.backups import Protection, protections_of, unseen_backups
from auditor.facts.lifecycle import KINDS_WITH_LIFECYCLE, LifecycleRule, lifecycle_rules
from auditor.facts.links import doubt_about, known_links
from auditor.facts.parts import part_of
from auditor.facts.replication import Replica, replicas_of
from auditor.model.reading import MISSING, Found, Json, Missing, Reading, Unread, read_whole
from auditor.model.types import BLOB_SERVICE, CONTAINER, INSPECTION, LIFECYCLE_POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_SYSTEM_CONTAINERS: Final = frozenset({"$logs", "$blobchangefeed"})


@dataclass(frozen=True, slots=True)
class Store:
    """What was read of a storage account that matters for retention.

    `containers` are those that hold documents, `live` all that are not deleted; `doubts` says by name of a container why
    it may hold no documents. `body` is the account's properties. `inspected` has what a look at the blobs of a container
    counted, by its name.
    """

    key: str
    name: str

    service: Reading
    rules: tuple[LifecycleRule, ...]
    policy: Reading
    containers: tuple[Resource, ...]
    live: tuple[Resource, ...]
    deleted: tuple[Resource, ...]
    unlisted: Unread | None
    replicas: tuple[Replica, ...]
    unseen_replicas: Unread | None
    backups: tuple[Protection, ...]
    unseen_backups: str | None
    body: Json
    doubts: Mapping[str, Unread]
    inspected: Mapping[str, Json]

    def setting(self, *names: str) -> Reading:
        """A property of the blob service."""
        if not isinstance(self.service, Found):
            return self.service if isinstance(self.service, Unread) else Unread("there is no blob service")
        value = part_of(self.service.value, "properties", *names)
        return MISSING if value is None else value if isinstance(value, Unread) else Found(value)

    def versioning(self) -> Reading:
        """Whether versioning is on; version-level immutability of the account forces it on (immutable storage page)."""
        forced = part_of(self.body, "immutableStorageWithVersioning", "enabled")
        if forced is True:
            return Found(value=True)
        own = self.setting("isVersioningEnabled")
        return forced if isinstance(forced, Unread) and is_off(own) else own

    def left_of(self, name: str | None, what: str) -> float | None:
        """How many of `what` (snapshots, versions, deleted) were seen in a container; None where nobody looked."""
        count = part_of(self.inspected.get(name or ""), what)
        return count if isinstance(count, int) and not isinstance(count, bool) else None


def read_store(storage: Resource, estate: Estate) -> Store:
    """The account's parts; see `Store`."""
    return estate.once_for(storage, "store", _read_store)


def _read_store(storage: Resource, estate: Estate) -> Store:
    """Look up the account's blob service, lifecycle policy and containers; system containers hold no documents.

    Where links name containers only these count; where a link may be hidden, the others may. If none of those that are
    named is left, all count.
    """
    snapshot = estate.snapshot
    listing = snapshot.listing(storage.id, CONTAINER)
    found = [item for item in listing.resources if item.name.lower() not in _SYSTEM_CONTAINERS]
    live = [item for item in found if property_of(item, "deleted") is not True]
    doubt, wanted = doubt_about(storage, estate), _named_containers(storage, estate)
    named = [item for item in live if item.name in wanted]
    doubts = {item.name: doubt for item in live if named and doubt is not None and item.name not in wanted}
    for item in live:
        deleted = property_of(item, "deleted")
        if isinstance(deleted, Unread):
            doubts[item.name] = Unread(f"whether it is deleted was not read: {deleted.why}")
    replicas, unseen_replicas = replicas_of(storage, estate)
    return Store(
        key=storage.key,
        name=storage.name,
        service=snapshot.listing(storage.id, BLOB_SERVICE).only(),
        rules=lifecycle_rules(policy.value) if isinstance(policy := _policy(storage, estate), Found) else (),
        policy=policy,
        containers=tuple(named if named and doubt is None else live),
        live=tuple(live),
        deleted=tuple(item for item in found if property_of(item, "deleted") is True),
        unlisted=listing.unread,
        replicas=replicas,
        unseen_replicas=unseen_replicas,
        backups=protections_of(storage, estate),
        unseen_backups=unseen_backups(storage, estate),
        body=storage.body.get("properties"),
        doubts=doubts,
        inspected={
            item.name: look.value.get("properties")
            for item in live
            if isinstance(look := snapshot.listing(item.id, INSPECTION).only(), Found)
        },
    )


def _policy(storage: Resource, estate: Estate) -> Reading:
    """The lifecycle policy; missing where the account is of a kind on which none acts, unread where a part of it is."""
    policy = estate.snapshot.listing(storage.id, LIFECYCLE_POLICY).only()
    kind = storage.body.get("kind")
    if isinstance(policy, Found):
        if isinstance(kind, str) and kind.lower() not in KINDS_WITH_LIFECYCLE:
            return MISSING
        if isinstance(kind, Unread):
            return Unread(f"the kind of the account, which decides whether it acts, was not read: {kind.why}")
        if not read_whole(policy.value.get("properties")):
            return Unread("a part of it could not be read")
    return policy


def _named_containers(storage: Resource, estate: Estate) -> frozenset[str]:
    """The containers that hold documents, where every link that is known names one; empty for all."""
    links = () if estate.all_documents else known_links(storage, estate)
    names = frozenset(link.container or "" for link in links)
    return frozenset() if "" in names else names


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
    return part_of(container.body.get("properties"), name)
