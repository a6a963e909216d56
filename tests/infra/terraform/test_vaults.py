"""Key vaults, workspaces and backup, as ARM properties (azure-facts 2.10, 2.11, 3b)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.facts.backups import protections_of
from auditor.facts.estate import Estate
from auditor.model.types import STORAGE
from tests.infra.terraform.plans import GROUP, STORE, account, body, made, read, snapshot

VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/x"
WORKSPACE = f"{GROUP}/providers/Microsoft.OperationalInsights/workspaces/x"
BACKUP = f"{GROUP}/providers/Microsoft.DataProtection/backupVaults/x"
LATER = {"$unread": "known only after apply"}


def top(kind: str, values: Any = None, **more: Any) -> dict[str, Any]:
    own = {"name": "x", "resource_group_name": "rg", "location": "westeurope", **(values or {})}
    return made(kind, "x", own, **more)


def at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize(
    ("kind", "own", "argument", "value", "path", "wanted"),
    [
        ("azurerm_key_vault", VAULT, "sku_name", "standard", "sku.name", "standard"),
        ("azurerm_key_vault", VAULT, "vault_uri", "https://x", "vaultUri", "https://x"),
        ("azurerm_key_vault", VAULT, "purge_protection_enabled", True, "enablePurgeProtection", True),
        ("azurerm_key_vault", VAULT, "purge_protection_enabled", False, "enablePurgeProtection", None),
        ("azurerm_key_vault", VAULT, "soft_delete_retention_days", 7, "softDeleteRetentionInDays", 7),
        ("azurerm_key_vault", VAULT, "soft_delete_enabled", True, "enableSoftDelete", True),
        ("azurerm_key_vault", VAULT, "enable_rbac_authorization", True, "enableRbacAuthorization", True),
        ("azurerm_key_vault", VAULT, "rbac_authorization_enabled", True, "enableRbacAuthorization", True),
        ("azurerm_key_vault", VAULT, "public_network_access_enabled", False, "publicNetworkAccess", "Disabled"),
        ("azurerm_log_analytics_workspace", WORKSPACE, "retention_in_days", 90, "retentionInDays", 90),
        ("azurerm_log_analytics_workspace", WORKSPACE, "sku", "PerGB2018", "sku.name", "PerGB2018"),
        ("azurerm_log_analytics_workspace", WORKSPACE, "workspace_id", "c1", "customerId", "c1"),
        (
            "azurerm_log_analytics_workspace",
            WORKSPACE,
            "internet_ingestion_enabled",
            False,
            "publicNetworkAccessForIngestion",
            "Disabled",
        ),
        (
            "azurerm_log_analytics_workspace",
            WORKSPACE,
            "internet_query_access_type",
            "SecuredByPerimeter",
            "publicNetworkAccessForQuery",
            "SecuredByPerimeter",
        ),
        (
            "azurerm_log_analytics_workspace",
            WORKSPACE,
            "local_authentication_disabled",
            True,
            "features.disableLocalAuth",
            True,
        ),
        (
            "azurerm_log_analytics_workspace",
            WORKSPACE,
            "local_authentication_enabled",
            True,
            "features.disableLocalAuth",
            False,
        ),
        (
            "azurerm_log_analytics_workspace",
            WORKSPACE,
            "immediate_data_purge_on_30_days_enabled",
            True,
            "features.immediatePurgeDataOn30Days",
            True,
        ),
        ("azurerm_log_analytics_workspace", WORKSPACE, "cmk_for_query_forced", True, "forceCmkForQuery", True),
        (
            "azurerm_data_protection_backup_vault",
            BACKUP,
            "cross_region_restore_enabled",
            True,
            "featureSettings.crossRegionRestoreSettings.state",
            "Enabled",
        ),
        (
            "azurerm_data_protection_backup_vault",
            BACKUP,
            "soft_delete",
            "Off",
            "securitySettings.softDeleteSettings.state",
            "Off",
        ),
        (
            "azurerm_data_protection_backup_vault",
            BACKUP,
            "immutability",
            "Locked",
            "securitySettings.immutabilitySettings.state",
            "Locked",
        ),
    ],
)
def test_an_argument_is_a_property(kind: str, own: str, argument: str, value: Any, path: str, wanted: Any) -> None:
    assert at(body(read(top(kind, {argument: value})), own), f"properties.{path}") == wanted
    assert at(body(read(top(kind, unknown={argument: True}), configured=False), own), f"properties.{path}") == LATER


def test_network_rules_of_a_vault() -> None:
    acls = {"default_action": "Deny", "bypass": "None", "ip_rules": ["1.2.3.4"], "virtual_network_subnet_ids": ["/s"]}
    assert body(read(top("azurerm_key_vault", {"network_acls": [acls]})), VAULT)["properties"]["networkAcls"] == {
        "defaultAction": "Deny",
        "bypass": "None",
        "ipRules": [{"value": "1.2.3.4"}],
        "virtualNetworkRules": [{"id": "/s"}],
    }
    hidden = read(top("azurerm_key_vault", unknown={"network_acls": True}))
    assert body(hidden, VAULT)["properties"]["networkAcls"] == LATER


def test_a_replica_of_a_workspace() -> None:
    kind = "azurerm_log_analytics_workspace"
    found = read(top(kind, {"replication": [{"location": "northeurope"}]}))
    assert body(found, WORKSPACE)["properties"]["replication"] == {"enabled": True, "location": "northeurope"}
    assert body(read(top(kind, unknown={"replication": True})), WORKSPACE)["properties"]["replication"] == LATER


def test_tables_lie_in_their_workspace() -> None:
    kind = "azurerm_log_analytics_workspace_table"
    own = {"name": "AzureDiagnostics", "plan": "Analytics", "retention_in_days": 30, "total_retention_in_days": 400}
    refers = {"workspace_id": "azurerm_log_analytics_workspace.x.id"}
    table = made(kind, "t", own, unknown={"workspace_id": True}, **refers)
    found = read(top("azurerm_log_analytics_workspace", unknown={"id": True}), table)
    assert body(found, f"{WORKSPACE}/tables/AzureDiagnostics")["properties"] == {
        "plan": "Analytics",
        "retentionInDays": 30,
        "totalRetentionInDays": 400,
    }
    lost = read(made(kind, "t", own, unknown={"workspace_id": True}, workspace_id="local.x"))
    assert [gap.operation for gap in lost.gaps] == ["Microsoft.OperationalInsights/workspaces/tables/read"]


def backup(policy: Any, instance: Any = None) -> Any:
    vault = top(
        "azurerm_data_protection_backup_vault",
        {"redundancy": "GeoRedundant", "datastore_type": "VaultStore"},
        unknown={"id": True},
    )
    refers = {"vault_id": "azurerm_data_protection_backup_vault.x.id"}
    hidden = {"id": True, "vault_id": True}
    rules = made(
        "azurerm_data_protection_backup_policy_blob_storage", "p", {"name": "p", **policy}, unknown=hidden, **refers
    )
    protects = made(
        "azurerm_data_protection_backup_instance_blob_storage",
        "i",
        {"name": "i", "location": "westeurope", **(instance or {})},
        unknown={**hidden, "storage_account_id": True, "backup_policy_id": True},
        storage_account_id="azurerm_storage_account.docs.id",
        backup_policy_id="azurerm_data_protection_backup_policy_blob_storage.p.id",
        **refers,
    )
    return read(account(), vault, rules, protects)


@pytest.mark.parametrize(
    ("policy", "kinds"),
    [
        ({"retention_duration": "P30D"}, {"operational": 720}),
        ({"operational_default_retention_duration": "P1D"}, {"operational": 24}),
        (
            {"operational_default_retention_duration": "P1D", "vault_default_retention_duration": "P7D"},
            {"operational": 24, "vaulted": 168},
        ),
        (
            {
                "vault_default_retention_duration": "P7D",
                "retention_rule": [
                    {"name": "monthly", "life_cycle": [{"data_store_type": "VaultStore", "duration": "P10D"}]}
                ],
            },
            {"vaulted": 240},
        ),
    ],
)
def test_a_backup_protects_an_account(policy: Any, kinds: Any) -> None:
    declared = backup(policy)
    estate = Estate(snapshot(declared), datetime(2026, 11, 24, tzinfo=UTC))
    found = protections_of(estate.snapshot.of_type(STORAGE)[0], estate)
    assert {item.kind: item.hours for item in found} == kinds
    assert {item.vault_name for item in found} == {"x"}
    assert body(declared, BACKUP)["properties"]["storageSettings"] == [
        {"type": "GeoRedundant", "datastoreType": "VaultStore"}
    ]


def test_a_backup_may_name_containers() -> None:
    found = body(backup({}, {"storage_account_container_names": ["inbox"]}), f"{BACKUP}/backupInstances/i")
    assert found["properties"]["dataSourceInfo"]["resourceID"] == STORE
    assert found["properties"]["policyInfo"] == {
        "policyId": f"{BACKUP}/backupPolicies/p",
        "policyParameters": {"backupDatasourceParametersList": [{"containersList": ["inbox"]}]},
    }


def test_parts_of_a_backup_may_be_known_only_after_apply() -> None:
    kind = "azurerm_data_protection_backup_policy_blob_storage"
    hidden = made(
        kind, "p", {"name": "p", "vault_id": BACKUP}, unknown={"retention_rule": True, "retention_duration": True}
    )
    rules = body(read(hidden), f"{BACKUP}/backupPolicies/p")["properties"]["policyRules"]
    assert rules[0]["lifecycles"][0]["deleteAfter"]["duration"] == LATER
    assert rules[1] == LATER
    given = {"name": "p", "vault_id": BACKUP, "retention_rule": [{}]}
    inner = read(made(kind, "p", given, unknown={"retention_rule": [{"life_cycle": True}]}))
    rules = body(inner, f"{BACKUP}/backupPolicies/p")["properties"]["policyRules"]
    assert rules[0]["lifecycles"] == LATER
    partial = read(made(kind, "p", {**given, "retention_rule": [{"life_cycle": [{}]}]}))
    missing = {"$unread": "the file does not give it"}
    lifecycle = body(partial, f"{BACKUP}/backupPolicies/p")["properties"]["policyRules"][0]["lifecycles"][0]
    assert (lifecycle["deleteAfter"]["duration"], lifecycle["sourceDataStore"]["dataStoreType"]) == (missing, missing)


def test_backup_of_a_vault_that_is_not_known() -> None:
    hidden = {"vault_id": True, "storage_account_id": True, "backup_policy_id": True}
    refers = {"vault_id": "local.x", "storage_account_id": "local.y", "backup_policy_id": "local.z"}
    lost = read(
        made("azurerm_data_protection_backup_policy_blob_storage", "p", unknown={"vault_id": True}, vault_id="local.x"),
        made("azurerm_data_protection_backup_instance_blob_storage", "i", unknown=hidden, **refers),
    )
    assert sorted(gap.operation.rpartition("backupVaults/")[2] for gap in lost.gaps) == [
        "backupInstances/read",
        "backupPolicies/read",
    ]
    instance = lost.resources[1].body["properties"]
    assert instance["dataSourceInfo"]["resourceID"].why == "known only after apply: local.y"


def test_a_vault_of_which_little_is_known() -> None:
    found = body(read(top("azurerm_data_protection_backup_vault", unknown={"redundancy": True})), BACKUP)
    missing = {"$unread": "the file does not give it"}
    assert found["properties"]["storageSettings"] == [{"type": LATER, "datastoreType": missing}]
