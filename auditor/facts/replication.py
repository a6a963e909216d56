"""Object replication policies of which an account is the source (azure-facts 2.7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.facts.parts import part_of
from auditor.model.reading import Found, Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import BLOB_SERVICE, OBJECT_REPLICATION

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Replica:
    """Where a policy copies to: `written` as the policy names the account, `destination` if that was seen.

    `rules` are pairs of containers, source and destination; each may be `Unread`, as may be all of them.
    """

    written: Json
    destination: Resource | None
    rules: tuple[tuple[Json, Json], ...] | Unread

    @property
    def name(self) -> str:
        """The name of the destination account."""
        return self.written.rpartition("/")[2] if isinstance(self.written, str) else "an account that is not named"


def replicas_of(storage: Resource, estate: Estate) -> tuple[tuple[Replica, ...], Unread | None]:
    """The replicas of an account, and why there may be more.

    Object replication needs versioning at the source, so an account without it has none (azure-facts 2.7).
    """
    listing = estate.snapshot.listing(storage.id, OBJECT_REPLICATION)
    found = tuple(
        replica_in(properties, estate)
        for policy in listing.resources
        if _is_source(storage, properties := policy.body.get("properties"))
    )
    unread = None if listing.unread is None or versioning_is_off(storage, estate) else listing.unread
    return found, unread


def replica_in(properties: Json, estate: Estate) -> Replica:
    """Where a policy copies to, by its properties."""
    written = part_of(properties, "destinationAccount")
    rules = part_of(properties, "rules")
    destination = estate.storage(written) if isinstance(written, str) else None
    return Replica(written, destination, _rules(rules))


def _rules(rules: Json) -> tuple[tuple[Json, Json], ...] | Unread:
    if not isinstance(rules, list) or not rules:
        return Unread("which containers it copies was not read")
    return tuple((_container(rule, "sourceContainer"), _container(rule, "destinationContainer")) for rule in rules)


def _container(rule: Json, side: str) -> str | Unread:
    name = part_of(rule, side)
    return name if isinstance(name, str) and name else Unread(f"its {side} was not read")


def _is_source(storage: Resource, properties: Json) -> bool:
    """Whether this account is the policy's source; accounts stand there by id or by bare name.

    Unless it is plain that this account is the destination, it counts as the source.
    """
    own = {storage.key, storage.name.lower()}
    source, destination = (part_of(properties, key) for key in ("sourceAccount", "destinationAccount"))
    if isinstance(source, str):
        return resource_key(source) in own
    return not (isinstance(destination, str) and resource_key(destination) in own)


def versioning_is_off(storage: Resource, estate: Estate) -> bool:
    """Whether versioning was read and is off, without which an account neither sends nor receives copies."""
    service = estate.snapshot.listing(storage.id, BLOB_SERVICE).only()
    if not isinstance(service, Found):
        return False
    properties = service.value.get("properties")
    enabled = properties.get("isVersioningEnabled") if isinstance(properties, dict) else Unread("no properties")
    return enabled is None or enabled is False
