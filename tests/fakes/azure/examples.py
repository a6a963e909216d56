"""Whole estates to start from: a small one, one with more than a page of everything, one of each type, and a large one."""

from __future__ import annotations

from tests.fakes.azure import around
from tests.fakes.azure import builders as make
from tests.fakes.azure.estate import Estate, Json


def estate_small() -> Estate:
    """One Document Intelligence account with a model and a classifier, and the storage account that they learned from."""
    forms = make.document_intelligence("forms")
    docs = make.storage_account("docsstore")
    return Estate(
        [
            make.subscription(name="Documents (production)"),
            forms,
            make.custom_model(forms, "invoices-v3"),
            make.classifier(forms, "mailroom-v1"),
            docs,
            make.blob_service(docs, versioning=False),
            make.container(docs, "training"),
            make.container(docs, "invoices"),
            make.container(docs, "invoices-old", deleted=True),
            make.lifecycle_policy(docs),
            make.role_assignment(forms, "Storage Blob Data Reader", docs),
            make.diagnostic_setting(forms),
        ]
    )


def estate_two_subscriptions() -> Estate:
    """Two subscriptions and more than a page of everything: good accounts, bad ones, inherited roles, copies elsewhere."""
    return Estate(
        [
            make.subscription(make.SUBSCRIPTION, "Documents (production)"),
            make.subscription(make.OTHER_SUBSCRIPTION, "Documents (trial)"),
            make.subscription("33333333-aaaa-4bbb-8ccc-000000000003", "Nothing here"),
            *_production(),
            *_trial(),
        ],
        management_groups={
            make.SUBSCRIPTION: ("contoso", "contoso-production"),
            make.OTHER_SUBSCRIPTION: ("contoso",),
        },
    )


def _production() -> list[Json]:
    forms = make.document_intelligence("forms", local_auth=False, network="Deny", tags={"owner": "finance"})
    mailroom = make.document_intelligence("mailroom", kind="AIServices", identity=True)
    shared = make.document_intelligence("shared-cognitive", kind="CognitiveServices", domain=None, identity=False)
    docs = make.storage_account("docsstore", trusted=[forms], shared_key=False)
    copies = make.storage_account("docscopies", region="northeurope", sku="Standard_RAGRS")
    files = make.storage_account("filesonly", kind="FileStorage", sku="Premium_LRS")
    replication = [make.object_replication(docs, copies), make.object_replication(docs, copies, at=copies)]
    return [
        forms,
        mailroom,
        shared,
        make.deleted_account("forms-2025"),
        *(make.custom_model(forms, f"invoices-v{number}") for number in range(1, 6)),
        make.custom_model(mailroom, "letters", source="https://docscopies.blob.core.windows.net/letters"),
        make.classifier(forms, "mailroom-v1"),
        make.classifier(forms, "mailroom-v2", sources={"letter": "https://docscopies.blob.core.windows.net/letters"}),
        make.classifier(mailroom, "desk"),
        docs,
        copies,
        files,
        make.blob_service(docs, versioning=True, change_feed=True, soft_delete=7, cors=[make.cors_rule()]),
        make.blob_service(copies, versioning=True, container_soft_delete=7),
        *(make.container(docs, name) for name in ("archive", "invoices", "letters", "training")),
        make.container(docs, "wiped", deleted=True),
        make.container(copies, "letters", public_access="Blob", immutable_days=30, legal_hold=["case7"]),
        make.lifecycle_policy(docs, make.lifecycle_rule(version_days=1, snapshot_days=1)),
        *replication,
        make.role_assignment(forms, "Storage Blob Data Reader", docs),
        make.role_assignment(mailroom, "Storage Blob Data Contributor", make.management_group("contoso-production")),
        make.role_assignment(make.guid("admin"), "Owner", make.management_group("contoso"), principal_type="User"),
        make.role_assignment(make.guid("admin"), "User Access Administrator", "/", principal_type="User"),
        make.diagnostic_setting(forms),
        make.diagnostic_setting(f"{docs['id']}/blobServices/default", "to-storage", storage=copies),
    ]


