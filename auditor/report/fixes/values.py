"""What placeholders in snippets stand for: names, settings and neighbours of the resource that fails, as they were read.

One record a placeholder. Each gives the values in the order in which lines repeat them: none where there is nothing to
write a line about, None where it was not read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from auditor.model.reading import Found, Json, Missing, read_whole
from auditor.model.resource import resource_key
from auditor.model.snapshot import AZURE
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    BACKUP_INSTANCE,
    CLASSIFIER,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    ERASURE_REQUEST,
    LIFECYCLE_POLICY,
    MODEL,
    OBJECT_REPLICATION,
    OPERATION,
    STORAGE,
    STORAGE_PERIMETER,
    WORKSPACE,
    WORKSPACE_TABLE,
)
from auditor.report.fixes import bicep
from auditor.report.fixes.lifecycle import Lifecycle
from auditor.report.fixes.snippets import DECLARED, LIVE, Known, Language, has_lifecycle, known_values, parameters

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from auditor.model.finding import Finding, Subject
    from auditor.model.resource import Place, Resource
    from auditor.model.snapshot import Snapshot
    from auditor.policy.rule import Rule
    from auditor.policy.target import FactSource

Texts: TypeAlias = "tuple[str | None, ...] | None"

_ID_PART: Final = {
    "subscription": re.compile(r"^/subscriptions/([^/]+)", re.IGNORECASE),
    "group": re.compile(r"/resourceGroups/([^/]+)", re.IGNORECASE),
    "account": re.compile(r"/providers/[^/]+/[^/]+/([^/]+)", re.IGNORECASE),
    "location": re.compile(r"/locations/([^/]+)", re.IGNORECASE),
}
_TERRAFORM: Final = re.compile(r"(?:^|\.)(?:azurerm|azapi)_\w+\.([A-Za-z_][\w-]*)(?:\[[^\]]*\])?$")
_LABELS: Final = {ACCOUNT.lower(): "document_intelligence"}
_BLOBS: Final = "/blobServices/default"
_IN_REGION: Final = {"GRS": "LRS", "RAGRS": "LRS", "GZRS": "ZRS", "RAGZRS": "ZRS"}
"""The redundancy that keeps the copies of the primary region, to which each is a plain change (change how a storage
account is replicated, Microsoft Learn)."""
_SHARED: Final = ".api.cognitive."
_COPIED: Final = frozenset({"documentmodelcopyto", "documentclassifiercopyto"})


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
    def by_host(self) -> Mapping[str, Resource]:
        """The accounts by the host of their endpoint."""
        return {host: item for item in self.accounts if (host := _host(_at(item.body, "properties", "endpoint")))}

    @cached_property
    def stores_of(self) -> Mapping[str, tuple[Resource, ...]]:
        """The documents stores that each account is linked to, by its key."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for store in self.snapshot.of_type(STORAGE):
            links = self.facts.of(store).get("links")
            for key in dict.fromkeys(resource_key(item) for item in _each(links, "account")):
                found[key].append(store)
        return {key: tuple(stores) for key, stores in found.items()}

    @cached_property
    def backups_of(self) -> Mapping[str, tuple[Resource, ...]]:
        """The backup instances that protect each storage account, by its key."""
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for item in self.snapshot.of_type(BACKUP_INSTANCE):
            protected = _text(_at(item.body, "properties", "dataSourceInfo", "resourceID"))
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
        return _text(_at(self.body, "properties", name))

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
        ids = dict.fromkeys(resource_key(item) for item in _each(self.facts.get("links"), "account"))
        return tuple(item for key in ids if (item := self.near.snapshot.get(key)) is not None)

    def elsewhere(self, via: str) -> frozenset[str]:
        """Where bytes go on one way that leaves the region or the subscription: keys of what they reach."""
        edges = _at(self.facts.get("residency"), "edges")
        ways = [item for item in edges if isinstance(item, dict)] if isinstance(edges, list) else []
        left = (item for item in ways if True in {item.get("leavesRegion"), item.get("leavesSubscription")})
        return frozenset(resource_key(to) for item in left if item.get("via") == via and (to := _text(item.get("to"))))

    @cached_property
    def settings(self) -> Sequence[Resource] | None:
        """The diagnostic settings; those of a storage account hang on its blob service."""
        return self.children(DIAGNOSTIC_SETTING, _BLOBS if self.is_a(STORAGE) else "")

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
            item for item in found if str(_at(item, "resourceAssociation", "accessMode")).lower() != "enforced"
        )


