"""The table of types: whose child a resource is, and which right reads it."""

from __future__ import annotations

import pytest

from auditor.model.region import normalise_region
from auditor.model.types import (
    ACCOUNT,
    ACCOUNT_PERIMETER,
    ACCOUNT_TLS,
    BACKUP_INSTANCE,
    BLOB_LOGS,
    BLOB_SERVICE,
    BY_NAME,
    BY_OPERATION,
    CONNECTION,
    CONTAINER,
    DELETED_ACCOUNT,
    DIAGNOSTIC_SETTING,
    DOCUMENT_ACCESS,
    ENCRYPTION_SCOPE,
    INSPECTION,
    INVENTORY_POLICY,
    LIFECYCLE_POLICY,
    LOCAL_USER,
    LOCATION,
    MODEL,
    OBJECT_REPLICATION,
    OPERATION,
    PRIVATE_ENDPOINT,
    PROJECT,
    PROJECT_CONNECTION,
    REGISTERED_MODEL,
    RESOURCE_TYPES,
    ROLE_ASSIGNMENT,
    ROLE_DEFINITION,
    STORAGE,
    STORAGE_PERIMETER,
    STORAGE_TASK_ASSIGNMENT,
    STORAGE_TLS,
    SUBSCRIPTION,
    VAULT,
    WORKSPACE,
    WORKSPACE_TABLE,
    owner_of,
    relations_of,
    subscription_of,
)

SUB = "/subscriptions/1"
DOCS = f"{SUB}/resourcegroups/rg/providers/microsoft.storage/storageaccounts/docs"
FORMS = f"{SUB}/resourcegroups/rg/providers/microsoft.cognitiveservices/accounts/forms"
AUDIT = f"{SUB}/resourcegroups/rg/providers/microsoft.operationalinsights/workspaces/audit"
BACKUPS = f"{SUB}/resourcegroups/rg/providers/microsoft.dataprotection/backupvaults/backups"


@pytest.mark.parametrize(
    ("resource_id", "type_name", "owner"),
    [
        (SUB, SUBSCRIPTION, None),
        (f"{SUB}/locations/westeurope", LOCATION, SUB),
        (DOCS, STORAGE, SUB),
        (FORMS, ACCOUNT, SUB),
        (f"{SUB}/providers/x/locations/we/resourcegroups/rg/deletedaccounts/old", DELETED_ACCOUNT, SUB),
        (f"{DOCS}/blobservices/default", BLOB_SERVICE, DOCS),
        (f"{DOCS}/blobservices/default/containers/scans", CONTAINER, DOCS),
        (f"{DOCS}/managementpolicies/default", LIFECYCLE_POLICY, DOCS),
        (f"{DOCS}/objectreplicationpolicies/7", OBJECT_REPLICATION, DOCS),
        (f"{FORMS}/documentmodels/invoices", MODEL, FORMS),
        (f"{FORMS}/DOCUMENTMODELS/INVOICES".upper(), MODEL, FORMS),
        (f"{DOCS}/providers/microsoft.authorization/roleassignments/7", ROLE_ASSIGNMENT, SUB),
        (f"{SUB}/providers/microsoft.authorization/roleassignments/7", ROLE_ASSIGNMENT, SUB),
        ("/providers/microsoft.authorization/roleassignments/7", ROLE_ASSIGNMENT, None),
        (f"{FORMS}/providers/microsoft.insights/diagnosticsettings/logs", DIAGNOSTIC_SETTING, FORMS),
        (
            f"{DOCS}/blobservices/default/providers/microsoft.insights/diagnosticsettings/logs",
            DIAGNOSTIC_SETTING,
            f"{DOCS}/blobservices/default",
        ),
        (f"{SUB}/providers/microsoft.authorization/roledefinitions/7", ROLE_DEFINITION, SUB),
        (AUDIT, WORKSPACE, SUB),
        (f"{AUDIT}/tables/azurediagnostics", WORKSPACE_TABLE, AUDIT),
        (f"{AUDIT}/documentaccess/default", DOCUMENT_ACCESS, AUDIT),
        (f"{SUB}/resourcegroups/rg/providers/microsoft.keyvault/vaults/keys", VAULT, SUB),
        (f"{SUB}/resourcegroups/rg/providers/microsoft.network/privateendpoints/e", PRIVATE_ENDPOINT, SUB),
        (f"{BACKUPS}/backupinstances/docs", BACKUP_INSTANCE, BACKUPS),
        (f"{FORMS}/networksecurityperimeterconfigurations/p", ACCOUNT_PERIMETER, FORMS),
        (f"{DOCS}/networksecurityperimeterconfigurations/p", STORAGE_PERIMETER, DOCS),
        (f"{FORMS}/connections/documents", CONNECTION, FORMS),
        (f"{FORMS}/projects/mailroom", PROJECT, FORMS),
        (f"{FORMS}/projects/mailroom/connections/documents", PROJECT_CONNECTION, f"{FORMS}/projects/mailroom"),
        (f"{FORMS}/connections/documents", PROJECT_CONNECTION, None),
        (f"{FORMS}/operations/31", OPERATION, FORMS),
        (f"{DOCS}/localusers/courier", LOCAL_USER, DOCS),
        (f"{DOCS}/encryptionscopes/letters", ENCRYPTION_SCOPE, DOCS),
        (f"{FORMS}/tlsprobes/default", ACCOUNT_TLS, FORMS),
        (f"{DOCS}/tlsprobes/default", STORAGE_TLS, DOCS),
        (f"{DOCS}/bloblogs/default", BLOB_LOGS, DOCS),
        (
            f"{DOCS}/blobservices/default/containers/scans/inspections/default",
            INSPECTION,
            f"{DOCS}/blobservices/default/containers/scans",
        ),
        ("/odd", DIAGNOSTIC_SETTING, None),
        ("/odd", CONTAINER, None),
        ("/auditor/register/models/a", REGISTERED_MODEL, None),
        (DOCS, "Microsoft.Other/things", None),
    ],
)
def test_whose_child_a_resource_is(resource_id: str, type_name: str, owner: str | None) -> None:
    assert owner_of(resource_id, type_name) == owner
    assert owner_of(resource_id, type_name.upper()) == owner