def _trial() -> list[Json]:
    trial = make.OTHER_SUBSCRIPTION
    forms = make.document_intelligence("trial-forms", subscription=trial, region="eastus")
    docs = make.storage_account(
        "trialdocs",
        subscription=trial,
        region="eastus",
        sku="Standard_GRS",
        https=False,
        tls=None,
        public_access=True,
        cross_tenant=None,
    )
    return [
        forms,
        make.custom_model(forms, "receipts", source="https://trialdocs.blob.core.windows.net/uploads"),
        docs,
        make.storage_account(
            "scratch", subscription=trial, region="westus", kind="Storage", network=None, tls="TLS1_0"
        ),
        make.container(docs, "uploads", public_access="Container"),
        make.role_assignment(forms, "Storage Blob Data Contributor", docs),
    ]


def estate_of_every_type() -> Estate:
    """One subscription in which each type that a scan reads is there at least once, and connected to the others."""
    forms = make.document_intelligence("forms")
    foundry = make.document_intelligence("foundry", kind="AIServices", allowProjectManagement=True)
    docs = make.storage_account("docsstore", isLocalUserEnabled=True, isSftpEnabled=True)
    copies = make.storage_account("docscopies")
    blobs = f"{docs['id']}/blobServices/default"
    audit = around.workspace("audit")
    backups = around.backup_vault("backups")
    policy = around.backup_policy(backups, vaulted="P90D")
    mailroom = around.project(foundry, "mailroom")
    task = around.storage_task("clean-up", "DeleteBlob")
    role = around.custom_role(
        "Document courier", data_actions=["Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"]
    )
    return Estate(
        [
            make.subscription(name="Documents (production)"),
            forms,
            foundry,
            make.deleted_account("forms-2025"),
            make.deleted_storage_account("docs2025"),
            *(make.custom_model(forms, f"invoices-v{number}") for number in (1, 2, 3)),
            make.classifier(forms, "mailroom-v1"),
            *(around.operation(forms, model=f"invoices-v{number}") for number in (1, 2, 3)),
            around.operation(forms, "documentClassifierBuild", model="mailroom-v1"),
            around.batch(
                forms,
                ("https://docsstore.blob.core.windows.net/invoices/a.pdf", None),
                (
                    "https://docsstore.blob.core.windows.net/invoices/b.pdf",
                    "https://docsstore.blob.core.windows.net/training/b.json",
                ),
            ),
            docs,
            copies,
            make.blob_service(docs, versioning=True, change_feed=True),
            make.blob_service(copies, versioning=True),
            make.container(docs, "training"),
            make.container(docs, "invoices", defaultEncryptionScope="letters"),
            make.lifecycle_policy(docs),
            make.object_replication(docs, copies),
            make.object_replication(docs, copies, at=copies),
            around.inventory_policy(docs, "invoices"),
            around.data_export(audit, copies),
            around.local_user(docs),
            around.encryption_scope(docs, "letters"),
            task,
            around.storage_task_assignment(docs, task),
            around.perimeter(docs),
            around.perimeter(foundry, mode="Learning"),
            mailroom,
            around.connection(foundry, docs),
            around.connection(mailroom, docs, "letters"),
            role,
            make.role_assignment(forms, "Storage Blob Data Reader", docs),
            make.role_assignment(foundry, role["name"], docs),
            audit,
            around.workspace("elsewhere"),
            *(around.workspace_table(audit, name) for name in ("AzureDiagnostics", "Heartbeat", "StorageBlobLogs")),
            make.diagnostic_setting(forms, workspace=audit["id"]),
            make.diagnostic_setting(blobs, "blobs", workspace=audit["id"]),
            around.key_vault("keys"),
            backups,
            policy,
            around.backup_instance(backups, docs, policy, containers=["invoices"]),
            around.private_endpoint(docs, "docs-endpoint"),
        ]
    )


def estate_large(accounts: int = 100, *, containers: int = 3, models: int = 2, subscriptions: int = 1) -> Estate:
    """So many pairs of Document Intelligence and storage accounts, spread over subscriptions, to measure with."""
    resources: list[Json] = []
    for number in range(accounts):
        where = f"44444444-aaaa-4bbb-8ccc-{number % subscriptions:012d}"
        forms = make.document_intelligence(f"forms{number:05d}", subscription=where)
        docs = make.storage_account(f"docs{number:05d}", subscription=where, tls="TLS1_2" if number % 7 else None)
        resources += [forms, docs, make.blob_service(docs, soft_delete=7 if number % 3 else None)]
        resources += [make.container(docs, f"container-{index}") for index in range(containers)]
        resources += [make.custom_model(forms, f"model-{index}") for index in range(models)]
        resources += [make.role_assignment(forms, "Storage Blob Data Reader", docs)]
    return Estate(resources)
