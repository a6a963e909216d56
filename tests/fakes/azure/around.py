"""Builders of what surrounds accounts, in the manner of `builders`: roles, logs, keys, backup, networks, projects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.fakes.azure.builders import CREATED, GROUP, REGION, SUBSCRIPTION, guid, id_of
from tests.fakes.azure.estate import TENANT, Json
from tests.fakes.azure.roles import permission


def _top(provider: str, name: str, subscription: str, group: str) -> Json:
    return {
        "id": f"/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{name}",
        "name": name,
        "type": provider,
    }


def _below(owner: Json | str, kind: str, name: str, type_name: str) -> Json:
    return {"id": f"{id_of(owner)}/{kind}/{name}", "name": name, "type": type_name}


def _given(values: Mapping[str, Any]) -> Json:
    return {name: value for name, value in values.items() if value is not None}


def custom_role(
    name: str,
    *,
    actions: Sequence[str] = (),
    not_actions: Sequence[str] = (),
    data_actions: Sequence[str] = (),
    not_data_actions: Sequence[str] = (),
    subscription: str = SUBSCRIPTION,
    scopes: Sequence[str] = (),
) -> Json:
    """A role of the customer's own, as the list of a subscription answers it; give its `name` to `role_assignment`."""
    role_id = guid("role", name)
    at = f"/subscriptions/{subscription}"
    granted = permission(tuple(actions), tuple(not_actions), tuple(data_actions), tuple(not_data_actions))
    return {
        "properties": {
            "roleName": name,
            "type": "CustomRole",
            "description": "",
            "assignableScopes": list(scopes or (at,)),
            "permissions": [granted],
            "createdOn": CREATED,
            "updatedOn": CREATED,
            "createdBy": guid("user", "administrator"),
            "updatedBy": guid("user", "administrator"),
        },
        "id": f"{at}/providers/Microsoft.Authorization/roleDefinitions/{role_id}",
        "type": "Microsoft.Authorization/roleDefinitions",
        "name": role_id,
    }


def workspace(
    name: str = "audit",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = "logs",
    retention: int | None = 30,
    replica: str | None = None,
    purge_at_once: bool | None = None,
    **more: Any,
) -> Json:
    """A Log Analytics workspace; `audit` is where `diagnostic_setting` sends logs unless told otherwise."""
    top = _top("Microsoft.OperationalInsights/workspaces", name, subscription, group)
    properties = {
        "customerId": guid("workspace", top["id"].lower()),
        "provisioningState": "Succeeded",
        "sku": {"name": "PerGB2018", "lastSkuUpdate": CREATED},
        "retentionInDays": retention,
        "features": _given(
            {
                "legacy": 0,
                "searchVersion": 1,
                "enableLogAccessUsingOnlyResourcePermissions": True,
                "immediatePurgeDataOn30Days": purge_at_once,
            }
        ),
        "workspaceCapping": {
            "dailyQuotaGb": -1.0,
            "quotaNextResetTime": CREATED,
            "dataIngestionStatus": "RespectQuota",
        },
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
        "replication": {"enabled": True, "location": replica, "provisioningState": "Succeeded"} if replica else None,
        "createdDate": CREATED,
        "modifiedDate": CREATED,
    }
    return {**top, "location": region, "tags": {}, "properties": _given({**properties, **more})}


def workspace_table(
    owner: Json | str, name: str = "AzureDiagnostics", *, days: int = 30, total_days: int | None = None, **more: Any
) -> Json:
    """A table of a workspace; without `total_days` nothing is kept beyond the interactive period."""
    total = days if total_days is None else total_days
    properties = {
        "totalRetentionInDays": total,
        "archiveRetentionInDays": total - days,
        "plan": "Analytics",
        "retentionInDaysAsDefault": False,
        "totalRetentionInDaysAsDefault": total_days is None,
        "retentionInDays": days,
        "schema": {
            "tableSubType": "Any",
            "name": name,
            "tableType": "Microsoft",
            "standardColumns": [{"name": "TenantId", "type": "guid", "isDefaultDisplay": False, "isHidden": False}],
            "solutions": ["LogManagement"],
        },
        "provisioningState": "Succeeded",
    }
    top = _below(owner, "tables", name, "Microsoft.OperationalInsights/workspaces/tables")
    return {**top, "properties": {**properties, **more}}


def data_export(
    owner: Json | str, target: Json | str, name: str = "export", *, tables: Sequence[str] = ("StorageBlobLogs",)
) -> Json:
    """A rule by which a workspace sends tables on, to a storage account or an event hub."""
    top = _below(owner, "dataExports", name, "Microsoft.OperationalInsights/workspaces/export")
    destination = {"resourceId": id_of(target), "type": "StorageAccount"}
    return {**top, "properties": {"tableNames": list(tables), "destination": destination, "enable": True}}


