#!/usr/bin/env python3
"""Writes `estate.jsonl`, the sample estate: what a scan of Contoso Insurance, an insurer that does not exist, reads.

Run `python samples/make_estate.py` after a change here or in `models.yaml` and `auditor.yaml`; the same input gives the
same bytes. What every rule must say about the estate stands in `tests/samples/expected.yaml`.

Bodies are as Azure answers them, at the API versions that the collectors ask for. Everything that makes a difference
stands in `production` and `research`, by Azure's own name for it; the builders below them fill in the rest.
"""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, TypeAlias

from auditor.model.redaction import cut_secrets
from auditor.model.resource import Gap, ListRead, Read, Resource
from auditor.model.snapshot import AZURE, End, Header
from auditor.model.snapshot_file import SnapshotWriter
from auditor.model.types import (
    ACCOUNT,
    BLOB_SERVICE,
    BY_NAME,
    CLASSIFIER,
    CONTAINER,
    DELETED_ACCOUNT,
    LIFECYCLE_POLICY,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    ROLE_ASSIGNMENT,
    STORAGE,
    SUBSCRIPTION,
)
from auditor.statements import Statement, read_configuration, read_models

Json: TypeAlias = dict[str, Any]

FOLDER: Final = Path(__file__).parent
STARTED: Final = "2026-11-01T06:00:00Z"
TOOL: Final = "0.1.0"

TENANT: Final = "7e4a4700-0000-4000-8000-000000000000"
PRODUCTION: Final = "/subscriptions/c1a10000-0000-4000-8000-000000000001"
RESEARCH: Final = "/subscriptions/7e570000-0000-4000-8000-000000000002"
MANAGEMENT_GROUP: Final = "/providers/Microsoft.Management/managementGroups/contoso-insurance"

ARM: Final = "https://management.azure.com"
COGNITIVE_VERSION: Final = "2025-06-01"
STORAGE_VERSION: Final = "2025-01-01"
AUTHORIZATION_VERSION: Final = "2022-04-01"
SUBSCRIPTION_VERSION: Final = "2022-12-01"
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
NO_SIGN_IN: Final = "the account has no custom subdomain, so signing in to it with Entra ID is impossible"
NO_VERSIONING: Final = "isVersioningEnabled is off, which object replication needs"
NO_BLOBS: Final = "kind FileStorage, which has no blob service"


@dataclass(frozen=True, slots=True)
class Account:
    """A cognitive account, with its models; `refused` is why they could not be listed, and whether that took a call."""

    body: Json
    models: tuple[Json, ...] = ()
    classifiers: tuple[Json, ...] = ()
    refused: tuple[str, bool] | None = None


@dataclass(frozen=True, slots=True)
class Store:
    """A storage account with everything below it; `lifecycle` may also be why the policy could not be read."""

    body: Json
    service: Json | None = None
    containers: tuple[Json, ...] = ()
    lifecycle: Json | str | None = None
    replication: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True)
class Estate:
    """One subscription and what is in it."""

    subscription: Json
    accounts: tuple[Account, ...]
    deleted: tuple[Json, ...]
    stores: tuple[Store, ...]
    assignments: tuple[Json, ...]


