"""What Document Intelligence accounts say themselves: the storage that they name, and who they are."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from auditor.facts.addresses import address_in
from auditor.facts.estate import hosts_document_intelligence
from auditor.facts.parts import is_hidden, list_in, object_in, part_of, text_in
from auditor.facts.signals.link import Link
from auditor.model.reading import Json, Unread
from auditor.model.types import ACCOUNT, BY_NAME

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_NAMED: Final = {
    "userOwnedStorage": "names it as user-owned storage",
    "raiMonitorConfig": "names it as the storage of its content monitoring",
}


def links(estate: Estate) -> Iterator[Link]:
    """A link for each storage account that an account names as its own."""
    for account in estate.accounts:
        for setting, written in named_storage(account):
            address = address_in(written, estate)
            if address is not None and address.store is not None:
                words = f"account {account.name} {_NAMED[setting]}"
                yield Link(address.store.key, account, setting, "intent", words)


def named_storage(account: Resource) -> Iterator[tuple[str, str]]:
    """The settings that name a storage account, each with the id that stands there (azure-facts 2.1)."""
    properties = account.body.get("properties")
    for item in list_in(part_of(properties, "userOwnedStorage")):
        if written := text_in(part_of(item, "resourceId")):
            yield "userOwnedStorage", written
    if written := text_in(part_of(properties, "raiMonitorConfig", "adxStorageResourceId")):
        yield "raiMonitorConfig", written


def doubt(_storage: Resource, estate: Estate) -> Unread | None:
    """An account that was not read may be linked to any storage account."""
    return estate.once("doubt about accounts", lambda: _doubt(estate))


def _doubt(estate: Estate) -> Unread | None:
    for scope, why in estate.snapshot.unlisted(BY_NAME[ACCOUNT.lower()]):
        return Unread(f"Document Intelligence accounts in {short(scope)} were not read: {why.why}")
    for account in estate.snapshot.of_type(ACCOUNT):
        hosts = hosts_document_intelligence(account)
        if isinstance(hosts, Unread):
            return hosts
    for account in estate.accounts:
        named = any(is_hidden(account.body, "properties", setting) for setting in _NAMED)
        if named or _identity_is_hidden(account.body.get("identity")):
            return Unread(f"the identity or the storage of {account.name} was not read")
    return None


def _identity_is_hidden(identity: Json) -> bool:
    """Whether an account has an identity of which the principal is not known, by which roles and logs call it."""
    if is_hidden(identity):
        return True
    own = object_in(identity)
    system = "systemassigned" in text_in(own.get("type")).lower()
    users = object_in(own.get("userAssignedIdentities")).values()
    holders = [*([own] if system else []), *users]
    return any(not text_in(part_of(holder, "principalId")) for holder in holders)


def principals(estate: Estate) -> Mapping[str, Sequence[Resource]]:
    """The accounts by the identities that they have; several may share one that a user assigned."""

    def derive() -> dict[str, list[Resource]]:
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for account in estate.accounts:
            for principal in dict.fromkeys(principals_of(account)):
                found[principal].append(account)
        return dict(found)

    return estate.once("principals", derive)


def principals_of(account: Resource) -> Iterator[str]:
    """The object ids of an account's identities, in lower case."""
    identity = object_in(account.body.get("identity"))
    for holder in (identity, *object_in(identity.get("userAssignedIdentities")).values()):
        if principal := text_in(part_of(holder, "principalId")):
            yield principal.lower()


def short(scope: str) -> str:
    """A scope as a sentence has it."""
    return f"subscription {scope.rpartition('/')[2]}" if scope.startswith("/subscriptions/") else scope