def inventory_policy(account: Json | str, *containers: str) -> Json:
    """A policy that writes the names of an account's blobs to containers of it."""
    definition = {"format": "Csv", "schedule": "Daily", "objectType": "Blob", "schemaFields": ["Name"]}
    rules = [{"enabled": True, "name": name, "destination": name, "definition": definition} for name in containers]
    top = _below(account, "inventoryPolicies", "default", "Microsoft.Storage/storageAccounts/inventoryPolicies")
    return {**top, "properties": {"policy": {"enabled": True, "type": "Inventory", "rules": rules}}}


def key_vault(
    name: str = "keys",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = GROUP,
    purge_protection: bool | None = True,
    public_network: str | None = "Enabled",
    **more: Any,
) -> Json:
    """A key vault (azure-facts 2.11); without purge protection the property is absent, as Azure leaves it."""
    properties = {
        "sku": {"family": "A", "name": "standard"},
        "tenantId": TENANT,
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": purge_protection,
        "vaultUri": f"https://{name}.vault.azure.net/",
        "provisioningState": "Succeeded",
        "publicNetworkAccess": public_network,
    }
    top = _top("Microsoft.KeyVault/vaults", name, subscription, group)
    return {**top, "location": region, "tags": {}, "properties": _given({**properties, **more})}


def backup_vault(
    name: str = "backups",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = GROUP,
    redundancy: str = "LocallyRedundant",
    cross_region: bool = False,
    soft_delete_days: int | None = None,
    **more: Any,
) -> Json:
    """A backup vault. Azure spells its type `BackupVaults`, in the id too."""
    top = _top("Microsoft.DataProtection/BackupVaults", name, subscription, group)
    soft_delete = {"state": "On" if soft_delete_days else "Off", "retentionDurationInDays": soft_delete_days or 0}
    properties = {
        "provisioningState": "Succeeded",
        "storageSettings": [{"datastoreType": "VaultStore", "type": redundancy}],
        "featureSettings": {"crossRegionRestoreSettings": {"state": "Enabled"}} if cross_region else None,
        "securitySettings": {"softDeleteSettings": soft_delete},
    }
    identity = {"type": "SystemAssigned", "tenantId": TENANT, "principalId": guid("principal", top["id"].lower())}
    return {**top, "location": region, "tags": {}, "identity": identity, "properties": _given({**properties, **more})}


_BACKUPS: Final = "Microsoft.DataProtection/backupVaults"


def backup_instance(
    owner: Json | str, source: Json, policy: Json | str, *, containers: Sequence[str] = (), **more: Any
) -> Json:
    """The blobs of a storage account under backup: vaulted where `containers` are named, else only operational."""
    parameters = {"objectType": "BlobBackupDatasourceParameters", "containersList": list(containers)}
    policy_info = {
        "policyId": id_of(policy),
        "policyVersion": "",
        "policyParameters": {"backupDatasourceParametersList": [parameters]} if containers else None,
    }
    data_source = {
        "resourceID": id_of(source),
        "resourceUri": id_of(source),
        "datasourceType": "Microsoft.Storage/storageAccounts/blobServices",
        "resourceName": source["name"],
        "resourceType": "Microsoft.Storage/storageAccounts",
        "resourceLocation": source["location"],
        "objectType": "Datasource",
    }
    name = f"{source['name']}-{source['name']}-{guid('backup', id_of(source))}"
    properties = {
        "friendlyName": source["name"],
        "dataSourceInfo": data_source,
        "policyInfo": _given(policy_info),
        "protectionStatus": {"status": "ProtectionConfigured"},
        "currentProtectionState": "ProtectionConfigured",
        "provisioningState": "Succeeded",
        "objectType": "BackupInstance",
    }
    return {
        **_below(owner, "backupInstances", name, f"{_BACKUPS}/backupInstances"),
        "properties": {**properties, **more},
    }


def backup_policy(
    owner: Json | str, name: str = "blobs", *, operational: str | None = "P30D", vaulted: str | None = None
) -> Json:
    """How long backups of blobs are kept, as ISO 8601 durations: in the account itself, and in the vault."""
    rules = [
        {
            "lifecycles": [
                {
                    "deleteAfter": {"objectType": "AbsoluteDeleteOption", "duration": duration},
                    "targetDataStoreCopySettings": [],
                    "sourceDataStore": {"dataStoreType": store, "objectType": "DataStoreInfoBase"},
                }
            ],
            "isDefault": True,
            "name": "Default",
            "objectType": "AzureRetentionRule",
        }
        for store, duration in (("OperationalStore", operational), ("VaultStore", vaulted))
        if duration
    ]
    return {
        **_below(owner, "backupPolicies", name, f"{_BACKUPS}/backupPolicies"),
        "properties": {
            "policyRules": rules,
            "datasourceTypes": ["Microsoft.Storage/storageAccounts/blobServices"],
            "objectType": "BackupPolicy",
        },
    }


