"""Bodies as Azure answers them, at the API versions that the collectors ask for: one small function a resource type.

Whatever an audit looks at is named by the caller, by Azure's own name for it; what was never set is left out.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from auditor.model.types import (
    ACCOUNT,
    BACKUP_INSTANCE,
    BACKUP_POLICY,
    BACKUP_VAULT,
    BLOB_SERVICE,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    LIFECYCLE_POLICY,
    LOCAL_USER,
    LOCATION,
    OBJECT_REPLICATION,
    PRIVATE_ENDPOINT,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    VAULT,
    WORKSPACE,
    WORKSPACE_TABLE,
)

Json: TypeAlias = dict[str, Any]

TENANT: Final = "7e4a4700-0000-4000-8000-000000000000"
DATA_VERSION: Final = "2024-11-30"

REGIONS: Final = {  # name: what people call it, where it lies, where geo-redundant storage copies to
    "westeurope": ("West Europe", "Europe", "Netherlands", "northeurope"),
    "northeurope": ("North Europe", "Europe", "Ireland", "westeurope"),
    "swedencentral": ("Sweden Central", "Sweden", "Gävle", "swedensouth"),
    "swedensouth": ("Sweden South", "Sweden", "Malmö", "swedencentral"),
    "germanywestcentral": ("Germany West Central", "Germany", "Frankfurt", "germanynorth"),
    "germanynorth": ("Germany North", "Germany", "Berlin", "germanywestcentral"),
}
READER: Final = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
OWNER: Final = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
CONTRIBUTOR: Final = "b24988ac-6180-42a0-ab88-20f7382dd24c"
BLOB_DATA_READER: Final = "2a2b9908-6ea1-4ae2-8e65-a410df84e7d1"
BLOB_DATA_CONTRIBUTOR: Final = "ba92f5b4-2d11-453d-a403-e96b0029c9fe"

STUDIO: Final = "https://documentintelligence.ai.azure.com"
STUDIO_ADDRESS: Final = "20.3.165.95"

HARDENED: Final[Json] = {
    "minimumTlsVersion": "TLS1_2",
    "supportsHttpsTrafficOnly": True,
    "allowBlobPublicAccess": False,
    "allowSharedKeyAccess": False,
    "defaultToOAuthAuthentication": True,
}
CREATED: Final = "2025-01-14T09:15:27.1234567Z"


def guid(word: str, number: int) -> str:
    """A GUID that nobody takes for a real one."""
    return f"{word:0<8}-0000-4000-8000-{number:012d}"


def team(number: int) -> str:
    """The object id of a group or an application of the company."""
    return guid("face", number)


def number_of(name: str) -> int:
    """A number for a name, the same in every run."""
    return sum(index * ord(letter) for index, letter in enumerate(name, 1))


def present(body: Json) -> Json:
    """The body without what is None: Azure leaves those out."""
    return {name: value for name, value in body.items() if value is not None}


def top_level(subscription: str, group: str, type_name: str, name: str) -> Json:
    """The envelope of a resource in a resource group."""
    return {
        "id": f"{subscription}/resourceGroups/{group}/providers/{type_name}/{name}",
        "name": name,
        "type": type_name,
    }


def child(parent: Json, type_name: str, name: str, below: str = "") -> Json:
    """The envelope of a resource below another."""
    return {"id": f"{parent['id']}{below}/{type_name.rpartition('/')[2]}/{name}", "name": name, "type": type_name}


def subscription_body(subscription: str, name: str) -> Json:
    """A subscription, as the list of subscriptions has it."""
    return {
        "id": subscription,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription.rpartition("/")[2],
        "tenantId": TENANT,
        "displayName": name,
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def location(subscription: str, name: str) -> Json:
    """A region, as the list of locations has it."""
    label, geography, place, pair = REGIONS[name]
    return {
        "id": f"{subscription}/locations/{name}",
        "name": name,
        "type": LOCATION,
        "displayName": label,
        "regionalDisplayName": f"(Europe) {label}",
        "metadata": {
            "regionType": "Physical",
            "regionCategory": "Other" if name in {"swedensouth", "germanynorth"} else "Recommended",
            "geography": geography,
            "geographyGroup": "Europe",
            "physicalLocation": place,
            "pairedRegion": [{"name": pair, "id": f"{subscription}/locations/{pair}"}],
        },
    }


def cognitive_account(
    subscription: str,
    group: str,
    name: str,
    region: str,
    *,
    kind: str = "FormRecognizer",
    subdomain: bool = True,
    user_identity: str | None = None,
    **properties: Any,
) -> Json:
    """A cognitive account with an identity of its own; `properties` by Azure's names."""
    host = f"{name}.cognitiveservices.azure.com" if subdomain else f"{region}.api.cognitive.microsoft.com"
    services = {"OpenAI": ["OpenAI Language Model Instance API"]}.get(kind, ["FormRecognizer"])
    number = number_of(name)
    users = {user_identity: {"principalId": guid("d0c1", number), "clientId": guid("c11e", number)}}
    return {
        **top_level(subscription, group, ACCOUNT, name),
        "etag": f'"{number:08x}-0000-0d00-0000-690000000000"',
        "location": region,
        "sku": {"name": "S0"},
        "kind": kind,
        "identity": {
            "type": "SystemAssigned, UserAssigned" if user_identity else "SystemAssigned",
            "principalId": guid("d0c0", number),
            "tenantId": TENANT,
            **({"userAssignedIdentities": users} if user_identity else {}),
        },
        "tags": {"team": group.removeprefix("rg-")},
        "properties": present(
            {
                "endpoint": f"https://{host}/",
                "provisioningState": "Succeeded",
                "internalId": f"{number:032x}",
                "dateCreated": CREATED,
                "isMigrated": False,
                "customSubDomainName": name if subdomain else None,
                "capabilities": [{"name": "VirtualNetworks"}, {"name": "CustomerManagedKey"}],
                "endpoints": dict.fromkeys(services, f"https://{host}/"),
                "privateEndpointConnections": [],
                "publicNetworkAccess": "Enabled",
                **properties,
            }
        ),
    }