@pytest.mark.parametrize(
    ("resource_id", "subscription"),
    [
        (SUB, SUB),
        (f"{SUB}/", SUB),
        ("/SUBSCRIPTIONS/ABC/resourceGroups/x", "/subscriptions/abc"),
        ("/subscriptions/", None),
        ("/subscriptions", None),
        ("/providers/Microsoft.Management/managementGroups/mg", None),
        ("/x/subscriptions/1", None),
        ("", None),
    ],
)
def test_in_which_subscription_a_resource_lies(resource_id: str, subscription: str | None) -> None:
    assert subscription_of(resource_id) == subscription


def test_children_are_reached_by_the_name_of_their_relation() -> None:
    assert {name: kind.name for name, kind in relations_of(STORAGE.upper()).items()} == {
        "blobService": BLOB_SERVICE,
        "containers": CONTAINER,
        "lifecyclePolicy": LIFECYCLE_POLICY,
        "objectReplication": OBJECT_REPLICATION,
        "inventoryPolicies": INVENTORY_POLICY,
        "diagnosticSettings": DIAGNOSTIC_SETTING,
        "perimeters": STORAGE_PERIMETER,
        "localUsers": LOCAL_USER,
        "encryptionScopes": ENCRYPTION_SCOPE,
        "taskAssignments": STORAGE_TASK_ASSIGNMENT,
        "tlsProbe": STORAGE_TLS,
        "blobLogs": BLOB_LOGS,
    }
    assert relations_of(PROJECT) == {"connections": BY_NAME[PROJECT_CONNECTION.lower()]}
    assert relations_of(CONTAINER) == {"inspection": BY_NAME[INSPECTION.lower()]}
    assert "models" in relations_of(ACCOUNT)
    assert relations_of(LOCAL_USER) == {}
    assert relations_of("Microsoft.Other/things") == {}


def test_no_two_types_share_a_name_or_a_right() -> None:
    assert len(BY_NAME) == len(BY_OPERATION) == len(RESOURCE_TYPES)


def test_every_type_can_be_named_in_a_sentence_and_every_owner_is_known() -> None:
    for kind in RESOURCE_TYPES:
        assert kind.label
        assert kind.operation.endswith("/read")
        assert kind.owner is None or kind.owner.lower() in BY_NAME
        assert (kind.relation is None) == (kind.owner is None) or kind.name == DIAGNOSTIC_SETTING


@pytest.mark.parametrize("name", ["West Europe", "westeurope", " WEST\teurope ", "WestEurope"])
def test_a_region_has_one_name(name: str) -> None:
    assert normalise_region(name) == "westeurope"
