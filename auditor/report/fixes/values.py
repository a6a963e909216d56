"""What placeholders in snippets stand for: names, settings and neighbours of the resource that fails, as they were read.

One record a placeholder. Each gives the values in the order in which lines repeat them: none where there is nothing to
write a line about, None where it was not read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from auditor.model.reading import Found, Json, Missing, read_whole
from auditor.model.region import same_region
from auditor.model.resource import resource_key
from auditor.model.snapshot import AZURE
from auditor.model.types import (
    ACCOUNT,
    CONTAINER,
    ERASURE_REQUEST,
    LIFECYCLE_POLICY,
    OBJECT_REPLICATION,
    OPERATION,
    STORAGE,
    WORKSPACE,
    WORKSPACE_TABLE,
)
from auditor.report.fixes import bicep
from auditor.report.fixes.about import (
    BLOBS,
    About,
    Neighbours,
    Texts,
    host_of,
    id_part,
    items_of,
    one,
    part_of,
    parts,
    text_of,
    texts_in,
)
from auditor.report.fixes.lifecycle import Lifecycle
from auditor.report.fixes.snippets import (
    DECLARED,
    LIVE,
    Known,
    Language,
    Snippet,
    has_lifecycle,
    known_values,
    parameters,
    snippets,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from auditor.model.finding import Finding
    from auditor.model.resource import Place, Resource
    from auditor.policy.rule import Rule


_TERRAFORM: Final = re.compile(r"(?:^|\.)(?:azurerm|azapi)_\w+\.([A-Za-z_][\w-]*)(?:\[[^\]]*\])?$")
_LABELS: Final = {ACCOUNT.lower(): "document_intelligence"}
_IN_REGION: Final = {"GRS": "LRS", "RAGRS": "LRS", "GZRS": "ZRS", "RAGZRS": "ZRS"}
"""The redundancy that keeps the copies of the primary region, to which each is a plain change (change how a storage
account is replicated, Microsoft Learn)."""
_SHARED: Final = ".api.cognitive."
_COPIED: Final = frozenset({"documentmodelcopyto", "documentclassifiercopyto"})


def _copies(about: About) -> tuple[tuple[str | None, str], ...]:
    """Host, and path of the address, of each model that was copied to another account.

    The host that all accounts of a region share does not tell which it was, and takes no sign-in with Entra.
    """
    own = host_of(part_of(about.body, "properties", "endpoint"))
    found = []
    for item in about.children(OPERATION) or ():
        properties = item.body.get("properties")
        address = text_of(part_of(properties, "resourceLocation")) or ""
        host = host_of(address)
        if str(part_of(properties, "kind")).lower() in _COPIED and host and host != own:
            found.append((None if _SHARED in host else host, urlsplit(address).path.strip("/")))
    return tuple(dict.fromkeys(found))


def _label(about: About) -> Texts:
    match = _TERRAFORM.search("" if about.place is None else about.place.address or "")
    return (match[1] if match else _LABELS.get(about.subject.type.lower(), "documents"),)


def _sku(about: About) -> Texts:
    return one(part_of(about.body, "sku", "name"))


def _sku_part(about: About, number: int) -> Texts:
    parts = str((_sku(about) or ("",))[0]).split("_")
    return (parts[number],) if len(parts) > 1 else None


def _local(about: About) -> Texts:
    parts = _sku_part(about, 1)
    return (_IN_REGION.get(str(parts[0]).upper(), parts[0]),) if parts else None


def _local_sku(about: About) -> Texts:
    tier, local = _sku_part(about, 0), _local(about)
    return (f"{tier[0]}_{local[0]}",) if tier and local else None


def _documents(about: About) -> list[dict[str, Json]]:
    """Containers of documents by name, with what lifecycle rules delete of each."""
    found = items_of(about.facts, "retention", "lifecycle")
    return [item for item in found if text_of(part_of(item, "container"))]


def _to_delete_from(about: About) -> tuple[str, ...]:
    """Containers of documents for a lifecycle rule: where some are known to lack one, those.

    One under a legal hold is left out, or the rule would delete what was held as soon as the hold ends.
    """
    covered = _documents(about)
    lacking = [item for item in covered if False in {item.get(f"deletes{what}") for what in _DELETED}]
    held = {item.name for item in about.children(CONTAINER) or () if _is_held(item)}
    return tuple(name for item in lacking or covered if (name := str(item["container"])) not in held)


_DELETED: Final = ("Blobs", "Snapshots", "Versions")


def _is_held(container: Resource) -> bool:
    return part_of(container.body, "properties", "hasLegalHold") is True


def _unlocked(about: About) -> Sequence[Resource] | None:
    """Containers under a policy that is not locked and no legal hold."""
    children = about.children(CONTAINER)
    if children is None:
        return None
    found = (item for item in children if part_of(item.body, "properties", "hasLegalHold") is False)
    state = ("properties", "immutabilityPolicy", "properties", "state")
    return [item for item in found if str(part_of(item.body, *state)).lower() == "unlocked"]


def _held(about: About) -> Texts:
    children = about.children(CONTAINER)
    if children is None:
        return None
    holds = ("hasImmutabilityPolicy", "hasLegalHold")
    return tuple(
        item.name for item in children if any(part_of(item.body, "properties", hold) is True for hold in holds)
    )


def _wide(about: About) -> Texts:
    rules = part_of(about.body, "properties", "networkAcls")
    written = {value for name in ("ipRules", "ipv6Rules") for value in texts_in(part_of(rules, name), "value")}
    found = items_of(about.facts, "network", "addresses")
    wide = [item for item in found if part_of(item, "wide") is True]
    return tuple(value for value in texts_in(wide, "value") if value in written)


def _addresses(about: About, *, wide: bool) -> Texts:
    """The ranges that the firewall lists, all of them or all but the wide ones."""
    rules = part_of(about.body, "properties", "networkAcls")
    written = (value for name in ("ipRules", "ipv6Rules") for value in texts_in(part_of(rules, name), "value"))
    left_out = () if wide else _wide(about) or ()
    return tuple(value for value in written if value not in left_out)


def _access_rules(name: str) -> Callable[[About], Texts]:
    """The resource instance rules of a firewall, but those for accounts that it is linked to."""

    def found(about: About) -> Texts:
        rules = items_of(about.body, "properties", "networkAcls", "resourceAccessRules")
        linked = {item.key for item in about.linked}
        others = [item for item in rules if resource_key(str(part_of(item, "resourceId"))) not in linked]
        return parts(others, lambda item: text_of(part_of(item, name)))

    return found


def _identity(about: About) -> Texts:
    """The type of identity that adds a system-assigned one to what is there."""
    kept = "userassigned" in str(part_of(about.body, "identity", "type")).lower()
    return ("SystemAssigned, UserAssigned" if kept else "SystemAssigned",)


def _raised_tls(about: About) -> Texts:
    version = text_of(part_of(about.body, "properties", "minimumTlsVersion")) or ""
    return (max(version, str(about.chosen.get("minimumTls", "TLS1_2"))),)


def _tables(about: About) -> Mapping[str, Any] | None:
    """The days for which each table of requests is kept; None where the tables were not read."""
    children = about.children(WORKSPACE_TABLE)
    if children is None:
        return None
    default = part_of(about.body, "properties", "retentionInDays")
    found = {}
    for item in children:
        if item.name in _LOG_TABLES:
            total, own = (
                part_of(item.body, "properties", name) for name in ("totalRetentionInDays", "retentionInDays")
            )
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


def _tableless(about: About) -> Texts:
    return (about.subject.name,) if about.is_a(WORKSPACE) and _tables(about) == {} else ()


def _symbol(text: str) -> str:
    """A name that Bicep and Terraform take for a symbol."""
    return re.sub(r"\W|^(?=\d)", "_", text, flags=re.ASCII)


def _symbols(name: str) -> Callable[[About], Texts]:
    """The values of a placeholder as symbols; where they were not read, its name stands for one."""

    def found(about: About) -> Texts:
        texts = NAMES[name][1](about)
        return (name,) if texts is None else tuple(_symbol(text or name) for text in texts)

    return found


def _of_type(type_name: str, get: Callable[[About], Texts]) -> Callable[[About], Texts]:
    return lambda about: get(about) if about.is_a(type_name) else ()


def _declared(number: int) -> Callable[[About], Texts]:
    return lambda about: (bicep.head(about.type)[number],)


def _replication(about: About) -> Texts:
    policies = about.children(OBJECT_REPLICATION)
    if policies is None:
        return None
    there = about.elsewhere("objectReplication")
    far = [item for item in policies if _destination(item) in there | {key.rpartition("/")[2] for key in there}]
    return parts(far or policies, lambda item: item.name)


def _destination(policy: Resource) -> str:
    return resource_key(text_of(part_of(policy.body, "properties", "destinationAccount")) or "")


def _workspace(about: About) -> Texts:
    """The id by which queries name the first workspace that receives the logs."""
    for setting in about.settings or ():
        workspace = about.near.snapshot.get(text_of(part_of(setting.body, "properties", "workspaceId")) or "")
        found = None if workspace is None else text_of(part_of(workspace.body, "properties", "customerId"))
        if found:
            return (found,)
    return None


def _in_region(about: About) -> Texts:
    """The one workspace that was read in the region of the resource; with several, which of them is a choice."""
    home = about.subject.location or ""
    found = [item for item in about.near.snapshot.of_type(WORKSPACE) if same_region(item.location or "", home)]
    return (found[0].id,) if home and len(found) == 1 else None


def _far_settings(about: About) -> Texts:
    if about.settings is None:
        return None
    far = about.elsewhere("logs")
    found = (item for item in about.settings if far & set(_destinations(item)))
    return parts(found, lambda item: item.name)


def _destinations(setting: Resource) -> Iterator[str]:
    properties = setting.body.get("properties")
    for value in properties.values() if isinstance(properties, dict) else ():
        if text_of(value):
            yield resource_key(value)


def _linked_region(about: About) -> Texts:
    regions = dict.fromkeys(texts_in(about.facts.get("links"), "region"))
    return tuple(regions) if len(regions) == 1 else None


def _hosts(about: About) -> Texts:
    stores = about.near.stores_of.get(resource_key(about.subject.id), ())
    return tuple(host for item in stores if (host := host_of(_blob_endpoint(item.body)))) or None


def _blob_endpoint(body: Mapping[str, Json]) -> Any:
    return part_of(body, "properties", "primaryEndpoints", "blob")


def _key(name: str) -> Callable[[About], Texts]:
    return lambda about: one(part_of(about.body, "properties", "encryption", "keyVaultProperties", name))


def _backup(which: str, part: str) -> Callable[[About], Texts]:
    return lambda about: parts(getattr(about, which), lambda item: id_part(item.id, part))


def _perimeter(get: Callable[[Any], str | None]) -> Callable[[About], Texts]:
    return lambda about: None if about.perimeters is None else parts(about.perimeters, get)


def _perimeter_id(properties: Any) -> str | None:
    return text_of(part_of(properties, "networkSecurityPerimeter", "id"))


def _profile(properties: Any) -> str | None:
    perimeter, name = _perimeter_id(properties), text_of(part_of(properties, "profile", "name"))
    return f"{perimeter}/profiles/{name}" if perimeter and name else None


def _source(number: int) -> Callable[[About], Texts]:
    return lambda about: None if about.sources is None else tuple(source[number] for source in about.sources)


def _copy(number: int) -> Callable[[About], Texts]:
    return lambda about: tuple(item[number] for item in _copies(about))


def _endpoint(about: About) -> Texts:
    if about.account is None and about.deleted is not None:
        return ()
    return None if about.account is None else one(host_of(part_of(about.account.body, "properties", "endpoint")))


def _audience(about: About) -> Texts:
    host = str((_endpoint(about) or ("",))[0])
    cloud = host.rpartition(".cognitiveservices.")[2] if ".cognitiveservices." in host else "azure.com"
    return (f"https://cognitiveservices.{cloud}",)


def _collection(about: About) -> Texts:
    kinds = {item.type_key.rpartition("/")[2] for item in about.models} or {
        about.subject.type.rpartition("/")[2].lower()
    }
    return ("documentClassifiers" if kinds == {"documentclassifiers"} else "documentModels",)


def _model(about: About) -> Texts:
    return one(about.stated("model") if about.is_a(ERASURE_REQUEST) else about.subject.name)


def _group(about: About) -> Texts:
    return about.part("group")


def _deleted(part: str) -> Callable[[About], Texts]:
    return lambda about: () if about.deleted is None else parts([about.deleted], lambda item: id_part(item.id, part))


def _only(type_name: str) -> Callable[[About], Texts]:
    return lambda about: (about.subject.name,) if about.is_a(type_name) else ()


NAMES: Final[Mapping[str, tuple[str, Callable[[About], Texts]]]] = {
    "name": ("its name", lambda about: one(about.subject.name)),
    "id": ("its id", lambda about: one(about.subject.id)),
    "location": ("its region", lambda about: one(about.subject.location) or about.part("location")),
    "subscription": ("its subscription", lambda about: about.part("subscription")),
    "group": ("its resource group", _group),
    "account": ("the account that it is, or lies in", lambda about: about.part("account")),
    "kind": ("its kind", lambda about: one(about.body.get("kind"))),
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
    "accountKind": ("its kind; as `accountName`", _of_type(ACCOUNT, lambda about: one(about.body.get("kind")))),
    "accountSku": ("its SKU; as `accountName`", _of_type(ACCOUNT, _sku)),
    "storageKind": ("its kind; as `storageName`", _of_type(STORAGE, lambda about: one(about.body.get("kind")))),
    "storageSku": ("its SKU; as `storageName`", _of_type(STORAGE, _sku)),
    "accountId": ("the id of the account that it lies in", lambda about: one(about.resource and about.resource.owner)),
    "accountName": ("its name; lines are left out where it is no cognitive account", _only(ACCOUNT)),
    "storageName": ("its name; lines are left out where it is no storage account", _only(STORAGE)),
    "model": ("the model or classifier", _model),
    "collection": ("`documentModels` or `documentClassifiers`", _collection),
    "endpoint": ("the host of the endpoint of the account", _endpoint),
    "audience": ("what a token for the endpoint is asked for, by its cloud", _audience),
    "deletedAccount": ("the deleted account that an erasure request names", _deleted("deletedAccounts")),
    "deletedGroup": ("its resource group", _deleted("resourceGroups")),
    "deletedLocation": ("its region", _deleted("locations")),
    "deletedSubscription": ("its subscription", _deleted("subscriptions")),
    "trainingAccount": ("storage accounts of training data", _source(0)),
    "trainingContainer": ("their containers", _source(1)),
    "trainingPrefix": ("the prefix of the training data there, empty for all", _source(2)),
    "copyEndpoint": ("hosts of accounts to which models were copied", _copy(0)),
    "copyPath": ("the path of each copy", _copy(1)),
    "blobHost": ("the host of its blob endpoint", lambda about: one(host_of(_blob_endpoint(about.body)))),
    "documentContainer": (
        "containers that hold documents",
        lambda about: tuple(str(item["container"]) for item in _documents(about)) or None,
    ),
    "heldContainer": ("containers under an immutability policy or a legal hold", _held),
    "unlockedContainer": (
        "containers under a time-based policy that is not locked, and no legal hold",
        lambda about: None if (found := _unlocked(about)) is None else parts(found, lambda item: item.name),
    ),
    "immutabilityEtag": (
        "the ETags of their policies",
        lambda about: (
            None
            if (found := _unlocked(about)) is None
            else parts(found, lambda item: text_of(part_of(item.body, "properties", "immutabilityPolicy", "etag")))
        ),
    ),
    "linkedAccount": (
        "ids of the Document Intelligence accounts that a storage account is linked to",
        lambda about: parts(about.linked, lambda item: item.id) or None,
    ),
    "linkedTenant": (
        "the tenants of their identities",
        lambda about: parts(about.linked, lambda item: text_of(part_of(item.body, "identity", "tenantId"))) or None,
    ),
    "linkedRegion": ("the region of those accounts, where they share one", _linked_region),
    "storageHost": ("blob hosts of the storage accounts that an account is linked to", _hosts),
    "allowedHost": (
        "hosts that it may call now",
        lambda about: tuple(filter(text_of, items_of(about.body, "properties", "allowedFqdnList"))),
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
        _perimeter(lambda item: id_part(_perimeter_id(item), "networkSecurityPerimeters")),
    ),
    "perimeterGroup": (
        "their resource groups",
        _perimeter(lambda item: id_part(_perimeter_id(item), "resourceGroups")),
    ),
    "perimeterSubscription": (
        "their subscriptions",
        _perimeter(lambda item: id_part(_perimeter_id(item), "subscriptions")),
    ),
    "perimeterProfile": ("the ids of their profiles", _perimeter(_profile)),
    "association": (
        "the names of the associations",
        _perimeter(lambda item: text_of(part_of(item, "resourceAssociation", "name"))),
    ),
    "associationSymbol": ("the same as symbols", _symbols("association")),
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
    "shortTableSymbol": ("the same as symbols", _symbols("shortTable")),
    "longTableSymbol": ("the same as symbols", _symbols("longTable")),
    "longTable": ("tables that keep logs too long", _kept_wrongly("maxLogRetentionDays", 1)),
    "tablelessName": ("its name, where it is a workspace without such tables", _tableless),
    "tablelessSymbol": ("the same as a symbol", _symbols("tablelessName")),
    "farSettingSymbol": ("the same as symbols", _symbols("farSetting")),
    "workspaceInRegion": ("the id of the workspace in its region, where one was read", _in_region),
    "farSetting": ("diagnostic settings that send logs to another region", _far_settings),
    "logged": (
        "the id on which its diagnostic settings hang",
        lambda about: (f"{about.subject.id}{BLOBS}" if about.is_a(STORAGE) else about.subject.id,),
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
    found = {name: NAMES[name][1](about) for name in known_values(rule.fix, about.type, languages) if name in NAMES}
    address = _TERRAFORM.search("" if finding.place is None else finding.place.address or "")
    return Known(
        about.type,
        languages,
        {**parameters(rule, chosen), **{name: _UNREAD if values is None else values for name, values in found.items()}},
        None if address is None else address[0].lstrip("."),
        _lifecycle(about) if has_lifecycle(rule.fix) else Lifecycle(),
    )


_UNREAD: Final = (None,)


def in_general(rule: Rule, languages: tuple[Language, ...] = LIVE) -> list[Snippet]:
    """The snippets of a rule for no resource in particular: placeholders stand as `<name>`, parameters have defaults."""
    type_name = rule.applies_to[0]
    asked = known_values(rule.fix, type_name, languages) & NAMES.keys()
    names = {name: (name.removesuffix("Symbol"),) if name.endswith("Symbol") else _UNREAD for name in asked}
    return snippets(rule.fix, Known(type_name, languages, values={**names, **parameters(rule, {})}, read=False))


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
    if about.resource is not None and about.is_a(CONTAINER):
        owner = about.resource.owner or ""
        containers: tuple[str, ...] = () if _is_held(about.resource) else (about.subject.name,)
    else:
        owner, containers = about.subject.id, _to_delete_from(about)
    match about.near.snapshot.listing(owner, LIFECYCLE_POLICY).only():
        case Found(value=policy) if read_whole(policy):
            rules = part_of(policy, "properties", "policy", "rules")
            return Lifecycle(tuple(rules) if isinstance(rules, list) else (), containers)
        case Missing():
            return Lifecycle((), containers)
        case _:
            return Lifecycle(None, containers)