def principal_of(account: Json) -> str:
    """The object id of an account's own identity."""
    return str(account["identity"]["principalId"])


def user_principal_of(account: Json) -> str:
    """The object id of the identity that an account was given."""
    (identity,) = account["identity"]["userAssignedIdentities"].values()
    return str(identity["principalId"])


def private_endpoint(subscription: str, group: str, account: str, region: str) -> Json:
    """An approved private endpoint of a cognitive account."""
    groups = f"{subscription}/resourceGroups/{group}/providers"
    name = f"pe-{account}.{guid('9e00', number_of(account))}"
    return {
        "id": f"{groups}/{ACCOUNT}/{account}/privateEndpointConnections/{name}",
        "name": name,
        "type": f"{ACCOUNT}/privateEndpointConnections",
        "location": region,
        "properties": {
            "privateEndpoint": {"id": f"{groups}/Microsoft.Network/privateEndpoints/pe-{account}"},
            "privateLinkServiceConnectionState": {
                "status": "Approved",
                "description": "Auto-Approved",
                "actionsRequired": "None",
            },
            "groupIds": ["account"],
            "provisioningState": "Succeeded",
        },
    }


def deleted(account: Json, **dates: str) -> Json:
    """The account after it was deleted, as the list of deleted accounts has it."""
    subscription, _, rest = account["id"].partition("/resourceGroups/")
    group, _, _ = rest.partition("/")
    place = f"providers/Microsoft.CognitiveServices/locations/{account['location']}/resourceGroups/{group}"
    return {
        **account,
        "id": f"{subscription}/{place}/deletedAccounts/{account['name']}",
        "type": DELETED_ACCOUNT,
        "properties": {**account["properties"], **dates},
    }


