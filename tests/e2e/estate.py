"""The estate of the end-to-end tests: a good half, a bad half, and what every rule must say about each of them.

`EXPECTED` was written by hand from the rules' catalogue and Azure's documentation, not from a run. Each signal that links a
store to an account and each path on which bytes leave stands in it at least once: see `_signals`.
"""

from __future__ import annotations

from tests.fakes.azure import Estate, around, practice
from tests.fakes.azure import builders as make
from tests.fakes.azure.blobs import blob
from tests.fakes.azure.estate import Json

GOOD, BAD = make.SUBSCRIPTION, make.OTHER_SUBSCRIPTION
EAST = {"subscription": BAD, "region": "eastus"}

MODELS = """
schema: auditor.models/1
models:
  - {account: forms, model: invoices-*, owner: Accounts payable, purpose: Read invoices, deleteBy: 2027-06-30}
  - {account: forms, model: mailroom-v1, owner: Mail room, purpose: Sort letters}
  - {account: trial-forms, model: receipts, owner: Travel, purpose: Read receipts, deleteBy: 2026-03-31}
erasureRequests:
  - {account: forms, model: claims-2024, requestedAt: "2026-06-01T09:00:00Z"}
  - {account: trial-forms, model: receipts, requestedAt: "2026-06-01T09:00:00Z"}
"""
CONFIGURATION = """
storage:
  - {storage: declaredstore, account: trial-forms, reason: receives results by SAS}
"""


def estate(*, signals: bool = True) -> Estate:
    """One subscription in order, one in disorder, and a store that has nothing to do with documents.

    Without `signals` it lacks the many stores of which each shows one, for tests in which they would only take time.
    """
    good, good_rows, good_calls = _good()
    bad, bad_rows, bad_calls = _bad(signals=signals)
    return Estate(
        [
            make.subscription(GOOD, "Documents (production)"),
            make.subscription(BAD, "Documents (trial)"),
            *good,
            *bad,
        ],
        logs=[*good_rows, *bad_rows],
        metrics=[*good_calls, *bad_calls],
    )


def _approved(endpoint: Json) -> Json:
    """The connection that an approved private endpoint makes at the resource it leads to (azure-facts 2.9)."""
    return {
        "id": f"{endpoint['id']}/connection",
        "name": "connection",
        "properties": {
            "privateEndpoint": {"id": endpoint["id"]},
            "privateLinkServiceConnectionState": {"status": "Approved", "description": ""},
            "provisioningState": "Succeeded",
        },
    }


def _logs(*categories: str) -> list[Json]:
    return [
        {"category": name, "enabled": True, "retentionPolicy": {"enabled": False, "days": 0}} for name in categories
    ]


_BLOBS = ("StorageRead", "StorageWrite", "StorageDelete")


