"""What keys encrypt: results and models of an account, and containers with an encryption scope of their own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from auditor.facts.parts import part_of
from auditor.facts.store import read_store
from auditor.model.durations import parse_moment
from auditor.model.reading import Json, Unread
from auditor.model.snapshot import INFRASTRUCTURE
from auditor.model.types import ACCOUNT_KEY_SCOPE, ENCRYPTION_SCOPE

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

COVERS_RESULTS: Final = datetime(2023, 7, 31, tzinfo=UTC)
"""Since when the key of an account covers results too (Encrypt data at rest, Microsoft Learn; azure-facts 3a)."""
_OWN_KEY: Final = "microsoft.keyvault"


def key_coverage(account: Resource, estate: Estate) -> Json:  # noqa: ARG001
    """Whether the account's customer-managed key covers results, or models alone; None where it has no such key.

    Keys turned on before the change cover models alone until they are turned off and on again. Azure tells when the
    account was made and when it was changed last, not when its key was: an old account that was changed since is not
    known.
    """
    source = part_of(account.body, "properties", "encryption", "keySource")
    if isinstance(source, Unread):
        return source
    if not isinstance(source, str) or source.lower() != _OWN_KEY:
        return None
    made = _moment(part_of(account.body, "properties", "dateCreated"), "was made")
    if isinstance(made, Unread):
        return {"results": made, "words": made.why}
    if made >= COVERS_RESULTS:
        words = f"the account was made on {made:%Y-%m-%d}, and keys cover results since {COVERS_RESULTS:%Y-%m-%d}"
        return {"results": True, "words": words}
    words = f"the account was made on {made:%Y-%m-%d}, when keys covered models alone"
    changed = _moment(part_of(account.body, "systemData", "lastModifiedAt"), "was changed last")
    if isinstance(changed, datetime) and changed < COVERS_RESULTS:
        return {"results": False, "words": words}
    why = changed.why if isinstance(changed, Unread) else "it was changed since, and whether its key was is not told"
    return {"results": Unread(f"{words}; {why}"), "words": words}


def _moment(written: Json, what: str) -> datetime | Unread:
    if isinstance(written, Unread):
        return Unread(f"when the account {what} was not read: {written.why}")
    found = parse_moment(written) if isinstance(written, str) else None
    return found or Unread(f"when the account {what} is not told")


def container_keys(storage: Resource, estate: Estate) -> Json:
    """The containers with documents that have an encryption scope of their own, each with where its key comes from.

    A scope has a key of its own, Microsoft's or the customer's, whatever key the account uses (azure-docs,
    storage/blobs/encryption-scope-overview). Of a list of containers that was not read there may be more, but files never
    declare all containers, and applications make further ones with the account's key.
    """
    store = read_store(storage, estate)
    keys = [_container_key(item, storage, estate, store.doubts.get(item.name)) for item in store.containers]
    keys = [item for item in keys if item is not None]
    if store.unlisted is not None and estate.snapshot.header.kind != INFRASTRUCTURE:
        why = f"whether a container has an encryption scope of its own was not read: {store.unlisted.why}"
        keys.append(Unread(why, store.unlisted.settled_by))
    return keys


def _container_key(container: Resource, storage: Resource, estate: Estate, doubt: Unread | None) -> Json:
    """Which key the container's own scope uses; None where it has no such scope. `doubt`: it may hold no documents."""
    name = part_of(container.body, "properties", "defaultEncryptionScope")
    if name is None or name == "" or (isinstance(name, str) and name.lower() == ACCOUNT_KEY_SCOPE):
        return None
    if not isinstance(name, str):
        why = name.why if isinstance(name, Unread) else f"it is {name}"
        source: Json = Unread(f"the encryption scope of container {container.name} was not read: {why}")
        return {"container": container.name, "scope": source, "keySource": source, "words": source.why}
    source = _source_of(name, storage, estate)
    if doubt is not None and str(source).lower() != _OWN_KEY:
        source = doubt
    key = "" if isinstance(source, Unread) else f", whose key comes from {source}"
    words = f"container {container.name} uses encryption scope {name}{key}"
    return {"container": container.name, "scope": name, "keySource": source, "words": words}


def _source_of(name: str, storage: Resource, estate: Estate) -> Json:
    """Where the key of an encryption scope comes from; unread where the scope does not say."""
    listing = estate.snapshot.listing(storage.id, ENCRYPTION_SCOPE)
    for scope in listing.resources:
        if scope.name.lower() == name.lower():
            source = part_of(scope.body, "properties", "source")
            if isinstance(source, str | Unread):
                return source
            return Unread(f"the source of the key of encryption scope {name} is not known")
    why = "it is not in the list" if listing.unread is None else listing.unread.why
    return Unread(f"the encryption scope {name} was not read: {why}")