def storage_account(
    subscription: str, group: str, name: str, region: str, sku: str, *, kind: str = "StorageV2", **properties: Any
) -> Json:
    """A storage account; what `properties` does not name was never set."""
    secondary = REGIONS[region][3] if "GRS" in sku or "GZRS" in sku else None
    services = ("file",) if kind == "FileStorage" else ("blob", "dfs", "file", "queue", "table", "web")
    encrypted = {"keyType": "Account", "enabled": True, "lastEnabledTime": CREATED}
    return {
        "sku": {"name": sku, "tier": sku.partition("_")[0]},
        "kind": kind,
        **top_level(subscription, group, STORAGE, name),
        "location": region,
        "tags": {"team": group.removeprefix("rg-")},
        "properties": present(
            {
                "keyCreationTime": {"key1": CREATED, "key2": CREATED},
                "allowCrossTenantReplication": False,
                "privateEndpointConnections": [],
                "networkAcls": firewall() | {"defaultAction": "Allow"},
                "encryption": {
                    "services": dict.fromkeys(("file",) if kind == "FileStorage" else ("file", "blob"), encrypted),
                    "keySource": "Microsoft.Storage",
                },
                "accessTier": "Premium" if kind == "FileStorage" else "Hot",
                "provisioningState": "Succeeded",
                "creationTime": CREATED,
                "primaryEndpoints": {service: endpoint_of(name, service) for service in services},
                "primaryLocation": region,
                "statusOfPrimary": "available",
                "secondaryLocation": secondary,
                "statusOfSecondary": "available" if secondary else None,
                "secondaryEndpoints": {
                    service: endpoint_of(f"{name}-secondary", service) for service in services if service != "file"
                }
                if "_RA" in sku
                else None,
                **properties,
            }
        ),
    }


def endpoint_of(name: str, service: str) -> str:
    """Where a service of a storage account answers."""
    return f"https://{name}.{'z6.web' if service == 'web' else service}.core.windows.net/"


def firewall(*, trusted: list[Json] | None = None, addresses: list[str] | None = None) -> Json:
    """Network rules that refuse everybody else."""
    return {
        "resourceAccessRules": [{"tenantId": TENANT, "resourceId": account["id"]} for account in trusted or []],
        "bypass": "AzureServices",
        "virtualNetworkRules": [],
        "ipRules": [{"value": address, "action": "Allow"} for address in addresses or []],
        "defaultAction": "Deny",
    }


def blob_service(store: Json, *, studio: bool = False, **properties: Any) -> Json:
    """The blob service of a store; soft delete of blobs is off unless it is named. `studio` lets the Studio in."""
    given = {
        "cors": {"corsRules": [studio_cors()] if studio else []},
        "deleteRetentionPolicy": {"allowPermanentDelete": False, "enabled": False},
        **properties,
    }
    return {"sku": store["sku"], **child(store, BLOB_SERVICE, "default"), "properties": given}


def studio_cors() -> Json:
    """The CORS rule that Document Intelligence Studio asks its users to make."""
    methods = ["DELETE", "GET", "HEAD", "MERGE", "OPTIONS", "PATCH", "POST", "PUT"]
    return {
        "allowedOrigins": [STUDIO],
        "allowedMethods": methods,
        "maxAgeInSeconds": 120,
        "exposedHeaders": ["*"],
        "allowedHeaders": ["*"],
    }


def container(store: Json, name: str, **properties: Any) -> Json:
    """A container, private unless `properties` says otherwise."""
    return {
        **child(store, CONTAINER, name, "/blobServices/default"),
        "etag": f'"0x8DE{number_of(name):012X}"',
        "properties": {
            "deleted": False,
            "remainingRetentionDays": 0,
            "defaultEncryptionScope": "$account-encryption-key",
            "denyEncryptionScopeOverride": False,
            "publicAccess": "None",
            "leaseStatus": "Unlocked",
            "leaseState": "Available",
            "lastModifiedTime": "2026-02-09T08:00:00.0000000Z",
            "hasImmutabilityPolicy": False,
            "hasLegalHold": False,
            **properties,
        },
    }


def legal_hold(tag: str) -> Json:
    """A legal hold with one tag."""
    return {
        "hasLegalHold": True,
        "tags": [
            {
                "tag": tag,
                "timestamp": "2019-09-02T12:00:00.0000000Z",
                "objectIdentifier": team(5),
                "tenantId": TENANT,
            }
        ],
    }


def immutable_for(days: int) -> Json:
    """An immutability policy that can still be taken away."""
    properties = {"immutabilityPeriodSinceCreationInDays": days, "state": "Unlocked"}
    return {"etag": '"8de0a1b2c3d4e5f"', "updateHistory": [], "properties": properties}


