"""Makes `estate.jsonl`, the sample estate: what a scan of Contoso Insurance, an insurer that does not exist, reads.

Run `python -m samples.make_estate` after a change here or in `models.yaml` and `auditor.yaml`; the same input gives the
same bytes. What every rule must say about the estate stands in `tests/samples/expected.yaml`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from auditor.statements import read_declared, read_models
from samples.bodies import (
    BLOB_DATA_CONTRIBUTOR,
    BLOB_DATA_READER,
    CONTRIBUTOR,
    HARDENED,
    OWNER,
    READER,
    STUDIO_ADDRESS,
    Json,
    backup_instance,
    backup_policy,
    backup_vault,
    blob_service,
    blob_source,
    built_in_roles,
    classifier,
    cognitive_account,
    container,
    custom_model,
    deleted,
    diagnostic_setting,
    file_list_source,
    firewall,
    immutable_for,
    key_vault,
    legal_hold,
    lifecycle_policy,
    lifecycle_rule,
    local_user,
    log_table,
    network_endpoint,
    object_replication,
    operation,
    principal_of,
    private_endpoint,
    role_assignment,
    storage_account,
    subscription_body,
    team,
    user_principal_of,
    workspace,
)
from samples.scan import NO_SIGN_IN, Account, BackupVault, Estate, Scan, Store, Workspace, scan_all

FOLDER: Final = Path(__file__).parent
STARTED: Final = "2026-11-01T06:00:00Z"
TOOL: Final = "0.1.0"
"""The version that the file says it was made by; a new version need not make it anew."""

PRODUCTION: Final = "/subscriptions/c1a10000-0000-4000-8000-000000000001"
RESEARCH: Final = "/subscriptions/7e570000-0000-4000-8000-000000000002"
MANAGEMENT_GROUP: Final = "/providers/Microsoft.Management/managementGroups/contoso-insurance"
IDENTITY: Final = (
    f"{PRODUCTION}/resourceGroups/rg-claims/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-results"
)
ON: Final = {"allowPermanentDelete": False, "enabled": True}
OFF: Final = {"enabled": False}

FROM: Final = "2026-10-02T06:00:00Z"


def offers(host: str, *accepted: str) -> Json:
    """What a probe of an endpoint found: the versions that it takes, and those that it refuses."""
    versions = ("TLS1_0", "TLS1_1", "TLS1_2", "TLS1_3")
    words = {True: "the endpoint answers over {}", False: "the endpoint refuses {}"}
    return {
        "host": host,
        "offers": [
            {
                "version": version,
                "accepted": version in accepted,
                "words": words[version in accepted].format(f"TLS {version[3]}.{version[5]}"),
            }
            for version in versions
        ],
    }


def metrics(**calls: int) -> Json:
    """In which regions an account's calls of the last thirty days were served."""
    regions = [{"region": name.replace("_", " "), "calls": number} for name, number in calls.items()]
    return {"from": FROM, "to": STARTED, "regions": regions, "operations": []}


def blob_logs(to: Json, requests: list[Json], documents: Json, deletes: int = 0) -> Json:
    """What the logs of a store tell about thirty days."""
    return {
        "from": FROM,
        "to": STARTED,
        "workspaces": [to["id"]],
        "requests": requests,
        "documents": documents,
        "lifecycle": {"deletes": deletes, "failures": 0, "last": "2026-10-31T02:11:09Z" if deletes else None},
    }


def called(operation: str, kind: str, result: str, calls: int) -> Json:
    """Calls of one kind that an account served, as its log of requests tells them."""
    times = {"first": "2026-10-02T06:04:31Z", "last": "2026-10-31T22:40:12Z"}
    return {
        "category": "RequestResponse",
        "operation": operation,
        "kind": kind,
        "result": result,
        "calls": calls,
        **times,
    }


def request(tls: str, protocol: str, authentication: str, number: int) -> Json:
    """Requests of one kind."""
    return {
        "tls": tls,
        "protocol": protocol,
        "authentication": authentication,
        "requests": number,
        "callers": 2,
        "last": "2026-10-31T22:40:12Z",
    }


# --- Claims Production: cognitive accounts --------------------------------------------------------------------------

