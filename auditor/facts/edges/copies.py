"""Copies that a storage account makes of its blobs: geo-redundancy, failover, object replication (azure-facts 2.13, 3d)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place, region_of
from auditor.facts.links import doubt_about, known_links
from auditor.facts.parts import any_of, part_of
from auditor.facts.regions import Pair, pair_of
from auditor.facts.replication import Replica, replicas_of
from auditor.model.reading import Json, Unread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_GEO = re.compile(r"_(?:RA)?GZ?RS$", re.IGNORECASE)
_IN_REGION = re.compile(r"_(?:LRS|ZRS)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SecondCopy:
    """The copy that the redundancy of a storage account keeps in another region: whether there is one, and where.

    `words` begin with the SKU. The pair is fixed by the primary region and may lie in another country (redundancy page).
    """

    leaves: bool | Unread
    region: Json
    words: str


def second_copy_of(storage: Resource, estate: Estate) -> SecondCopy:
    """What the SKU and the secondary location of an account say."""
    name = part_of(storage.body, "sku", "name")
    secondary = part_of(storage.body.get("properties"), "secondaryLocation")
    if isinstance(secondary, str) and secondary:
        return SecondCopy(leaves=True, region=secondary, words=f"{name} keeps a second copy in {secondary}")
    if isinstance(name, str) and _GEO.search(name):
        home = home_of(storage)
        pair = Pair(home) if isinstance(home, Unread) else pair_of(home, storage, estate)
        return SecondCopy(leaves=True, region=pair.region, words=f"{name} keeps a second copy in {pair.words}")
    if isinstance(name, Unread):
        return SecondCopy(name, name, "the SKU was not read")
    if not isinstance(name, str):
        return _unknown("the SKU is missing")
    if not _IN_REGION.search(name):
        return _unknown(f"the SKU {name} is not known")
    if isinstance(secondary, Unread):
        return _unknown("where the copies lie was not read")
    return SecondCopy(leaves=False, region=None, words=f"{name} keeps all copies in one region")


def _unknown(why: str) -> SecondCopy:
    return SecondCopy(Unread(why), Unread(why), why)


def redundancy_of(storage: Resource, estate: Estate) -> dict[str, Json]:
    """What the SKU does with copies, and whether a failover has taken all of them to another region."""
    copy = second_copy_of(storage, estate)
    left = _has_left(storage, estate)
    if copy.leaves is not True and left is True:
        primary = part_of(storage.body.get("properties"), "primaryLocation")
        copy = SecondCopy(leaves=True, region=primary, words=_after_failover(storage))
    elif copy.leaves is False and isinstance(left, Unread):
        copy = _unknown(left.why)
    elif copy.leaves is False and isinstance(home_of(storage), Unread):  # an extended location has no second one
        copy = replace(copy, words=copy.words.replace("in one region", "in one extended location"))
    elif copy.leaves is False and _failed_over(storage) is True:
        copy = replace(copy, words=f"{copy.words}, {home_of(storage)}, into which a failover has brought the account")
    return {"leavesRegion": copy.leaves, "secondary": copy.region, "words": copy.words}


def _after_failover(storage: Resource) -> str:
    primary = part_of(storage.body.get("properties"), "primaryLocation")
    return f"after a failover the account lies in {primary}, and not in {storage.location}"


def _failed_over(storage: Resource) -> bool | Unread:
    """Whether a failover has moved the account: its primary location is no longer its own region (azure-facts 2.3)."""
    primary = part_of(storage.body.get("properties"), "primaryLocation")
    home = home_of(storage)
    if isinstance(home, Unread) and storage.body.get("extendedLocation") is None:
        return Unread(f"whether a failover has moved the account is not known: {home.why}")
    own = region_of(storage.body.get("location"), f"the region in which {storage.name} was made")
    return False if primary is None else leaves(own, primary)


def _has_left(storage: Resource, estate: Estate) -> bool | Unread:
    """Whether a failover has taken the account out of its region, and not into that of all accounts it is linked to."""
    moved = _failed_over(storage)
    if moved is False:
        return False
    linked = {link.account.key: link.account for link in known_links(storage, estate) if link.account is not None}
    apart = any_of(leaves(home_of(storage), home_of(account)) for account in linked.values())
    if apart is True:
        return moved
    if apart is False:
        apart = doubt_about(storage, estate) or False
    return (False if linked else moved) if apart is False else apart


def redundancy_edges(storage: Resource, redundancy: dict[str, Json], estate: Estate) -> Iterator[Edge]:
    """The second copy that redundancy keeps or may keep, and where the account lies after a failover."""
    region, away, words = (redundancy[key] for key in ("secondary", "leavesRegion", "words"))
    left = _has_left(storage, estate)
    if left is True:
        primary, moved = part_of(storage.body.get("properties"), "primaryLocation"), _after_failover(storage)
        yield Edge("failover", "documents", storage.id, storage.name, primary, leaves=True, words=moved)
        if words == moved:
            return
    elif isinstance(left, Unread):
        yield hidden("failover", "documents", left.why)
    if away is not False:
        yield Edge("geoRedundancy", "documents", storage.id, storage.name, region, away, words)


def with_second_copy(edge: Edge, home: str | Unread, store: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge to a storage account, and one for the second copy that the redundancy there keeps of what arrives."""
    yield edge
    copy = second_copy_of(store, estate)
    if copy.leaves is False:
        return
    away: bool | Unread = copy.leaves
    words = f"whose redundancy is not known: {copy.words}"
    if away is True:
        words = f"where {copy.words}"
        in_pair = isinstance(copy.region, Unread) and edge.leaves is False  # another region than the one of the account
        away = True if in_pair else leaves(home, copy.region)
    yield replace(edge, region=copy.region, leaves=away, words=f"{edge.words}, {words}")


def replication_edges(storage: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge for each object replication policy whose source this account is."""
    replicas, unread = replicas_of(storage, estate)
    for replica in replicas:
        edge = _replication_edge(storage, replica)
        if replica.destination is None:
            yield edge
        else:
            yield from with_second_copy(edge, home_of(storage), replica.destination, estate)
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