def lifecycle_policy(store: Json, *rules: Json) -> Json:
    """The lifecycle policy of a store; Azure calls it so, whatever the id says."""
    return {
        **child(store, LIFECYCLE_POLICY, "default"),
        "name": "DefaultManagementPolicy",
        "properties": {"policy": {"rules": list(rules)}, "lastModifiedTime": "2026-02-09T08:10:00.0000000Z"},
    }


def lifecycle_rule(
    name: str,
    *,
    blobs: int,
    snapshots: int | None = None,
    versions: int | None = None,
    prefixes: list[str] | None = None,
) -> Json:
    """A rule that deletes after so many days. Azure writes them as fractions."""
    actions = {"baseBlob": {"delete": {"daysAfterModificationGreaterThan": float(blobs)}}}
    for part, days in (("snapshot", snapshots), ("version", versions)):
        if days is not None:
            actions[part] = {"delete": {"daysAfterCreationGreaterThan": float(days)}}
    filters = present({"blobTypes": ["blockBlob"], "prefixMatch": prefixes})
    return {
        "enabled": True,
        "name": name,
        "type": "Lifecycle",
        "definition": {"actions": actions, "filters": filters},
    }


def object_replication(at: Json, source: Json, destination: Json, containers: tuple[str, str]) -> Json:
    """A replication policy as it stands at one of its two accounts."""
    policy_id = guid("0b1e", 1)
    rule = {
        "ruleId": guid("0b1e", 2),
        "sourceContainer": containers[0],
        "destinationContainer": containers[1],
        "filters": {"minCreationTime": "1601-01-01T00:00:00Z"},
    }
    return {
        **child(at, OBJECT_REPLICATION, policy_id),
        "properties": {
            "policyId": policy_id,
            "enabledTime": "2025-03-03T10:00:00.0000000Z",
            "sourceAccount": source["id"],
            "destinationAccount": destination["id"],
            "rules": [rule],
        },
    }


def role_assignment(
    number: int,
    principal: str,
    role: str,
    scope: str,
    *,
    principal_type: str = "ServicePrincipal",
    condition: str | None = None,
) -> Json:
    """A role (its GUID) that was given to a principal at a scope."""
    above = "" if scope.startswith("/providers/") else "/".join(scope.split("/")[:3])
    name = guid("a551", number)
    return {
        "id": f"{scope}/providers/{ROLE_ASSIGNMENT}/{name}",
        "name": name,
        "type": ROLE_ASSIGNMENT,
        "properties": {
            "roleDefinitionId": f"{above}/providers/Microsoft.Authorization/roleDefinitions/{role}",
            "principalId": principal,
            "principalType": principal_type,
            "scope": scope,
            "condition": condition,
            "conditionVersion": "2.0" if condition else None,
            "createdOn": CREATED,
            "updatedOn": CREATED,
            "createdBy": team(3),
            "updatedBy": team(3),
            "delegatedManagedIdentityResourceId": None,
            "description": None,
        },
    }


def custom_model(name: str, created: str, store: Json, source: str, **properties: Any) -> Json:
    """A custom model as the data plane answers it, which lives for two years from its build."""
    fields = {"Name": {"type": "string"}, "Date": {"type": "date"}, "Amount": {"type": "currency"}}
    mode = properties.get("buildMode", "template")
    return present(
        {
            "modelId": name,
            "createdDateTime": created,
            "expirationDateTime": two_years_after(created),
            "modifiedDateTime": created,
            "apiVersion": DATA_VERSION,
            "buildMode": mode,
            **blob_source(store, source, prefix=f"{name}/"),
            "docTypes": {
                name: {
                    "fieldSchema": fields,
                    "buildMode": mode,
                    "fieldConfidence": {"Name": 0.94, "Date": 0.97, "Amount": 0.91},
                }
            },
            **properties,
        }
    )


def classifier(name: str, created: str, **sources: Json) -> Json:
    """A classifier as the data plane answers it; `sources` by type of document."""
    return {
        "classifierId": name,
        "createdDateTime": created,
        "expirationDateTime": two_years_after(created),
        "modifiedDateTime": created,
        "apiVersion": DATA_VERSION,
        "docTypes": sources,
    }


def two_years_after(moment: str) -> str:
    """The day on which a model of that day expires."""
    return f"{int(moment[:4]) + 2}{moment[4:]}"