CLAIMS: Final = cognitive_account(
    *(PRODUCTION, "rg-claims", "ctsins-di-claims", "westeurope"),
    disableLocalAuth=True,
    publicNetworkAccess="Disabled",
    networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [], "ipRules": []},
    privateEndpointConnections=[private_endpoint(PRODUCTION, "rg-claims", "ctsins-di-claims", "westeurope")],
    encryption={
        "keySource": "Microsoft.KeyVault",
        "keyVaultProperties": {
            "keyName": "claims",
            "keyVersion": "6f1d2c3b4a5968778695a4b3c2d1e0f9",
            "keyVaultUri": "https://ctsins-kv-claims.vault.azure.net/",
        },
    },
)
MAILROOM: Final = cognitive_account(
    *(PRODUCTION, "rg-mailroom", "ctsins-di-mailroom", "westeurope"), disableLocalAuth=False
)
HUB: Final = cognitive_account(  # also served from a second region
    *(PRODUCTION, "rg-claims", "ctsins-ai-hub", "westeurope"),
    kind="AIServices",
    user_identity=IDENTITY,
    disableLocalAuth=True,
    allowProjectManagement=False,
    networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [], "ipRules": [{"value": "52.0.0.0/8"}]},
    locations={
        "routingMethod": "Priority",
        "regions": [
            {"name": "West Europe", "value": 1, "customsubdomain": "ctsins-ai-hub"},
            {"name": "North Europe", "value": 2, "customsubdomain": "ctsins-ai-hub-ne"},
        ],
    },
)
COGNITIVE: Final = cognitive_account(  # without a subdomain, nobody can sign in to list its models
    *(PRODUCTION, "rg-legacy", "ctsins-cognitive", "northeurope"), kind="CognitiveServices", subdomain=False
)
OPENAI: Final = cognitive_account(  # hosts no Document Intelligence
    *(PRODUCTION, "rg-claims", "ctsins-openai", "swedencentral"), kind="OpenAI", disableLocalAuth=True
)

# --- Claims Production: storage accounts ----------------------------------------------------------------------------

INBOX: Final = storage_account(
    *(PRODUCTION, "rg-claims", "ctsinsclaims", "westeurope", "Standard_ZRS"),
    **HARDENED,
    networkAcls=firewall(trusted=[CLAIMS]),
)
INLINE: Final = storage_account(
    *(PRODUCTION, "rg-claims", "ctsinsinline", "westeurope", "Standard_LRS"),
    **HARDENED,
    networkAcls=firewall(trusted=[CLAIMS]),
)
POST: Final = storage_account(
    *(PRODUCTION, "rg-mailroom", "ctsinsmailroom", "westeurope", "Standard_GZRS"),
    minimumTlsVersion="TLS1_1",
    supportsHttpsTrafficOnly=True,
    allowBlobPublicAccess=False,
)
TRAINING: Final = storage_account(  # not in the region of the account whose models were trained from it
    *(PRODUCTION, "rg-training", "ctsinstraining", "northeurope", "Standard_LRS"),
    minimumTlsVersion="TLS1_2",
    supportsHttpsTrafficOnly=True,
    allowBlobPublicAccess=False,
    allowSharedKeyAccess=True,
)
COPIES: Final = storage_account(
    *(PRODUCTION, "rg-training", "ctsinstrainingcopy", "swedencentral", "Standard_LRS"), **HARDENED
)
SCANS: Final = storage_account(  # made by a template that set nothing but this
    *(PRODUCTION, "rg-legacy", "ctsinslegacyscans", "northeurope", "Standard_GRS"),
    supportsHttpsTrafficOnly=False,
    allowCrossTenantReplication=None,
)
STATE: Final = storage_account(  # has nothing to do with documents
    *(PRODUCTION, "rg-platform", "ctsinstfstate", "westeurope", "Standard_RAGRS"),
    minimumTlsVersion="TLS1_2",
    supportsHttpsTrafficOnly=True,
    allowBlobPublicAccess=False,
)
DESKTOPS: Final = storage_account(  # cannot hold documents: file shares only
    *(PRODUCTION, "rg-platform", "ctsinsdesktops", "westeurope", "Premium_ZRS"),
    kind="FileStorage",
    minimumTlsVersion="TLS1_2",
    supportsHttpsTrafficOnly=True,
    allowBlobPublicAccess=False,
)
LAW_CLAIMS: Final = workspace(PRODUCTION, "rg-claims", "ctsins-law-claims", "westeurope", days=90)
LAW_MAILROOM: Final = workspace(PRODUCTION, "rg-mailroom", "ctsins-law-mailroom", "northeurope", days=30)
LAW_LEGACY: Final = workspace(PRODUCTION, "rg-legacy", "ctsins-law-legacy", "northeurope", days=30)
CENTRAL: Final = (  # belongs to a team whose subscription nobody can see here
    "/subscriptions/5ec00000-0000-4000-8000-000000000009/resourcegroups/rg-soc/providers/"
    "Microsoft.OperationalInsights/workspaces/soc-central"
)
KEYS: Final = key_vault(PRODUCTION, "rg-claims", "ctsins-kv-claims", "westeurope")
BACKUPS: Final = backup_vault(PRODUCTION, "rg-mailroom", "ctsins-bv", "westeurope", redundancy="GeoRedundant")
FOR_A_YEAR: Final = backup_policy(BACKUPS, "blobs-for-a-year", keeps="P365D")
BLOBS: Final = ["StorageRead", "StorageWrite", "StorageDelete"]
MODERN: Final = ("TLS1_2", "TLS1_3")
"""What every endpoint of Azure takes since February 2026, whatever a store's own minimum says."""

