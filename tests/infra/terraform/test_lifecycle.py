"""Lifecycle policies: every action argument as the condition that it is in ARM.

Expected by hand from `website/docs/r/storage_management_policy.html.markdown` and azure-facts 2.6.
"""

from __future__ import annotations

from typing import Any

import pytest

from auditor.facts.lifecycle import lifecycle_rules
from auditor.infra.terraform.lifecycle import _ACTIONS
from tests.infra.terraform.plans import STORE, account, body, made, read

POLICY = f"{STORE}/managementPolicies/default"
BASE = {
    "delete_after_days_since_modification_greater_than": ("delete", "daysAfterModificationGreaterThan"),
    "delete_after_days_since_last_access_time_greater_than": ("delete", "daysAfterLastAccessTimeGreaterThan"),
    "delete_after_days_since_creation_greater_than": ("delete", "daysAfterCreationGreaterThan"),
    "tier_to_cool_after_days_since_modification_greater_than": ("tierToCool", "daysAfterModificationGreaterThan"),
    "tier_to_cool_after_days_since_last_access_time_greater_than": ("tierToCool", "daysAfterLastAccessTimeGreaterThan"),
    "tier_to_cool_after_days_since_creation_greater_than": ("tierToCool", "daysAfterCreationGreaterThan"),
    "tier_to_cold_after_days_since_modification_greater_than": ("tierToCold", "daysAfterModificationGreaterThan"),
    "tier_to_cold_after_days_since_last_access_time_greater_than": ("tierToCold", "daysAfterLastAccessTimeGreaterThan"),
    "tier_to_cold_after_days_since_creation_greater_than": ("tierToCold", "daysAfterCreationGreaterThan"),
    "tier_to_archive_after_days_since_modification_greater_than": ("tierToArchive", "daysAfterModificationGreaterThan"),
    "tier_to_archive_after_days_since_last_access_time_greater_than": (
        "tierToArchive",
        "daysAfterLastAccessTimeGreaterThan",
    ),
    "tier_to_archive_after_days_since_creation_greater_than": ("tierToArchive", "daysAfterCreationGreaterThan"),
    "tier_to_archive_after_days_since_last_tier_change_greater_than": (
        "tierToArchive",
        "daysAfterLastTierChangeGreaterThan",
    ),
}
COPIES = {
    "change_tier_to_archive_after_days_since_creation": ("tierToArchive", "daysAfterCreationGreaterThan"),
    "change_tier_to_cool_after_days_since_creation": ("tierToCool", "daysAfterCreationGreaterThan"),
    "tier_to_cold_after_days_since_creation_greater_than": ("tierToCold", "daysAfterCreationGreaterThan"),
    "tier_to_archive_after_days_since_last_tier_change_greater_than": (
        "tierToArchive",
        "daysAfterLastTierChangeGreaterThan",
    ),
}
SNAPSHOT = {**COPIES, "delete_after_days_since_creation_greater_than": ("delete", "daysAfterCreationGreaterThan")}
VERSION = {**COPIES, "delete_after_days_since_creation": ("delete", "daysAfterCreationGreaterThan")}
CASES = [
    (block, path, argument, wanted)
    for block, path, rows in (
        ("base_blob", "baseBlob", BASE),
        ("snapshot", "snapshot", SNAPSHOT),
        ("version", "version", VERSION),
    )
    for argument, wanted in rows.items()
]