def blob_source(store: Json, name: str, *, prefix: str) -> Json:
    """Training documents below a prefix. The service may answer with a SAS in the address; the auditor cuts it off."""
    return {"azureBlobSource": {"containerUrl": f"{endpoint_of(store['name'], 'blob')}{name}", "prefix": prefix}}


def file_list_source(store: Json, name: str, files: str) -> Json:
    """Training documents that a file lists."""
    return {
        "azureBlobFileListSource": {"containerUrl": f"{endpoint_of(store['name'], 'blob')}{name}", "fileList": files}
    }


def role_definition(
    subscription: str, role: str, name: str, *, actions: list[str], data: list[str] | None = None
) -> Json:
    """A built-in role, as the list of a subscription has it."""
    return {
        "id": f"{subscription}/providers/{ROLE_DEFINITION}/{role}",
        "name": role,
        "type": ROLE_DEFINITION,
        "properties": {
            "roleName": name,
            "type": "BuiltInRole",
            "description": name,
            "assignableScopes": ["/"],
            "permissions": [{"actions": actions, "notActions": [], "dataActions": data or [], "notDataActions": []}],
        },
    }


def built_in_roles(subscription: str) -> list[Json]:
    """Those of Azure's own roles that the sample's people and identities hold, and that touch accounts or stores."""
    blobs = "Microsoft.Storage/storageAccounts/blobServices"
    read = [f"{blobs}/containers/read", f"{blobs}/generateUserDelegationKey/action"]
    return [
        role_definition(subscription, OWNER, "Owner", actions=["*"]),
        role_definition(subscription, CONTRIBUTOR, "Contributor", actions=["*"]),
        role_definition(subscription, READER, "Reader", actions=["*/read"]),
        role_definition(
            *(subscription, BLOB_DATA_READER, "Storage Blob Data Reader"),
            actions=read,
            data=[f"{blobs}/containers/blobs/read"],
        ),
        role_definition(
            *(subscription, BLOB_DATA_CONTRIBUTOR, "Storage Blob Data Contributor"),
            actions=[*read, f"{blobs}/containers/write", f"{blobs}/containers/delete"],
            data=[
                f"{blobs}/containers/blobs/{word}" for word in ("read", "write", "delete", "move/action", "add/action")
            ],
        ),
    ]


def workspace(subscription: str, group: str, name: str, region: str, *, days: int) -> Json:
    """A Log Analytics workspace that keeps what it gets for so many days."""
    return {
        **top_level(subscription, group, WORKSPACE, name),
        "location": region,
        "tags": {"team": group.removeprefix("rg-")},
        "properties": {
            "customerId": guid("10965", number_of(name)),
            "provisioningState": "Succeeded",
            "sku": {"name": "PerGB2018"},
            "retentionInDays": days,
            "publicNetworkAccessForIngestion": "Enabled",
            "publicNetworkAccessForQuery": "Enabled",
            "features": {"enableLogAccessUsingOnlyResourcePermissions": True},
        },
    }


def log_table(of: Json, name: str, *, days: int, total: int) -> Json:
    """A table of a workspace, with the days that it can be queried and those that it is kept in all."""
    return {
        **child(of, WORKSPACE_TABLE, name),
        "properties": {
            "plan": "Analytics",
            "retentionInDays": days,
            "totalRetentionInDays": total,
            "archiveRetentionInDays": total - days,
            "provisioningState": "Succeeded",
        },
    }


def diagnostic_setting(of: str, name: str, to: str, *, categories: list[str], groups: list[str] | None = None) -> Json:
    """A diagnostic setting of a resource (its id) that sends categories, or groups of them, to a workspace (its id)."""
    logs = [{"category": item, "categoryGroup": None} for item in categories]
    logs += [{"category": None, "categoryGroup": item} for item in groups or []]
    return {
        "id": f"{of}/providers/{DIAGNOSTIC_SETTING}/{name}",
        "name": name,
        "type": DIAGNOSTIC_SETTING,
        "properties": {
            "workspaceId": to,
            "logs": [{**item, "enabled": True, "retentionPolicy": {"enabled": False, "days": 0}} for item in logs],
            "metrics": [],
        },
    }


