"""Addresses of containers: which storage account a URL or an id names, and which container there."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from auditor.facts.parts import part_of
from auditor.model.resource import resource_key
from auditor.model.types import STORAGE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_HOST: Final = re.compile(r"^([a-z0-9]{3,24})(?:-[a-z0-9]+)*\.(?:(?:privatelink|z\d+)\.)*(?:blob|dfs)\.")
"""The account's name stands first in every cloud. Behind a hyphen, which names do not have, stands a variant of the
endpoint (`-secondary`, `-internetrouting`); DNS zones (`z6`) and private links have a part of their own (storage account
overview, Microsoft Learn)."""
_STORE_ID: Final = re.compile(r"^(.*/providers/microsoft\.storage/storageaccounts/([^/]+))(/.*)?$")
_CONTAINER_ID: Final = re.compile(r"^/blobservices/[^/]+/containers/([^/]+)(?:/|$)")


@dataclass(frozen=True, slots=True)
class Address:
    """A storage account by its name, the account itself where it was seen, and the container that is named there."""

    name: str
    store: Resource | None
    container: str | None


@dataclass(frozen=True, slots=True)
class StoreId:
    """An id of a storage account or of something below it: the account's key, and what follows behind that."""

    key: str
    name: str
    below: str

    @property
    def container(self) -> str | None:
        """The container that the id names."""
        match = _CONTAINER_ID.match(self.below)
        return match[1] if match else None


def store_id(resource_id: str) -> StoreId | None:
    """The storage account at the head of an id; None where there is none."""
    match = _STORE_ID.match(resource_key(resource_id))
    return StoreId(match[1], match[2], match[3] or "") if match else None


def address_in(written: str, estate: Estate) -> Address | None:
    """What a URL of a container or an id names; None where it names no storage account.

    The accounts' own endpoints and custom domains count first; any other host must have the form of Azure's names.
    """
    if written.startswith("/"):
        found = store_id(written)
        return None if found is None else Address(found.name, estate.snapshot.get(found.key), found.container)
    host, path = host_and_path(written)
    container = unquote(path.strip("/").split("/")[0]) or None
    store = _stores_by_host(estate).get(host)
    if store is not None:
        return Address(store.name.lower(), store, container)
    match = _HOST.match(host)
    return Address(match[1], estate.storage(match[1]), container) if match else None


def host_and_path(url: str) -> tuple[str, str]:
    """The host of an address, in small letters, and the path there; empty for what is no address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def _stores_by_host(estate: Estate) -> dict[str, Resource]:
    """The storage accounts by the hosts of their own blob endpoints, where only one has it."""

    def derive() -> dict[str, Resource]:
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for store in estate.snapshot.of_type(STORAGE):
            for host in set(_hosts(store)):
                found[host].append(store)
        return {host: stores[0] for host, stores in found.items() if len(stores) == 1}

    return estate.once("stores by host", derive)


def _hosts(store: Resource) -> Iterator[str]:
    properties = store.body.get("properties")
    for place in ("primaryEndpoints", "secondaryEndpoints"):
        for service in ("blob", "dfs"):
            url = part_of(properties, place, service)
            if isinstance(url, str) and (host := host_and_path(url)[0]):
                yield host
    domain = part_of(properties, "customDomain", "name")
    if isinstance(domain, str) and domain:
        yield domain.lower()