def _good() -> tuple[list[Json], list[Json], list[Json]]:
    """Everything as the strict profile wants it, but for what Azure cannot prove; and a store that is merely sound."""
    audit = around.workspace("audit", retention=180)
    keys = around.key_vault("keys")
    to_forms = around.private_endpoint(f"{_account_id('forms')}", "to-forms", sub_resource="account")
    forms = make.document_intelligence(
        "forms",
        local_auth=False,
        public_network="Disabled",
        restrict_outbound=True,
        customer_key={"keyName": "k", "keyVersion": "1", "keyVaultUri": keys["properties"]["vaultUri"]},
        privateEndpointConnections=[_approved(to_forms)],
    )
    to_docs = around.private_endpoint(f"{_store_id('docsstore')}", "to-docs")
    docs = make.storage_account(
        "docsstore",
        shared_key=False,
        public_network="Disabled",
        copy_scope="AAD",
        privateEndpointConnections=[_approved(to_docs)],
        defaultToOAuthAuthentication=True,
        isLocalUserEnabled=False,
        allowSharedKeyAccessForServices={"blob": {"enabled": False}, "file": {"enabled": False}},
        allowCrossTenantDelegationSas=False,
        dataCollaborationPolicyProperties={"allowStorageDataShares": False, "allowBlobAccessPoints": False},
        sasPolicy={"sasExpirationPeriod": "1.00:00:00", "expirationAction": "Block"},
        encryption={
            "keySource": "Microsoft.Keyvault",
            "keyvaultproperties": {"keyname": "k", "keyvaulturi": keys["properties"]["vaultUri"]},
            "requireInfrastructureEncryption": True,
        },
    )
    training = make.container(docs, "training")
    inline = make.storage_account("inlinestore", sku="Standard_ZRS", shared_key=False, network="Deny")
    website = make.storage_account("website", sku="Standard_GRS", tls="TLS1_0", public_access=True)
    resources = [
        audit,
        around.workspace_table(audit, "AzureDiagnostics", days=180),
        around.workspace_table(audit, "StorageBlobLogs", days=180),
        keys,
        to_forms,
        to_docs,
        forms,
        make.diagnostic_setting(forms, workspace=audit["id"], logs=_logs("Audit", "RequestResponse")),
        make.custom_model(forms, "invoices-v3"),
        make.classifier(forms, "mailroom-v1"),
        around.operation(forms, "documentModelBuild"),
        docs,
        make.blob_service(docs, versioning=False),
        make.diagnostic_setting(f"{docs['id']}/blobServices/default", workspace=audit["id"], logs=_logs(*_BLOBS)),
        training,
        blob(training, "letter.pdf", practice.ago(hours=1)),
        make.lifecycle_policy(
            docs,
            make.lifecycle_rule(
                base_days=0,
                snapshot_days=0,
                blob_types=("blockBlob", "appendBlob"),
                condition="daysAfterCreationGreaterThan",
            ),
        ),
        make.role_assignment(forms, "Storage Blob Data Reader", docs),
        inline,
        make.blob_service(inline),
        make.diagnostic_setting(f"{inline['id']}/blobServices/default", workspace=audit["id"], logs=_logs(*_BLOBS)),
        make.role_assignment(forms, "Storage Blob Data Contributor", inline),
        website,
        make.blob_service(website),
        make.container(website, "public", public_access="Container"),
    ]
    rows = [
        practice.blob_log(audit, docs, "PutBlob", "training/a.pdf", at=practice.ago(hours=9)),
        practice.blob_log(audit, docs, "DeleteBlob", "training/a.pdf", at=practice.ago(hours=7)),
        practice.request_log(audit, forms, "Analyze Document", at=practice.ago(hours=9)),
        practice.request_log(audit, forms, "Delete Analyze Result", at=practice.ago(hours=8), ResultSignature="204"),
    ]
    return resources, rows, [practice.call_metric(forms, 12, region="West Europe", at=practice.ago(hours=9))]


def _account_id(name: str, subscription: str = GOOD) -> str:
    return str(make.document_intelligence(name, subscription=subscription)["id"])


def _store_id(name: str) -> str:
    return str(make.storage_account(name)["id"])


def _deleted_id(name: str) -> str:
    return str(make.deleted_storage_account(name, subscription=BAD)["properties"]["storageAccountResourceId"])