TO_COPIES: Final = ("training-fnol", "training-fnol-copy")

PRODUCTION_STORES: Final = (
    Store(
        INBOX,
        blob_service(INBOX, isVersioningEnabled=False, containerDeleteRetentionPolicy=OFF),
        (container(INBOX, "claims-inbox"), container(INBOX, "claims-results")),
        lifecycle_policy(INBOX, lifecycle_rule("delete-everything", blobs=0, snapshots=0, versions=0)),
        settings=(
            diagnostic_setting(f"{INBOX['id']}/blobServices/default", "to-law", LAW_CLAIMS["id"], categories=BLOBS),
        ),
        tls=offers("ctsinsclaims.blob.core.windows.net", *MODERN),
        logs=blob_logs(
            LAW_CLAIMS,
            [request("TLS1_2", "HTTPS", "OAuth", 41_210), request("TLS1_3", "HTTPS", "OAuth", 8_003)],
            {"written": 10_400, "deleted": 10_400, "remaining": 0, "longestHours": 5.5},
            deletes=12,
        ),
    ),
    Store(
        INLINE, blob_service(INLINE, isVersioningEnabled=False, containerDeleteRetentionPolicy=OFF), tls="no connection"
    ),
    Store(
        POST,
        blob_service(
            POST,
            deleteRetentionPolicy={**ON, "days": 14},
            containerDeleteRetentionPolicy={"enabled": True, "days": 14},
            isVersioningEnabled=True,
            changeFeed={"enabled": True},
            restorePolicy={"enabled": True, "days": 13, "minRestoreTime": "2026-10-19T06:00:00.0000000Z"},
        ),
        (container(POST, "scans-in"), container(POST, "scans-archive")),
        lifecycle_policy(POST, lifecycle_rule("delete-scans", blobs=1, prefixes=["scans-in/"])),
        settings=(
            diagnostic_setting(
                f"{POST['id']}/blobServices/default", "to-law", LAW_MAILROOM["id"], categories=BLOBS[1:]
            ),
        ),
        tls=offers("ctsinsmailroom.blob.core.windows.net", *MODERN),
        logs=blob_logs(
            LAW_MAILROOM,
            [request("TLS1_2", "HTTPS", "AccountKey", 9_120)],
            {"written": 4_020, "deleted": 3_911, "remaining": 109, "longestHours": 711.4},
            deletes=29,
        ),
    ),
    Store(
        TRAINING,
        blob_service(
            TRAINING, isVersioningEnabled=True, changeFeed={"enabled": True}, containerDeleteRetentionPolicy=OFF
        ),
        (
            container(TRAINING, "training-fnol"),
            container(TRAINING, "training-invoices"),
            container(
                *(TRAINING, "training-2024"),
                deleted=True,
                deletedTime="2026-10-23T11:40:18.0000000Z",
                remainingRetentionDays=5,
                version="01DC2F8E5B0C7A11",
            ),
        ),
        replication=(object_replication(TRAINING, TRAINING, COPIES, TO_COPIES),),
        tls=offers("ctsinstraining.blob.core.windows.net", *MODERN),
    ),
    Store(
        COPIES,
        blob_service(
            COPIES,
            deleteRetentionPolicy={**ON, "days": 7},
            containerDeleteRetentionPolicy=OFF,
            isVersioningEnabled=True,
        ),
        (container(COPIES, "training-fnol-copy"),),
        lifecycle_policy(COPIES, lifecycle_rule("delete-after-a-month", blobs=30, snapshots=30, versions=30)),
        (object_replication(COPIES, TRAINING, COPIES, TO_COPIES),),
        tls=offers("ctsinstrainingcopy.blob.core.windows.net", *MODERN),
    ),
    Store(
        SCANS,
        blob_service(SCANS),
        (container(SCANS, "scans-2019", hasLegalHold=True, legalHold=legal_hold("litigation2019")),),
        settings=(
            diagnostic_setting(
                f"{SCANS['id']}/blobServices/default", "to-law", LAW_LEGACY["id"], categories=[], groups=["allLogs"]
            ),
        ),
        tls=offers("ctsinslegacyscans.blob.core.windows.net", *MODERN),
        logs=blob_logs(
            LAW_LEGACY,
            [request("TLS1_2", "HTTPS", "AccountKey", 310), request("TLS1_2", "HTTP", "SASKey", 44)],
            {"written": 12, "deleted": 0, "remaining": 12, "longestHours": 690.2},
        ),
    ),
    Store(
        STATE,
        blob_service(
            STATE,
            deleteRetentionPolicy={**ON, "days": 30},
            containerDeleteRetentionPolicy={"enabled": True, "days": 30},
            isVersioningEnabled=True,
        ),
        (container(STATE, "tfstate"),),
        tls=offers("ctsinstfstate.blob.core.windows.net", *MODERN),
    ),
    Store(DESKTOPS),
)

