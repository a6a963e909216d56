"""Copies that a storage account makes of its blobs: geo-redundancy, failover, object replication (azure-facts 2.13, 3d)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place
from auditor.facts.parts import part_of
from auditor.facts.regions import pair_of
from auditor.facts.replication import Replica, replicas_of
from auditor.model.reading import Json, Unread
from auditor.model.region import normalise_region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_GEO = re.compile(r"_(?:RA)?GZ?RS$", re.IGNORECASE)
_IN_REGION = re.compile(r"_(?:LRS|ZRS)$", re.IGNORECASE)


def redundancy_of(storage: Resource, estate: Estate) -> dict[str, Json]:
    """What the SKU does with copies. The pair is fixed by the region and may lie in another country (redundancy page)."""
    name = part_of(storage.body, "sku", "name")
    properties = storage.body.get("properties")
    secondary, primary = (part_of(properties, key) for key in ("secondaryLocation", "primaryLocation"))
    if isinstance(secondary, str) and secondary:
        return _leaving(secondary, f"{name} keeps a second copy in {secondary}")
    if isinstance(name, str) and _GEO.search(name):
        pair = pair_of(storage.location or "", storage, estate)
        known = pair.region if isinstance(pair.region, str) else "the paired region"
        return _leaving(pair.region, f"{name} keeps a second copy in {known}{pair.note}")
    if _failed_over(storage):
        return _leaving(primary, _after_failover(storage, primary))
    if isinstance(name, Unread):
        return {"leavesRegion": name, "secondary": name, "words": "the SKU was not read"}
    if not isinstance(name, str):
        return _unknown("the SKU is missing")
    if not _IN_REGION.search(name):
        return _unknown(f"the SKU {name} is not known")
    if isinstance(primary, Unread) or isinstance(secondary, Unread) or (primary and storage.location is None):
        return _unknown("where the copies lie was not read")
    return {"leavesRegion": False, "secondary": None, "words": f"{name} keeps all copies in one region"}


def _leaving(secondary: Json, words: str) -> dict[str, Json]:
    return {"leavesRegion": True, "secondary": secondary, "words": words}


def _unknown(why: str) -> dict[str, Json]:
    return {"leavesRegion": Unread(why), "secondary": Unread(why), "words": why}


def _after_failover(storage: Resource, primary: Json) -> str:
    return f"after a failover the account lies in {primary}, and not in {storage.location}"


def _failed_over(storage: Resource) -> bool:
    """Whether a failover has moved the account: its primary location is no longer its own region (azure-facts 2.3)."""
    primary = part_of(storage.body.get("properties"), "primaryLocation")
    own = storage.location
    return isinstance(primary, str) and own is not None and normalise_region(primary) != normalise_region(own)


def redundancy_edges(storage: Resource, redundancy: dict[str, Json]) -> Iterator[Edge]:
    """The second copy that redundancy keeps or may keep, and where the account lies after a failover."""
    primary = part_of(storage.body.get("properties"), "primaryLocation")
    region, away, words = (redundancy[key] for key in ("secondary", "leavesRegion", "words"))
    if _failed_over(storage):
        moved = _after_failover(storage, primary)
        yield Edge("failover", "documents", storage.id, storage.name, primary, leaves=True, words=moved)
        if words == moved:
            return
    elif isinstance(primary, Unread) or (primary and storage.location is None):
        yield hidden("failover", "documents", "whether a failover has moved the account was not read")
    if away is not False:
        yield Edge("geoRedundancy", "documents", storage.id, storage.name, region, away, words)


def replication_edges(storage: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge for each object replication policy whose source this account is."""
    replicas, unread = replicas_of(storage, estate)
    for replica in replicas:
        yield _replication_edge(storage, replica)
    if unread is not None:
        yield hidden("objectReplication", "documents", f"object replication policies were not read: {unread.why}")


def _replication_edge(storage: Resource, replica: Replica) -> Edge:
    if replica.destination is None:
        region: Json = Unread(f"the destination {replica.name} was not seen")
    else:
        region = home_of(replica.destination)
    words = f"object replication copies blobs to {replica.name} in {place(region)}"
    if not isinstance(replica.rules, Unread):
        pairs = [f"{_name(source)} to {_name(target)}" for source, target in replica.rules]
        words += f" ({', '.join(pairs)})"
    to = replica.written if isinstance(replica.written, str) else Unread("the destination is not named")
    to = to if replica.destination is None else replica.destination.id
    stays = leaves(home_of(storage), region)
    return Edge("objectReplication", "documents", to, replica.name, region, stays, words)


def _name(container: Json) -> str:
    return f"container {container}" if isinstance(container, str) else "a container that was not read"