def _at(value: Any, *names: str) -> Any:
    """A part of JSON, None where it is not there or was not read."""
    for name in names:
        value = value.get(name) if hasattr(value, "get") else None
    return value


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _one(value: Any) -> Texts:
    text = _text(value)
    return None if text is None else (text,)


def _each(value: Any, name: str) -> Iterator[str]:
    """A part of each element of a list, where it is a text."""
    for item in value if isinstance(value, list) else ():
        text = _text(_at(item, name))
        if text:
            yield text


def _host(url: Any) -> str | None:
    try:
        return urlsplit(_text(url) or "").hostname
    except ValueError:
        return None


def _part(resource_id: Any, name: str) -> str | None:
    match = re.search(rf"/{name}/([^/]+)", _text(resource_id) or "", re.IGNORECASE)
    return match[1] if match else None


def _parts(found: Iterable[Any], get: Callable[[Any], str | None]) -> tuple[str | None, ...]:
    """A text for each, None where it was not read, so that the lines of several placeholders stay together."""
    return tuple(get(item) for item in found)


def _names(written: str | None, account: Resource) -> bool:
    wanted = resource_key(written or "")
    return wanted in {account.key, account.name.lower()} or (
        wanted.count("/") > 1 and wanted.split("/")[4::4] == [_part(account.id, "resourceGroups"), account.name.lower()]
    )


def _sources(model: Resource) -> Iterator[tuple[str, str, str]]:
    properties = model.body.get("properties")
    types = _at(properties, "docTypes")
    for holder in (properties, *(types.values() if isinstance(types, dict) else ())):
        source = _at(holder, "azureBlobSource")
        host, path = _host(_at(source, "containerUrl")), urlsplit(_text(_at(source, "containerUrl")) or "").path
        if host and path.strip("/"):
            yield host.partition(".")[0], path.strip("/").partition("/")[0], _text(_at(source, "prefix")) or ""


def _copies(about: About) -> tuple[tuple[str | None, str], ...]:
    """Host, and path of the address, of each model that was copied to another account.

    The host that all accounts of a region share does not tell which it was, and takes no sign-in with Entra.
    """
    own = _host(_at(about.body, "properties", "endpoint"))
    found = []
    for item in about.children(OPERATION) or ():
        properties = item.body.get("properties")
        address = _text(_at(properties, "resourceLocation")) or ""
        host = _host(address)
        if str(_at(properties, "kind")).lower() in _COPIED and host and host != own:
            found.append((None if _SHARED in host else host, urlsplit(address).path.strip("/")))
    return tuple(dict.fromkeys(found))


def _label(about: About) -> Texts:
    match = _TERRAFORM.search("" if about.place is None else about.place.address or "")
    return (match[1] if match else _LABELS.get(about.subject.type.lower(), "documents"),)


def _sku(about: About) -> Texts:
    return _one(_at(about.body, "sku", "name"))


def _sku_part(about: About, number: int) -> Texts:
    parts = (_sku(about) or ("",))[0].split("_")
    return (parts[number],) if len(parts) > 1 else None


def _local(about: About) -> Texts:
    parts = _sku_part(about, 1)
    return (_IN_REGION.get(str(parts[0]).upper(), parts[0]),) if parts else None


def _local_sku(about: About) -> Texts:
    tier, local = _sku_part(about, 0), _local(about)
    return (f"{tier[0]}_{local[0]}",) if tier and local else None


def _containers(about: About) -> tuple[str, ...]:
    """Containers of documents; where some are known to lack a lifecycle rule, those."""
    covered = [item for item in _at(about.facts.get("retention"), "lifecycle") or () if _text(_at(item, "container"))]
    lacking = [item for item in covered if False in {item.get(f"deletes{what}") for what in _DELETED}]
    return tuple(item["container"] for item in lacking or covered)


_DELETED: Final = ("Blobs", "Snapshots", "Versions")


def _documents(about: About) -> Texts:
    return _containers(about) or None


def _unlocked(about: About) -> Sequence[Resource] | None:
    """Containers under a policy that is not locked and no legal hold."""
    children = about.children(CONTAINER)
    if children is None:
        return None
    found = (item for item in children if _at(item.body, "properties", "hasLegalHold") is False)
    state = ("properties", "immutabilityPolicy", "properties", "state")
    return [item for item in found if str(_at(item.body, *state)).lower() == "unlocked"]


