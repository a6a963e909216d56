"""Small functions that make resources as Azure answers them: whole, valid by its specifications, and named simply.

Each takes what a test cares about; `None` leaves a property out, as Azure does for accounts that never had it set.
Anything else goes in by its own name: `storage_account("docs", isHnsEnabled=True)`. Parents are given as the resource
itself or as its id.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from tests.fakes.azure.estate import TENANT, Json, subscription_body
from tests.fakes.azure.regions import pair_of
from tests.fakes.azure.roles import ROLES

SUBSCRIPTION: Final = "11111111-aaaa-4bbb-8ccc-000000000001"
OTHER_SUBSCRIPTION: Final = "22222222-aaaa-4bbb-8ccc-000000000002"
GROUP: Final = "documents"
REGION: Final = "westeurope"
CREATED: Final = "2026-03-02T09:15:27.1234567Z"

STUDIO: Final = "https://documentintelligence.ai.azure.com"


def guid(*parts: str) -> str:
    """A GUID that is the same in every run, made from names."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(parts)))


def id_of(resource: Json | str) -> str:
    """The id of a resource given as itself or as its id."""
    return resource if isinstance(resource, str) else str(resource["id"])


def principal_of(resource: Json | str) -> str:
    """The object id of a resource's system-assigned identity."""
    return guid("principal", id_of(resource).lower())


def subscription(
    subscription_id: str = SUBSCRIPTION, name: str = "Documents", *, state: str = "Enabled", tenant: str = TENANT
) -> Json:
    """A subscription."""
    return subscription_body(subscription_id, name, state=state, tenant_id=tenant)


def _top_level(provider: str, name: str, subscription_id: str, group: str) -> dict[str, str]:
    resource_id = f"/subscriptions/{subscription_id}/resourceGroups/{group}/providers/{provider}/{name}"
    return {"id": resource_id, "name": name, "type": provider}