def _bad(*, signals: bool) -> tuple[list[Json], list[Json], list[Json]]:
    """Everything wrong that can be, and the stores of `_signals`."""
    owned = make.storage_account("ownedstore", shared_key=False, **EAST)
    faraway = around.workspace("faraway", subscription=BAD, region="northeurope", retention=30, replica="westus")
    forms = make.document_intelligence(
        "trial-forms",
        network="Allow",
        ip_rules=["13.0.0.0/8"],
        own_storage=[owned],
        locations={"routingMethod": "Priority", "regions": [{"name": "westus", "value": 1}]},
        **EAST,
    )
    docs = make.storage_account(
        "trialdocs",
        subscription=BAD,
        region="westus",
        sku="Standard_RAGRS",
        https=False,
        tls=None,
        public_access=True,
        cross_tenant=None,
        ip_rules=["0.0.0.0/0"],
        isSftpEnabled=True,
        isNfsV3Enabled=True,
        isLocalUserEnabled=True,
        allowSharedKeyAccessForServices={"blob": {"enabled": True}},
        allowCrossTenantDelegationSas=True,
        dataCollaborationPolicyProperties={"allowStorageDataShares": True, "allowCrossTenantDataSharing": True},
    )
    ruled = make.storage_account("ruledstore", shared_key=False, **EAST)
    reads = around.custom_role(
        "Scan reader",
        data_actions=["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/*"],
        not_data_actions=["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/delete"],
        subscription=BAD,
    )
    copies = make.storage_account("trialcopies", subscription=BAD, region="northeurope")
    uploads = make.container(
        docs,
        "uploads",
        public_access="Blob",
        legal_hold=["case7"],
        blobAccessPointConfiguration={"blobAccessPointConfigurationName": "bucket"},
    )
    vault = around.backup_vault("backups", subscription=BAD, region="westus", redundancy="GeoRedundant")
    yearly = around.backup_policy(vault, "yearly", operational=None, vaulted="P1Y")
    resources = [
        faraway,
        around.workspace_table(faraway, "StorageBlobLogs", days=30, total_days=730),
        forms,
        around.operation(forms, "documentModelCopyTo", target="https://westus.api.cognitive.microsoft.com/"),
        around.perimeter(forms, mode="Learning"),
        make.diagnostic_setting(forms, workspace=faraway["id"], logs=_logs("Audit")),
        make.custom_model(forms, "receipts", source="https://trialdocs.blob.core.windows.net/uploads"),
        make.custom_model(
            forms,
            "forgotten",
            source="https://trialdocs.blob.core.windows.net/uploads",
            created="2023-01-01T00:00:00Z",
            expires="2025-01-01T00:00:00Z",
            api_version="2024-07-31-preview",
        ),
        make.deleted_account("forms-2025", subscription=BAD),
        make.deleted_storage_account("oldtrialdocs", subscription=BAD, region="eastus"),
        make.deleted_storage_account("oldscratch", subscription=BAD, region="eastus", group="scratch"),
        make.role_assignment(forms, "Storage Blob Data Reader", _deleted_id("oldtrialdocs")),
        docs,
        make.blob_service(
            docs,
            versioning=True,
            soft_delete=14,
            container_soft_delete=7,
            restore_days=6,
            change_feed=True,
            cors=[make.cors_rule("*")],
        ),
        make.diagnostic_setting(f"{docs['id']}/blobServices/default", workspace=faraway["id"], logs=_logs(*_BLOBS[1:])),
        around.perimeter(docs, mode="Learning"),
        around.local_user(docs),
        uploads,
        blob(uploads, "passport.pdf", practice.ago(days=40)),
        make.object_replication(docs, copies, containers=[("uploads", "uploads")]),
        make.role_assignment(forms, "Storage Blob Data Contributor", docs),
        *(
            make.role_assignment(make.guid("user", str(number)), "Contributor", docs, principal_type="User")
            for number in range(6)
        ),
        *(
            make.role_assignment(
                make.guid("user", str(number)), "Cognitive Services User", forms, principal_type="User"
            )
            for number in range(11)
        ),
        *(
            make.role_assignment(make.guid("reader", str(number)), "Storage Blob Data Reader", uploads)
            for number in range(40)
        ),
        copies,
        make.blob_service(copies, versioning=True),
        vault,
        yearly,
        around.backup_instance(vault, docs, yearly, containers=["uploads"]),
        owned,
        make.blob_service(owned),
        ruled,
        make.blob_service(ruled),
        reads,
        make.role_assignment(forms, reads["name"], ruled),
        *(_signals(forms) if signals else ()),
    ]
    rows = [
        practice.blob_log(faraway, docs, "PutBlob", "uploads/b.pdf", at=practice.ago(days=9), TlsVersion="TLS 1.0"),
        practice.blob_log(faraway, docs, "DeleteBlob", "uploads/b.pdf", at=practice.ago(days=2), Protocol="HTTP"),
        practice.blob_log(
            faraway,
            make.storage_account("loggedstore", **EAST),
            "GetBlob",
            "inbox/c.pdf",
            at=practice.ago(days=1),
            StatusCode="200",
            RequesterObjectId=make.principal_of(forms),
        ),
        practice.request_log(faraway, forms, "Sign in", at=practice.ago(hours=9), category="Audit"),
    ]
    return resources, rows, [practice.call_metric(forms, 3, region="West US", at=practice.ago(hours=9))]


def _signals(forms: Json) -> list[Json]:
    """A sound store for each signal of azure-facts 3e that the other stores do not show, linked by nothing else."""

    def store(name: str, group: str = make.GROUP, **more: object) -> Json:
        return make.storage_account(name, shared_key=False, group=group, **EAST, **more)  # type: ignore[arg-type]

    hub = make.document_intelligence("trial-hub", kind="AIServices", **EAST)
    desk = around.project(hub, "desk", region="eastus")
    wildcard = f"/subscriptions/{BAD}/resourceGroups/{make.GROUP}/providers/Microsoft.CognitiveServices/accounts/*"
    trusted, above = store("trustedstore", trusted=[wildcard]), store("abovestore", "above")
    boxed, narrow, studio = store("boxedstore"), store("narrowstore"), store("studiostore")
    address, connected, project = (
        store("addressstore", ip_rules=["20.3.165.95"]),
        store("connectedstore"),
        store("projectstore"),
    )
    logged, declared = store("loggedstore"), store("declaredstore")
    box = f"{boxed['id']}/blobServices/default/containers/box"
    stores = [trusted, above, boxed, narrow, studio, address, connected, project, logged, declared]
    return [
        *stores,
        *(make.blob_service(item) for item in stores if item is not studio),
        make.blob_service(studio, cors=[make.cors_rule()]),
        hub,
        desk,
        around.connection(hub, connected),
        around.connection(desk, project),
        make.role_assignment(forms, "Storage Blob Data Reader", f"/subscriptions/{BAD}/resourceGroups/above"),
        make.role_assignment(forms, "Storage Blob Data Reader", box),
        make.role_assignment(
            forms, "Storage Blob Data Reader", narrow, condition="(@Resource[name] StringEquals 'only-this')"
        ),
    ]


