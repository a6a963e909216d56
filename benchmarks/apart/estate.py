"""A live estate to measure with: Document Intelligence accounts with their storage, a hundred in a subscription."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.azure import Estate, around
from tests.fakes.azure import builders as make

if TYPE_CHECKING:
    from tests.fakes.azure.estate import Json

IN_A_SUBSCRIPTION = 100
IN_WESTEUROPE = 3
"""Of five accounts."""


def estate(accounts: int) -> Estate:
    """So many accounts, each with its own storage account, models, roles and logs; two in five lie in another region."""
    resources: list[Json] = []
    subscriptions = max(1, accounts // IN_A_SUBSCRIPTION)
    for number in range(subscriptions):
        where = f"44444444-aaaa-4bbb-8ccc-{number:012d}"
        resources.append(make.subscription(where, f"Documents {number}"))
        audit = around.workspace("audit", subscription=where)
        resources += [audit, around.workspace_table(audit, "AzureDiagnostics", days=30)]
        resources.append(around.workspace_table(audit, "StorageBlobLogs", days=30))
        for account in range(number, accounts, subscriptions):
            region = "westeurope" if account // subscriptions % 5 < IN_WESTEUROPE else "northeurope"
            resources += _account(account, where, region, audit)
    return Estate(resources)


def _account(number: int, where: str, region: str, audit: Json) -> list[Json]:
    forms = make.document_intelligence(f"forms{number:05d}", subscription=where, region=region)
    tls = "TLS1_2" if number % 7 else None
    docs = make.storage_account(f"docs{number:05d}", subscription=where, region=region, tls=tls)
    return [
        forms,
        make.custom_model(forms, "invoices-v1"),
        make.custom_model(forms, "invoices-v2"),
        make.diagnostic_setting(forms, workspace=audit["id"]),
        docs,
        make.blob_service(docs, soft_delete=7 if number % 3 else None),
        *(make.container(docs, name) for name in ("invoices", "results", "training")),
        make.lifecycle_policy(docs),
        make.role_assignment(forms, "Storage Blob Data Reader", docs),
        make.diagnostic_setting(f"{docs['id']}/blobServices/default", "blobs", workspace=audit["id"]),
    ]