def _present(values: Mapping[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def storage_account(
    name: str = "docsstore",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = GROUP,
    sku: str = "Standard_LRS",
    kind: str = "StorageV2",
    https: bool | None = True,
    tls: str | None = "TLS1_2",
    public_access: bool | None = False,
    shared_key: bool | None = None,
    cross_tenant: bool | None = False,
    public_network: str | None = "Enabled",
    network: str | None = "Allow",
    bypass: str = "AzureServices",
    ip_rules: Sequence[str] = (),
    trusted: Sequence[Json | str] = (),
    copy_scope: str | None = None,
    tags: Mapping[str, str] | None = None,
    **more: Any,
) -> Json:
    """A storage account as the list answers it; `trusted` become resource access rules."""
    geo = "GRS" in sku or "GZRS" in sku
    pair = pair_of(region) if geo else None
    acls = {
        "resourceAccessRules": [{"tenantId": TENANT, "resourceId": id_of(item)} for item in trusted],
        "bypass": bypass,
        "virtualNetworkRules": [],
        "ipRules": [{"value": value, "action": "Allow"} for value in ip_rules],
        "defaultAction": network,
    }
    properties: Json = {
        "keyCreationTime": {"key1": CREATED, "key2": CREATED},
        "allowCrossTenantReplication": cross_tenant,
        "privateEndpointConnections": [],
        "publicNetworkAccess": public_network,
        "allowedCopyScope": copy_scope,
        "minimumTlsVersion": tls,
        "allowBlobPublicAccess": public_access,
        "allowSharedKeyAccess": shared_key,
        "networkAcls": acls if network is not None else None,
        "supportsHttpsTrafficOnly": https,
        "encryption": {"services": _encrypted("file", "blob"), "keySource": "Microsoft.Storage"},
        "accessTier": "Hot" if kind != "Storage" else None,
        "provisioningState": "Succeeded",
        "creationTime": CREATED,
        "primaryEndpoints": _endpoints(name),
        "primaryLocation": region,
        "statusOfPrimary": "available",
        "secondaryLocation": pair,
        "statusOfSecondary": "available" if pair else None,
        "secondaryEndpoints": _endpoints(f"{name}-secondary") if pair and "_RA" in sku else None,
    }
    return {
        "sku": {"name": sku, "tier": sku.partition("_")[0].replace("V2", "")},
        "kind": kind,
        **_top_level("Microsoft.Storage/storageAccounts", name, subscription, group),
        "location": region,
        "tags": dict(tags or {}),
        "properties": _present({**properties, **more}),
    }


def _encrypted(*services: str) -> Json:
    return {name: {"keyType": "Account", "enabled": True, "lastEnabledTime": CREATED} for name in services}


def _endpoints(name: str) -> Json:
    return {
        service: f"https://{name}.{service}.core.windows.net/" for service in ("blob", "dfs", "queue", "table", "file")
    }


def blob_service(
    account: Json | str,
    *,
    soft_delete: int | None = None,
    container_soft_delete: int | None = None,
    versioning: bool | None = None,
    change_feed: bool | None = None,
    restore_days: int | None = None,
    last_access: bool = False,
    cors: Sequence[Json] = (),
    **more: Any,
) -> Json:
    """`blobServices/default` of an account; the numbers are days, None is off."""
    properties = {
        "cors": {"corsRules": list(cors)},
        "deleteRetentionPolicy": {"allowPermanentDelete": False, **_retention(soft_delete)},
        "containerDeleteRetentionPolicy": _retention(container_soft_delete) if container_soft_delete else None,
        "isVersioningEnabled": versioning,
        "changeFeed": {"enabled": change_feed} if change_feed is not None else None,
        "restorePolicy": {"enabled": True, "days": restore_days} if restore_days else None,
        "lastAccessTimeTrackingPolicy": _LAST_ACCESS if last_access else None,
    }
    return {
        **_child(account, "blobServices", "default"),
        "properties": _present({**properties, **more}),
    }


_LAST_ACCESS: Final = {
    "enable": True,
    "name": "AccessTimeTracking",
    "trackingGranularityInDays": 1,
    "blobType": ["blockBlob"],
}


def _retention(days: int | None) -> Json:
    return {"enabled": True, "days": days} if days else {"enabled": False}


def cors_rule(*origins: str, methods: Sequence[str] = ("GET", "OPTIONS"), headers: str = "*", age: int = 120) -> Json:
    """A CORS rule of a blob service; without an origin the one that Document Intelligence Studio asks for."""
    return {
        "allowedOrigins": list(origins or (STUDIO,)),
        "allowedMethods": list(methods),
        "maxAgeInSeconds": age,
        "exposedHeaders": [headers],
        "allowedHeaders": [headers],
    }


def _child(parent: Json | str, kind: str, name: str) -> Json:
    parent_id = id_of(parent)
    segments = parent_id.split("/providers/")[-1].split("/")
    parent_type = "/".join((segments[0], *segments[1::2]))
    return {"id": f"{parent_id}/{kind}/{name}", "name": name, "type": f"{parent_type}/{kind}"}


def container(
    account: Json | str,
    name: str = "invoices",
    *,
    public_access: str | None = "None",
    deleted: bool = False,
    remaining_days: int = 6,
    immutable_days: int | None = None,
    locked: bool = False,
    legal_hold: Sequence[str] = (),
    metadata: Mapping[str, str] | None = None,
    **more: Any,
) -> Json:
    """A container of an account; deleted ones are only listed to those who ask for them."""
    policy = {"immutabilityPeriodSinceCreationInDays": immutable_days, "state": "Locked" if locked else "Unlocked"}
    hold = {"hasLegalHold": True, "tags": [{"tag": tag, "timestamp": CREATED} for tag in legal_hold]}
    gone = {"deletedTime": CREATED, "remainingRetentionDays": remaining_days, "version": "01DC8A5F2B6E9C10"}
    properties = {
        "deleted": deleted,
        "publicAccess": public_access,
        "leaseStatus": "Unlocked",
        "leaseState": "Available",
        "lastModifiedTime": "2026-03-02T09:20:00.0000000Z",
        "hasImmutabilityPolicy": immutable_days is not None,
        "hasLegalHold": bool(legal_hold),
        "immutabilityPolicy": {"properties": policy, "etag": '"8dc8a5f2b6e9c10"'}
        if immutable_days is not None
        else None,
        "legalHold": hold if legal_hold else None,
        "metadata": dict(metadata) if metadata else None,
        "remainingRetentionDays": 0,
        **(gone if deleted else {}),
    }
    return {
        **_child(f"{id_of(account)}/blobServices/default", "containers", name),
        "etag": '"0x8DE0A1B2C3D4E5F"',
        "properties": _present({**properties, **more}),
    }


def lifecycle_policy(account: Json | str, *rules: Json) -> Json:
    """`managementPolicies/default` of an account; without a rule, one that deletes everything after a day."""
    return {
        "id": f"{id_of(account)}/managementPolicies/default",
        "name": "DefaultManagementPolicy",
        "type": "Microsoft.Storage/storageAccounts/managementPolicies",
        "properties": {"policy": {"rules": list(rules or (lifecycle_rule(),))}, "lastModifiedTime": CREATED},
    }


def lifecycle_rule(
    name: str = "delete-documents",
    *,
    base_days: float | None = 1,
    snapshot_days: float | None = None,
    version_days: float | None = None,
    prefixes: Sequence[str] = (),
    blob_types: Sequence[str] = ("blockBlob",),
    index_tags: Sequence[Json] = (),
    enabled: bool | None = True,
    condition: str = "daysAfterModificationGreaterThan",
) -> Json:
    """A rule that deletes: base blobs by `condition`, snapshots and versions by their creation. Days are floats on the wire."""
    actions = {
        "baseBlob": {"delete": {condition: float(base_days)}} if base_days is not None else None,
        "snapshot": _deleted_after(snapshot_days),
        "version": _deleted_after(version_days),
    }
    filters = {
        "blobTypes": list(blob_types),
        "prefixMatch": list(prefixes) or None,
        "blobIndexMatch": list(index_tags) or None,
    }
    definition = {"actions": _present(actions), "filters": _present(filters)}
    return _present({"enabled": enabled, "name": name, "type": "Lifecycle", "definition": definition})


def _deleted_after(days: float | None) -> Json | None:
    return None if days is None else {"delete": {"daysAfterCreationGreaterThan": float(days)}}


def object_replication(
    source: Json | str,
    destination: Json | str,
    *,
    at: Json | str | None = None,
    containers: Sequence[tuple[str, str]] = (("invoices", "invoices-copy"),),
) -> Json:
    """A replication policy, as it stands at the source account (or `at` the destination: Azure shows it on both)."""
    policy_id = guid("replication", id_of(source), id_of(destination))
    rules = [
        {"ruleId": guid(policy_id, one, other), "sourceContainer": one, "destinationContainer": other}
        for one, other in containers
    ]
    return {
        **_child(at or source, "objectReplicationPolicies", policy_id),
        "properties": {
            "policyId": policy_id,
            "enabledTime": CREATED,
            "sourceAccount": id_of(source),
            "destinationAccount": id_of(destination),
            "rules": rules,
        },
    }


def document_intelligence(
    name: str = "forms",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = GROUP,
    kind: str = "FormRecognizer",
    sku: str = "S0",
    domain: str | None = "",
    cloud: str = "azure.com",
    local_auth: bool | None = None,
    public_network: str | None = "Enabled",
    network: str | None = None,
    bypass: str | None = None,
    ip_rules: Sequence[str] = (),
    identity: bool = True,
    user_identities: Sequence[str] = (),
    restrict_outbound: bool | None = None,
    fqdns: Sequence[str] | None = None,
    customer_key: Mapping[str, str] | None = None,
    own_storage: Sequence[Json | str] = (),
    tags: Mapping[str, str] | None = None,
    **more: Any,
) -> Json:
    """A cognitive account that hosts Document Intelligence.

    `domain` is the custom subdomain: the account's name unless given, None for an account that only has the regional
    endpoint. `cloud` is what follows `cognitiveservices.` (azure.com, azure.us, azure.cn).
    """
    domain = name if domain == "" else domain
    endpoint = f"https://{domain}.cognitiveservices.{cloud}/" if domain else _regional_endpoint(region, cloud)
    encryption = {"keySource": "Microsoft.KeyVault", "keyVaultProperties": dict(customer_key or {})}
    properties = {
        "endpoint": endpoint,
        "internalId": guid("internal", name).replace("-", ""),
        "dateCreated": CREATED,
        "callRateLimit": {"rules": [_RATE_RULE]},
        "isMigrated": False,
        "customSubDomainName": domain,
        "networkAcls": _cognitive_acls(network, bypass, ip_rules),
        "encryption": encryption if customer_key else None,
        "userOwnedStorage": [{"resourceId": id_of(item)} for item in own_storage] or None,
        "privateEndpointConnections": [],
        "publicNetworkAccess": public_network,
        "restrictOutboundNetworkAccess": restrict_outbound,
        "allowedFqdnList": list(fqdns) if fqdns is not None else None,
        "disableLocalAuth": None if local_auth is None else not local_auth,
        "capabilities": [{"name": "DynamicThrottling"}, {"name": "VirtualNetworks"}, {"name": "CustomerManagedKey"}],
        "endpoints": {"FormRecognizer": endpoint, "Container": endpoint},
        "provisioningState": "Succeeded",
    }
    top = _top_level("Microsoft.CognitiveServices/accounts", name, subscription, group)
    account = {
        **top,
        "etag": '"7d002bfd-0000-0500-0000-64bf54870000"',
        "location": region,
        "sku": {"name": sku},
        "kind": kind,
        "identity": _identity(top["id"], user_identities, system=identity),
        "tags": dict(tags) if tags else None,
        "properties": _present({**properties, **more}),
        "systemData": _SYSTEM_DATA,
    }
    return _present(account)


_RATE_RULE: Final = {
    "key": "formrecognizer.analyze",
    "renewalPeriod": 1,
    "count": 15,
    "dynamicThrottlingEnabled": True,
    "matchPatterns": [{"path": "formrecognizer/documentModels/{modelId}:analyze", "method": "POST"}],
}
_SYSTEM_DATA: Final = {
    "createdBy": "user@example.com",
    "createdByType": "User",
    "createdAt": "2026-03-02T09:15:26.751336Z",
    "lastModifiedBy": "user@example.com",
    "lastModifiedByType": "User",
    "lastModifiedAt": "2026-03-02T09:15:26.751336Z",
}


def _regional_endpoint(region: str, cloud: str) -> str:
    host = "api.cognitive.microsoft.com" if cloud == "azure.com" else f"api.cognitive.microsoft.{cloud[6:]}"
    return f"https://{region}.{host}/"


def _cognitive_acls(network: str | None, bypass: str | None, ip_rules: Sequence[str]) -> Json | None:
    if network is None:
        return None
    rules: Json = {"virtualNetworkRules": [], "ipRules": [{"value": value} for value in ip_rules]}
    return _present({"bypass": bypass, "defaultAction": network, **rules})


def _identity(account_id: str, user_identities: Sequence[str], *, system: bool) -> Json | None:
    kinds = ["SystemAssigned"] * system + ["UserAssigned"] * bool(user_identities)
    if not kinds:
        return None
    users = {item: {"principalId": guid("user", item), "clientId": guid("client", item)} for item in user_identities}
    own = {"principalId": principal_of(account_id), "tenantId": TENANT} if system else {}
    return {**own, "type": ", ".join(kinds), **({"userAssignedIdentities": users} if users else {})}


def deleted_account(
    name: str = "forms-old", *, region: str = REGION, subscription: str = SUBSCRIPTION, group: str = GROUP, **more: Any
) -> Json:
    """A cognitive account that was deleted and can still be restored."""
    account = document_intelligence(name, region=region, subscription=subscription, group=group, **more)
    scope = f"/subscriptions/{subscription}/providers/Microsoft.CognitiveServices/locations/{region}"
    dates = {"deletionDate": "2026-11-22T08:00:00Z", "scheduledPurgeDate": "2026-11-24T08:00:00Z"}
    return {
        **account,
        "id": f"{scope}/resourceGroups/{group}/deletedAccounts/{name}",
        "type": "Microsoft.CognitiveServices/locations/resourceGroups/deletedAccounts",
        "properties": {**account["properties"], **dates},
    }


def deleted_storage_account(
    name: str = "olddocs",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = GROUP,
    deleted: str = "2026-11-22T08:00:00.1234567Z",
) -> Json:
    """A storage account that was deleted and can still be restored."""
    scope = f"/subscriptions/{subscription}/providers/Microsoft.Storage/locations/{region}"
    was = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{name}"
    return {
        "id": f"{scope}/deletedAccounts/{name}",
        "name": name,
        "type": "Microsoft.Storage/deletedAccounts",
        "properties": {
            "storageAccountResourceId": was,
            "location": region,
            "restoreReference": f"{name}|{CREATED}",
            "creationTime": CREATED,
            "deletionTime": deleted,
        },
    }


def custom_model(
    account: Json | str,
    model_id: str = "invoices-v3",
    *,
    source: str | None = "https://docsstore.blob.core.windows.net/training",
    prefix: str | None = None,
    created: str = "2026-04-01T10:00:00Z",
    expires: str | None = "2028-04-01T10:00:00Z",
    api_version: str = "2024-11-30",
    mode: str = "template",
    tags: Mapping[str, str] | None = None,
    **more: Any,
) -> Json:
    """A custom model of the data plane; `source` is the container that it was trained from."""
    blob_source = _present({"containerUrl": source, "prefix": prefix})
    fields = {"Vendor": {"type": "string"}, "Total": {"type": "number"}}
    doc_type = {"fieldSchema": fields, "buildMode": mode, "fieldConfidence": {"Vendor": 0.9, "Total": 0.93}}
    body = {
        "modelId": model_id,
        "createdDateTime": created,
        "expirationDateTime": expires,
        "apiVersion": api_version,
        "buildMode": mode,
        "azureBlobSource": blob_source if source else None,
        "docTypes": {model_id: doc_type},
        "tags": dict(tags) if tags else None,
    }
    return {**_child(account, "documentModels", model_id), "properties": _present({**body, **more})}


def classifier(
    account: Json | str,
    classifier_id: str = "mailroom-v1",
    *,
    sources: Mapping[str, str] | None = None,
    created: str = "2026-04-02T10:00:00Z",
    expires: str | None = "2028-04-02T10:00:00Z",
    api_version: str = "2024-11-30",
    **more: Any,
) -> Json:
    """A custom classifier of the data plane; `sources` names the container of each document type."""
    given = sources or {"invoice": "https://docsstore.blob.core.windows.net/training"}
    doc_types = {
        name: {"sourceKind": "azureBlob", "azureBlobSource": {"containerUrl": url, "prefix": f"{name}/"}}
        for name, url in given.items()
    }
    body = {
        "classifierId": classifier_id,
        "createdDateTime": created,
        "expirationDateTime": expires,
        "apiVersion": api_version,
        "docTypes": doc_types,
    }
    return {**_child(account, "documentClassifiers", classifier_id), "properties": _present({**body, **more})}


def management_group(name: str) -> str:
    """The scope of a management group."""
    return f"/providers/Microsoft.Management/managementGroups/{name}"


def role_assignment(
    principal: Json | str,
    role: str = "Storage Blob Data Reader",
    scope: Json | str = f"/subscriptions/{SUBSCRIPTION}",
    *,
    principal_type: str = "ServicePrincipal",
    condition: str | None = None,
) -> Json:
    """A role (a built-in one's name, or a GUID) given to a principal (a GUID, or a resource for its own identity) at a scope."""
    principal_id = principal if isinstance(principal, str) else principal_of(principal)
    at = id_of(scope)
    name = guid("assignment", principal_id, role, at)
    role_id = ROLES.get(role, role)
    prefix = "/".join(at.split("/")[:3]) if at.startswith("/subscriptions/") else ""
    return {
        "properties": {
            "roleDefinitionId": f"{prefix}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
            "principalId": principal_id,
            "principalType": principal_type,
            "scope": at,
            "condition": condition,
            "conditionVersion": "2.0" if condition else None,
            "createdOn": CREATED,
            "updatedOn": CREATED,
            "createdBy": guid("user", "administrator"),
            "updatedBy": guid("user", "administrator"),
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        },
        "id": f"{at.rstrip('/')}/providers/Microsoft.Authorization/roleAssignments/{name}",
        "type": "Microsoft.Authorization/roleAssignments",
        "name": name,
    }


def diagnostic_setting(
    resource: Json | str,
    name: str = "to-workspace",
    *,
    workspace: str | None = None,
    storage: Json | str | None = None,
    event_hub_rule: str | None = None,
    logs: Iterable[Json] = (),
    **more: Any,
) -> Json:
    """A diagnostic setting of any resource; without `logs` it sends the group `allLogs`."""
    base = "/".join(id_of(resource).split("/")[:3])
    default = f"{base}/resourceGroups/logs/providers/Microsoft.OperationalInsights/workspaces/audit"
    nowhere = workspace is None and storage is None and event_hub_rule is None
    retention = {"enabled": False, "days": 0}
    properties = {
        "storageAccountId": id_of(storage) if storage else None,
        "workspaceId": default if nowhere else workspace,
        "eventHubAuthorizationRuleId": event_hub_rule,
        "metrics": [{"category": "AllMetrics", "enabled": False, "retentionPolicy": retention}],
        "logs": list(logs) or [{"categoryGroup": "allLogs", "enabled": True, "retentionPolicy": retention}],
    }
    return {
        "id": f"{id_of(resource)}/providers/microsoft.insights/diagnosticSettings/{name}",
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": name,
        "properties": _present({**properties, **more}),
    }
