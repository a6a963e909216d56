"""Where copies of a document come to rest: same region is a question about bytes, not about one field.

Source: Microsoft's pages on storage redundancy and object replication. So far: the account's redundancy and object replication. Each edge says what it carries and whether it leaves the region.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from auditor.model.reading import Found, Json, Unread
from auditor.model.region import normalise_region
from auditor.model.resource import resource_key
from auditor.model.types import BLOB_SERVICE, LOCATION, OBJECT_REPLICATION, subscription_of

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_GEO = re.compile(r"_(?:RA)?GZ?RS$", re.IGNORECASE)
_IN_REGION = re.compile(r"_(?:LRS|ZRS)$", re.IGNORECASE)


def residency_of(storage: Resource, estate: Estate) -> Json:
    """Redundancy, and the edges over which copies of documents leave the account."""
    redundancy = _redundancy(storage, estate)
    edges = _replication_edges(storage, estate)
    if redundancy["leavesRegion"] is True:
        edges = [_geo_edge(storage, redundancy), *edges]
    return {"redundancy": redundancy, "edges": edges}


def residency_of_account(account: Resource, estate: Estate) -> Json:
    """The edges over which what an account processes can go elsewhere."""
    return {"edges": [Unread("not derived yet")]}


def _redundancy(storage: Resource, estate: Estate) -> dict[str, Json]:
    """What the SKU does with copies. The pair is fixed by the region and may lie in another country (redundancy page)."""
    sku = storage.body.get("sku")
    name = sku.get("name") if isinstance(sku, dict) else sku
    properties = storage.body.get("properties")
    secondary = properties.get("secondaryLocation") if isinstance(properties, dict) else None
    if isinstance(secondary, str) and secondary:
        words = f"{name} keeps a second copy in {secondary}"
        return {"leavesRegion": True, "secondary": secondary, "words": words}
    if isinstance(name, Unread):
        return {"leavesRegion": name, "secondary": name, "words": "the SKU was not read"}
    if not isinstance(name, str):
        return _unknown_sku("the SKU is missing")
    if _GEO.search(name):
        pair = _pair_of(storage, estate)
        place = pair if isinstance(pair, str) else "the paired region"
        return {"leavesRegion": True, "secondary": pair, "words": f"{name} keeps a second copy in {place}"}
    if _IN_REGION.search(name):
        return {"leavesRegion": False, "secondary": None, "words": f"{name} keeps all copies in one region"}
    return _unknown_sku(f"the SKU {name} is not known")


def _unknown_sku(why: str) -> dict[str, Json]:
    return {"leavesRegion": Unread(why), "secondary": Unread(why), "words": why}


def _pair_of(storage: Resource, estate: Estate) -> str | Unread:
    """The paired region, as the locations of the subscription tell it."""
    subscription = subscription_of(storage.key)
    region = normalise_region(storage.location or "")
    for location in estate.snapshot.listing(subscription, LOCATION).resources if subscription else ():
        metadata = location.body.get("metadata")
        pairs = metadata.get("pairedRegion") if isinstance(metadata, dict) else None
        if normalise_region(location.name) == region and isinstance(pairs, list) and pairs:
            name = pairs[0].get("name") if isinstance(pairs[0], dict) else None
            if isinstance(name, str):
                return name
    return Unread("the paired region was not read")


def _geo_edge(storage: Resource, redundancy: dict[str, Json]) -> dict[str, Json]:
    return {
        "via": "geoRedundancy",
        "carries": "documents",
        "to": storage.id,
        "name": storage.name,
        "region": redundancy["secondary"],
        "leavesRegion": True,
        "words": redundancy["words"],
    }


def _replication_edges(storage: Resource, estate: Estate) -> list[Json]:
    """An edge for each object replication policy whose source this account is; an `Unread` when they were not read.

    Object replication needs versioning at the source, so an account without it has none (object replication page).
    """
    listing = estate.snapshot.listing(storage.id, OBJECT_REPLICATION)
    edges: list[Json] = []
    for policy in listing.resources:
        properties = policy.body.get("properties")
        body: dict[str, Any] = properties if isinstance(properties, dict) else {}
        if _is_source(storage, body):
            edges.append(_replication_edge(storage, body, estate))
    if listing.unread is not None and not _versioning_is_off(storage, estate):
        edges.append(listing.unread)
    return edges


def _is_source(storage: Resource, policy: dict[str, Any]) -> bool:
    """Whether this account is the policy's source; accounts stand there by id or by bare name.

    Unless it is plain that this account is the destination, it counts as the source.
    """
    own = {storage.key, storage.name.lower()}
    source, destination = (policy.get(key) for key in ("sourceAccount", "destinationAccount"))
    if isinstance(source, str):
        return resource_key(source) in own
    return not (isinstance(destination, str) and resource_key(destination) in own)


def _versioning_is_off(storage: Resource, estate: Estate) -> bool:
    service = estate.snapshot.listing(storage.id, BLOB_SERVICE).only()
    if not isinstance(service, Found):
        return False
    properties = service.value.get("properties")
    enabled = properties.get("isVersioningEnabled") if isinstance(properties, dict) else Unread("no properties")
    return enabled is None or enabled is False


def _replication_edge(storage: Resource, policy: dict[str, Any], estate: Estate) -> dict[str, Json]:
    written = policy.get("destinationAccount")
    destination = estate.storage(written) if isinstance(written, str) else None
    name = str(written).rpartition("/")[2] if isinstance(written, str) else "an account that is not named"
    if destination is None or destination.location is None or storage.location is None:
        region: Json = Unread(f"the destination {name} was not seen")
        leaves: Json = region
    else:
        region = destination.location
        leaves = normalise_region(region) != normalise_region(storage.location)
    place = region if isinstance(region, str) else "a region that is not known"
    return {
        "via": "objectReplication",
        "carries": "documents",
        "to": written if isinstance(written, str) else Unread("the destination is not named"),
        "name": name,
        "region": region,
        "leavesRegion": leaves,
        "words": f"object replication copies blobs to {name} in {place}",
    }
