"""Connections of accounts and of their projects (Foundry) that lead to a storage account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from auditor.facts.addresses import Address, address_in
from auditor.facts.parts import is_hidden, object_in, part_of, text_in
from auditor.facts.signals.link import Link
from auditor.model.reading import Unread
from auditor.model.types import BY_NAME, CONNECTION, PROJECT, PROJECT_CONNECTION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_STORAGE_CATEGORIES: Final = ("azureblob", "azurestorage", "azuredatalake", "adlsgen2")
"""How the categories of connections to blobs begin (`ConnectionCategory`, Cognitive Services API 2025-06-01)."""


def links(estate: Estate) -> Iterator[Link]:
    """A link for each storage account that a connection names, whatever the connection's category."""
    for connection, account in connections(estate):
        for address in _addresses(connection, estate):
            if address.store is not None:
                words = f"connection {connection.name} of {account.name} leads to {_what(address)}"
                yield Link(address.store.key, account, "connection", "intent", words, address.container)
                break


def _what(address: Address) -> str:
    return "it" if address.container is None else f"its container {address.container}"


def doubt(_storage: Resource, estate: Estate) -> Unread | None:
    """A connection that was not read may lead to any storage account."""
    return estate.once("doubt about connections", lambda: _doubt(estate))


def connections(estate: Estate) -> Iterator[tuple[Resource, Resource]]:
    """Every connection with the account that hosts Document Intelligence and to which it, or its project, belongs."""
    accounts = {account.key: account for account in estate.accounts}
    for connection in (*estate.snapshot.of_type(CONNECTION), *estate.snapshot.of_type(PROJECT_CONNECTION)):
        owner = connection.owner or ""
        account = accounts.get(owner) or accounts.get(owner.rpartition("/projects/")[0])
        if account is not None:
            yield connection, account


def address_of(connection: Resource, estate: Estate) -> Address | None:
    """The storage account that a connection names, seen or not; None where it names none."""
    return next(_addresses(connection, estate), None)


def _addresses(connection: Resource, estate: Estate) -> Iterator[Address]:
    """What its id, its target and its account's name say; the portal writes them into `metadata` in its own spelling."""
    properties = connection.body.get("properties")
    metadata = {name.lower(): value for name, value in object_in(part_of(properties, "metadata")).items()}
    container = text_in(metadata.get("containername")) or None
    for written in (metadata.get("resourceid"), part_of(properties, "target")):
        address = address_in(text_in(written), estate)
        if address is not None:
            yield Address(address.name, address.store, address.container or container)
    name = text_in(metadata.get("accountname")).lower()
    if name and _is_for_storage(connection):
        yield Address(name, estate.storage(name), container)


def _is_for_storage(connection: Resource) -> bool:
    category = text_in(part_of(connection.body.get("properties"), "category"))
    return category.lower().startswith(_STORAGE_CATEGORIES)


def _doubt(estate: Estate) -> Unread | None:
    for account in estate.accounts:
        for kind in (CONNECTION, PROJECT):
            unread = estate.snapshot.listing(account.id, kind).unread
            if unread is not None:
                return Unread(f"the {BY_NAME[kind.lower()].label} list of {account.name} was not read: {unread.why}")
        for project in estate.snapshot.listing(account.id, PROJECT).resources:
            unread = estate.snapshot.listing(project.id, PROJECT_CONNECTION).unread
            if unread is not None:
                return Unread(f"the connections of project {project.name} were not read: {unread.why}")
    for connection, account in connections(estate):
        if address_of(connection, estate) is None and _may_lead_to_storage(connection):
            return Unread(
                f"the storage account that connection {connection.name} of {account.name} leads to is not known"
            )
    return None


def _may_lead_to_storage(connection: Resource) -> bool:
    """Whether a connection that names no storage account may lead to one all the same."""
    if is_hidden(part_of(connection.body.get("properties"), "category")):
        return True
    return _is_for_storage(connection)
