"""Custom models against the customer's register: who answers for them, and what should be gone."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from auditor.facts.estate import hosts_document_intelligence
from auditor.model.reading import Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import (
    ACCOUNT,
    BY_NAME,
    CLASSIFIER,
    DELETED_ACCOUNT,
    MODEL,
    REGISTER_ID,
    REGISTERED_MODEL,
    SUBSCRIPTION,
    subscription_of,
)

if TYPE_CHECKING:
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_DELETED_ID = re.compile(
    r"^(/subscriptions/[^/]+)/providers/microsoft\.cognitiveservices/locations/[^/]+(/resourcegroups/[^/]+)/deletedaccounts/([^/]+)$"
)
NO_REGISTER = Unread("no register of models was given: write models.yaml and name it with --models")


def register_entry(model: Resource, estate: Estate) -> Json:
    """The register's entry for a model: owner, purpose, deleteBy. None when the register does not know it."""
    entries = estate.snapshot.of_type(REGISTERED_MODEL)
    operation = BY_NAME[REGISTERED_MODEL.lower()].operation.lower()
    given = any(
        resource_key(read.of) == REGISTER_ID and read.operation.lower() == operation for read in estate.snapshot.reads
    )
    if not entries and not given:
        return NO_REGISTER
    account = "" if model.owner is None else model.owner
    for entry in entries:
        stated = _stated(entry)
        if _names(stated.get("account"), account) and fnmatchcase(model.name, str(stated.get("model", ""))):
            known = {key: stated[key] for key in ("owner", "purpose") if stated.get(key) is not None}
            due = stated.get("deleteBy")
            return known if due is None else {**known, "deleteBy": _end_of_day(str(due))}
    return None


def _end_of_day(due: str) -> str:
    """A date alone means until its end, in UTC."""
    return f"{due}T23:59:59Z" if _DATE.match(due) else due


def model_present(request: Resource, estate: Estate) -> Json:
    """Whether a model whose erasure was asked for is there: listed, or restorable with its deleted account.

    False only when the account's models were read to the end and it is not among them, or when the account was named
    by its id and neither it nor a deleted account of that name is in its subscription.
    """
    stated = _stated(request)
    account, model = stated.get("account"), str(stated.get("model", ""))
    seen = [item for item in estate.snapshot.of_type(ACCOUNT) if _names(account, item.key)]
    for item in seen:
        for kind in (MODEL, CLASSIFIER):
            if any(child.name == model for child in estate.snapshot.listing(item.id, kind).resources):
                return True
    for item in seen:
        for kind in (MODEL, CLASSIFIER):
            unread = estate.snapshot.listing(item.id, kind).unread
            if unread is not None:
                return Unread(f"the {BY_NAME[kind.lower()].label} list of {item.name} was not read: {unread.why}")
    deleted = [
        item
        for item in estate.snapshot.of_type(DELETED_ACCOUNT)
        if _names_deleted(account, item) and hosts_document_intelligence(item) is not False
    ]
    if seen:
        return Unread(f"a deleted account {deleted[0].name} may still hold it") if deleted else False
    hosting = [hosts_document_intelligence(item) for item in deleted]
    return True in hosting or next(iter(hosting), None) or _present_in_unseen_account(str(account), estate)


def _names_deleted(written: Json, deleted: Resource) -> bool:
    """Whether what a request calls an account is this deleted one, which keeps its name and group."""
    match = _DELETED_ID.match(deleted.key)
    live = f"{match[1]}{match[2]}/providers/{ACCOUNT.lower()}/{match[3]}" if match else deleted.key
    return _names(written, live)


def _present_in_unseen_account(account: str, estate: Estate) -> Json:
    subscription = subscription_of(account)
    if subscription is None:
        return Unread(f"no account {account} was seen")
    for kind in (ACCOUNT, DELETED_ACCOUNT):
        unread = estate.snapshot.listing(subscription, kind).unread
        if unread is not None:
            return Unread(f"the {BY_NAME[kind.lower()].label} list of its subscription was not read: {unread.why}")
    return False


def restorable_accounts(resource: Resource, estate: Estate) -> Json:
    """Soft-deleted accounts from which models can still be restored: those of a subscription, or the one at hand."""
    if resource.type_key != SUBSCRIPTION.lower():
        return [_restorable(resource)]
    listing = estate.snapshot.listing(resource.id, DELETED_ACCOUNT)
    found: list[Json] = []
    for item in listing.resources:
        hosts = hosts_document_intelligence(item)
        if hosts is not False:
            found.append(_restorable(item) if hosts is True else hosts)
    return found if listing.unread is None else [*found, listing.unread]


def _restorable(account: Resource) -> dict[str, Json]:
    properties = account.body.get("properties")
    purge = properties.get("scheduledPurgeDate") if isinstance(properties, dict) else None
    return {"id": account.id, "name": account.name, "purge": purge}


def _stated(resource: Resource) -> dict[str, Any]:
    properties = resource.body.get("properties")
    return properties if isinstance(properties, dict) else {}


def _names(written: Json, account_key: str) -> bool:
    """Whether what the register calls an account (an id, a name, or a pattern of one) is this account."""
    if not isinstance(written, str) or not written:
        return False
    wanted = resource_key(written)
    return fnmatchcase(account_key if "/" in wanted else account_key.rpartition("/")[2], wanted)


def api_of(model: Resource, estate: Estate) -> Json:
    """The API version that built a model, and how long it is still served."""
    return Unread("not derived yet")


def training_data(resource: Resource, estate: Estate) -> Json:
    """The containers that a model was trained from, and whether anything is left in them."""
    return Unread("not derived yet")