def production() -> Estate:
    """Claims Production: the accounts that work, and most of the trouble."""
    claims = cognitive_account(
        *(PRODUCTION, "rg-claims", "ctsins-di-claims", "westeurope"),
        disableLocalAuth=True,
        publicNetworkAccess="Disabled",
        networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [], "ipRules": []},
    )
    claims["properties"]["privateEndpointConnections"] = [private_endpoint(claims, "rg-claims", "pe-di-claims")]
    mailroom = cognitive_account(
        *(PRODUCTION, "rg-mailroom", "ctsins-di-mailroom", "westeurope"), disableLocalAuth=False
    )
    hub = cognitive_account(
        *(PRODUCTION, "rg-claims", "ctsins-ai-hub", "westeurope"),
        kind="AIServices",
        user_identity=f"{PRODUCTION}/resourceGroups/rg-claims/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-results",
        disableLocalAuth=True,
        allowProjectManagement=False,
        locations={
            "routingMethod": "Priority",
            "regions": [
                {"name": "West Europe", "value": 1, "customsubdomain": "ctsins-ai-hub"},
                {"name": "North Europe", "value": 2, "customsubdomain": "ctsins-ai-hub-ne"},
            ],
        },
    )
    cognitive = cognitive_account(
        *(PRODUCTION, "rg-legacy", "ctsins-cognitive", "northeurope"), kind="CognitiveServices", subdomain=False
    )
    summaries = cognitive_account(
        *(PRODUCTION, "rg-claims", "ctsins-openai", "swedencentral"), kind="OpenAI", disableLocalAuth=True
    )

    inbox = storage_account(
        *(PRODUCTION, "rg-claims", "ctsinsclaims", "westeurope", "Standard_ZRS"),
        **HARDENED,
        networkAcls=firewall(trusted=[claims]),
    )
    inline = storage_account(
        *(PRODUCTION, "rg-claims", "ctsinsinline", "westeurope", "Standard_LRS"),
        **HARDENED,
        networkAcls=firewall(trusted=[claims]),
    )
    post = storage_account(
        *(PRODUCTION, "rg-mailroom", "ctsinsmailroom", "westeurope", "Standard_GZRS"),
        minimumTlsVersion="TLS1_1",
        supportsHttpsTrafficOnly=True,
        allowBlobPublicAccess=False,
    )
    training = storage_account(
        *(PRODUCTION, "rg-training", "ctsinstraining", "northeurope", "Standard_LRS"),
        minimumTlsVersion="TLS1_2",
        supportsHttpsTrafficOnly=True,
        allowBlobPublicAccess=False,
        allowSharedKeyAccess=True,
    )
    copies = storage_account(
        *(PRODUCTION, "rg-training", "ctsinstrainingcopy", "swedencentral", "Standard_LRS"), **HARDENED
    )
    scans = storage_account(
        *(PRODUCTION, "rg-legacy", "ctsinslegacyscans", "northeurope", "Standard_GRS"), supportsHttpsTrafficOnly=False
    )
    state = storage_account(
        *(PRODUCTION, "rg-platform", "ctsinstfstate", "westeurope", "Standard_RAGRS"),
        minimumTlsVersion="TLS1_2",
        supportsHttpsTrafficOnly=True,
        allowBlobPublicAccess=False,
    )
    desktops = storage_account(
        *(PRODUCTION, "rg-platform", "ctsinsdesktops", "westeurope", "Premium_ZRS"),
        kind="FileStorage",
        minimumTlsVersion="TLS1_2",
        supportsHttpsTrafficOnly=True,
        allowBlobPublicAccess=False,
    )

    to_copies = ("training-fnol", "training-fnol-copy")
    return Estate(
        subscription_body(PRODUCTION, "Claims Production"),
        (
            Account(
                claims,
                models=(
                    custom_model("fnol-v4", "2026-05-11T08:12:40Z", training, "training-fnol", buildMode="neural"),
                    custom_model("repair-invoices-v2", "2025-02-03T14:05:11Z", training, "training-invoices"),
                    custom_model("bodily-injury-v1", "2025-06-17T09:47:03Z", training, "training-fnol"),
                    custom_model("tmp-test-0417", "2026-04-17T16:58:29Z", training, "training-invoices"),
                ),
                classifiers=(
                    classifier(
                        *("claims-document-sorter", "2025-11-24T10:30:00Z"),
                        invoice=blob_source(training, "training-invoices", prefix="sorted/invoice/"),
                        report=blob_source(training, "training-fnol", prefix="sorted/report/"),
                    ),
                ),
            ),
            Account(mailroom, refused=("403 PermissionDenied", True)),
            Account(hub),
            Account(cognitive, refused=(NO_SIGN_IN, False)),
            Account(summaries),
        ),
        (),
        (
            Store(
                inbox,
                blob_service(inbox, isVersioningEnabled=False, containerDeleteRetentionPolicy={"enabled": False}),
                (container(inbox, "claims-inbox"), container(inbox, "claims-results")),
                lifecycle_policy(inbox, lifecycle_rule("delete-everything", blobs=0, snapshots=0, versions=0)),
            ),
            Store(
                inline,
                blob_service(inline, isVersioningEnabled=False, containerDeleteRetentionPolicy={"enabled": False}),
            ),
            Store(
                post,
                blob_service(
                    post,
                    deleteRetentionPolicy={"allowPermanentDelete": False, "enabled": True, "days": 14},
                    containerDeleteRetentionPolicy={"enabled": True, "days": 14},
                    isVersioningEnabled=True,
                    changeFeed={"enabled": True},
                    restorePolicy={"enabled": True, "days": 13, "minRestoreTime": "2026-10-19T06:00:00.0000000Z"},
                ),
                (container(post, "scans-in"), container(post, "scans-archive")),
                lifecycle_policy(post, lifecycle_rule("delete-scans", blobs=1, prefixes=["scans-in/"])),
            ),
            Store(
                training,
                blob_service(
                    training,
                    isVersioningEnabled=True,
                    changeFeed={"enabled": True},
                    containerDeleteRetentionPolicy={"enabled": False},
                ),
                (
                    container(training, "training-fnol"),
                    container(training, "training-invoices"),
                    container(
                        *(training, "training-2024"),
                        deleted=True,
                        deletedTime="2026-10-23T11:40:18.0000000Z",
                        remainingRetentionDays=5,
                        version="01DC2F8E5B0C7A11",
                    ),
                ),
                replication=(object_replication(training, training, copies, to_copies),),
            ),
            Store(
                copies,
                blob_service(
                    copies,
                    deleteRetentionPolicy={"allowPermanentDelete": False, "enabled": True, "days": 7},
                    containerDeleteRetentionPolicy={"enabled": False},
                    isVersioningEnabled=True,
                ),
                (container(copies, "training-fnol-copy"),),
                lifecycle_policy(copies, lifecycle_rule("delete-after-a-month", blobs=30, snapshots=30, versions=30)),
                (object_replication(copies, training, copies, to_copies),),
            ),
            Store(
                scans,
                blob_service(scans),
                (container(scans, "scans-2019", hasLegalHold=True, legalHold=legal_hold("litigation2019")),),
            ),
            Store(
                state,
                blob_service(
                    state,
                    deleteRetentionPolicy={"allowPermanentDelete": False, "enabled": True, "days": 30},
                    containerDeleteRetentionPolicy={"enabled": True, "days": 30},
                    isVersioningEnabled=True,
                ),
                (container(state, "tfstate"),),
            ),
            Store(desktops),
        ),
        (
            role_assignment(1, principal_of(claims), BLOB_DATA_CONTRIBUTOR, inbox["id"]),
            role_assignment(
                *(2, principal_of(mailroom), BLOB_DATA_CONTRIBUTOR),
                f"{post['id']}/blobServices/default/containers/scans-in",
            ),
            role_assignment(
                *(3, user_principal_of(hub), BLOB_DATA_READER, inbox["id"]),
                condition="((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR "
                "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'claims-results'))",
            ),
            role_assignment(4, principal_of(cognitive), BLOB_DATA_READER, scans["id"]),
            role_assignment(5, guid("face", 1), OWNER, PRODUCTION, principal_type="Group"),
            role_assignment(6, guid("face", 2), BLOB_DATA_CONTRIBUTOR, inbox["id"]),  # the claims intake application
            role_assignment(7, guid("face", 3), OWNER, MANAGEMENT_GROUP, principal_type="Group"),
            role_assignment(8, principal_of(hub), READER, MANAGEMENT_GROUP),
            role_assignment(9, principal_of(summaries), BLOB_DATA_READER, MANAGEMENT_GROUP),
        ),
    )