def policy(rule: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    given = {"name": "r", "enabled": True, "filters": [{"blob_types": ["blockBlob"]}], "actions": [{}], **(rule or {})}
    kind = "azurerm_storage_management_policy"
    return made(kind, "p", {"storage_account_id": STORE, "rule": [given]}, **more)


def rule_of(*resources: Any, **more: Any) -> Any:
    return body(read(*resources, **more), POLICY)["properties"]["policy"]["rules"][0]


@pytest.mark.parametrize(("block", "path", "argument", "wanted"), CASES)
def test_an_action_is_a_condition(block: str, path: str, argument: str, wanted: tuple[str, str]) -> None:
    others = {name: -1 for kind, _, name, _ in CASES if kind == block and name != argument}
    found = rule_of(policy({"actions": [{block: [{**others, argument: 7}]}]}))
    assert found["definition"]["actions"] == {path: {wanted[0]: {wanted[1]: 7}}}


def test_every_action_of_the_documents_has_a_case() -> None:
    assert {argument for _, rows in _ACTIONS.values() for argument, _ in rows} == {
        argument for *_, argument, _ in CASES
    }


def test_a_whole_rule() -> None:
    rule = {
        "name": "documents",
        "enabled": False,
        "filters": [
            {
                "blob_types": ["blockBlob", "appendBlob"],
                "prefix_match": ["inbox/"],
                "match_blob_index_tag": [{"name": "a", "operation": "==", "value": "b"}, {"name": "c", "value": "d"}],
            }
        ],
        "actions": [
            {
                "base_blob": [
                    {
                        "auto_tier_to_hot_from_cool_enabled": True,
                        "tier_to_cool_after_days_since_last_access_time_greater_than": 3,
                    }
                ]
            }
        ],
    }
    assert rule_of(policy(rule)) == {
        "name": "documents",
        "enabled": False,
        "type": "Lifecycle",
        "definition": {
            "filters": {
                "blobTypes": ["blockBlob", "appendBlob"],
                "prefixMatch": ["inbox/"],
                "blobIndexMatch": [{"name": "a", "op": "==", "value": "b"}, {"name": "c", "op": "==", "value": "d"}],
            },
            "actions": {
                "baseBlob": {
                    "tierToCool": {"daysAfterLastAccessTimeGreaterThan": 3},
                    "enableAutoTierToHotFromCool": True,
                }
            },
        },
    }


def test_the_facts_read_it() -> None:
    actions = {
        "base_blob": [{"delete_after_days_since_creation_greater_than": 1}],
        "snapshot": [{"delete_after_days_since_creation_greater_than": 2}],
        "version": [{"delete_after_days_since_creation": 3}],
    }
    (rule,) = lifecycle_rules(body(read(policy({"actions": [actions]})), POLICY))
    assert (rule.blobs, rule.snapshots, rule.versions) == (1, 2, 3)


ZERO = {"delete_after_days_since_modification_greater_than": 0}
UNSURE = {"$unread": "0 days, which versions of azurerm before 4.0 may take for not set"}


@pytest.mark.parametrize(
    ("version", "others", "wanted"),
    [
        ("~> 4.0", {}, 0),
        ("~> 3.0", {"delete_after_days_since_creation_greater_than": -1}, 0),
        ("~> 3.0", {"delete_after_days_since_creation_greater_than": None}, UNSURE),
        (None, {}, UNSURE),
    ],
)
def test_zero_days_may_mean_not_set(version: str | None, others: Any, wanted: Any) -> None:
    found = rule_of(policy({"actions": [{"base_blob": [{**ZERO, **others}]}]}), version=version)
    assert found["definition"]["actions"]["baseBlob"]["delete"]["daysAfterModificationGreaterThan"] == wanted


LATER = {"$unread": "known only after apply"}


@pytest.mark.parametrize(
    ("hidden", "path"),
    [
        ({"enabled": True}, ("enabled",)),
        ({"name": True}, ("name",)),
        ({"filters": True}, ("definition", "filters")),
        ({"filters": [{"prefix_match": True}]}, ("definition", "filters", "prefixMatch")),
        ({"filters": [{"match_blob_index_tag": True}]}, ("definition", "filters", "blobIndexMatch")),
        ({"actions": True}, ("definition", "actions")),
        ({"actions": [{"base_blob": True}]}, ("definition", "actions", "baseBlob")),
        (
            {"actions": [{"version": [{"delete_after_days_since_creation": True}]}]},
            ("definition", "actions", "version", "delete", "daysAfterCreationGreaterThan"),
        ),
    ],
)
def test_parts_may_be_known_only_after_apply(hidden: Any, path: tuple[str, ...]) -> None:
    found = rule_of(
        policy({name: [] for name in hidden if name not in {"name", "enabled"}}, unknown={"rule": [hidden]})
    )
    for name in path:
        found = found[name]
    assert found == LATER


def test_all_rules_may_be_known_only_after_apply() -> None:
    found = read(made("azurerm_storage_management_policy", "p", {"storage_account_id": STORE}, unknown={"rule": True}))
    assert body(found, POLICY)["properties"]["policy"]["rules"] == LATER


def test_what_a_file_leaves_out_of_a_rule_is_unread() -> None:
    kind = "azurerm_storage_management_policy"
    found = rule_of(made(kind, "p", {"storage_account_id": STORE, "rule": [{}]}))
    missing = {"$unread": "the file does not give it"}
    assert (found["name"], found["enabled"]) == (missing, missing)
    assert found["definition"] == {"filters": missing, "actions": missing}


def test_a_policy_finds_its_account() -> None:
    kind = "azurerm_storage_management_policy"
    own = made(kind, "p", unknown={"storage_account_id": True}, storage_account_id="azurerm_storage_account.docs.id")
    assert read(account(), own).resources[1].id == POLICY
    lost = read(account(), made(kind, "p", unknown={"storage_account_id": True}, storage_account_id="local.x"))
    assert [(gap.scope, gap.operation) for gap in lost.gaps] == [
        ("", "Microsoft.Storage/storageAccounts/managementPolicies/read")
    ]
    assert lost.resources[1].id.endswith("/storageAccounts/{local.x}/managementPolicies/default")
