"""Custom models: who answers for them, what should be gone, which API built them, and what they were trained from."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from auditor.facts.addresses import address_in, host_and_path
from auditor.facts.estate import hosts_document_intelligence
from auditor.facts.parts import any_of, part_of
from auditor.facts.signals.training import sources_of
from auditor.model.reading import Found, Json, Unread
from auditor.model.resource import resource_key
from auditor.model.types import (
    ACCOUNT,
    BY_NAME,
    CLASSIFIER,
    CONTAINER,
    DELETED_ACCOUNT,
    ERASURE_REQUEST,
    INSPECTION,
    MODEL,
    REGISTER_ID,
    REGISTERED_MODEL,
    SUBSCRIPTION,
    subscription_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from auditor.facts.addresses import Address
    from auditor.facts.estate import Estate
    from auditor.model.resource import Resource

_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_DELETED_ID = re.compile(
    r"^(/subscriptions/[^/]+)/providers/microsoft\.cognitiveservices/locations/[^/]+(/resourcegroups/[^/]+)/deletedaccounts/([^/]+)$"
)
NO_REGISTER = Unread("no register of models was given: write models.yaml and name it with --models")


def register_entry(model: Resource, estate: Estate) -> Json:
    """The register's entry for a model: owner, purpose, deleteBy. None when the register does not know it."""
    entries = estate.once("register", lambda: tuple(estate.snapshot.of_type(REGISTERED_MODEL)))
    if not entries and not estate.once("register given", lambda: _is_given(estate)):
        return NO_REGISTER
    account = "" if model.owner is None else model.owner
    for entry in entries:
        stated = _stated(entry)
        if _names(stated.get("account"), account) and fnmatchcase(model.name, str(stated.get("model", ""))):
            known = {key: stated[key] for key in ("owner", "purpose") if stated.get(key) is not None}
            due = stated.get("deleteBy")
            return known if due is None else {**known, "deleteBy": _end_of_day(str(due))}
    return None


def _is_given(estate: Estate) -> bool:
    """Whether there is a register at all, be it empty."""
    operation = BY_NAME[REGISTERED_MODEL.lower()].operation.lower()
    reads = estate.snapshot.reads
    return any(resource_key(read.of) == REGISTER_ID and read.operation.lower() == operation for read in reads)


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
    if not (purge is None or isinstance(purge, str | Unread)):
        purge = Unread("its date of purge is no text")
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


@cache
def _api_versions() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((Path(__file__).parent / "api_versions.json").read_text(encoding="utf-8"))
    return found


def api_of(model: Resource, estate: Estate) -> Json:
    """The API version that built a model, and how many days it has left; below zero where it is retired already.

    `retires` and `daysLeft` are null where no retirement is announced. A version that the table of dates does not know
    tells nothing.
    """
    version = part_of(model.body.get("properties"), "apiVersion")
    if not isinstance(version, str):
        why = version.why if isinstance(version, Unread) else "the service did not tell"
        return _unknown_api(Unread(f"the API version that built it was not read: {why}"), None)
    known = _api_versions()["versions"].get(version.strip().lower().removeprefix("v"))
    if known is None:
        return _unknown_api(Unread(f"when API version {version} retires is not known here"), version)
    retires = known["retires"]
    if retires is None:
        words = f"API version {version} built it, whose retirement was not announced by {_api_versions()['asOf']}"
        return {"version": version, "retires": None, "daysLeft": None, "words": words}
    left = (date.fromisoformat(retires) - estate.now.date()).days
    words = f"API version {version} built it, which {'retired' if left < 0 else 'retires'} on {retires}"
    return {"version": version, "retires": retires, "daysLeft": left, "words": words}


def _unknown_api(why: Unread, version: str | None) -> dict[str, Json]:
    return {"version": version or why, "retires": why, "daysLeft": why, "words": why.why}


_NOT_STATED: Final = Unread(
    "the model is gone or was not seen, and with it what it was trained from: state that as trainingData in models.yaml"
)
_NOT_TOLD: Final = Unread("the service does not tell what it was trained from, as of copies and old models")


def erasure_requests(model: Resource, estate: Estate) -> Json:
    """The requests to erase a model that stand in the register: their ids, and when each was made."""
    found = estate.once("erasure requests by model", lambda: _requests_by_model(estate)).get(model.name, [])
    account = "" if model.owner is None else model.owner
    return [
        {"id": request.id, "requestedAt": _stated(request).get("requestedAt")}
        for request in found
        if _names(_stated(request).get("account"), account)
    ]


def _requests_by_model(estate: Estate) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = {}
    for request in estate.snapshot.of_type(ERASURE_REQUEST):
        found.setdefault(str(_stated(request).get("model", "")), []).append(request)
    return found


def training_data(resource: Resource, estate: Estate) -> Json:
    """The containers that a model was trained from, and whether anything is left in them.

    Of an erasure request: those of the model while it is there and tells them, else those that the request states.
    """
    if resource.type_key != ERASURE_REQUEST.lower():
        return _left_in(_told_by(resource), estate)
    models = list(_models_named_by(resource, estate))
    told = [source for model in models for source in _told_by(model)]
    if not any(isinstance(source, _Data) for source in told):
        stated = part_of(resource.body.get("properties"), "trainingData")
        if stated:
            told = [_stated_data(url) for url in (stated if isinstance(stated, list) else [stated])]
        elif not models:
            told = [_NOT_STATED]
    return _left_in(told, estate)