def _held(about: About) -> Texts:
    children = about.children(CONTAINER)
    if children is None:
        return None
    holds = ("hasImmutabilityPolicy", "hasLegalHold")
    return tuple(item.name for item in children if any(_at(item.body, "properties", hold) is True for hold in holds))


def _wide(about: About) -> Texts:
    rules = _at(about.body, "properties", "networkAcls")
    written = {value for name in ("ipRules", "ipv6Rules") for value in _each(_at(rules, name), "value")}
    found = _at(about.facts.get("firewall"), "addresses")
    wide = [item for item in found or () if _at(item, "wide") is True]
    return tuple(value for value in _each(wide, "value") if value in written)


def _addresses(about: About, *, wide: bool) -> Texts:
    """The ranges that the firewall lists, all of them or all but the wide ones."""
    rules = _at(about.body, "properties", "networkAcls")
    written = (value for name in ("ipRules", "ipv6Rules") for value in _each(_at(rules, name), "value"))
    left_out = () if wide else _wide(about) or ()
    return tuple(value for value in written if value not in left_out)


def _access_rules(name: str) -> Callable[[About], Texts]:
    """The resource instance rules of a firewall, but those for accounts that it is linked to."""

    def found(about: About) -> Texts:
        rules = _at(about.body, "properties", "networkAcls", "resourceAccessRules") or ()
        linked = {item.key for item in about.linked}
        others = [item for item in rules if resource_key(str(_at(item, "resourceId"))) not in linked]
        return _parts(others, lambda item: _text(_at(item, name)))

    return found


def _identity(about: About) -> Texts:
    """The type of identity that adds a system-assigned one to what is there."""
    kept = "userassigned" in str(_at(about.body, "identity", "type")).lower()
    return ("SystemAssigned, UserAssigned" if kept else "SystemAssigned",)


def _raised_tls(about: About) -> Texts:
    version = _text(_at(about.body, "properties", "minimumTlsVersion")) or ""
    return (max(version, str(about.chosen.get("minimumTls", "TLS1_2"))),)


def _tables(about: About) -> Mapping[str, Any] | None:
    """The days for which each table of requests is kept; None where the tables were not read."""
    children = about.children(WORKSPACE_TABLE)
    if children is None:
        return None
    default = _at(about.body, "properties", "retentionInDays")
    found = {}
    for item in children:
        if item.name in _LOG_TABLES:
            total, own = (_at(item.body, "properties", name) for name in ("totalRetentionInDays", "retentionInDays"))
            found[item.name] = next(
                (days for days in (total, own, default) if isinstance(days, int) and days > 0), None
            )
    return found


_LOG_TABLES: Final = ("AzureDiagnostics", "StorageBlobLogs")


def _kept_wrongly(parameter: str, sign: int) -> Callable[[About], Texts]:
    """The tables that are not known to be within a limit: the longest, or with the other sign the shortest."""

    def found(about: About) -> Texts:
        tables, limit = _tables(about), about.chosen.get(parameter)
        if tables is None or not isinstance(limit, int | float):
            return None
        return tuple(name for name, days in tables.items() if days is None or sign * days > sign * limit)

    return found


def _tableless(about: About, *, symbol: bool = False) -> Texts:
    if not about.is_a(WORKSPACE):
        return ()
    name = _symbol(about.subject.name) if symbol else about.subject.name
    return (name,) if _tables(about) == {} else ()


def _symbol(text: str) -> str:
    """A name that Bicep and Terraform take for a symbol."""
    return re.sub(r"\W|^(?=\d)", "_", text, flags=re.ASCII)


def _symbols(found: Texts) -> Texts:
    return None if found is None else tuple(text and _symbol(text) for text in found)


def _of_type(type_name: str, get: Callable[[About], Texts]) -> Callable[[About], Texts]:
    return lambda about: get(about) if about.is_a(type_name) else ()


def _declared(number: int) -> Callable[[About], Texts]:
    return lambda about: (bicep.head(about.subject.type)[number],)


def _replication(about: About) -> Texts:
    policies = about.children(OBJECT_REPLICATION)
    if policies is None:
        return None
    there = about.elsewhere("objectReplication")
    far = [item for item in policies if _destination(item) in there | {key.rpartition("/")[2] for key in there}]
    return _parts(far or policies, lambda item: item.name)


def _destination(policy: Resource) -> str:
    return resource_key(_text(_at(policy.body, "properties", "destinationAccount")) or "")


