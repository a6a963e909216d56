"""Which containers of a storage account hold documents: one answer for all rules (docs/links.md, "Containers").

A link names a container, or the whole account. Where every link names one, the other containers hold no documents, but
only if nothing can reach them without a trace: no key, no signed link, no access control list, no group.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from auditor.facts.links import doubt_about, holds_documents, known_links
from auditor.facts.parts import is_hidden, part_of, text_in
from auditor.facts.signals.accounts import principals_of
from auditor.facts.signers import signers_of
from auditor.model.reading import Json, Unread
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import CONTAINER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from auditor.facts.estate import Estate
    from auditor.facts.signals.link import Link
    from auditor.model.resource import Resource

SYSTEM_CONTAINERS: Final = frozenset({"$logs", "$blobchangefeed"})
"""Azure's own containers, which hold no documents."""
_OPENS_NETWORK: Final = "resourceAccessRule"
"""The signal that opens the network to an account and grants it nothing: which containers it reaches, its roles say."""
_NOT_IN_A_FILE: Final = Unread(
    "a file does not show which other containers hold documents: declare the account in auditor.yaml, or use --scope all"
)


def container_holds_documents(container: Resource, estate: Estate) -> Json:
    """Whether a container holds documents; `Unread` where that cannot be told."""
    storage = estate.snapshot.get(container.owner or "")
    if storage is None:
        return Unread("its storage account was not read")
    account = holds_documents(storage, estate)
    return account if account is not True else document_containers(storage, estate).holds(container)


def document_containers(storage: Resource, estate: Estate) -> DocumentContainers:
    """Which containers of an account hold documents, for an account that holds some."""
    return estate.once_for(storage, "document containers", _of)


@dataclass(frozen=True, slots=True)
class DocumentContainers:
    """The containers that hold documents: those in `named`, or all where it is empty.

    `doubt` says why any other container may hold some too, `reached` why a certain one may, by its name. With
    `anonymous`, the account does not forbid anonymous access.
    """

    named: frozenset[str]
    doubt: Unread | None = None
    reached: Mapping[str, Unread] = field(default_factory=dict)
    anonymous: bool = False

    def holds(self, container: Resource) -> bool | Unread:
        """Whether a container, which may be deleted, holds documents."""
        if container.name.lower() in SYSTEM_CONTAINERS:
            return False
        if not self.named or container.name in self.named:
            return True
        return self.doubt or self.reached.get(container.name) or self._open_to_all(container) or False

    def _open_to_all(self, container: Resource) -> Unread | None:
        access = part_of(container.body.get("properties"), "publicAccess")
        if not self.anonymous or access is None or text_in(access).lower() == "none":
            return None
        return Unread("it may be anonymous, so every account can read documents in it without a trace")


def _of(storage: Resource, estate: Estate) -> DocumentContainers:
    """The names that links tell; none where a link stands for all, or none of those that are named is left."""
    links = () if estate.all_documents else known_links(storage, estate)
    named = _named(links)
    live = {
        item.name
        for item in estate.snapshot.listing(storage.id, CONTAINER).resources
        if part_of(item.body.get("properties"), "deleted") is not True
    }
    if not named & live:
        return DocumentContainers(frozenset())
    doubt = _doubt(storage, links, estate)
    if doubt is not None:
        return DocumentContainers(named, doubt)
    signers = signers_of(storage, estate)
    permits = part_of(storage.body.get("properties"), "allowBlobPublicAccess")
    return DocumentContainers(named, signers.everywhere, signers.by_container, permits is not False)


def _named(links: tuple[Link, ...]) -> frozenset[str]:
    """The containers that all links name; empty where one of them names none.

    A resource access rule for an account of which another link names a container adds nothing: it opens the network.
    """
    narrow = {link.account.key for link in links if link.container and link.account is not None}
    telling = [
        link
        for link in links
        if link.container or link.signal != _OPENS_NETWORK or link.account is None or link.account.key not in narrow
    ]
    names = frozenset(link.container or "" for link in telling)
    return frozenset() if "" in names else names


def _doubt(storage: Resource, links: tuple[Link, ...], estate: Estate) -> Unread | None:
    """Why documents may lie in containers that no link names."""
    if estate.snapshot.header.kind == INFRASTRUCTURE:
        return _NOT_IN_A_FILE
    hidden = doubt_about(storage, estate)
    if hidden is not None:
        return hidden
    properties = storage.body.get("properties")
    blobs = part_of(properties, "allowSharedKeyAccessForServices", "blob", "enabled")
    if part_of(properties, "allowSharedKeyAccess") is not False or blobs not in {None, False}:
        return Unread("shared key access is not disabled, so a shared access signature may lead to any container")
    if part_of(properties, "isHnsEnabled") not in {None, False}:
        return Unread("access control lists of its hierarchical namespace may let an account in")
    for link in links:
        account = link.account
        if account is not None and not any(principals_of(account)) and not is_hidden(account.body.get("identity")):
            return Unread(f"account {account.name} has no managed identity, so it comes by signed links")
    return None