SOUND = (
    "trustedstore",
    "ruledstore",
    "abovestore",
    "boxedstore",
    "narrowstore",
    "studiostore",
    "addressstore",
    "connectedstore",
    "projectstore",
    "loggedstore",
    "declaredstore",
    "ownedstore",
)
"""Stores that are alike but for the signal that links them."""
_NAMELESS = ("studiostore", "addressstore")
"""What links these does not tell which account."""

_STORE_RULES = (
    *("DI-REG-001", "DI-REG-002", "DI-REG-003", "DI-REG-006", "DI-REG-008", "DI-REG-010", "DI-REG-011"),
    *("DI-TLS-001", "DI-TLS-002", "DI-TLS-004", "DI-TLS-005", "DI-TLS-006"),
    *(
        "DI-RET-001",
        "DI-RET-003",
        "DI-RET-004",
        "DI-RET-005",
        "DI-RET-006",
        "DI-RET-007",
        "DI-RET-008",
        "DI-RET-009",
        "DI-RET-011",
    ),
    *("DI-ACC-003", "DI-ACC-004", "DI-ACC-006", "DI-ACC-008", "DI-ACC-009", "DI-ACC-011", "DI-ACC-012"),
    *("DI-NET-003", "DI-NET-004", "DI-NET-006", "DI-NET-008", "DI-NET-009"),
    *("DI-ENC-002", "DI-ENC-003"),
    *("DI-LOG-002",),
)
"""Those that apply to every store that holds documents. Further ones apply where there is something to look at:
DI-REG-005 regions that are allowed, DI-RET-002 containers, DI-ACC-010 keys that are on, DI-NET-010 a perimeter."""
_ACCOUNT_RULES = (
    *("DI-REG-004", "DI-REG-006", "DI-REG-009", "DI-REG-012"),
    *("DI-TLS-003",),
    *("DI-RET-012",),
    *("DI-ACC-001", "DI-ACC-002", "DI-ACC-007", "DI-ACC-009", "DI-ACC-012"),
    *("DI-NET-001", "DI-NET-002", "DI-NET-005", "DI-NET-007", "DI-NET-009"),
    *("DI-ENC-001",),
    *("DI-LOG-001",),
)

_NOT_STRICT = ("DI-REG-011", "DI-ACC-006", "DI-ACC-011", "DI-NET-004", "DI-NET-006", "DI-ENC-002", "DI-ENC-003")
"""What a store fails that only does what it must."""


def _rows() -> dict[tuple[str, str], str]:
    """Every (rule, resource's name) that applies, with its status, under the strict profile and `--inspect-blobs`."""
    return {**_stores(), **_accounts(), **_models(), **_around()}


def _stores() -> dict[tuple[str, str], str]:
    rows = {(rule, "docsstore"): "pass" for rule in _STORE_RULES}
    rows["DI-RET-001", "docsstore"] = "unknown"  # 0 days and nothing that keeps: Azure gives no upper bound
    # Deletes blobs of both types by their creation, and snapshots; there can be no versions.
    rows["DI-RET-002", "docsstore"] = "pass"
    rows["DI-ACC-005", "training"] = rows["DI-RET-010", "training"] = "pass"
    for name in ("inlinestore", *SOUND):
        rows |= {(rule, name): "pass" for rule in _STORE_RULES}
        rows |= {(rule, name): "fail" for rule in (*_NOT_STRICT, "DI-NET-003", "DI-LOG-002")}
        # No container: nothing rests there, and DI-RET-002 has nothing to cover. No row in a log: practice is not known.
        rows |= {(rule, name): "unknown" for rule in ("DI-TLS-005", "DI-RET-011")}
        rows["DI-RET-001", name] = "unknown"  # nor does a lifecycle rule wait for the next container
    rows |= {(rule, "inlinestore"): "pass" for rule in ("DI-NET-003", "DI-LOG-002")}
    rows |= {("DI-REG-001", name): "unknown" for name in _NAMELESS}
    rows |= {(rule, "trialdocs"): "fail" for rule in _STORE_RULES}
    rows["DI-TLS-004", "trialdocs"] = "fail"  # names no minimum, so its endpoint answers over TLS 1.0
    rows["DI-ACC-010", "trialdocs"] = "fail"  # made in March
    rows["DI-RET-002", "trialdocs"] = rows["DI-NET-010", "trialdocs"] = "fail"
    rows["DI-ACC-005", "uploads"] = rows["DI-RET-010", "uploads"] = "fail"
    return rows | _copies()


