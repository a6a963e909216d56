"""The resource that a finding is about, with what lies around it, as a fix needs it."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from auditor.model.resource import resource_key
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BACKUP_INSTANCE,
    BY_NAME,
    CLASSIFIER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    ERASURE_REQUEST,
    MODEL,
    STORAGE,
    STORAGE_PERIMETER,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditor.model.finding import Subject
    from auditor.model.reading import Json
    from auditor.model.resource import Place, Resource
    from auditor.model.snapshot import Snapshot
    from auditor.policy.target import FactSource

Texts: TypeAlias = "tuple[str | None, ...] | None"

BLOBS: Final = "/blobServices/default"
"""Where the blob service of a storage account lies below it."""
_ID_PART: Final = {
    "subscription": re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE),
    "group": re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE),
    "account": re.compile(r"/providers/[^/]+/[^/]+/([^/]+)", re.IGNORECASE),
    "location": re.compile(r"/locations/([^/]+)", re.IGNORECASE),
}


class Neighbours:
    """What lies around the resources of one estate, found once for all findings."""

    def __init__(self, snapshot: Snapshot, facts: FactSource) -> None:
        self.snapshot = snapshot
        self.facts = facts

    @cached_property
    def accounts(self) -> Sequence[Resource]:
        """The cognitive accounts."""
        return self.snapshot.of_type(ACCOUNT)

    @cached_property
    def stores_of(self) -> Mapping[str, tuple[Resource, ...]]:
        """The documents stores that each account is linked to, by its key."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for store in self.snapshot.of_type(STORAGE):
            links = self.facts.one(store, "links")
            for key in dict.fromkeys(resource_key(item) for item in texts_in(links, "account")):
                found[key].append(store)
        return {key: tuple(stores) for key, stores in found.items()}

    @cached_property
    def backups_of(self) -> Mapping[str, tuple[Resource, ...]]:
        """The backup instances that protect each storage account, by its key."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for item in self.snapshot.of_type(BACKUP_INSTANCE):
            protected = text_of(part_of(item.body, "properties", "dataSourceInfo", "resourceID"))
            if protected:
                found[resource_key(protected)].append(item)
        return {key: tuple(items) for key, items in found.items()}


@dataclass(frozen=True)
class About:
    """The resource that a finding is about, with its facts and what lies around it."""

    subject: Subject
    place: Place | None
    resource: Resource | None
    facts: Mapping[str, Json]
    chosen: Mapping[str, Json]
    near: Neighbours

    @property
    def body(self) -> Mapping[str, Json]:
        """Its JSON, empty where it was not seen."""
        return {} if self.resource is None else self.resource.body

    @property
    def type(self) -> str:
        """Its type as Azure spells it."""
        kind = BY_NAME.get(self.subject.type.lower())
        return self.subject.type if kind is None else kind.name

    def is_a(self, type_name: str) -> bool:
        """Whether it is of a type."""
        return self.subject.type.lower() == type_name.lower()

    def part(self, name: str) -> Texts:
        """A part of its id."""
        match = _ID_PART[name].search(self.subject.id)
        return (match[1],) if match else None

    def children(self, type_name: str, below: str = "") -> Sequence[Resource] | None:
        """Its children of a type; None where there may be others."""
        listing = self.near.snapshot.listing(f"{self.subject.id}{below}", type_name)
        return listing.resources if listing.unread is None else listing.resources or None

    @cached_property
    def account(self) -> Resource | None:
        """The cognitive account that it is, lies in, or names."""
        if self.is_a(ERASURE_REQUEST):
            return next((item for item in self.near.accounts if _names(self.stated("account"), item)), None)
        if self.is_a(MODEL) or self.is_a(CLASSIFIER):
            owner = None if self.resource is None else self.resource.owner
            return None if owner is None else self.near.snapshot.get(owner)
        return self.resource if self.is_a(ACCOUNT) else None

    @cached_property
    def deleted(self) -> Resource | None:
        """The deleted account that an erasure request names."""
        found = self.near.snapshot.of_type(DELETED_ACCOUNT)
        return next((item for item in found if _names(self.stated("account"), item)), None)

    def stated(self, name: str) -> str | None:
        """What the customer's register says of it."""
        return text_of(part_of(self.body, "properties", name))

    @cached_property
    def models(self) -> tuple[Resource, ...]:
        """The model or classifier that it is, or those that an erasure request names."""
        if not self.is_a(ERASURE_REQUEST):
            return () if self.resource is None else (self.resource,)
        owner = self.account
        kinds = () if owner is None else (MODEL, CLASSIFIER)
        below = (item for kind in kinds for item in self.near.snapshot.listing(owner.id, kind).resources)  # type: ignore[union-attr]
        return tuple(item for item in below if item.name == self.stated("model"))

    @cached_property
    def sources(self) -> tuple[tuple[str, str, str], ...] | None:
        """Storage account, container and prefix of the training data; None where no model tells them."""
        found = [source for model in self.models for source in _sources(model)]
        return tuple(dict.fromkeys(found)) or None

    @cached_property
    def linked(self) -> tuple[Resource, ...]:
        """The accounts that a documents store is linked to, as far as they were seen."""
        ids = dict.fromkeys(resource_key(item) for item in texts_in(self.facts.get("links"), "account"))
        return tuple(item for key in ids if (item := self.near.snapshot.get(key)) is not None)

    def elsewhere(self, via: str) -> frozenset[str]:
        """Where bytes go on one way that leaves the region or the subscription: keys of what they reach."""
        edges = part_of(self.facts.get("residency"), "edges")
        ways = [item for item in edges if isinstance(item, dict)] if isinstance(edges, list) else []
        left = (item for item in ways if True in {item.get("leavesRegion"), item.get("leavesSubscription")})
        return frozenset(
            resource_key(to) for item in left if item.get("via") == via and (to := text_of(item.get("to")))
        )

    @cached_property
    def settings(self) -> Sequence[Resource] | None:
        """The diagnostic settings; those of a storage account hang on its blob service."""
        return self.children(DIAGNOSTIC_SETTING, BLOBS if self.is_a(STORAGE) else "")

    @cached_property
    def backups(self) -> tuple[Resource, ...]:
        """The backup instances that protect it."""
        return self.near.backups_of.get(resource_key(self.subject.id), ())

    @cached_property
    def backups_elsewhere(self) -> tuple[Resource, ...]:
        """Those in vaults that keep copies in another region."""
        vaults = self.elsewhere("backup")
        return tuple(item for item in self.backups if item.owner in vaults)

    @cached_property
    def perimeters(self) -> tuple[Mapping[str, Json], ...] | None:
        """Perimeter, association and profile of each perimeter whose association is not enforced."""
        children = self.children(ACCOUNT_PERIMETER if self.is_a(ACCOUNT) else STORAGE_PERIMETER)
        if children is None:
            return None
        found = (item.body["properties"] for item in children if isinstance(item.body.get("properties"), dict))
        return tuple(
            item for item in found if str(part_of(item, "resourceAssociation", "accessMode")).lower() != "enforced"
        )