def private_endpoint(
    target: Json | str,
    name: str = "endpoint",
    *,
    region: str = REGION,
    subscription: str = SUBSCRIPTION,
    group: str = "network",
    sub_resource: str = "blob",
    **more: Any,
) -> Json:
    """A private endpoint that leads to a resource; its own region may be another (azure-facts 2.9)."""
    top = _top("Microsoft.Network/privateEndpoints", name, subscription, group)
    network = f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/main"
    connection = {
        "name": name,
        "id": f"{top['id']}/privateLinkServiceConnections/{name}",
        "properties": {
            "provisioningState": "Succeeded",
            "privateLinkServiceId": id_of(target),
            "groupIds": [sub_resource],
            "privateLinkServiceConnectionState": {"status": "Approved", "description": "", "actionsRequired": "None"},
        },
    }
    properties = {
        "provisioningState": "Succeeded",
        "privateLinkServiceConnections": [connection],
        "manualPrivateLinkServiceConnections": [],
        "subnet": {"id": f"{network}/subnets/endpoints"},
        "networkInterfaces": [],
        "customDnsConfigs": [],
    }
    return {**top, "location": region, "properties": {**properties, **more}}


def encryption_scope(account: Json | str, name: str, *, source: str = "Microsoft.KeyVault", **more: Any) -> Json:
    """An encryption scope of a storage account, with a key of the customer's or of Microsoft's."""
    key = {"keyUri": "https://keys.vault.azure.net/keys/k"} if source == "Microsoft.KeyVault" else None
    properties = {
        "source": source,
        "state": "Enabled",
        "requireInfrastructureEncryption": None,
        "keyVaultProperties": key,
    }
    top = _below(account, "encryptionScopes", name, "Microsoft.Storage/storageAccounts/encryptionScopes")
    return {**top, "properties": _given({**properties, **more})}


def perimeter(owner: Json | str, name: str = "documents", *, mode: str = "Enforced") -> Json:
    """The association of an account, cognitive or storage, with a network security perimeter."""
    kind = id_of(owner).rpartition("/providers/")[2].rpartition("/")[0]
    where = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/network/providers/Microsoft.Network"
    perimeter_guid = guid("perimeter", name)
    type_name = f"{kind}/networkSecurityPerimeterConfigurations"
    return {
        **_below(owner, "networkSecurityPerimeterConfigurations", f"{perimeter_guid}.{name}", type_name),
        "properties": {
            "provisioningState": "Succeeded",
            "provisioningIssues": [],
            "networkSecurityPerimeter": {
                "id": f"{where}/networkSecurityPerimeters/{name}",
                "perimeterGuid": perimeter_guid,
                "location": REGION,
            },
            "resourceAssociation": {"name": name, "accessMode": mode},
            "profile": {
                "name": "profile",
                "accessRulesVersion": 1,
                "accessRules": [],
                "diagnosticSettingsVersion": 1,
                "enabledLogCategories": [],
            },
        },
    }


def project(
    account: Json | str, name: str = "mailroom", *, region: str = REGION, default: bool = True, **more: Any
) -> Json:
    """A project of an AI Foundry account; Azure puts the account's name before its own."""
    top = _below(account, "projects", name, "Microsoft.CognitiveServices/accounts/projects")
    owner = id_of(account).rpartition("/")[2]
    top["name"] = f"{owner}/{name}"
    endpoint = f"https://{owner}.services.ai.azure.com/api/projects/{name}"
    properties = {
        "displayName": name,
        "isDefault": default,
        "provisioningState": "Succeeded",
        "endpoints": {"AI Foundry API": endpoint},
    }
    identity = {"type": "SystemAssigned", "tenantId": TENANT, "principalId": guid("principal", top["id"].lower())}
    return {**top, "location": region, "identity": identity, "properties": {**properties, **more}}


def connection(
    owner: Json | str,
    storage: Json,
    name: str = "documents",
    *,
    category: str = "AzureBlob",
    container: str = "invoices",
    auth: str = "AAD",
    **more: Any,
) -> Json:
    """A connection of an account or of a project to a storage account."""
    kind = "accounts/projects" if "/projects/" in id_of(owner) else "accounts"
    metadata = {"ResourceId": id_of(storage), "AccountName": storage["name"], "ContainerName": container}
    properties = {
        "authType": auth,
        "category": category,
        "target": f"https://{storage['name']}.blob.core.windows.net/",
        "group": "Azure",
        "isSharedToAll": True,
        "useWorkspaceManagedIdentity": False,
        "metadata": {**metadata, "ApiType": "Azure"},
    }
    top = _below(owner, "connections", name, f"Microsoft.CognitiveServices/{kind}/connections")
    return {**top, "properties": {**properties, **more}}


