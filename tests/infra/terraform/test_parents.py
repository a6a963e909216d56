"""What belongs to another resource: where that is not known, nothing that it may be is taken for whole.

The laws go over all records, so that a new type is held to them without a test of its own.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.infra.terraform.build import Record
from auditor.infra.terraform.table import RECORDS
from auditor.model.reading import Unread
from auditor.model.types import ACCOUNT, BACKUP_VAULT, BY_NAME, CONTAINER, ROLE_ASSIGNMENT, STORAGE, WORKSPACE
from tests.infra.terraform.plans import FORMS, GROUP, STORE, account, bodies, body, forms, made, plan, read, snapshot
from tests.infra.terraform.test_probes import GOOD, statuses

SUBSCRIPTION = "/subscriptions/s/resourceGroups/rg/providers"
BELONGING = [record for record in RECORDS.values() if record.parent]
PARTS = [record for record in BELONGING if record.extends]
CHILDREN = [
    record
    for record in BELONGING
    if not record.extends and record.arm.lower() in BY_NAME and record.arm != ROLE_ASSIGNMENT
]
OWNERS = {
    STORAGE: "azurerm_storage_account",
    ACCOUNT: "azurerm_cognitive_account",
    WORKSPACE: "azurerm_log_analytics_workspace",
    BACKUP_VAULT: "azurerm_data_protection_backup_vault",
    CONTAINER: "azurerm_storage_container",
    "": "azurerm_storage_account",
}


def name_of(record: Record) -> str:
    return record.type


def owner(record: Record, name: str, *, known: bool = False) -> dict[str, Any]:
    """A resource of the type that a record belongs to; Terraform knows its id where it was made before."""
    kind = OWNERS[record.owner]
    own = {"name": name, "resource_group_name": "rg", "kind": "AIServices"}
    if kind == "azurerm_storage_container":
        own = {"name": name, "storage_account_id": f"{SUBSCRIPTION}/Microsoft.Storage/storageAccounts/docs"}
    if not known:
        return made(kind, name, own, unknown={"id": True})
    below = f"storageAccounts/docs/blobServices/default/containers/{name}" if record.owner == CONTAINER else ""
    rest = below or f"{(record.owner or STORAGE).partition('/')[2]}/{name}"
    place = f"{SUBSCRIPTION}/{(record.owner or STORAGE).partition('/')[0]}/{rest}"
    return made(kind, name, {**own, "id": place}, actions=["no-op"])


def belonging(record: Record, names: tuple[str, ...], *refers: str) -> dict[str, Any]:
    """A resource of the type, of which one argument that leads to a parent is known only after apply."""
    (*_, last) = names if names[0].endswith("_name") else names[:1]
    return made(record.type, "it", {"name": "it"}, unknown={last: True}, **{last: tuple(refers)})


@pytest.mark.parametrize("record", BELONGING, ids=name_of)
def test_a_record_cannot_leave_out_what_it_belongs_to(record: Record) -> None:
    with pytest.raises(ValueError, match="its `parent` is missing"):
        replace(record, parent=())


@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_a_part_has_its_values_and_what_a_deletion_leaves(record: Record) -> None:
    with pytest.raises(ValueError, match="belong together"):
        replace(record, extends={})


NOWHERE = (("local.other",), ("local.other", "{owner}"), ("module.gone.id",), ())
"""What an expression refers to that may lead anywhere: also if one of the references leads to a resource of the file."""


@pytest.mark.parametrize("refers", NOWHERE, ids=str)
@pytest.mark.parametrize("which", ["parent", "also"])
@pytest.mark.parametrize("record", CHILDREN, ids=name_of)
def test_a_child_that_may_be_of_any_leaves_the_lists_of_all_unread(
    record: Record, which: str, refers: tuple[str, ...]
) -> None:
    names = getattr(record, which)
    if not names:
        return
    owners = [owner(record, "a"), owner(record, "b")]
    links = tuple(item.format(owner=f"{OWNERS[record.owner]}.a.id") for item in refers)
    found = read(*owners, belonging(record, names, *links))
    for item in owners:
        own = next(resource.id for resource in found.resources if resource.name == item["values"]["name"])
        assert snapshot(found).listing(own, record.arm).unread is not None


@pytest.mark.parametrize("refers", NOWHERE, ids=str)
@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_a_part_that_may_be_of_any_is_unread_in_all(record: Record, refers: tuple[str, ...]) -> None:
    owners = [owner(record, "a"), owner(record, "b")]
    links = tuple(item.format(owner=f"{OWNERS[record.owner]}.a.id") for item in refers)
    found = read(*owners, belonging(record, record.parent, *links))
    for resource in found.resources:
        path = next(iter(record.extends))
        assert isinstance(at(resource.body, path), Unread), resource.id


@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_an_id_below_a_group_is_not_that_of_the_group(record: Record) -> None:
    """`"${azurerm_resource_group.g.id}/providers/…"` refers to the group alone."""
    group = made("azurerm_resource_group", "g", {"name": "rg"}, unknown={"id": True})
    found = read(group, owner(record, "a"), belonging(record, record.parent, "azurerm_resource_group.g.id"))
    (own,) = [item for item in found.resources if item.type == record.arm]
    assert isinstance(at(own.body, next(iter(record.extends))), Unread)


def test_a_group_that_may_be_another_is_not_in_the_id() -> None:
    group = made("azurerm_resource_group", "g", {"name": "rg"})
    own = {"name": "docs", "resource_group_name": None}
    refers = ("local.other", "azurerm_resource_group.g.name")
    store = account("docs", own, unknown={"resource_group_name": True}, resource_group_name=refers)
    assert "/resourceGroups/{local.other}/" in next(
        item.id for item in read(group, store).resources if "docs" in item.id
    )


def test_an_account_that_the_expression_rules_out_stays_known() -> None:
    rules = made(
        "azurerm_storage_account_network_rules",
        "r",
        {"default_action": "Deny"},
        unknown={"storage_account_id": True},
        storage_account_id=("azurerm_storage_account.a.id", "azurerm_storage_account.b.id"),
    )
    found = bodies(read(account("a"), account("b"), account("c"), rules))
    acls = [item["properties"]["networkAcls"] for item in found.values()]
    assert [isinstance(item, dict) and "$unread" in item for item in acls] == [True, True, False]


def test_a_store_is_found_by_its_name_whatever_of_its_id_is_not_known() -> None:
    elsewhere = f"{SUBSCRIPTION}/Microsoft.Storage/storageAccounts/DOCS"
    rules = made(
        "azurerm_storage_account_network_rules", "r", {"storage_account_id": elsewhere, "default_action": "Deny"}
    )
    assert body(read(account(), rules), STORE)["properties"]["networkAcls"]["defaultAction"] == "Deny"


# Deletion


def at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def deleted(record: Record, own: dict[str, Any], *actions: str, **values: Any) -> dict[str, Any]:
    names = {record.parent[0]: own["values"]["id"], **values}
    return made(record.type, "it", names if "create" in actions else {}, actions=actions, before=names)


@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_what_a_deletion_leaves_is_what_azure_has_by_itself(record: Record) -> None:
    own = owner(record, "a", known=True)
    found = read(own, deleted(record, own, "delete", locked=False))
    (resource,) = found.resources
    for path, left in record.extends.items():
        value = at(resource.body, path)
        if isinstance(left, dict):
            assert {name: item for name, item in left.items() if item is not None}.items() <= value.items()
        else:
            assert value == left
    assert resource.key in (found.changed or ())


@pytest.mark.parametrize("record", PARTS, ids=name_of)
@pytest.mark.parametrize(
    ("actions", "owned"),
    [
        (["create", "delete"], ["no-op"]),  # the deletion comes last
        (["delete"], ["update"]),  # nobody tells which comes first
    ],
)
def test_where_the_order_is_not_known_the_part_is_unread(record: Record, actions: list[str], owned: list[str]) -> None:
    own = {**owner(record, "a", known=True), "actions": owned}
    (resource,) = read(own, deleted(record, own, *actions, locked=False)).resources
    assert all(isinstance(at(resource.body, path), Unread) for path in record.extends)


@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_the_part_of_a_resource_that_is_made_anew_is_its_own(record: Record) -> None:
    own = {**owner(record, "a", known=True), "actions": ["delete", "create"]}
    assert bodies(read(own, deleted(record, own, "delete"))) == bodies(read(own))


@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_a_part_that_is_replaced_is_the_new_one(record: Record) -> None:
    own = owner(record, "a", known=True)
    anew = made(record.type, "it", {record.parent[0]: own["values"]["id"]})
    replaced = deleted(record, own, "delete", "create", locked=False)
    assert bodies(read(own, replaced)) == bodies(read(own, anew))


@pytest.mark.parametrize("record", PARTS, ids=name_of)
def test_a_deletion_of_which_the_place_is_not_told_may_be_anywhere(record: Record) -> None:
    own = owner(record, "a", known=True)
    (resource,) = read(own, made(record.type, "it", actions=["delete"], before={"locked": False})).resources
    assert isinstance(at(resource.body, next(iter(record.extends))), Unread)


def test_a_locked_policy_may_stay() -> None:
    record = RECORDS["azurerm_storage_container_immutability_policy"]
    own = owner(record, "a", known=True)
    (resource,) = read(own, deleted(record, own, "delete", locked=True)).resources
    assert isinstance(at(resource.body, "properties.hasImmutabilityPolicy"), Unread)


@pytest.mark.parametrize("actions", [["delete"], ["no-op"]])
def test_without_its_network_rules_an_account_is_open(actions: list[str]) -> None:
    rules = {"storage_account_id": STORE, "default_action": "Deny", "bypass": ["None"]}
    block = {"default_action": "Deny", "bypass": ["None"], "ip_rules": [], "virtual_network_subnet_ids": []}
    values = {**GOOD, "id": STORE, "public_network_access_enabled": True, "network_rules": [block]}
    there = account("docs", values, unknown={"id": False}, actions=["no-op"])
    own = made("azurerm_storage_account_network_rules", "r", rules, actions=actions, before=rules)
    assert statuses(there, own)["DI-NET-003"] == ("fail" if actions == ["delete"] else "pass")


def test_without_its_key_an_account_has_one_of_microsoft() -> None:
    key = [{"key_vault_key_id": "https://kv.vault.azure.net/keys/k/1"}]
    there = forms("forms", {"id": FORMS, "customer_managed_key": key}, unknown={"id": False}, actions=["no-op"])
    own = made(
        "azurerm_cognitive_account_customer_managed_key",
        "k",
        actions=["delete"],
        before={"cognitive_account_id": FORMS, **key[0]},
    )
    assert body(read(there), FORMS)["properties"]["encryption"]["keySource"] == "Microsoft.KeyVault"
    assert body(read(there, own), FORMS)["properties"]["encryption"] == {"keySource": "Microsoft.CognitiveServices"}


# What Terraform forgets

OLD = {
    **GOOD,
    "nfsv3_enabled": False,
    "sftp_enabled": False,
    "custom_domain": [],
    "name": "docs",
    "resource_group_name": "rg",
    "id": STORE,
    "min_tls_version": "TLS1_0",
}


@pytest.mark.parametrize("left", ["absent", "no values", "nulls"])
def test_what_is_forgotten_is_as_before(left: str) -> None:
    """Some versions leave it in the planned values, stripped (hashicorp/terraform#38641)."""
    gone = account("docs", actions=["forget"], before=OLD)
    entry = {"address": gone["address"], "mode": "managed", "type": gone["type"], "name": "docs"}
    entry |= {"values": dict.fromkeys(OLD)} if left == "nulls" else {}
    values = {"root_module": {"resources": [] if left == "absent" else [entry]}}
    found = statuses(gone, planned_values=values)
    assert (found["DI-TLS-001"], found["DI-TLS-002"], found["DI-ACC-003"]) == ("fail", "pass", "pass")
    assert read(gone, planned_values=values).gaps == ()


def test_what_a_new_one_replaces_may_stay_as_it_was() -> None:
    anew = account("docs", {"name": "new", "min_tls_version": "TLS1_2"}, actions=["create", "forget"], before=OLD)
    found = bodies(read(anew))
    new = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/new"
    assert [found[own]["properties"]["minimumTlsVersion"] for own in (new, STORE)] == ["TLS1_2", "TLS1_0"]


@pytest.mark.parametrize("actions", [["delete"], ["forget"]])
def test_what_an_earlier_replacement_left_over_stays_only_if_it_is_forgotten(actions: list[str]) -> None:
    value = plan(account("docs", {"name": "new"}))
    value["resource_changes"].append(
        {**value["resource_changes"][0], "deposed": "6f", "change": {"actions": actions, "before": OLD}}
    )
    found = bodies(read(resource_changes=value["resource_changes"], planned_values=value["planned_values"]))
    assert (STORE in found) is (actions == ["forget"])


def test_a_part_of_what_is_not_known_at_all_is_not_known() -> None:
    arm = {"type": f"{STORAGE}@x", "name": "docs", "parent_id": "/subscriptions/s/resourceGroups/rg"}
    store = made("azapi_resource", "a", arm, unknown={"body": True})
    own = f"{arm['parent_id']}/providers/{STORAGE}/docs"
    rules = made("azurerm_storage_account_network_rules", "r", {"storage_account_id": own, "default_action": "Deny"})
    assert "$unread" in body(read(store, rules), own)["properties"]


def test_an_argument_that_was_not_kept_is_unread() -> None:
    gone = account("docs", actions=["forget"], before={"id": STORE, "name": "docs", "resource_group_name": "rg"})
    assert statuses(gone)["DI-TLS-001"] == "unknown"


def test_a_forgotten_part_goes_on_to_count() -> None:
    there = account("docs", {"id": STORE}, unknown={"id": False}, actions=["no-op"])
    before = {"storage_account_id": STORE, "default_action": "Deny", "bypass": ["None"]}
    rules = made("azurerm_storage_account_network_rules", "r", actions=["forget"], before=before)
    assert body(read(there, rules), STORE)["properties"]["networkAcls"]["defaultAction"] == "Deny"


# Plans that are not whole


@pytest.mark.parametrize("flag", [{"errored": True}, {"complete": False}], ids=str)
def test_what_a_plan_may_lack_is_unread(flag: Any) -> None:
    store = account("docs", {**GOOD, "public_network_access_enabled": True, "blob_properties": [{}]})
    found = statuses(store, **flag)
    assert [found[rule] for rule in ("DI-RET-003", "DI-RET-004", "DI-NET-003")] == ["unknown"] * 3
    assert found["DI-TLS-001"] == "pass"
    assert statuses(store)["DI-RET-003"] == "pass"


@pytest.mark.parametrize(
    "kind",
    [
        "azurerm_resource_group_template_deployment",
        "azurerm_subscription_template_deployment",
        "azurerm_resource_deployment_script_azure_cli",
        "Microsoft.Resources/deployments",
        "Microsoft.Resources/deploymentStacks",
        "microsoft.resources/DeploymentScripts",
    ],
)
def test_a_template_may_change_the_blob_service(kind: str) -> None:
    arm = {"type": f"{kind}@2024-03-01", "name": "t", "parent_id": "/subscriptions/s", "body": {}}
    template = made("azapi_resource", "t", arm) if "/" in kind else made(kind, "t", {"name": "t"})
    found = statuses(account("docs", {**GOOD, "blob_properties": [{}]}), template)
    assert [found[rule] for rule in ("DI-RET-003", "DI-RET-004")] == ["unknown"] * 2
    assert found["DI-TLS-001"] == "pass"


def change_of(arm: str) -> dict[str, Any]:
    return {"type": {"constant_value": f"{arm}@2023-05-01"}}


@pytest.mark.parametrize(
    ("left_out", "rule"),
    [
        (made("azurerm_resource_group_template_deployment", "t"), "DI-RET-003"),
        (made("azapi_update_resource", "u"), "DI-RET-003"),
        (made("azapi_update_resource", "service", **change_of(f"{STORAGE}/blobServices")), "DI-RET-003"),
        (made("azapi_update_resource", "u", **change_of(STORAGE)), "DI-TLS-001"),
        (made("azapi_resource_action", "u", **change_of(STORAGE)), "DI-TLS-001"),
        (made("azurerm_storage_account_network_rules", "r"), "DI-NET-003"),
        (made("azurerm_storage_management_policy", "p"), "DI-RET-001"),
    ],
    ids=lambda value: value if isinstance(value, str) else value["address"],
)
@pytest.mark.parametrize("repeated", [False, True])
def test_what_a_plan_passes_over_may_be_there(left_out: dict[str, Any], rule: str, repeated: bool) -> None:
    """With `-target`, versions before 1.8 do not say that the plan is not whole; `count` may be zero."""
    store = account("docs", {**GOOD, "public_network_access_enabled": True})
    value = plan(store, left_out)
    if repeated:
        value["configuration"]["root_module"]["resources"][1]["count_expression"] = {"constant_value": 0}
    targeted = {name: plan(store)[name] for name in ("planned_values", "resource_changes")}
    found = statuses(store, **targeted, configuration=value["configuration"])
    assert found[rule] == (statuses(store)[rule] if repeated else "unknown")


@pytest.mark.parametrize("repeated", [False, True])
def test_what_a_plan_passes_over_in_a_module_may_be_there(repeated: bool) -> None:
    template = made("azurerm_resource_group_template_deployment", "t", module="module.a")
    configuration = plan(account("docs", GOOD), template, calls={"a": {}})["configuration"]
    if repeated:
        configuration["root_module"]["module_calls"]["a"]["count_expression"] = {"constant_value": 0}
    found = statuses(account("docs", GOOD), configuration=configuration)
    assert found["DI-RET-003"] == ("pass" if repeated else "unknown")
