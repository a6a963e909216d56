"""Which private endpoints lead to a storage account, and to which of its services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.parts import any_of, elements_of, part_of, text_in
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_BLOB: Final = "blob"
"""The group that documents travel by. An endpoint for `dfs` alone serves the Data Lake Storage API only, also where the
account has a hierarchical namespace: Document Intelligence, the Studio and blob clients use the blob endpoint
(azure-docs, storage/common/storage-private-endpoints, which asks for one of each)."""
_LISTS: Final = ("privateLinkServiceConnections", "manualPrivateLinkServiceConnections")


def private_endpoints(storage: Resource, estate: Estate) -> Json:
    """The connections of private endpoints: whether each is approved, and whether it leads to blobs.

    The account's answer need not name the group; the private endpoint does, where it was read.
    """
    listed = elements_of(
        part_of(storage.body, "properties", "privateEndpointConnections"), "its private endpoint connections"
    )
    found = [item if isinstance(item, Unread) else _connection(item, storage, estate) for item in listed]
    told = [item["words"] for item in found if not isinstance(item, Unread)]
    return {"connections": found, "words": "; ".join(told) if told or found else "it has no private endpoint"}


def _connection(connection: Json, storage: Resource, estate: Estate) -> Json:
    status = part_of(connection, "properties", "privateLinkServiceConnectionState", "status")
    endpoint = part_of(connection, "properties", "privateEndpoint", "id")
    name = text_in(endpoint).rpartition("/")[2] or text_in(part_of(connection, "name")) or "without a name"
    groups = _groups(connection, endpoint, name, storage, estate)
    unknown = Unread(f"whether the connection of private endpoint {name} is approved was not read")
    approved = status.lower() == "approved" if isinstance(status, str) else unknown
    names = ", ".join(group for group in groups if isinstance(group, str)) or "a group that is not known"
    state = status if isinstance(status, str) else "in a state that is not known"
    return {
        "name": name,
        "approved": approved,
        "blob": any_of(group if isinstance(group, Unread) else group.lower() == _BLOB for group in groups),
        "words": f"private endpoint {name} is {state}, for {names}",
    }


def _groups(connection: Json, endpoint: Json, name: str, storage: Resource, estate: Estate) -> list[str | Unread]:
    """The groups that a connection leads to; an `Unread` where there may be more."""
    told = list(_named(part_of(connection, "properties", "groupIds"), name))
    if told:
        return told
    resource = estate.snapshot.get(endpoint) if isinstance(endpoint, str) else None
    properties = None if resource is None else resource.body.get("properties")
    for item in (item for member in _LISTS for item in elements_of(part_of(properties, member), "its connections")):
        target = part_of(item, "properties", "privateLinkServiceId")
        if isinstance(target, Unread):
            told.append(target)
        elif resource_key(text_in(target)) == storage.key:
            told += _named(part_of(item, "properties", "groupIds"), name)
    return told or [Unread(f"to which service of the account private endpoint {name} leads was not read")]


def _named(groups: Json, name: str) -> Iterator[str | Unread]:
    for group in elements_of(groups, f"the groups of private endpoint {name}"):
        yield group if isinstance(group, str | Unread) else Unread(f"a group of private endpoint {name} has no name")
