"""Where a Document Intelligence account sends what it processes: further regions, and copies of models (azure-facts 3d)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from auditor.facts.edges.edge import Edge, hidden, home_of, leaves, place, region_of
from auditor.facts.parts import elements_of, part_of
from auditor.model.reading import Json, Unread
from auditor.model.types import ACCOUNT, OPERATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_COPIES: Final = {"documentmodelcopyto": "model", "documentclassifiercopyto": "classifier"}
_NOT_COPIED: Final = frozenset({"failed", "canceled"})
_REGIONAL_HOST = re.compile(r"^([a-z0-9]+)\.api\.cognitive\.(?:microsoft\.com|microsoft\.us|azure\.cn)$")
"""The host that all accounts of a region share; it keeps working where an account has its own (azure-facts 2.1, D10)."""
_OWN_DOMAINS: Final = ("cognitiveservices.azure.com", "cognitiveservices.azure.us", "cognitiveservices.azure.cn")
_MEMORY: Final = "the service remembers copies for 24 hours only"


def routing_edges(account: Resource) -> Iterator[Edge]:
    """An edge for each further region that the account may serve requests from.

    What it does for Document Intelligence is not documented; a region that is listed counts (azure-facts 2.1).
    """
    home = home_of(account)
    regions = part_of(account.body.get("properties"), "locations", "regions")
    for item in elements_of(regions, "the further regions of the account"):
        region = region_of(part_of(item, "name"), f"a further region of {account.name}")
        away = leaves(home, region)
        if away is not False:
            words = f"requests to {account.name} may be served in {place(region)}"
            yield Edge("routing", "documents", account.id, account.name, region, away, words)


def copy_edges(account: Resource, estate: Estate) -> Iterator[Edge]:
    """An edge for each copy of a model or classifier that the account's operations tell of, as far as they go back."""
    listing = estate.snapshot.listing(account.id, OPERATION)
    for operation in listing.resources:
        properties = operation.body.get("properties")
        kind, status = part_of(properties, "kind"), part_of(properties, "status")
        if isinstance(status, str) and status.lower() in _NOT_COPIED:
            continue
        if not isinstance(kind, str):
            yield hidden("modelCopy", "derived", f"whether operation {operation.name} copied a model was not read")
        elif kind.lower() in _COPIES:
            edge = _copy_edge(account, _COPIES[kind.lower()], part_of(properties, "resourceLocation"), estate)
            doubt = None if isinstance(status, str) else Unread("whether the copy succeeded was not read")
            yield edge.in_doubt(doubt)
    if listing.unread is not None:
        words = f"operations on models were not read: {listing.unread.why}"
        yield hidden("modelCopy", "derived", words, listing.unread.settled_by)


def _copy_edge(account: Resource, noun: str, location: Json, estate: Estate) -> Edge:
    host, name = _host_and_name(location)
    if not host:
        return hidden("modelCopy", "derived", f"a {noun} was copied, where to was not read; {_MEMORY}")
    target = estate.once("accounts by host", lambda: _by_host(estate)).get(host)
    regional = _REGIONAL_HOST.match(host)
    to: Json = Unread(f"the account behind {host} was not seen")
    label, region = host, Unread(f"the account behind {host} was not seen") if regional is None else regional[1]
    if target is not None:
        to, label, region = target.id, target.name, home_of(target)
    own = target is not None and target.key == account.key
    whose = "the account itself" if own else f"{label} in {place(region)}"
    words = f"{noun} {name} was copied to {whose}; {_MEMORY}"
    return Edge("modelCopy", "derived", to, label, region, not own and leaves(home_of(account), region), words)


def _host_and_name(location: Json) -> tuple[str, str]:
    """The host of a model's address and the model's name, empty for what is no address."""
    try:
        parts = urlsplit(location) if isinstance(location, str) else urlsplit("")
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path.rstrip("/").rpartition("/")[2]


def _by_host(estate: Estate) -> Mapping[str, Resource]:
    """The cognitive accounts by the hosts that are theirs alone."""
    found: dict[str, Resource] = {}
    for account in estate.snapshot.of_type(ACCOUNT):
        properties = account.body.get("properties")
        name = part_of(properties, "customSubDomainName")
        own = [f"{name.lower()}.{domain}" for domain in _OWN_DOMAINS] if isinstance(name, str) and name else []
        addresses = part_of(properties, "endpoints")
        listed = addresses.values() if isinstance(addresses, dict) else ()
        hosts = [_host_and_name(item)[0] for item in (part_of(properties, "endpoint"), *listed)]
        for host in (*own, *hosts):
            if host and not _REGIONAL_HOST.match(host):
                found[host] = account
    return found
