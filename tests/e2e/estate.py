"""The estate of the end-to-end tests: a good half, a bad half, and what every rule must say about each of them.

`EXPECTED` was written by hand from the rules' catalogue and Azure's documentation, not from a run.
"""

from __future__ import annotations

from tests.fakes.azure import Estate
from tests.fakes.azure import builders as make

GOOD, BAD = make.SUBSCRIPTION, make.OTHER_SUBSCRIPTION

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


def estate() -> Estate:
    """One subscription in order, one in disorder, and a store that has nothing to do with documents."""
    return Estate(
        [
            make.subscription(GOOD, "Documents (production)"),
            make.subscription(BAD, "Documents (trial)"),
            *_good(),
            *_bad(),
        ]
    )


def _good() -> list[dict[str, object]]:
    forms = make.document_intelligence("forms", local_auth=False)
    docs = make.storage_account("docsstore", shared_key=False)
    inline = make.storage_account("inlinestore", sku="Standard_ZRS", shared_key=False)
    website = make.storage_account("website", sku="Standard_GRS", tls="TLS1_0", public_access=True)
    return [
        forms,
        make.custom_model(forms, "invoices-v3"),
        make.classifier(forms, "mailroom-v1"),
        docs,
        make.blob_service(docs, versioning=False),
        make.container(docs, "training"),
        make.lifecycle_policy(docs, make.lifecycle_rule(base_days=0, snapshot_days=0)),
        make.role_assignment(forms, "Storage Blob Data Reader", docs),
        inline,
        make.blob_service(inline),
        make.role_assignment(forms, "Storage Blob Data Contributor", inline),
        website,
        make.blob_service(website),
        make.container(website, "public", public_access="Container"),
    ]


def _bad() -> list[dict[str, object]]:
    forms = make.document_intelligence(
        "trial-forms",
        subscription=BAD,
        region="eastus",
        locations={"routingMethod": "Priority", "regions": [{"name": "westus", "value": 1}]},
    )
    docs = make.storage_account(
        "trialdocs",
        subscription=BAD,
        region="westus",
        sku="Standard_RAGRS",
        https=False,
        tls=None,
        public_access=True,
    )
    copies = make.storage_account("trialcopies", subscription=BAD, region="northeurope")
    return [
        forms,
        make.custom_model(forms, "receipts", source="https://trialdocs.blob.core.windows.net/uploads"),
        make.custom_model(
            forms,
            "forgotten",
            source="https://trialdocs.blob.core.windows.net/uploads",
            created="2023-01-01T00:00:00Z",
            expires="2025-01-01T00:00:00Z",
        ),
        make.deleted_account("forms-2025", subscription=BAD),
        docs,
        make.blob_service(
            docs, versioning=True, soft_delete=14, container_soft_delete=7, restore_days=6, change_feed=True
        ),
        make.container(docs, "uploads", public_access="Blob", legal_hold=["case7"]),
        make.object_replication(docs, copies, containers=[("uploads", "uploads")]),
        make.role_assignment(forms, "Storage Blob Data Contributor", docs),
        copies,
        make.blob_service(copies, versioning=True),
    ]


_IN_ORDER = (
    "DI-REG-001 DI-REG-002 DI-REG-003 DI-TLS-001 DI-TLS-002 DI-RET-003 DI-RET-004 DI-RET-005 DI-RET-006 DI-RET-007 "
    "DI-ACC-003 DI-ACC-004"
)
_IN_DISORDER = f"{_IN_ORDER} DI-RET-001 DI-RET-002"


def _rows() -> dict[tuple[str, str], str]:
    """Every (rule, resource's name) that applies, with its status."""
    rows = {(rule, "docsstore"): "pass" for rule in _IN_ORDER.split()}
    rows["DI-RET-001", "docsstore"] = "unknown"  # 0 days and nothing that keeps: Azure gives no upper bound
    rows["DI-RET-002", "docsstore"] = "pass"  # deletes blobs and snapshots; there can be no versions
    rows["DI-ACC-005", "training"] = "pass"
    rows |= {(rule, "inlinestore"): "pass" for rule in _IN_ORDER.split()}
    rows["DI-RET-001", "inlinestore"] = "pass"  # no container: nothing rests there; and so DI-RET-002 does not apply
    rows |= {(rule, "trialdocs"): "fail" for rule in _IN_DISORDER.split()}
    rows["DI-ACC-005", "uploads"] = "fail"
    rows |= {(rule, "forms"): "pass" for rule in ("DI-REG-004", "DI-ACC-001", "DI-ACC-002")}
    rows |= {(rule, "trial-forms"): "fail" for rule in ("DI-REG-004", "DI-ACC-001")}
    rows["DI-ACC-002", "trial-forms"] = "pass"
    for model in ("invoices-v3", "mailroom-v1"):
        rows |= {(rule, model): "pass" for rule in ("DI-MDL-001", "DI-MDL-003", "DI-MDL-004")}
    rows["DI-MDL-002", "invoices-v3"] = "pass"  # mailroom-v1 has no date in the register
    rows |= {(rule, "receipts"): "pass" for rule in ("DI-MDL-001", "DI-MDL-003", "DI-MDL-004")}
    rows["DI-MDL-002", "receipts"] = "fail"
    rows |= {(rule, "forgotten"): "fail" for rule in ("DI-MDL-001", "DI-MDL-003", "DI-MDL-004")}
    rows["DI-MDL-005", "claims-2024"] = "pass"
    rows["DI-MDL-005", "receipts"] = "fail"
    rows["DI-MDL-006", "forms-2025"] = "fail"
    rows["DI-MDL-006", "Documents (production)"] = "pass"
    return rows


EXPECTED = _rows()