# --- Claims Production: models, roles -------------------------------------------------------------------------------

CLAIMS_MODELS: Final = (
    custom_model("fnol-v4", "2026-05-11T08:12:40Z", TRAINING, "training-fnol", buildMode="neural"),
    custom_model("repair-invoices-v2", "2025-02-03T14:05:11Z", TRAINING, "training-invoices"),
    custom_model("bodily-injury-v1", "2025-06-17T09:47:03Z", TRAINING, "training-fnol"),
    custom_model("tmp-test-0417", "2026-04-17T16:58:29Z", TRAINING, "training-invoices"),
)
CLAIMS_SORTER: Final = classifier(
    *("claims-document-sorter", "2025-11-24T10:30:00Z"),
    invoice=blob_source(TRAINING, "training-invoices", prefix="sorted/invoice/"),
    report=blob_source(TRAINING, "training-fnol", prefix="sorted/report/"),
)
ONLY_RESULTS: Final = (
    "((!(ActionMatches{'Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read'})) OR "
    "(@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name] StringEquals 'claims-results'))"
)
PRODUCTION_ROLES: Final = (
    role_assignment(1, principal_of(CLAIMS), BLOB_DATA_CONTRIBUTOR, INBOX["id"]),
    role_assignment(
        2, principal_of(MAILROOM), BLOB_DATA_CONTRIBUTOR, f"{POST['id']}/blobServices/default/containers/scans-in"
    ),
    role_assignment(3, user_principal_of(HUB), BLOB_DATA_READER, INBOX["id"], condition=ONLY_RESULTS),
    role_assignment(4, principal_of(COGNITIVE), BLOB_DATA_READER, SCANS["id"]),
    role_assignment(5, team(1), OWNER, PRODUCTION, principal_type="Group"),
    role_assignment(6, team(2), BLOB_DATA_CONTRIBUTOR, INBOX["id"]),  # the application that takes claims in
    # Above both subscriptions: a team, an account whose role reads no blobs, and one that hosts no Document Intelligence.
    role_assignment(7, team(3), OWNER, MANAGEMENT_GROUP, principal_type="Group"),
    role_assignment(8, principal_of(HUB), READER, MANAGEMENT_GROUP),
    role_assignment(9, principal_of(OPENAI), BLOB_DATA_READER, MANAGEMENT_GROUP),
)