def part_of(value: Any, *names: str) -> Any:
    """A part of JSON, None where it is not there or was not read."""
    for name in names:
        value = value.get(name) if hasattr(value, "get") else None
    return value


def items_of(value: Any, *names: str) -> list[Any]:
    """The elements of a list somewhere in JSON; none where there is no list."""
    found = part_of(value, *names)
    return found if isinstance(found, list) else []


def text_of(value: Any) -> str | None:
    """A text that is not empty; None for anything else."""
    return value if isinstance(value, str) and value else None


def one(value: Any) -> Texts:
    """A text as the only value; None where it was not read."""
    text = text_of(value)
    return None if text is None else (text,)


def texts_in(value: Any, name: str) -> Iterator[str]:
    """A part of each element of a list, where it is a text."""
    for item in value if isinstance(value, list) else ():
        text = text_of(part_of(item, name))
        if text:
            yield text


def host_of(url: Any) -> str | None:
    """The host in a URL; None where there is none."""
    try:
        return urlsplit(text_of(url) or "").hostname
    except ValueError:
        return None


def id_part(resource_id: Any, name: str) -> str | None:
    """What follows a name in an id: the vault behind `backupVaults`."""
    match = re.search(rf"/{name}/([^/]+)", text_of(resource_id) or "", re.IGNORECASE)
    return match[1] if match else None


def parts(found: Iterable[Any], get: Callable[[Any], str | None]) -> tuple[str | None, ...]:
    """A text for each, None where it was not read, so that the lines of several placeholders stay together."""
    return tuple(get(item) for item in found)


def _names(written: str | None, account: Resource) -> bool:
    wanted = resource_key(written or "")
    return wanted in {account.key, account.name.lower()} or (
        wanted.count("/") > 1
        and wanted.split("/")[4::4] == [id_part(account.id, "resourceGroups"), account.name.lower()]
    )


def _sources(model: Resource) -> Iterator[tuple[str, str, str]]:
    properties = model.body.get("properties")
    types = part_of(properties, "docTypes")
    for holder in (properties, *(types.values() if isinstance(types, dict) else ())):
        source = part_of(holder, "azureBlobSource")
        url = text_of(part_of(source, "containerUrl"))
        host = host_of(url)
        container = urlsplit(url or "").path.strip("/").partition("/")[0] if host else ""
        if host and container:
            yield host.partition(".")[0], container, text_of(part_of(source, "prefix")) or ""