def research() -> Estate:
    """Research and Test: one account that may read every store of the subscription, and one that was deleted."""
    lab = cognitive_account(
        *(RESEARCH, "rg-lab", "ctsins-di-lab", "swedencentral"),
        locations={"routingMethod": "Priority", "regions": [{"name": "Sweden Central", "value": 1}]},
    )
    uploads = storage_account(
        *(RESEARCH, "rg-lab", "ctsinslab", "swedencentral", "Standard_LRS"),
        minimumTlsVersion="TLS1_0",
        supportsHttpsTrafficOnly=True,
        allowBlobPublicAccess=True,
        allowSharedKeyAccess=True,
        networkAcls=firewall(addresses=[STUDIO_ADDRESS]),
    )
    sets = storage_account(*(RESEARCH, "rg-lab", "ctsinslabsets", "swedencentral", "Standard_ZRS"), **HARDENED)
    return Estate(
        subscription_body(RESEARCH, "Research and Test"),
        (
            Account(
                lab,
                models=(
                    custom_model(
                        *("handwriting-2022", "2022-10-04T07:20:00Z", sets, "handwriting"),
                        apiVersion="2022-08-31",
                        expirationDateTime=None,
                    ),
                    custom_model(
                        *("policy-forms-2024", "2024-08-19T12:00:34Z", uploads, "lab-uploads"), apiVersion="2023-07-31"
                    ),
                    custom_model("handwriting-2026", "2026-07-02T13:33:10Z", sets, "handwriting", buildMode="neural"),
                ),
                classifiers=(
                    classifier(
                        *("lab-mail-sorter", "2026-09-08T15:02:51Z"),
                        letter=blob_source(sets, "handwriting", prefix="letters/"),
                        form=file_list_source(sets, "handwriting", "forms.jsonl"),
                    ),
                ),
            ),
        ),
        (
            deleted(
                cognitive_account(RESEARCH, "rg-lab", "ctsins-di-pilot", "swedencentral"),
                deletionDate="2026-10-31T17:22:05Z",
                scheduledPurgeDate="2026-11-02T17:22:05Z",
            ),
        ),
        (
            Store(
                uploads,
                blob_service(uploads, cors={"corsRules": [studio_cors()]}),
                (container(uploads, "lab-uploads"), container(uploads, "studio-training", publicAccess="Container")),
                "403 AuthorizationFailed",
            ),
            Store(
                sets,
                blob_service(
                    sets,
                    deleteRetentionPolicy={"allowPermanentDelete": False, "enabled": True, "days": 1},
                    containerDeleteRetentionPolicy={"enabled": True, "days": 1},
                    isVersioningEnabled=False,
                ),
                (
                    container(sets, "handwriting"),
                    container(sets, "validation-set", hasImmutabilityPolicy=True, immutabilityPolicy=immutable_for(30)),
                ),
                lifecycle_policy(sets, lifecycle_rule("delete-after-a-day", blobs=1, snapshots=1)),
            ),
        ),
        (
            role_assignment(10, principal_of(lab), BLOB_DATA_READER, RESEARCH),
            role_assignment(11, guid("face", 4), CONTRIBUTOR, RESEARCH, principal_type="Group"),
        ),
    )


