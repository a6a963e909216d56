"""Where another auditor errs (peers.md, section 4), and the right answer; a whole estate in one plan."""

from __future__ import annotations

from typing import Any

import pytest

from auditor import audit
from tests.infra.terraform.plans import STORE, account, forms, made, read, snapshot

GOOD = {
    "account_tier": "Standard",
    "account_replication_type": "LRS",
    "account_kind": "StorageV2",
    "min_tls_version": "TLS1_2",
    "https_traffic_only_enabled": True,
    "allow_nested_items_to_be_public": False,
    "shared_access_key_enabled": False,
    "public_network_access_enabled": False,
    "cross_tenant_replication_enabled": False,
    "local_user_enabled": False,
    "sftp_enabled": False,
}
STORE_ID = "azurerm_storage_account.docs.id"


def statuses(*resources: Any, scope_all: bool = True, **more: Any) -> dict[str, str]:
    """The status of each rule for the storage account."""
    found = read(*resources, **more)
    choice = audit.Choice(all_documents=scope_all, declared_only=not scope_all)
    report = audit.judge_snapshot(audit.prepare(choice), snapshot(found))
    return {
        line.rule.id: line.finding.status for line in report.lines if line.finding.subject.id.lower() == STORE.lower()
    }


@pytest.mark.parametrize("name", ["https_traffic_only_enabled", "enable_https_traffic_only"])
def test_http_is_a_failure_under_every_name(name: str) -> None:
    values = {key: value for key, value in GOOD.items() if key != "https_traffic_only_enabled"}
    assert statuses(account("docs", {**values, name: False}))["DI-TLS-002"] == "fail"
    assert statuses(account("docs", {**values, name: True}))["DI-TLS-002"] == "pass"


@pytest.mark.parametrize("rule", ["DI-TLS-001", "DI-TLS-002", "DI-ACC-003", "DI-ACC-004", "DI-NET-003", "DI-REG-002"])
def test_what_is_known_only_after_apply_is_unknown(rule: str) -> None:
    names = [name for name in GOOD if name != "account_tier"]
    hidden = account("docs", {}, unknown=dict.fromkeys(names, True), **dict.fromkeys(names, "random_id.x.hex"))
    assert statuses(hidden)[rule] == "unknown"
    assert statuses(account("docs", GOOD))[rule] == "pass"


@pytest.mark.parametrize(
    ("version", "public", "tls"),
    [("~> 2.99", "pass", "fail"), ("~> 3.0", "fail", "pass"), ("~> 5.0", "pass", "pass"), (None, "unknown", "unknown")],
)
def test_defaults_are_those_of_the_version(version: str | None, public: str, tls: str) -> None:
    found = statuses(account(), version=version)
    assert (found["DI-ACC-004"], found["DI-TLS-001"]) == (public, tls)


def test_nothing_set_is_open_to_all_networks() -> None:
    unset = account(unknown={"network_rules": True}, location={"constant_value": "westeurope"})
    assert statuses(unset)["DI-NET-003"] == "fail"


def test_a_whole_estate() -> None:
    """The account is found by its role; nothing of it is known by id."""
    resources = (
        account(
            "docs",
            {
                **GOOD,
                "https_traffic_only_enabled": False,
                "blob_properties": [{"delete_retention_policy": [{"days": 7}]}],
            },
        ),
        forms("forms", {"identity": [{"type": "SystemAssigned"}], "location": "northeurope"}),
        made(
            "azurerm_role_assignment",
            "r",
            {"role_definition_name": "Storage Blob Data Reader"},
            unknown={"scope": True, "principal_id": True, "name": True},
            scope=STORE_ID,
            principal_id="azurerm_cognitive_account.forms.identity[0].principal_id",
        ),
        made(
            "azurerm_storage_management_policy",
            "p",
            {
                "rule": [
                    {
                        "name": "r",
                        "enabled": True,
                        "filters": [{"blob_types": ["blockBlob"]}],
                        "actions": [{"base_blob": [{"delete_after_days_since_modification_greater_than": 1}]}],
                    }
                ]
            },
            unknown={"storage_account_id": True},
            storage_account_id=STORE_ID,
        ),
    )
    found = statuses(*resources, scope_all=False)
    wanted = {
        "DI-TLS-001": "pass",
        "DI-TLS-002": "fail",
        "DI-REG-001": "fail",  # westeurope for an account of northeurope
        "DI-REG-002": "pass",
        "DI-RET-001": "fail",
        "DI-RET-003": "fail",  # seven days of soft delete
        "DI-RET-004": "pass",
    }
    assert {rule: found[rule] for rule in wanted} == wanted


def test_without_its_role_an_account_may_hold_documents_or_not() -> None:
    found = statuses(account("docs", {**GOOD, "min_tls_version": "TLS1_0"}), forms(), scope_all=False)
    assert found["DI-TLS-001"] == "unknown"
    assert found["DI-TLS-002"] == "pass"
    assert "fail" not in found.values()