def operation(
    account: Json,
    kind: str = "documentModelCopyTo",
    *,
    target: str | None = None,
    model: str = "invoices-v3",
    status: str = "succeeded",
    at: str = "2026-11-23T07:30:00Z",
    **more: Any,
) -> Json:
    """An operation of the data plane; a copy's `target` is the endpoint of the account that it went to."""
    endpoint = (target or account["properties"]["endpoint"]).rstrip("/")
    collection = "documentClassifiers" if "Classifier" in kind else "documentModels"
    identity = f"31466834048_{guid('operation', id_of(account), kind, model)}"
    body = {
        "operationId": identity,
        "status": status,
        "percentCompleted": 100 if status == "succeeded" else 0,
        "createdDateTime": at,
        "lastUpdatedDateTime": at,
        "kind": kind,
        "resourceLocation": f"{endpoint}/documentintelligence/{collection}/{model}?api-version=2024-11-30",
        "apiVersion": "2024-11-30",
    }
    return {
        "id": f"{id_of(account)}/operations/{identity}",
        "type": "Microsoft.CognitiveServices/accounts/operations",
        "name": identity,
        "properties": {**body, **more},
    }


def batch(
    account: Json,
    *files: tuple[str, str | None],
    model: str = "prebuilt-layout",
    name: str = "",
    at: str = "2026-11-23T07:30:00Z",
    **more: Any,
) -> Json:
    """A batch analysis: its files, each with the address of its result, if it has one."""
    identity = guid("batch", id_of(account), model, name)
    details = [
        {"status": "succeeded", "sourceUrl": source, **({} if result is None else {"resultUrl": result})}
        for source, result in files
    ]
    counts = {"succeededCount": len(files), "failedCount": 0, "skippedCount": 0}
    body = {
        "resultId": identity,
        "status": "succeeded",
        "createdDateTime": at,
        "lastUpdatedDateTime": at,
        "percentCompleted": 100,
        "result": {**counts, "details": details},
    }
    return {
        "id": f"{id_of(account)}/documentModels/{model}/analyzeBatchResults/{identity}",
        "type": "Microsoft.CognitiveServices/accounts/documentModels/analyzeBatchResults",
        "name": identity,
        "properties": {**body, **more},
    }


def local_user(
    account: Json | str,
    name: str = "courier",
    *,
    containers: Sequence[str] = ("invoices",),
    permissions: str = "rcwdl",
    password: bool = True,
    key: bool = False,
    **more: Any,
) -> Json:
    """A local user of a storage account, who signs in by SFTP without Entra ID."""
    scopes = [{"permissions": permissions, "service": "blob", "resourceName": name} for name in containers]
    properties = {
        "permissionScopes": scopes,
        "homeDirectory": f"{containers[0]}/" if containers else None,
        "sid": "S-1-2-0-125132-153423-36235-1000",
        "hasSharedKey": False,
        "hasSshKey": key,
        "hasSshPassword": password,
        "userId": 1000,
        "allowAclAuthorization": False,
    }
    top = _below(account, "localUsers", name, "Microsoft.Storage/storageAccounts/localUsers")
    return {**top, "properties": _given({**properties, **more})}


def storage_task(
    name: str, *operations: str, subscription: str = SUBSCRIPTION, group: str = GROUP, region: str = REGION, **more: Any
) -> Json:
    """A storage task, with the operations that it does where its condition holds."""
    done = [{"name": operation, "onSuccess": "continue", "onFailure": "break"} for operation in operations]
    action = {"if": {"condition": "[[equals(AccessTier, 'Hot')]]", "operations": done}}
    properties = {"enabled": True, "description": "a task", "action": action, "taskVersion": 1, **more}
    top = _top("Microsoft.StorageActions/storageTasks", name, subscription, group)
    return {**top, "location": region, "properties": _given(properties)}


def storage_task_assignment(account: Json | str, task: Json | str, name: str = "nightly", **more: Any) -> Json:
    """A storage task that acts on the blobs of a storage account."""
    trigger = {"type": "RunOnce", "parameters": {"startOn": "2026-11-15T21:52:47.8145095Z"}}
    properties = {
        "taskId": id_of(task),
        "enabled": True,
        "description": "Every night",
        "executionContext": {"target": {"prefix": [], "excludePrefix": []}, "trigger": trigger},
        "report": {"prefix": "reports"},
        "provisioningState": "Succeeded",
    }
    properties |= more
    top = _below(account, "storageTaskAssignments", name, "Microsoft.Storage/storageAccounts/storageTaskAssignments")
    return {**top, "properties": _given(properties)}
