"""Makes `estate.jsonl`, the sample estate: what a scan of Contoso Insurance, an insurer that does not exist, reads.

Run `python -m samples.make_estate` after a change here or in `models.yaml` and `auditor.yaml`; the same input gives the
same bytes. What every rule must say about the estate stands in `tests/samples/expected.yaml`.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

from auditor.statements import read_configuration, read_models
from samples.bodies import (
    BLOB_DATA_CONTRIBUTOR,
    BLOB_DATA_READER,
    CONTRIBUTOR,
    HARDENED,
    OWNER,
    READER,
    STUDIO_ADDRESS,
    blob_service,
    blob_source,
    classifier,
    cognitive_account,
    container,
    custom_model,
    deleted,
    file_list_source,
    firewall,
    immutable_for,
    legal_hold,
    lifecycle_policy,
    lifecycle_rule,
    object_replication,
    principal_of,
    private_endpoint,
    role_assignment,
    storage_account,
    subscription_body,
    team,
    user_principal_of,
)
from samples.scan import NO_SIGN_IN, Account, Estate, Scan, Store, scan_all

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

# --- Claims Production: cognitive accounts --------------------------------------------------------------------------

CLAIMS: Final = cognitive_account(
    *(PRODUCTION, "rg-claims", "ctsins-di-claims", "westeurope"),
    disableLocalAuth=True,
    publicNetworkAccess="Disabled",
    networkAcls={"defaultAction": "Deny", "virtualNetworkRules": [], "ipRules": []},
    privateEndpointConnections=[private_endpoint(PRODUCTION, "rg-claims", "ctsins-di-claims", "westeurope")],
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
    *(PRODUCTION, "rg-legacy", "ctsinslegacyscans", "northeurope", "Standard_GRS"), supportsHttpsTrafficOnly=False
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
TO_COPIES: Final = ("training-fnol", "training-fnol-copy")

PRODUCTION_STORES: Final = (
    Store(
        INBOX,
        blob_service(INBOX, isVersioningEnabled=False, containerDeleteRetentionPolicy=OFF),
        (container(INBOX, "claims-inbox"), container(INBOX, "claims-results")),
        lifecycle_policy(INBOX, lifecycle_rule("delete-everything", blobs=0, snapshots=0, versions=0)),
    ),
    Store(INLINE, blob_service(INLINE, isVersioningEnabled=False, containerDeleteRetentionPolicy=OFF)),
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
    ),
    Store(
        SCANS,
        blob_service(SCANS),
        (container(SCANS, "scans-2019", hasLegalHold=True, legalHold=legal_hold("litigation2019")),),
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
    networkAcls=firewall(addresses=[STUDIO_ADDRESS]),
)
SETS: Final = storage_account(*(RESEARCH, "rg-lab", "ctsinslabsets", "swedencentral", "Standard_ZRS"), **HARDENED)

RESEARCH_STORES: Final = (
    Store(
        UPLOADS,
        blob_service(UPLOADS, studio=True),
        (container(UPLOADS, "lab-uploads"), container(UPLOADS, "studio-training", publicAccess="Container")),
        "403 AuthorizationFailed",
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

ESTATES: Final = (
    Estate(
        subscription_body(PRODUCTION, "Claims Production"),
        (
            Account(CLAIMS, CLAIMS_MODELS, (CLAIMS_SORTER,)),
            Account(MAILROOM, refused=("403 PermissionDenied", True)),
            Account(HUB),
            Account(COGNITIVE, refused=(NO_SIGN_IN, False)),
            Account(OPENAI),
        ),
        (),
        PRODUCTION_STORES,
        PRODUCTION_ROLES,
    ),
    Estate(
        subscription_body(RESEARCH, "Research and Test"),
        (Account(LAB, LAB_MODELS, (LAB_SORTER,)),),
        (PILOT,),
        RESEARCH_STORES,
        RESEARCH_ROLES,
    ),
)


def build() -> str:
    """The whole file."""
    stream = io.StringIO()
    statements = [
        read_configuration(FOLDER / "auditor.yaml", STARTED).storage,
        read_models(FOLDER / "models.yaml", STARTED),
    ]
    scan_all(Scan(stream, TOOL, (PRODUCTION, RESEARCH), STARTED), ESTATES, statements)
    return stream.getvalue()


def main() -> None:
    """Write the file beside this script."""
    (FOLDER / "estate.jsonl").write_text(build(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
