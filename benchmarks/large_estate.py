"""A large estate as a snapshot file, with the bodies that Azure really sends, written line by line.

A subscription has storage accounts with their blob service, lifecycle policy, diagnostic setting and containers, role
assignments, and the regions that it may use. One subscription in ten hosts Document Intelligence: its account reads from
one storage account in ten there. One storage account in five is bad in every way that its properties can be. Nothing is
drawn by chance: the same size gives the same file.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED: Final = "2026-11-01T06:00:00Z"
STORES: Final = 150
"""Storage accounts in a subscription; Azure allows 250 in each region."""
_CONTAINERS: Final = 8
_ASSIGNMENTS: Final = 250
_REGIONS: Final = 60
_STORAGE: Final = "Microsoft.Storage/storageAccounts"
_ACCOUNT: Final = "Microsoft.CognitiveServices/accounts"
_ARM: Final = "https://management.azure.com"
_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"  # Storage Blob Data Reader
_ROLES: Final = (_READER, "acdd72a7-3385-48ef-bd42-f606fba81ae7", "b24988ac-6180-42a0-ab88-20f7382dd24c")
_SERVICES: Final = ("blob", "dfs", "file", "queue", "table", "web")


def lines(size: int) -> Iterator[str]:
    """The lines of a snapshot of at least `size` bytes, the last subscription whole."""
    written = 0
    head = {"schema": "auditor.snapshot/1", "source": {"kind": "azure", "scope": []}, "started": STARTED}
    yield _text(head)
    number = 0
    while written < size:
        for line in _subscription(number):
            text = _text(line)
            written += len(text)
            yield text
        number += 1
    yield _text({"end": {"finished": "2026-11-01T07:00:00Z"}})


def _text(line: dict[str, Any]) -> str:
    return json.dumps(line, separators=(",", ":")) + "\n"


def _digits(*about: object) -> str:
    """32 hexadecimal digits that look like chance, and are the same in each run."""
    return hashlib.md5(repr(about).encode(), usedforsecurity=False).hexdigest()


def _guid(*about: object) -> str:
    digits = _digits(*about)
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"


def _moment(*about: object) -> str:
    """A time at which something was made."""
    digits = int(_digits(*about), 16)
    day, hour, minute, part = digits % 28 + 1, digits % 24, digits % 60, digits % 10_000_000
    return f"2024-{digits % 12 + 1:02}-{day:02}T{hour:02}:{minute:02}:05.{part:07}Z"


def _resource(body: dict[str, Any], version: str) -> dict[str, Any]:
    read = {"from": f"GET {_ARM}{body['id']}?api-version={version}", "at": STARTED}
    return {"resource": body, "read": read}


def _listed(of: str, operation: str, version: str) -> dict[str, Any]:
    return {"read": {"of": of, "operation": operation, "from": f"GET {_ARM}{of}?api-version={version}", "at": STARTED}}


def _subscription(number: int) -> Iterator[dict[str, Any]]:
    key = f"/subscriptions/{_guid(1, number)}"
    own = {"subscriptionId": key.rpartition("/")[2], "displayName": f"Unit {number}", "state": "Enabled"}
    own |= {
        "tenantId": _guid(9, 1),
        "authorizationSource": "RoleBased",
        "subscriptionPolicies": {"spendingLimit": "Off"},
    }
    body = {"id": key, "type": "Microsoft.Resources/subscriptions", "name": f"Unit {number}", "properties": own}
    yield _resource(body, "2022-12-01")
    for at in range(_REGIONS):
        yield _resource(_region(key, at), "2022-12-01")
    hosts = number % 10 == 0
    if hosts:
        yield _resource(_account(key, number), "2024-10-01")
        for operation in ("FormRecognizer/documentmodels/read", "FormRecognizer/management/get/classifier/read"):
            yield _listed(_account_id(key, number), f"{_ACCOUNT}/{operation}", "2024-11-30")
    for at in range(_ASSIGNMENTS):
        yield _resource(_assignment(key, number, at, hosts=hosts), "2022-04-01")
    for at in range(STORES):
        yield from _store(key, number, at)
    for operation in (
        "Microsoft.Resources/subscriptions/locations/read",
        f"{_ACCOUNT}/read",
        "Microsoft.CognitiveServices/deletedAccounts/read",
        f"{_STORAGE}/read",
        "Microsoft.Authorization/roleAssignments/read",
        "Microsoft.Authorization/roleDefinitions/read",
        "Microsoft.OperationalInsights/workspaces/read",
        "Microsoft.KeyVault/vaults/read",
        "Microsoft.DataProtection/backupVaults/read",
        "Microsoft.Network/privateEndpoints/read",
    ):
        yield _listed(key, operation, "2024-01-01")


def _region(key: str, at: int) -> dict[str, Any]:
    name = f"region{at}" if at else "westeurope"
    about = {
        "regionType": "Physical",
        "regionCategory": "Recommended",
        "geography": "Europe",
        "geographyGroup": "Europe",
    }
    about |= {"longitude": "4.9", "latitude": "52.3667", "physicalLocation": "Netherlands"}
    about["pairedRegion"] = [{"name": f"region{at ^ 1}", "id": f"{key}/locations/region{at ^ 1}"}]
    body = {"id": f"{key}/locations/{name}", "type": "Microsoft.Resources/subscriptions/locations", "name": name}
    return {**body, "displayName": name, "regionalDisplayName": f"(Europe) {name}", "metadata": about}


def _account_id(key: str, number: int) -> str:
    return f"{key}/resourceGroups/rg-claims-production/providers/{_ACCOUNT}/forms{number}"


def _account(key: str, number: int) -> dict[str, Any]:
    host = f"https://forms{number}.cognitiveservices.azure.com/"
    services = ("FormRecognizer", "Form Recognizer", "Document Intelligence", "Container")
    properties = {
        "endpoint": host,
        "provisioningState": "Succeeded",
        "internalId": _digits("account", number),
        "dateCreated": "2024-03-01T09:30:00.0000000Z",
        "callRateLimit": {"rules": [{"key": name, "renewalPeriod": 1, "count": 15} for name in services]},
        "capabilities": [{"name": name} for name in ("VirtualNetworks", "CustomerManagedKey", "TrustedServices")],
        "endpoints": dict.fromkeys(services, host),
        "isMigrated": False,
        "customSubDomainName": f"forms{number}",
        "privateEndpointConnections": [],
        "publicNetworkAccess": "Disabled",
        "networkAcls": {"defaultAction": "Deny", "virtualNetworkRules": [], "ipRules": []},
        "disableLocalAuth": True,
    }
    identity = {"type": "SystemAssigned", "principalId": _guid(3, number), "tenantId": _guid(9, 1)}
    body = {"id": _account_id(key, number), "type": _ACCOUNT, "name": f"forms{number}", "location": "westeurope"}
    body |= {
        "kind": "FormRecognizer",
        "sku": {"name": "S0"},
        "identity": identity,
        "etag": f'"{_digits("etag", number)}"',
    }
    return {**body, "tags": _tags(number), "properties": properties, "systemData": _system()}


def _tags(number: int) -> dict[str, str]:
    return {
        "costCentre": f"CC-{number % 997:05}",
        "owner": f"team-{number % 61}@example.com",
        "environment": "production",
    }


def _system() -> dict[str, str]:
    who, when = "deployments@example.com", "2024-03-01T09:30:00.1234567Z"
    made = {"createdBy": who, "createdByType": "Application", "createdAt": when}
    return made | {"lastModifiedBy": who, "lastModifiedByType": "Application", "lastModifiedAt": when}


def _assignment(key: str, number: int, at: int, *, hosts: bool) -> dict[str, Any]:
    """A role for somebody; the first ones of a subscription that hosts Document Intelligence are for its account."""
    reads = hosts and at < STORES // 10
    scope = _store_id(key, number, at * 10) if reads else f"{key}/resourceGroups/rg-{at % 30}"
    name = _guid(4, number, at)
    provider = f"{key}/providers/Microsoft.Authorization"
    properties = {
        "roleDefinitionId": f"{provider}/roleDefinitions/{_READER if reads else _ROLES[1 + at % 2]}",
        "principalId": _guid(3, number) if reads else _guid(5, number, at),
        "principalType": "ServicePrincipal" if reads else "User",
        "scope": scope,
        "condition": None,
        "conditionVersion": None,
        "createdOn": _moment(scope, at),
        "updatedOn": _moment(scope, at),
        "createdBy": _guid(6, number),
        "updatedBy": _guid(6, number),
        "delegatedManagedIdentityResourceId": None,
        "description": "Granted by the landing zone's pipeline.",
    }
    kind = "Microsoft.Authorization/roleAssignments"
    return {"id": f"{scope}/providers/{kind}/{name}", "type": kind, "name": name, "properties": properties}


def _store_id(key: str, number: int, at: int) -> str:
    return f"{key}/resourceGroups/rg-{at % 30}/providers/{_STORAGE}/{_store_name(number, at)}"


def _store_name(number: int, at: int) -> str:
    return f"stunit{number}data{at}"


def _store(key: str, number: int, at: int) -> Iterator[dict[str, Any]]:
    store, version = _store_id(key, number, at), "2025-01-01"
    yield _resource(_storage(store, number, at), version)
    yield _resource(_blob_service(store, bad=at % 5 == 0), version)
    yield _resource(_lifecycle(store), version)
    yield _resource(_diagnostics(store, key), "2021-05-01-preview")
    for place in range(_CONTAINERS):
        yield _resource(_container(store, number, place), version)
    service = f"{_STORAGE}/blobServices"
    for of, operation in (
        (store, f"{service}/read"),
        (store, f"{_STORAGE}/managementPolicies/read"),
        (store, f"{_STORAGE}/objectReplicationPolicies/read"),
        (store, f"{service}/containers/read"),
        (f"{store}/blobServices/default", "Microsoft.Insights/diagnosticSettings/read"),
    ):
        yield _listed(of, operation, version)


def _storage(store: str, number: int, at: int) -> dict[str, Any]:
    bad = at % 5 == 0
    name, made = store.rpartition("/")[2], _moment(store)
    key_type = {"keyType": "Account", "enabled": True, "lastEnabledTime": made}
    hosts = {service: f"https://{name}.{service}.core.windows.net/" for service in _SERVICES}
    kinds = ("microsoftEndpoints", "internetEndpoints")
    routed = {
        kind: {key: url.replace(name, f"{name}-{kind[:-9]}routing") for key, url in hosts.items()} for kind in kinds
    }
    subnet = f"{store.split('/providers', maxsplit=1)[0]}/providers/Microsoft.Network/virtualNetworks/hub/subnets"
    properties = {
        "keyCreationTime": {"key1": made, "key2": made},
        "allowCrossTenantReplication": bad,
        "allowSharedKeyAccess": bad,
        "allowBlobPublicAccess": bad,
        "defaultToOAuthAuthentication": not bad,
        "dnsEndpointType": "Standard",
        "publicNetworkAccess": "Enabled" if bad else "Disabled",
        "minimumTlsVersion": "TLS1_0" if bad else "TLS1_2",
        "supportsHttpsTrafficOnly": not bad,
        "isHnsEnabled": False,
        "largeFileSharesState": "Disabled",
        "routingPreference": {
            "routingChoice": "MicrosoftRouting",
            "publishMicrosoftEndpoints": True,
            "publishInternetEndpoints": True,
        },
        "networkAcls": {
            "resourceAccessRules": [],
            "bypass": "AzureServices",
            "virtualNetworkRules": [
                {"id": f"{subnet}/s{each}", "action": "Allow", "state": "Succeeded"} for each in range(3)
            ],
            "ipRules": [{"value": f"203.0.113.{each}", "action": "Allow"} for each in range(4)],
            "ipv6Rules": [],
            "defaultAction": "Allow" if bad else "Deny",
        },
        "privateEndpointConnections": [],
        "encryption": {
            "requireInfrastructureEncryption": False,
            "services": dict.fromkeys(("file", "blob", "table", "queue"), key_type),
            "keySource": "Microsoft.Storage",
        },
        "accessTier": "Hot",
        "provisioningState": "Succeeded",
        "creationTime": made,
        "primaryEndpoints": {**hosts, **routed},
        "primaryLocation": "westeurope",
        "statusOfPrimary": "available",
        "secondaryLocation": "northeurope",
        "statusOfSecondary": "available",
    }
    body = {"id": store, "type": _STORAGE, "name": name, "location": "westeurope", "kind": "StorageV2"}
    body |= {"sku": {"name": "Standard_GRS" if bad else "Standard_LRS", "tier": "Standard"}, "tags": _tags(number + at)}
    return {**body, "properties": properties}


def _blob_service(store: str, *, bad: bool) -> dict[str, Any]:
    cors = {"allowedOrigins": ["https://portal.example.com"], "allowedMethods": ["GET", "PUT"], "maxAgeInSeconds": 3600}
    properties = {
        "cors": {"corsRules": [{**cors, "exposedHeaders": ["*"], "allowedHeaders": ["x-ms-*"]}]},
        "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": bad, "days": 7},
        "containerDeleteRetentionPolicy": {"enabled": bad, "days": 7},
        "isVersioningEnabled": bad,
        "changeFeed": {"enabled": False},
        "restorePolicy": {"enabled": False},
    }
    kind = f"{_STORAGE}/blobServices"
    return {"id": f"{store}/blobServices/default", "type": kind, "name": "default", "properties": properties}


def _lifecycle(store: str) -> dict[str, Any]:
    delete = {"delete": {"daysAfterCreationGreaterThan": 1}}
    actions = {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": 1}}, "snapshot": delete, "version": delete}
    rules = [
        {
            "enabled": True,
            "name": f"delete-{prefix}",
            "type": "Lifecycle",
            "definition": {"filters": {"blobTypes": ["blockBlob"], "prefixMatch": [prefix]}, "actions": actions},
        }
        for prefix in ("scans0/", "scans1/", "results/")
    ]
    kind = f"{_STORAGE}/managementPolicies"
    properties = {"policy": {"rules": rules}, "lastModifiedTime": _moment(store, "policy")}
    return {
        "id": f"{store}/managementPolicies/default",
        "type": kind,
        "name": "DefaultManagementPolicy",
        "properties": properties,
    }


def _diagnostics(store: str, key: str) -> dict[str, Any]:
    kind = "Microsoft.Insights/diagnosticSettings"
    off = {"enabled": False, "days": 0}
    logs = [
        {"category": name, "enabled": True, "retentionPolicy": off}
        for name in ("StorageRead", "StorageWrite", "StorageDelete")
    ]
    workspace = f"{key}/resourceGroups/rg-logs/providers/Microsoft.OperationalInsights/workspaces/central"
    properties = {
        "workspaceId": workspace,
        "logs": logs,
        "metrics": [{"category": "Transaction", "enabled": True, "retentionPolicy": off}],
    }
    properties |= {"storageAccountId": None, "eventHubAuthorizationRuleId": None, "logAnalyticsDestinationType": None}
    return {
        "id": f"{store}/blobServices/default/providers/{kind}/to-central",
        "type": kind,
        "name": "to-central",
        "properties": properties,
    }


def _container(store: str, number: int, place: int) -> dict[str, Any]:
    kind, name = f"{_STORAGE}/blobServices/containers", f"scans{place}"
    etag = f"0x8DC{_digits(store, place)[:12].upper()}"
    properties = {
        "deleted": False,
        "remainingRetentionDays": 0,
        "defaultEncryptionScope": "$account-encryption-key",
        "denyEncryptionScopeOverride": False,
        "publicAccess": "None",
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "lastModifiedTime": _moment(store, place),
        "metadata": {"project": f"claims-{number}", "retention": "24h", "classification": "confidential"},
        "hasImmutabilityPolicy": False,
        "hasLegalHold": False,
        "immutableStorageWithVersioning": {"enabled": False},
        "legalHold": {"hasLegalHold": False, "tags": []},
        "etag": f'"{etag}"',
    }
    return {
        "id": f"{store}/blobServices/default/containers/{name}",
        "type": kind,
        "name": name,
        "etag": f'"{etag}"',
        "properties": properties,
    }