# --- Research and Test ----------------------------------------------------------------------------------------------

LAB: Final = cognitive_account(
    *(RESEARCH, "rg-lab", "ctsins-di-lab", "swedencentral"),
    locations={"routingMethod": "Priority", "regions": [{"name": "Sweden Central", "value": 1}]},
)
PILOT: Final = deleted(
    cognitive_account(RESEARCH, "rg-lab", "ctsins-di-pilot", "swedencentral"),
    deletionDate="2026-10-31T17:22:05Z",
    scheduledPurgeDate="2026-11-02T17:22:05Z",
)
UPLOADS: Final = storage_account(  # set up with the Studio's quickstart
    *(RESEARCH, "rg-lab", "ctsinslab", "swedencentral", "Standard_LRS"),
    minimumTlsVersion="TLS1_0",
    supportsHttpsTrafficOnly=True,
    allowBlobPublicAccess=True,
    allowSharedKeyAccess=True,
    isLocalUserEnabled=True,
    networkAcls=firewall(addresses=[STUDIO_ADDRESS]),
)
SETS: Final = storage_account(*(RESEARCH, "rg-lab", "ctsinslabsets", "swedencentral", "Standard_ZRS"), **HARDENED)

RESEARCH_STORES: Final = (
    Store(
        UPLOADS,
        blob_service(UPLOADS, studio=True),
        (container(UPLOADS, "lab-uploads"), container(UPLOADS, "studio-training", publicAccess="Container")),
        "403 AuthorizationFailed",
        users=(local_user(UPLOADS, "scanner"),),
        tls=offers("ctsinslab.blob.core.windows.net", *MODERN),
    ),
    Store(
        SETS,
        blob_service(
            SETS,
            deleteRetentionPolicy={**ON, "days": 1},
            containerDeleteRetentionPolicy={"enabled": True, "days": 1},
            isVersioningEnabled=False,
        ),
        (
            container(SETS, "handwriting"),
            container(SETS, "validation-set", hasImmutabilityPolicy=True, immutabilityPolicy=immutable_for(30)),
        ),
        lifecycle_policy(SETS, lifecycle_rule("delete-after-a-day", blobs=1, snapshots=1)),
        tls=offers("ctsinslabsets.blob.core.windows.net", *MODERN),
    ),
)
LAB_MODELS: Final = (
    custom_model(
        *("handwriting-2022", "2022-10-04T07:20:00Z", SETS, "handwriting"),
        apiVersion="2022-08-31",
        expirationDateTime=None,  # models of that version have none
    ),
    custom_model("policy-forms-2024", "2024-08-19T12:00:34Z", UPLOADS, "lab-uploads", apiVersion="2023-07-31"),
    custom_model("handwriting-2026", "2026-07-02T13:33:10Z", SETS, "handwriting", buildMode="neural"),
)
LAB_SORTER: Final = classifier(
    *("lab-mail-sorter", "2026-09-08T15:02:51Z"),
    letter=blob_source(SETS, "handwriting", prefix="letters/"),
    form=file_list_source(SETS, "handwriting", "forms.jsonl"),
)
RESEARCH_ROLES: Final = (
    role_assignment(10, principal_of(LAB), BLOB_DATA_READER, RESEARCH),  # every store of the subscription
    role_assignment(11, team(4), CONTRIBUTOR, RESEARCH, principal_type="Group"),
)

COPIED: Final = operation(  # somebody took a model to another region yesterday
    *("documentModelCopyTo", 1, "2026-10-31T14:20:00Z"),
    "https://northeurope.api.cognitive.microsoft.com/documentintelligence/documentModels/handwriting-2026",
)
BUILT: Final = operation(
    *("documentModelBuild", 2, "2026-10-31T09:05:00Z"),
    "https://ctsins-di-claims.cognitiveservices.azure.com/documentintelligence/documentModels/fnol-v4",
)
REQUESTS: Final = ["Audit", "RequestResponse"]
CALLED: Final = (
    called("AnalyzeDocument", "analyze", "202", 5_206),
    called("DeleteAnalyzeResult", "deleteResult", "204", 5_206),
)
"""Each claim's document is analysed, and its result deleted as soon as it was fetched."""