def _copies() -> dict[tuple[str, str], str]:
    """The account that object replication copies trialdocs to: sound but for its region, its keys and its versions."""
    rows = {(rule, "trialcopies"): "pass" for rule in _STORE_RULES}
    rows |= {(rule, "trialcopies"): "fail" for rule in (*_NOT_STRICT, "DI-NET-003", "DI-LOG-002")}
    rows |= {(rule, "trialcopies"): "unknown" for rule in ("DI-TLS-005", "DI-RET-011")}  # no row in a log
    rows["DI-REG-001", "trialcopies"] = "fail"  # in North Europe, and trial-forms is in East US
    rows["DI-RET-001", "trialcopies"] = (
        "fail"  # versioning is on, and no rule would delete versions of what arrives next
    )
    rows["DI-RET-005", "trialcopies"] = "fail"  # the same
    rows["DI-ACC-003", "trialcopies"] = rows["DI-ACC-010", "trialcopies"] = "fail"  # keys are on, since March
    return rows


def _accounts() -> dict[tuple[str, str], str]:
    rows = {(rule, "forms"): "pass" for rule in (*_ACCOUNT_RULES, "DI-REG-007", "DI-ENC-005")}
    rows |= {(rule, "trial-forms"): "fail" for rule in (*_ACCOUNT_RULES, "DI-NET-010")}
    rows["DI-ACC-002", "trial-forms"] = rows["DI-ACC-007", "trial-forms"] = "pass"
    rows["DI-TLS-003", "trial-forms"] = "pass"  # the platform refuses, whatever the customer does
    rows["DI-RET-012", "trial-forms"] = "unknown"  # nobody was seen deleting, but the names in logs may be other ones
    rows |= {(rule, "trial-hub"): "pass" for rule in _ACCOUNT_RULES}
    loose = ("DI-ACC-001", "DI-NET-001", "DI-NET-002", "DI-NET-005", "DI-NET-007", "DI-ENC-001", "DI-LOG-001")
    rows |= {(rule, "trial-hub"): "fail" for rule in loose}
    rows["DI-REG-012", "trial-hub"] = "unknown"  # no call was counted, so none was seen in its region
    rows["DI-RET-012", "trial-hub"] = "unknown"  # its requests are not logged
    return rows


def _models() -> dict[tuple[str, str], str]:
    rows: dict[tuple[str, str], str] = {}
    for model in ("invoices-v3", "mailroom-v1"):
        rows |= {(rule, model): "pass" for rule in ("DI-MDL-001", "DI-MDL-003", "DI-MDL-004", "DI-MDL-008")}
    rows["DI-MDL-002", "invoices-v3"] = "pass"  # mailroom-v1 has no date in the register
    rows |= {(rule, "receipts"): "pass" for rule in ("DI-MDL-001", "DI-MDL-003", "DI-MDL-004", "DI-MDL-008")}
    rows["DI-MDL-002", "receipts"] = "fail"
    rows["DI-MDL-007", "receipts"] = (
        "fail"  # past its date, and its container holds a passport; the request says the same
    )
    rows |= {(rule, "forgotten"): "fail" for rule in ("DI-MDL-001", "DI-MDL-003", "DI-MDL-004", "DI-MDL-008")}
    rows["DI-MDL-005", "claims-2024"] = "pass"
    rows["DI-MDL-007", "claims-2024"] = "unknown"  # the model is gone, and nobody says where its documents were
    rows["DI-MDL-005", "receipts"] = "fail"
    rows["DI-MDL-006", "forms-2025"] = "fail"
    rows["DI-MDL-006", "Documents (production)"] = "pass"
    rows["DI-RET-014", "Documents (production)"] = "pass"
    rows["DI-RET-014", "oldtrialdocs"] = "fail"  # the identity of trial-forms still has a role on it
    rows["DI-RET-014", "oldscratch"] = "unknown"  # nothing tells what was in it
    return rows


def _around() -> dict[tuple[str, str], str]:
    return {
        ("DI-RET-013", "audit"): "pass",
        ("DI-LOG-003", "audit"): "pass",
        ("DI-RET-013", "faraway"): "fail",  # blob logs are kept for two years
        ("DI-LOG-003", "faraway"): "pass",
        ("DI-ENC-004", "keys"): "pass",
    }


EXPECTED = _rows()