def _workspace(about: About) -> Texts:
    """The id by which queries name the first workspace that receives the logs."""
    for setting in about.settings or ():
        workspace = about.near.snapshot.get(_text(_at(setting.body, "properties", "workspaceId")) or "")
        found = None if workspace is None else _text(_at(workspace.body, "properties", "customerId"))
        if found:
            return (found,)
    return None


def _far_settings(about: About) -> Texts:
    if about.settings is None:
        return None
    far = about.elsewhere("logs")
    found = (item for item in about.settings if far & set(_destinations(item)))
    return _parts(found, lambda item: item.name)


def _destinations(setting: Resource) -> Iterator[str]:
    properties = setting.body.get("properties")
    for value in properties.values() if isinstance(properties, dict) else ():
        if _text(value):
            yield resource_key(value)


def _linked_region(about: About) -> Texts:
    regions = dict.fromkeys(_each(about.facts.get("links"), "region"))
    return tuple(regions) if len(regions) == 1 else None


def _hosts(about: About) -> Texts:
    stores = about.near.stores_of.get(resource_key(about.subject.id), ())
    return tuple(host for item in stores if (host := _host(_blob_endpoint(item.body)))) or None


def _blob_endpoint(body: Mapping[str, Json]) -> Any:
    return _at(body, "properties", "primaryEndpoints", "blob")


def _key(name: str) -> Callable[[About], Texts]:
    return lambda about: _one(_at(about.body, "properties", "encryption", "keyVaultProperties", name))


def _backup(which: str, part: str) -> Callable[[About], Texts]:
    return lambda about: _parts(getattr(about, which), lambda item: _part(item.id, part))


def _perimeter(get: Callable[[Any], str | None]) -> Callable[[About], Texts]:
    return lambda about: None if about.perimeters is None else _parts(about.perimeters, get)


def _perimeter_id(properties: Any) -> str | None:
    return _text(_at(properties, "networkSecurityPerimeter", "id"))


def _profile(properties: Any) -> str | None:
    perimeter, name = _perimeter_id(properties), _text(_at(properties, "profile", "name"))
    return f"{perimeter}/profiles/{name}" if perimeter and name else None


def _source(number: int) -> Callable[[About], Texts]:
    return lambda about: None if about.sources is None else tuple(source[number] for source in about.sources)


def _copy(number: int) -> Callable[[About], Texts]:
    return lambda about: tuple(item[number] for item in _copies(about))


def _endpoint(about: About) -> Texts:
    if about.account is None and about.deleted is not None:
        return ()
    return None if about.account is None else _one(_host(_at(about.account.body, "properties", "endpoint")))


def _collection(about: About) -> Texts:
    kinds = {item.type_key.rpartition("/")[2] for item in about.models} or {
        about.subject.type.rpartition("/")[2].lower()
    }
    return ("documentClassifiers" if kinds == {"documentclassifiers"} else "documentModels",)


def _model(about: About) -> Texts:
    return _one(about.stated("model") if about.is_a(ERASURE_REQUEST) else about.subject.name)


def _group(about: About) -> Texts:
    return about.part("group")


def _deleted(part: str) -> Callable[[About], Texts]:
    return lambda about: () if about.deleted is None else _parts([about.deleted], lambda item: _part(item.id, part))


def _only(type_name: str) -> Callable[[About], Texts]:
    return lambda about: (about.subject.name,) if about.is_a(type_name) else ()


