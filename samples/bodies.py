"""Bodies as Azure answers them, at the API versions that the collectors ask for: one small function a resource type.

Whatever an audit looks at is named by the caller, by Azure's own name for it; what was never set is left out.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    CONTAINER,
    DELETED_ACCOUNT,
    LIFECYCLE_POLICY,
    LOCATION,
    OBJECT_REPLICATION,
    ROLE_ASSIGNMENT,
    STORAGE,
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
