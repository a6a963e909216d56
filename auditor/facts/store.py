"""What was read of a storage account that matters for how long documents stay in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from auditor.facts.backups import Protection, protections_of, unseen_backups
from auditor.facts.document_containers import SYSTEM_CONTAINERS, document_containers
from auditor.facts.lifecycle import APPEND, KINDS_WITH_LIFECYCLE, LifecycleRule, lifecycle_rules
from auditor.facts.parts import part_of
from auditor.facts.replication import Replica, replicas_of
from auditor.facts.storage_tasks import tasks_on
from auditor.model.reading import MISSING, Found, Json, Missing, Reading, Unread, read_whole
from auditor.model.types import BLOB_SERVICE, CONTAINER, INSPECTION, LIFECYCLE_POLICY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.facts.bounds import Reason
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

SEEN_TYPES: Final = {APPEND: "appendBlobs", "pageblob": "pageBlobs"}
"""Types of blobs other than block blobs, with the name under which a look into a container counts them."""


@dataclass(frozen=True, slots=True)
class Store:
    """What was read of a storage account that matters for retention.

    `containers` are those that hold documents or may, `live` all that are not deleted, `deleted` those that are and held
    documents or may have. `doubts` says by name of a container why it may hold no documents. `body` is the account's
    properties. `inspected` has what a look at the blobs of a container counted, by its name.
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
    tasks: tuple[Reason, ...]
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
    """Look up the account's blob service, lifecycle policy and containers."""
    snapshot = estate.snapshot
    listing = snapshot.listing(storage.id, CONTAINER)
    found = [item for item in listing.resources if item.name.lower() not in SYSTEM_CONTAINERS]
    documents = document_containers(storage, estate)
    holding = {item.name: documents.holds(item) for item in found}
    live = [item for item in found if property_of(item, "deleted") is not True]
    gone = [item for item in found if property_of(item, "deleted") is True]
    doubts = {name: answer for name, answer in holding.items() if isinstance(answer, Unread)}
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
        containers=tuple(item for item in live if holding[item.name] is not False),
        live=tuple(live),
        deleted=tuple(item for item in gone if holding[item.name] is not False),
        unlisted=listing.unread,
        replicas=replicas,
        unseen_replicas=unseen_replicas,
        backups=protections_of(storage, estate),
        unseen_backups=unseen_backups(storage, estate),
        tasks=tasks_on(storage, estate),
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
