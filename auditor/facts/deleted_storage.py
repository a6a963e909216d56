"""Deleted storage accounts that Azure can still restore, and whether they held documents.

A deleted account is kept for 14 days, and cannot be restored once its name is in use again (recover a deleted storage
account, Microsoft Learn). The list tells no more of it than its id, its region and two dates. So it is taken as a store of
which nothing was read: what names it then (a model's container, a role, a connection, `auditor.yaml`) shows that it held
documents.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from auditor.facts.estate import Estate
from auditor.facts.links import known_links
from auditor.facts.parts import part_of, text_in
from auditor.model.durations import parse_moment
from auditor.model.reading import Json, Unread
from auditor.model.resource import Resource
from auditor.model.types import DELETED_STORAGE, STORAGE, SUBSCRIPTION, subscription_of

if TYPE_CHECKING:
    from auditor.facts.signals.link import Link

_KEPT: Final = timedelta(days=14)
_NOT_READ: Final = Unread("the account is deleted")


def restorable_storage(resource: Resource, estate: Estate) -> Json:
    """Deleted storage accounts: all of a subscription that can be restored, or the one at hand if it held documents."""
    if resource.type_key != SUBSCRIPTION.lower():
        return _judged(resource, estate)
    listing = estate.snapshot.listing(resource.id, DELETED_STORAGE)
    found: list[Json] = [_entry(item, ()) for item in listing.resources if not _is_in_use_again(item, estate)]
    return found if listing.unread is None else [*found, listing.unread]


def deleted_names(estate: Estate) -> frozenset[str]:
    """The names of the deleted storage accounts that can be restored."""
    deleted = estate.snapshot.of_type(DELETED_STORAGE)
    return frozenset(item.name.lower() for item in deleted if not _is_in_use_again(item, estate))


def _judged(deleted: Resource, estate: Estate) -> list[Json]:
    if _is_in_use_again(deleted, estate):
        return []
    links = known_links(_as_store(deleted), estate.once("estate with deleted storage", lambda: _with_deleted(estate)))
    if not links and not estate.all_documents:
        return [Unread("whether it held documents is not known: nothing that was read names it")]
    moment = parse_moment(text_in(part_of(deleted.body.get("properties"), "deletionTime")))
    if moment is not None and estate.now - moment > _KEPT:
        return [Unread("it was deleted more than 14 days ago and is listed all the same: whether Azure can restore it is not known")]  # fmt: skip
    return [_entry(deleted, links)]


def _entry(deleted: Resource, links: tuple[Link, ...]) -> dict[str, Json]:
    moment = part_of(deleted.body.get("properties"), "deletionTime")
    words = f"it held documents: {links[0].words}" if links else "it can be restored"
    told = moment if isinstance(moment, str | Unread) else Unread("the list does not tell when it was deleted")
    return {"id": deleted.id, "name": deleted.name, "deleted": told, "words": words}


def _is_in_use_again(deleted: Resource, estate: Estate) -> bool:
    """Whether a storage account of this name was seen; names are unique in all of Azure."""
    return bool(estate.storage_by_name.get(deleted.name.lower()))


def _with_deleted(estate: Estate) -> Estate:
    """The estate as if the deleted accounts were there, with nothing read of them."""
    deleted = estate.snapshot.of_type(DELETED_STORAGE)
    stores = [_as_store(item) for item in deleted if not _is_in_use_again(item, estate)]
    return Estate(estate.snapshot.extended(stores, ()), estate.now, estate.all_documents)


def _as_store(deleted: Resource) -> Resource:
    written = text_in(part_of(deleted.body.get("properties"), "storageAccountResourceId"))
    identity = written or f"{subscription_of(deleted.key) or ''}/providers/{STORAGE}/{deleted.name}"
    return Resource({"id": identity, "type": STORAGE, "name": deleted.name, "properties": _NOT_READ})
