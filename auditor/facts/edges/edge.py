"""One way on which bytes leave a resource, and whether it leaves the region."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

from auditor.facts.parts import part_of
from auditor.model.reading import Json, Unread
from auditor.model.region import same_region
from auditor.model.resource import resource_key
from auditor.model.types import BY_NAME, STORAGE, subscription_of

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

Cargo: TypeAlias = Literal["documents", "derived", "metadata"]


@dataclass(frozen=True, slots=True)
class Edge:
    """Where bytes of a resource go on one way: `carries` says which, `to` is an id as far as it is known.

    `leaves` is about the region. Each of `to`, `name`, `region` and `leaves` may be `Unread`; `words` is a clause.
    `doubt` tells why there may be no such edge.
    """

    via: str
    carries: Cargo
    to: Json
    name: Json
    region: Json
    leaves: bool | Unread
    words: str
    doubt: Unread | None = None

    def as_json(self, source: Resource) -> dict[str, Json]:
        """The edge as rules and reports see it."""
        apart = _leaves_subscription(source, self.to)
        return {
            "via": self.via,
            "carries": self.carries,
            "to": self.to,
            "name": self.name,
            "region": self.region,
            "leavesRegion": self.leaves,
            "leavesSubscription": apart if self.doubt is None or apart is False else self.doubt,
            "words": self.words,
        }

    def in_doubt(self, why: Unread | None) -> Edge:
        """The same edge where it is not known that there is one: it stays where it is, or that is not known."""
        if why is None:
            return self
        return replace(self, leaves=self.leaves if self.leaves is False else why, doubt=why)


def hidden(via: str, carries: Cargo, words: str, settled_by: str | None = None) -> Edge:
    """An edge in place of those that could not be read: it says on which way, so that others are not in doubt."""
    why = Unread(words, settled_by)
    return Edge(via, carries, why, why, why, why, words)


def home_of(resource: Resource) -> str | Unread:
    """The region in which the bytes of a resource rest, as it is written there.

    A failover moves those of a storage account to its `primaryLocation`, and `location` stays what it was (azure-facts
    2.3). An extended location is a place outside of the data centres of the region that is named beside it (Azure
    Extended Zones overview, Microsoft Learn).
    """
    extended = resource.body.get("extendedLocation")
    if isinstance(extended, Unread):
        return Unread(f"whether {resource.name} lies in an extended location was not read: {extended.why}")
    if extended is not None:
        name = part_of(extended, "name")
        named = f" {name}" if isinstance(name, str) and name else ""
        return Unread(f"{resource.name} lies in the extended location{named}, outside of the region's data centres")
    location = region_of(resource.body.get("location"), f"the region of {resource.name}")
    return _after_failover(resource, location) if resource.type_key == STORAGE.lower() else location


def _after_failover(storage: Resource, location: str | Unread) -> str | Unread:
    properties = storage.body.get("properties")
    primary, moving = (part_of(properties, name) for name in ("primaryLocation", "failoverInProgress"))
    if primary is None and moving is None:
        return location  # as in a file: Azure alone writes these
    if isinstance(moving, Unread):
        return Unread(f"whether {storage.name} is failing over was not read: {moving.why}")
    if moving is not None and moving is not False:
        return Unread(f"{storage.name} is failing over to another region")
    return location if primary is None else region_of(primary, f"the primary location of {storage.name}")


def region_of(written: Json, what: str) -> str | Unread:
    """A region's name; `what` tells a report what was not read where there is none."""
    if isinstance(written, str) and written.strip():
        return written
    return Unread(f"{what} was not read{f': {written.why}' if isinstance(written, Unread) else ''}")


def leaves(home: str | Unread, region: Json) -> bool | Unread:
    """Whether a region is another one than home."""
    if isinstance(region, Unread):
        return region
    if isinstance(home, Unread):
        return home
    same = same_region(region, home)
    return Unread("the region is known only at the deployment") if same is None else not same


def place(region: Json) -> str:
    """A region in a sentence."""
    return region if isinstance(region, str) else "a region that is not known"


def seen(resource_id: str, type_name: str, estate: Estate) -> Resource | Unread:
    """A resource that another one names, or why it was not seen."""
    found = estate.snapshot.get(resource_id)
    return unseen(resource_id.rstrip("/").rpartition("/")[2], type_name, estate) if found is None else found


def unseen(name: str, type_name: str, estate: Estate) -> Unread:
    """Why a resource that something names is not in the snapshot: a list that was not read, or it lies elsewhere."""
    kind = BY_NAME[type_name.lower()]
    first = estate.once(("first unlisted", kind.key), lambda: next(iter(estate.snapshot.unlisted(kind)), None))
    because = "" if first is None else f": {first[1].why}"
    return Unread(f"the {kind.label} {name} was not seen{because}")


def _leaves_subscription(source: Resource, to: Json) -> bool | Unread:
    if isinstance(to, Unread):
        return to
    here, there = subscription_of(source.key), subscription_of(resource_key(to))
    return Unread("the subscription is not known") if here is None or there is None else here != there