def key_vault(subscription: str, group: str, name: str, region: str) -> Json:
    """A key vault with purge protection."""
    return {
        **top_level(subscription, group, VAULT, name),
        "location": region,
        "properties": {
            "sku": {"family": "A", "name": "standard"},
            "tenantId": TENANT,
            "vaultUri": f"https://{name}.vault.azure.net/",
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "enablePurgeProtection": True,
            "enableRbacAuthorization": True,
            "accessPolicies": [],
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
        },
    }


def backup_vault(subscription: str, group: str, name: str, region: str, *, redundancy: str) -> Json:
    """A backup vault whose copies are `LocallyRedundant`, `ZoneRedundant` or `GeoRedundant`."""
    return {
        **top_level(subscription, group, BACKUP_VAULT, name),
        "location": region,
        "properties": {
            "provisioningState": "Succeeded",
            "resourceMoveState": "Unknown",
            "storageSettings": [{"datastoreType": "VaultStore", "type": redundancy}],
        },
    }


def backup_policy(of: Json, name: str, *, keeps: str) -> Json:
    """A policy of vaulted backups of blobs, which keeps them for an ISO 8601 duration."""
    store = {"dataStoreType": "VaultStore", "objectType": "DataStoreInfoBase"}
    return {
        **child(of, BACKUP_POLICY, name),
        "properties": {
            "datasourceTypes": ["Microsoft.Storage/storageAccounts/blobServices"],
            "objectType": "BackupPolicy",
            "policyRules": [
                {
                    "name": "Default",
                    "objectType": "AzureRetentionRule",
                    "isDefault": True,
                    "lifecycles": [
                        {
                            "deleteAfter": {"objectType": "AbsoluteDeleteOption", "duration": keeps},
                            "sourceDataStore": store,
                        }
                    ],
                }
            ],
        },
    }


def backup_instance(of: Json, store: Json, policy: Json) -> Json:
    """The protection of a storage account's blobs by a policy of a vault."""
    source = {
        "objectType": "Datasource",
        "resourceID": store["id"],
        "resourceName": store["name"],
        "resourceType": STORAGE,
        "resourceLocation": store["location"],
        "datasourceType": "Microsoft.Storage/storageAccounts/blobServices",
    }
    return {
        **child(of, BACKUP_INSTANCE, f"{store['name']}-{guid('bac0', number_of(store['name']))}"),
        "properties": {
            "friendlyName": store["name"],
            "dataSourceInfo": source,
            "policyInfo": {"policyId": policy["id"], "policyVersion": ""},
            "currentProtectionState": "ProtectionConfigured",
            "provisioningState": "Succeeded",
            "objectType": "BackupInstance",
        },
    }


def network_endpoint(of: Json, region: str) -> Json:
    """The private endpoint on the other side of `private_endpoint`, where its network lies."""
    subscription, _, rest = of["id"].partition("/resourceGroups/")
    group = rest.partition("/")[0]
    connection = {
        "name": f"pe-{of['name']}",
        "properties": {"privateLinkServiceId": of["id"], "groupIds": ["account"], "provisioningState": "Succeeded"},
    }
    return {
        **top_level(subscription, group, PRIVATE_ENDPOINT, f"pe-{of['name']}"),
        "location": region,
        "properties": {
            "provisioningState": "Succeeded",
            "subnet": {
                "id": f"{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/v/subnets/s"
            },
            "privateLinkServiceConnections": [connection],
        },
    }


def operation(kind: str, number: int, created: str, location_of_result: str) -> Json:
    """An operation on models as the data plane lists it."""
    return {
        "operationId": guid("0be7a710", number)[:36],
        "status": "succeeded",
        "percentCompleted": 100,
        "createdDateTime": created,
        "lastUpdatedDateTime": created,
        "kind": kind,
        "resourceLocation": location_of_result,
        "apiVersion": DATA_VERSION,
    }


def local_user(store: Json, name: str) -> Json:
    """A local user of a storage account, who signs in with a password over SFTP."""
    return {
        **child(store, LOCAL_USER, name),
        "properties": {
            "homeDirectory": "lab-uploads",
            "hasSharedKey": False,
            "hasSshKey": False,
            "hasSshPassword": True,
            "permissionScopes": [{"permissions": "rwl", "service": "blob", "resourceName": "lab-uploads"}],
        },
    }