ESTATES: Final = (
    Estate(
        subscription_body(PRODUCTION, "Claims Production"),
        (
            Account(
                CLAIMS,
                CLAIMS_MODELS,
                (CLAIMS_SORTER,),
                (BUILT,),
                settings=(diagnostic_setting(CLAIMS["id"], "to-law", LAW_CLAIMS["id"], categories=REQUESTS),),
                tls=offers("ctsins-di-claims.cognitiveservices.azure.com", *MODERN),
                metrics=metrics(West_Europe=10_412),
                logs={"from": FROM, "to": STARTED, "workspaces": [LAW_CLAIMS["id"]], "operations": list(CALLED)},
            ),
            Account(
                MAILROOM,
                refused=("403 PermissionDenied", True),
                settings=(diagnostic_setting(MAILROOM["id"], "to-law", LAW_MAILROOM["id"], categories=["Audit"]),),
                tls=offers("ctsins-di-mailroom.cognitiveservices.azure.com", *MODERN),
                metrics=metrics(West_Europe=4_020),
                logs={"from": FROM, "to": STARTED, "workspaces": [LAW_MAILROOM["id"]], "operations": []},
            ),
            Account(
                HUB,
                settings=(diagnostic_setting(HUB["id"], "to-soc", CENTRAL, categories=[], groups=["allLogs"]),),
                tls="no connection",
                metrics=metrics(West_Europe=902, North_Europe=31),
            ),
            Account(
                COGNITIVE,
                refused=(NO_SIGN_IN, False),
                tls=offers("northeurope.api.cognitive.microsoft.com", *MODERN),
            ),
            Account(OPENAI),
        ),
        (),
        PRODUCTION_STORES,
        PRODUCTION_ROLES,
        tuple(built_in_roles(PRODUCTION)),
        (
            Workspace(
                LAW_CLAIMS,
                (
                    log_table(LAW_CLAIMS, "AzureDiagnostics", days=90, total=90),
                    log_table(LAW_CLAIMS, "StorageBlobLogs", days=90, total=90),
                ),
                {
                    "from": FROM,
                    "to": STARTED,
                    "uses": [
                        {
                            "principal": principal_of(CLAIMS),
                            "storage": "ctsinsclaims",
                            "container": "claims-inbox",
                            "reads": 10_400,
                            "writes": 0,
                            "deletes": 0,
                            "last": "2026-10-31T22:40:12Z",
                        }
                    ],
                },
            ),
            Workspace(
                LAW_MAILROOM,
                (
                    log_table(LAW_MAILROOM, "AzureDiagnostics", days=30, total=730),
                    log_table(LAW_MAILROOM, "StorageBlobLogs", days=30, total=730),
                ),
                {"from": FROM, "to": STARTED, "uses": []},
            ),
            Workspace(
                LAW_LEGACY,
                (log_table(LAW_LEGACY, "StorageBlobLogs", days=30, total=30),),
                {"from": FROM, "to": STARTED, "uses": []},
            ),
        ),
        (KEYS,),
        (BackupVault(BACKUPS, (backup_instance(BACKUPS, POST, FOR_A_YEAR),), (FOR_A_YEAR,)),),
        (network_endpoint(CLAIMS, "westeurope"),),
    ),
    Estate(
        subscription_body(RESEARCH, "Research and Test"),
        (
            Account(
                LAB,
                LAB_MODELS,
                (LAB_SORTER,),
                (COPIED,),
                tls=offers("ctsins-di-lab.cognitiveservices.azure.com", *MODERN),
                metrics=metrics(Sweden_Central=212),
            ),
        ),
        (PILOT,),
        RESEARCH_STORES,
        RESEARCH_ROLES,
        tuple(built_in_roles(RESEARCH)),
    ),
)


def build() -> str:
    """The whole file."""
    stream = io.StringIO()
    statements = [
        read_declared(FOLDER / "auditor.yaml", STARTED),
        read_models(FOLDER / "models.yaml", STARTED),
    ]
    scan_all(Scan(stream, TOOL, (PRODUCTION, RESEARCH), STARTED), ESTATES, statements)
    return stream.getvalue()


def main() -> None:
    """Write the file beside this script."""
    (FOLDER / "estate.jsonl").write_text(build(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