NAMES: Final[Mapping[str, tuple[str, Callable[[About], Texts]]]] = {
    "name": ("its name", lambda about: _one(about.subject.name)),
    "id": ("its id", lambda about: _one(about.subject.id)),
    "location": ("its region", lambda about: _one(about.subject.location) or about.part("location")),
    "subscription": ("its subscription", lambda about: about.part("subscription")),
    "group": ("its resource group", _group),
    "account": ("the account that it is, or lies in", lambda about: about.part("account")),
    "kind": ("its kind", lambda about: _one(about.body.get("kind"))),
    "sku": ("its SKU, such as `Standard_LRS`", _sku),
    "tier": ("the first half of a storage account's SKU, such as `Standard`", lambda about: _sku_part(about, 0)),
    "replicationType": ("the second half, such as `LRS`", lambda about: _sku_part(about, 1)),
    "localSku": ("the SKU that keeps the copies of its primary region only", _local_sku),
    "localReplicationType": ("the second half of that SKU", _local),
    "label": ("what a Terraform file calls it, else `documents` or `document_intelligence`", _label),
    "type": ("its type", _declared(0)),
    "apiVersion": ("the version of the API that declares it", _declared(1)),
    "identityType": ("a system-assigned identity, beside the user-assigned ones that it has", _identity),
    "raisedTls": ("the minimum version of TLS, never lower than it is now", _raised_tls),
    "accountKind": ("its kind; as `accountName`", _of_type(ACCOUNT, lambda about: _one(about.body.get("kind")))),
    "accountSku": ("its SKU; as `accountName`", _of_type(ACCOUNT, lambda about: _sku(about))),
    "storageKind": ("its kind; as `storageName`", _of_type(STORAGE, lambda about: _one(about.body.get("kind")))),
    "storageSku": ("its SKU; as `storageName`", _of_type(STORAGE, lambda about: _sku(about))),
    "accountId": ("the id of the account that it lies in", lambda about: _one(about.resource and about.resource.owner)),
    "accountName": ("its name; lines are left out where it is no cognitive account", _only(ACCOUNT)),
    "storageName": ("its name; lines are left out where it is no storage account", _only(STORAGE)),
    "model": ("the model or classifier", _model),
    "collection": ("`documentModels` or `documentClassifiers`", _collection),
    "endpoint": ("the host of the endpoint of the account", _endpoint),
    "deletedAccount": ("the deleted account that an erasure request names", _deleted("deletedAccounts")),
    "deletedGroup": ("its resource group", _deleted("resourceGroups")),
    "deletedLocation": ("its region", _deleted("locations")),
    "deletedSubscription": ("its subscription", _deleted("subscriptions")),
    "trainingAccount": ("storage accounts of training data", _source(0)),
    "trainingContainer": ("their containers", _source(1)),
    "trainingPrefix": ("the prefix of the training data there, empty for all", _source(2)),
    "copyEndpoint": ("hosts of accounts to which models were copied", _copy(0)),
    "copyPath": ("the path of each copy", _copy(1)),
    "blobHost": ("the host of its blob endpoint", lambda about: _one(_host(_blob_endpoint(about.body)))),
    "documentContainer": ("containers that hold documents", _documents),
    "heldContainer": ("containers under an immutability policy or a legal hold", _held),
    "unlockedContainer": (
        "containers under a time-based policy that is not locked, and no legal hold",
        lambda about: None if (found := _unlocked(about)) is None else _parts(found, lambda item: item.name),
    ),
    "immutabilityEtag": (
        "the ETags of their policies",
        lambda about: (
            None
            if (found := _unlocked(about)) is None
            else _parts(found, lambda item: _text(_at(item.body, "properties", "immutabilityPolicy", "etag")))
        ),
    ),
    "linkedAccount": (
        "ids of the Document Intelligence accounts that a storage account is linked to",
        lambda about: _parts(about.linked, lambda item: item.id) or None,
    ),
    "linkedTenant": (
        "the tenants of their identities",
        lambda about: _parts(about.linked, lambda item: _text(_at(item.body, "identity", "tenantId"))) or None,
    ),
    "linkedRegion": ("the region of those accounts, where they share one", _linked_region),
    "storageHost": ("blob hosts of the storage accounts that an account is linked to", _hosts),
    "allowedHost": (
        "hosts that it may call now",
        lambda about: tuple(filter(_text, _at(about.body, "properties", "allowedFqdnList") or ())),
    ),
    "address": ("ranges in its firewall", lambda about: _addresses(about, wide=True)),
    "narrowAddress": ("those that are not wide", lambda about: _addresses(about, wide=False)),
    "accessRule": (
        "resources that its firewall lets in, but the accounts that it is linked to",
        _access_rules("resourceId"),
    ),
    "accessRuleTenant": ("their tenants", _access_rules("tenantId")),
    "wideAddress": ("wide ranges in its firewall", _wide),
    "perimeter": (
        "perimeters whose association is not enforced",
        _perimeter(lambda item: _part(_perimeter_id(item), "networkSecurityPerimeters")),
    ),
    "perimeterGroup": ("their resource groups", _perimeter(lambda item: _part(_perimeter_id(item), "resourceGroups"))),
    "perimeterSubscription": (
        "their subscriptions",
        _perimeter(lambda item: _part(_perimeter_id(item), "subscriptions")),
    ),
    "perimeterProfile": ("the ids of their profiles", _perimeter(_profile)),
    "association": (
        "the names of the associations",
        _perimeter(lambda item: _text(_at(item, "resourceAssociation", "name"))),
    ),
    "associationSymbol": (
        "the same as symbols",
        lambda about: _symbols(NAMES["association"][1](about)),
    ),
    "keyVaultUri": ("the vault of its customer-managed key", _key("keyVaultUri")),
    "keyName": ("the key", _key("keyName")),
    "keyVersion": ("the version of the key", _key("keyVersion")),
    "backupInstance": ("backup instances that protect it", _backup("backups", "backupInstances")),
    "backupVault": ("their vaults", _backup("backups", "backupVaults")),
    "backupGroup": ("the resource groups of the vaults", _backup("backups", "resourceGroups")),
    "backupSubscription": ("the subscriptions of the vaults", _backup("backups", "subscriptions")),
    "farBackupInstance": (
        "those in vaults that keep copies in another region",
        _backup("backups_elsewhere", "backupInstances"),
    ),
    "farBackupVault": ("their vaults", _backup("backups_elsewhere", "backupVaults")),
    "farBackupGroup": ("the resource groups of those vaults", _backup("backups_elsewhere", "resourceGroups")),
    "farBackupSubscription": ("the subscriptions of those vaults", _backup("backups_elsewhere", "subscriptions")),
    "replicationPolicy": ("object replication policies, those that leave the region if any do", _replication),
    "workspace": ("the workspace that receives its logs, by the id that queries use", _workspace),
    "shortTable": ("tables that keep logs too briefly", _kept_wrongly("minEvidenceDays", -1)),
    "longTable": ("tables that keep logs too long", _kept_wrongly("maxLogRetentionDays", 1)),
    "tablelessName": ("its name, where it is a workspace without such tables", _tableless),
    "tablelessSymbol": ("the same as a symbol", lambda about: _tableless(about, symbol=True)),
    "farSettingSymbol": ("the same as symbols", lambda about: _symbols(_far_settings(about))),
    "farSetting": ("diagnostic settings that send logs to another region", _far_settings),
    "logged": (
        "the id on which its diagnostic settings hang",
        lambda about: (f"{about.subject.id}{_BLOBS}" if about.is_a(STORAGE) else about.subject.id,),
    ),
}
"""By placeholder: what it stands for, and how that is found."""


