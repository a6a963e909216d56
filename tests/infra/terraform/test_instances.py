"""What a plan or a state holds, and what of it is not known."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.infra.terraform.instances import AFTER_APPLY, SENSITIVE, mark, module_of, oddities, of_plan, steps_of
from tests.infra.terraform.plans import account, made, plan


@pytest.mark.parametrize(
    ("value", "unknown", "sensitive", "wanted"),
    [
        (1, None, None, 1),
        (None, True, None, AFTER_APPLY),
        ("x", True, True, SENSITIVE),
        ({"a": 1}, {}, {}, {"a": 1}),
        ({"a": 1}, {"b": True}, {}, {"a": 1, "b": AFTER_APPLY}),
        ({"a": 1, "c": 2}, {}, {"c": True}, {"a": 1, "c": SENSITIVE}),
        ({"a": 1}, {}, {"c": True, "d": []}, {"a": 1, "c": SENSITIVE}),
        (None, {"a": {"b": True}}, None, {"a": {"b": AFTER_APPLY}}),
        ([1, 2], [False, True], None, [1, AFTER_APPLY]),
        ([], [True], None, [AFTER_APPLY]),
        ([{"x": 1}], [{"y": True}], [{"x": True}], [{"x": SENSITIVE, "y": AFTER_APPLY}]),
        ("x", "odd", None, "x"),
    ],
)
def test_marks_make_parts_unread(value: Any, unknown: Any, sensitive: Any, wanted: Any) -> None:
    assert mark(value, unknown, sensitive) == wanted


@pytest.mark.parametrize(
    ("address", "module"),
    [
        ("azurerm_storage_account.docs", ""),
        ("azurerm_storage_account.docs[0]", ""),
        ('module.a["x"].azurerm_storage_account.docs[0]', 'module.a["x"]'),
        ("module.a.module.b[2].data.azurerm_storage_account.docs", "module.a.module.b[2]"),
        ('module.a["x.module.y"].azurerm_storage_account.docs', 'module.a["x.module.y"]'),
        (r'module.a["say \"]."].azurerm_storage_account.docs', r'module.a["say \"]."]'),
    ],
)
def test_an_address_tells_its_module(address: str, module: str) -> None:
    assert module_of(address) == module


def test_a_module_has_steps() -> None:
    assert steps_of('module.a["x.y"].module.b[2]') == ['module.a["x.y"]', "module.b[2]"]


def test_what_is_deleted_or_let_go_is_not_there() -> None:
    found = of_plan(plan(account("a"), account("b", actions=["delete"]), account("c", actions=["forget"])))
    assert [item.name for item in found] == ["a"]


def test_what_is_replaced_or_moved_is_there_once() -> None:
    moved = account("a", {"id": "/subscriptions/s"}, actions=["no-op"], unknown={"id": False})
    document = plan(moved, account("b", actions=["delete", "create"]), account("c", actions=["create", "delete"]))
    document["resource_changes"][0]["previous_address"] = "azurerm_storage_account.old"
    assert [(item.name, item.created, item.changed) for item in of_plan(document)] == [
        ("a", False, False),
        ("b", True, True),
        ("c", True, True),
    ]


def test_a_deposed_object_does_not_stand_for_the_resource() -> None:
    document = plan(account("a", {"account_kind": "StorageV2"}))
    leftover = {**document["resource_changes"][0], "deposed": "byebye", "change": {"actions": ["delete"]}}
    document["resource_changes"].append(leftover)
    (found,) = of_plan(document)
    assert found.actions == ("create",)


def test_changes_alone_are_enough() -> None:
    document = plan(account("a"), account("b", actions=["delete"]))
    del document["planned_values"]
    assert [item.name for item in of_plan(document)] == ["a"]


def test_data_sources_that_were_read_before_are_in_the_state_before() -> None:
    source = made("azurerm_storage_account", "old", {"id": "/x"}, data=True)
    (found,) = of_plan(plan(before=[source, account("other")]))
    assert (found.data, found.values) == (True, {"id": "/x"})


def test_entries_that_name_no_resource_are_counted() -> None:
    document = plan(account("a"), module_call := account("b", module="module.x"))
    document["planned_values"]["root_module"]["resources"].append({"type": "azurerm_storage_account"})
    document["planned_values"]["root_module"]["child_modules"][0]["resources"].append("odd")
    document["resource_changes"].append(None)
    assert oddities(document) == 3
    assert [item.address for item in of_plan(document)] == ["azurerm_storage_account.a", module_call["address"]]


def test_a_file_of_nothing_holds_nothing() -> None:
    assert of_plan({"planned_values": None, "resource_changes": {}}) == []