# --- Bodies, as Azure answers them ----------------------------------------------------------------------------------

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


def private_endpoint(account: Json, group: str, name: str) -> Json:
    """An approved private endpoint of an account."""
    connection = f"{name}.{guid('9e00', number_of(name))}"
    endpoint = f"{PRODUCTION}/resourceGroups/{group}/providers/Microsoft.Network/privateEndpoints/{name}"
    return {
        "id": f"{account['id']}/privateEndpointConnections/{connection}",
        "name": connection,
        "type": f"{ACCOUNT}/privateEndpointConnections",
        "location": account["location"],
        "properties": {
            "privateEndpoint": {"id": endpoint},
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


def blob_service(store: Json, **properties: Any) -> Json:
    """The blob service of a store; soft delete of blobs is off unless it is named."""
    given = {
        "cors": {"corsRules": []},
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
                "objectIdentifier": guid("face", 5),
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
            "createdBy": guid("face", 3),
            "updatedBy": guid("face", 3),
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


# --- The scan -------------------------------------------------------------------------------------------------------


class Scan:
    """Writes what a scan would write, a second apart, and counts its calls."""

    def __init__(self, stream: io.StringIO) -> None:
        self._began = datetime.fromisoformat(STARTED)
        self._calls: Counter[str] = Counter()
        self._seconds = 0
        self._writer = SnapshotWriter(stream, Header(TOOL, AZURE, (PRODUCTION, RESEARCH), STARTED))

    def listed(self, of: str, type_name: str, url: str, bodies: list[Json]) -> None:
        """One call that gave a list, or a resource that there is at most one of."""
        at = self._call(type_name)
        for body in bodies:
            self._writer.resource(Resource(cut_secrets(body), Read(f"GET {url}", at)))
        self._writer.list_read(ListRead(of, BY_NAME[type_name.lower()].operation, f"GET {url}", at))

    def each(self, of: str, type_name: str, url: str, version: str, bodies: list[Json]) -> None:
        """A list, and one call more for every item of it."""
        self._call(type_name)
        for body in bodies:
            read = Read(f"GET {url}/{body['name']}?{version}", self._call(type_name))
            self._writer.resource(Resource(cut_secrets(body), read))
        operation = BY_NAME[type_name.lower()].operation
        self._writer.list_read(ListRead(of, operation, f"GET {url}?{version}", self._now()))

    def none_there(self, of: str, type_name: str, because: str) -> None:
        """No call: something that was read already proves that there is none."""
        self._writer.list_read(ListRead(of, BY_NAME[type_name.lower()].operation, because, self._now()))

    def gap(self, of: str, type_name: str, reason: str, *, asked: bool = True) -> None:
        """What could not be read; `asked` tells whether that took a call."""
        at = self._call(type_name) if asked else self._now()
        self._writer.gap(Gap(of, BY_NAME[type_name.lower()].operation, reason, at))

    def stated(self, statement: Statement) -> None:
        """What the customer states in a file."""
        for resource in statement.resources:
            self._writer.resource(resource)
        for read in statement.reads:
            self._writer.list_read(read)

    def end(self) -> None:
        """The last line."""
        self._writer.end(End(self._now(), self._calls))

    def _call(self, type_name: str) -> str:
        self._calls[BY_NAME[type_name.lower()].operation] += 1
        self._seconds += 1
        return self._now()

    def _now(self) -> str:
        return (self._began + timedelta(seconds=self._seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def read_lists(scan: Scan, estate: Estate) -> None:
    """The first stage of a scan: the lists of a subscription, and what hangs on their items."""
    of = estate.subscription["id"]
    cognitive = f"{ARM}{of}/providers/Microsoft.CognitiveServices"
    names = [location(of, name) for name in REGIONS]
    accounts = [account.body for account in estate.accounts]
    scan.listed(of, LOCATION, f"{ARM}{of}/locations?api-version={SUBSCRIPTION_VERSION}", names)
    scan.listed(of, ACCOUNT, f"{cognitive}/accounts?api-version={COGNITIVE_VERSION}", accounts)
    deleted_url = f"{cognitive}/deletedAccounts?api-version={COGNITIVE_VERSION}"
    scan.listed(of, DELETED_ACCOUNT, deleted_url, list(estate.deleted))
    stores_url = f"{ARM}{of}/providers/{STORAGE}?api-version={STORAGE_VERSION}"
    scan.listed(of, STORAGE, stores_url, [store.body for store in estate.stores])
    roles_url = f"{ARM}{of}/providers/{ROLE_ASSIGNMENT}?api-version={AUTHORIZATION_VERSION}"
    scan.listed(of, ROLE_ASSIGNMENT, roles_url, list(estate.assignments))
    for account in estate.accounts:
        if account.body["kind"] != "OpenAI":
            read_models_of(scan, account)
    for store in estate.stores:
        if store.service is None:
            scan.none_there(store.body["id"], BLOB_SERVICE, NO_BLOBS)
        else:
            url = f"{ARM}{store.service['id']}?api-version={STORAGE_VERSION}"
            scan.listed(store.body["id"], BLOB_SERVICE, url, [store.service])


def read_models_of(scan: Scan, account: Account) -> None:
    """Models and classifiers, from the account's own endpoint."""
    body, version = account.body, f"api-version={DATA_VERSION}"
    for type_name, found, id_field in (
        (MODEL, account.models, "modelId"),
        (CLASSIFIER, account.classifiers, "classifierId"),
    ):
        if account.refused is not None:
            reason, asked = account.refused
            scan.gap(body["id"], type_name, reason, asked=asked)
            continue
        url = f"{body['properties']['endpoint']}documentintelligence/{type_name.rpartition('/')[2]}"
        bodies = [
            {**child(body, type_name, item[id_field]), "location": body["location"], "properties": item}
            for item in found
        ]
        scan.each(body["id"], type_name, url, version, bodies)


def read_details(scan: Scan, store: Store) -> None:
    """The second stage: what lies below a store that holds documents, or may."""
    of, version = store.body["id"], f"api-version={STORAGE_VERSION}"
    if store.service is None:
        for type_name in (LIFECYCLE_POLICY, CONTAINER, OBJECT_REPLICATION):
            scan.none_there(of, type_name, NO_BLOBS)
        return
    if isinstance(store.lifecycle, str):
        scan.gap(of, LIFECYCLE_POLICY, store.lifecycle)
    else:
        policies = [] if store.lifecycle is None else [store.lifecycle]
        scan.listed(of, LIFECYCLE_POLICY, f"{ARM}{of}/managementPolicies/default?{version}", policies)
    containers_url = f"{ARM}{of}/blobServices/default/containers?{version}&$include=deleted"
    scan.listed(of, CONTAINER, containers_url, list(store.containers))
    if store.service["properties"].get("isVersioningEnabled"):
        replication_url = f"{ARM}{of}/objectReplicationPolicies?{version}"
        scan.listed(of, OBJECT_REPLICATION, replication_url, list(store.replication))
    else:
        scan.none_there(of, OBJECT_REPLICATION, NO_VERSIONING)


def build() -> str:
    """The whole file."""
    estates = (production(), research())
    stream = io.StringIO()
    scan = Scan(stream)
    subscriptions = [
        {"id": body["id"], "type": SUBSCRIPTION, "name": body["displayName"], "properties": body}
        for body in (estate.subscription for estate in estates)
    ]
    scan.listed("/", SUBSCRIPTION, f"{ARM}/subscriptions?api-version={SUBSCRIPTION_VERSION}", subscriptions)
    for estate in estates:
        read_lists(scan, estate)
    for estate in estates:
        for store in estate.stores:
            read_details(scan, store)
    scan.stated(read_configuration(FOLDER / "auditor.yaml", STARTED).storage)
    scan.stated(read_models(FOLDER / "models.yaml", STARTED))
    scan.end()
    return stream.getvalue()


def main() -> None:
    """Write the file beside this script."""
    (FOLDER / "estate.jsonl").write_text(build(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
