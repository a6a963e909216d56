"""Plans as a whole: what they change, what they leave out; and states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ExitCode, InfrastructureError
from auditor.infra.declared import Document, Inputs
from auditor.infra.terraform import plan as plans
from auditor.infra.terraform import state as states
from auditor.infra.terraform.table import OURS, RECORDS, WITHOUT_FACTS
from auditor.model.types import BLOB_SERVICE, BY_NAME, CONTAINER, LIFECYCLE_POLICY, STORAGE
from tests.infra.terraform.plans import STORE, account, document, made, plan, read, read_state, snapshot


@pytest.mark.parametrize(
    ("actions", "changed"),
    [
        (["create"], True),
        (["update"], True),
        (["delete", "create"], True),
        (["create", "delete"], True),
        (["no-op"], False),
        (["read"], False),
        ([], False),
    ],
)
def test_what_a_plan_changes(actions: list[str], changed: bool) -> None:
    there = account("docs", {"id": STORE}, unknown={"id": False}, actions=actions)
    assert read(there).changed == ({STORE.lower()} if changed else set())


def test_children_and_what_others_change_count_too() -> None:
    kept = account("docs", {"id": STORE}, unknown={"id": False}, actions=["no-op"])
    rules = made("azurerm_storage_account_network_rules", "r", {"storage_account_id": STORE, "default_action": "Deny"})
    assert read(kept, rules).changed == {STORE.lower()}
    service = account("docs", {"blob_properties": [{}]})
    assert read(service).changed == {STORE.lower(), f"{STORE}/blobservices/default".lower()}


@pytest.mark.parametrize("actions", [["delete"], ["forget"]])
def test_what_is_removed_changes_what_it_belonged_to(actions: list[str]) -> None:
    kept = account("docs", {"id": STORE}, unknown={"id": False}, actions=["no-op"])
    value = plan(kept)
    before = {"id": f"{STORE}/managementPolicies/default", "storage_account_id": STORE, "rule": [], "note": "/x"}
    removed = {"address": "azurerm_storage_management_policy.p", "type": "azurerm_storage_management_policy"}
    value["resource_changes"].append(
        {**removed, "mode": "managed", "name": "p", "change": {"actions": actions, "before": before, "after": None}}
    )
    found = plans.read(document(value), Inputs())
    policy = [f"{STORE}/managementPolicies/default"] if actions == ["forget"] else []  # then it stays in Azure
    assert [item.id for item in found.resources] == [STORE, *policy]
    assert found.changed == {STORE.lower(), f"{STORE}/managementPolicies/default".lower(), "/x"}


def test_an_import_changes_nothing_by_itself() -> None:
    there = account("docs", {"id": STORE}, unknown={"id": False}, actions=["no-op"])
    value = plan(there)
    value["resource_changes"][0]["change"]["importing"] = {"id": STORE}
    found = plans.read(document(value), Inputs())
    assert (len(found.resources), found.changed) == (1, frozenset())


def test_each_resource_tells_its_address() -> None:
    (found,) = read(account(module='module.a["x"]', index=0)).resources
    assert found.origin is not None
    place = found.origin.place("properties.minimumTlsVersion")
    assert (place.file, place.line, place.address) == (
        "plan.json",
        None,
        'module.a["x"].azurerm_storage_account.docs[0]',
    )


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ({"errored": True}, "planning ended with an error, so the plan is not whole"),
        ({"complete": False}, "the plan is not whole: Terraform has put a part of it off"),
    ],
)
def test_a_plan_that_is_not_whole_leaves_no_list_whole(flag: Any, reason: str) -> None:
    found = snapshot(read(account(), **flag))
    listing = found.listing(STORE, CONTAINER)
    assert listing.unread is not None
    assert listing.unread.why == reason


@pytest.mark.parametrize("flag", [{}, {"errored": False, "complete": True, "applyable": True}])
def test_a_whole_plan_has_whole_lists(flag: Any) -> None:
    found = snapshot(read(account(), **flag))
    assert found.gaps == ()
    assert found.listing(STORE, LIFECYCLE_POLICY).unread is None
    # No file shows that a store has no container at all: whoever uses it will make one.
    assert found.listing(STORE, CONTAINER).unread is not None


def test_perimeters_are_not_read() -> None:
    found = read(account(), made("azurerm_network_security_perimeter_association", "p"))
    assert [gap.operation for gap in found.gaps] == [
        "Microsoft.CognitiveServices/accounts/networkSecurityPerimeterConfigurations/read",
        "Microsoft.Storage/storageAccounts/networkSecurityPerimeterConfigurations/read",
    ]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("azurerm_resource_group_template_deployment", {"template_content": "{}"}),
        ("azurerm_template_deployment", {}),
        ("azapi_resource", {"type": "Microsoft.Resources/deployments@2021-04-01", "body": {}}),
    ],
)
def test_a_template_may_hold_anything(kind: str, values: Any) -> None:
    found = snapshot(read(account(), made(kind, "t", values)))
    listing = found.listing(STORE, CONTAINER)
    assert listing.unread is not None
    assert listing.unread.why == f"{kind}.t deploys an ARM template, which is not read here"


def test_what_is_put_off_is_told() -> None:
    later = [
        {
            "reason": "instance_count_unknown",
            "resource_change": {"address": "azurerm_storage_container.c", "type": "azurerm_storage_container"},
        },
        {"reason": "x", "resource_change": {"address": "random_string.x", "type": "random_string"}},
        {"reason": "x", "resource_change": None},
        None,
    ]
    assert [(gap.operation, gap.reason) for gap in read(deferred_changes=later).gaps] == [
        (f"{CONTAINER}/read", "azurerm_storage_container.c is put off to a later plan: instance count unknown"),
    ]


def test_what_is_put_off_in_words_of_arm_may_be_anything() -> None:
    own = {"address": "azapi_resource.x", "type": "azapi_resource"}
    later = {"reason": "absent_prereq", "resource_change": own}
    found = read(account(), deferred_changes=[later])
    assert "azapi_resource.x is put off to a later plan: absent prereq" in {gap.reason for gap in found.gaps}
    assert snapshot(found).listing(STORE, BLOB_SERVICE).unread is not None
    known = {**own, "change": {"after": {"type": f"{CONTAINER}@x", "name": None}}}
    found = read(account(), deferred_changes=[{**later, "resource_change": known}])
    assert snapshot(found).listing(STORE, CONTAINER).unread is not None
    assert snapshot(found).listing(STORE, BLOB_SERVICE).unread is None


def test_what_terraform_lets_go_of_is_told() -> None:
    found = read(account("docs", actions=["forget"]))
    assert found.resources == ()
    assert [(gap.operation, gap.reason) for gap in found.gaps] == [
        (f"{STORAGE}/read", "azurerm_storage_account.docs stays in Azure, but Terraform lets go of it")
    ]


def test_what_is_deleted_is_not_told() -> None:
    found = read(account("docs", actions=["delete"]))
    assert (found.resources, found.gaps) == ((), ())


def test_entries_that_cannot_be_read_are_told() -> None:
    value = plan(account())
    value["planned_values"]["root_module"]["resources"].append({"type": 5})
    found = plans.read(document(value), Inputs())
    assert [gap.reason for gap in found.gaps] == ["1 of its entries name no resource"]
    assert len(found.resources) == 1


@pytest.mark.parametrize("reader", [plans.read, states.read], ids=["plan", "state"])
@pytest.mark.parametrize("value", [None, [], "x"])
def test_what_is_no_plan_is_an_error_of_the_file(reader: Any, value: Any) -> None:
    with pytest.raises(InfrastructureError, match=r"some/file.json:1:1: this is no Terraform") as caught:
        reader(Document(Path("file.json"), "some/file.json", "", value), Inputs())
    assert caught.value.exit_code is ExitCode.USAGE
    assert "show -json" in caught.value.hint


def test_odd_variables_are_left_alone() -> None:
    assert len(read(account(), variables=[]).resources) == 1


def test_a_state_has_modules_and_data_sources() -> None:
    source = made("azurerm_storage_account", "old", {"id": "/x"}, data=True)
    inner = account("docs", {"id": STORE, "blob_properties": [{"versioning_enabled": True}]}, module="module.a")
    found = read_state(source, inner)
    assert {item.type for item in found.resources} == {STORAGE, BLOB_SERVICE}
    assert {item.origin.address for item in found.resources if item.origin} == {"module.a.azurerm_storage_account.docs"}


def test_a_state_tells_what_it_could_not_read() -> None:
    value = {"values": {"root_module": {"resources": [{}]}}}
    assert [gap.reason for gap in states.read(document(value), Inputs()).gaps] == ["1 of its entries name no resource"]


def test_the_table_knows_its_types() -> None:
    assert all(name == record.type for name, record in RECORDS.items())
    assert not WITHOUT_FACTS & set(RECORDS)
    assert all(name.startswith(OURS) for name in WITHOUT_FACTS)
    known = {record.arm.lower() for record in RECORDS.values()} & set(BY_NAME)
    assert STORAGE.lower() in known