def _models_named_by(request: Resource, estate: Estate) -> Iterator[Resource]:
    """The models and classifiers that an erasure request may mean, as far as they were seen."""
    stated = _stated(request)
    for account in estate.snapshot.of_type(ACCOUNT):
        if _names(stated.get("account"), account.key):
            for kind in (MODEL, CLASSIFIER):
                children = estate.snapshot.listing(account.id, kind).resources
                yield from (child for child in children if child.name == stated.get("model"))


@dataclass(frozen=True, slots=True)
class _Data:
    """Training data by its address; `part` says which blobs of the container it is, None for all of them."""

    url: str
    part: str | None = None


def _told_by(model: Resource) -> list[_Data | Unread]:
    """The training data that a model names, and an `Unread` for what it does not tell.

    A composed model, which has a classifier of its own (azure-facts 3a), is not trained: its parts are, and each of
    them is judged by itself.
    """
    told = [_data(model, source) for source in sources_of(model)]
    composed = isinstance(part_of(model.body.get("properties"), "classifierId"), str)
    return told if told or composed else [_NOT_TOLD]


def _data(model: Resource, source: Json) -> _Data | Unread:
    """A source of a model: the whole container, those blobs of it that begin with a prefix, or those of a list."""
    url = source if isinstance(source, Unread) else part_of(source, "containerUrl")
    if isinstance(url, Unread):
        return Unread(f"what {model.name} was trained from was not read: {url.why}")
    if not isinstance(url, str):
        return Unread(f"what {model.name} was trained from was not read: it has no URL")
    prefix, listed = part_of(source, "prefix"), part_of(source, "fileList")
    if listed is not None:
        return _Data(url, "the files of a list")
    if prefix is None or prefix == "":
        return _Data(url)
    return _Data(url, f"the blobs that begin with {prefix}" if isinstance(prefix, str) else "a part that was not read")


def _stated_data(url: Json) -> _Data | Unread:
    """Training data that a request states: a container, or with a longer path a part of one."""
    if not isinstance(url, str):
        return url if isinstance(url, Unread) else Unread(f"{url} is no address of a container")
    path = "" if url.startswith("/") else host_and_path(url)[1]
    inside = path.strip("/").partition("/")[2]
    return _Data(url, f"the blobs that begin with {inside}" if inside else None)


def _left_in(data: list[_Data | Unread], estate: Estate) -> list[Json]:
    """What is left in each container, once each; an `Unread` at the end for what is no address of one."""
    found: dict[tuple[str, str], tuple[Address, str | None]] = {}
    doubts: list[Json] = []
    for item in data:
        address = None if isinstance(item, Unread) else address_in(item.url, estate)
        if isinstance(item, Unread):
            doubts.append(item)
        elif address is None or address.container is None:
            doubts.append(Unread(f"{item.url} is no address of a container"))
        elif item.part is None or (address.name, address.container) not in found:
            found[address.name, address.container] = address, item.part
    places = [
        _remains(address, container, part, estate)
        for (_, container), (address, part) in sorted(found.items(), key=itemgetter(0))
    ]
    return [*places, *doubts[:1]]


def _remains(address: Address, container: str, part: str | None, estate: Estate) -> dict[str, Json]:
    left, words = _look_into(address, container, part, estate)
    words = f"container {container} of {address.name}: {words}"
    return {"storage": address.name, "container": container, "left": left, "words": words}


def _look_into(address: Address, container: str, part: str | None, estate: Estate) -> tuple[bool | Unread, str]:
    """Whether something is left in a container, in words too. Where only a part of it counts, other blobs may be left."""
    if address.store is None:
        return _open(f"storage account {address.name} was not seen")
    listing = estate.snapshot.listing(address.store.id, CONTAINER)
    found = next((item for item in listing.resources if item.name == container), None)
    if found is None:
        if listing.unread is None:
            return False, "it is gone"
        return _open(f"the containers of {address.name} were not read: {listing.unread.why}")
    if part_of(found.body.get("properties"), "deleted") is True:
        return True, "it is deleted, and can be restored with all that was in it"
    left = _left_in_container(found, estate)
    if left is True and part is not None:
        return _open(f"something is left in it; whether that is the training data ({part}) was not seen")
    return _open(left.why) if isinstance(left, Unread) else (left, "something is left in it" if left else "it is empty")


def _open(why: str) -> tuple[Unread, str]:
    return Unread(why), why


def _left_in_container(container: Resource, estate: Estate) -> bool | Unread:
    inspection = estate.snapshot.listing(container.id, INSPECTION).only()
    if not isinstance(inspection, Found):
        return Unread("it is there, and whether anything is left in it takes --inspect-blobs")
    properties = inspection.value.get("properties")
    uncommitted = part_of(properties, "uncommitted")
    counted = [part_of(properties, name) for name in ("blobs", "deleted", "versions", "snapshots")]
    return any_of(_is_some(count) for count in (*counted, 0 if uncommitted is None else uncommitted))


def _is_some(number: Json) -> bool | Unread:
    """Whether a look into a container counted some; true and false stand for some and none."""
    if isinstance(number, Unread):
        return Unread(f"what is left in it was not seen: {number.why}")
    return number > 0 if isinstance(number, int | float) else Unread("what is left in it was not counted")