def known_about(
    finding: Finding, rule: Rule, facts: Mapping[str, Json], chosen: Mapping[str, Json], near: Neighbours
) -> Known:
    """What the snippets of a fix are written from, for one finding; only what they name is looked up.

    `chosen` are the parameters that the user set.
    """
    subject, snapshot = finding.subject, near.snapshot
    about = About(subject, finding.place, snapshot.get(subject.id), facts, chosen, near)
    languages = languages_of(finding.place, live=snapshot.header.kind == AZURE)
    found = {name: NAMES[name][1](about) for name in known_values(rule.fix, subject.type, languages) if name in NAMES}
    address = _TERRAFORM.search("" if finding.place is None else finding.place.address or "")
    return Known(
        subject.type,
        languages,
        {**parameters(rule, chosen), **{name: values for name, values in found.items() if values is not None}},
        None if address is None else address[0].lstrip("."),
        _lifecycle(about) if has_lifecycle(rule.fix) else Lifecycle(),
    )


def languages_of(place: Place | None, *, live: bool) -> tuple[Language, ...]:
    """The languages that fix a finding: that of the file that declares it, or those that fix live resources."""
    if place is None:
        return LIVE if live else DECLARED
    if place.file.lower().endswith(".bicep"):
        return ("bicep",)
    if place.file.lower().endswith(".tf") or _TERRAFORM.search(place.address or ""):
        return ("terraform",)
    return ("arm",)


def _lifecycle(about: About) -> Lifecycle:
    """The rules that are there, and the containers that lack one; of a container, those of its account and itself."""
    if about.is_a(CONTAINER):
        owner = "" if about.resource is None else about.resource.owner or ""
        containers: tuple[str, ...] = (about.subject.name,)
    else:
        owner, containers = about.subject.id, _containers(about)
    match about.near.snapshot.listing(owner, LIFECYCLE_POLICY).only():
        case Found(value=policy) if read_whole(policy):
            rules = _at(policy, "properties", "policy", "rules")
            return Lifecycle(tuple(rules) if isinstance(rules, list) else (), containers)
        case Missing():
            return Lifecycle((), containers)
        case _:
            return Lifecycle(None, containers)
