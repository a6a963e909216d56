"""Links by what expressions refer to: a container finds its account although no id is known yet."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.infra.terraform.configuration import Configuration
from auditor.infra.terraform.instances import of_plan
from auditor.model.reading import plain
from tests.infra.terraform.plans import GROUP, STORE, account, bodies, made, plan, read

CONTAINER = "Microsoft.Storage/storageAccounts/blobServices/containers"
GAP = f"{CONTAINER}/read"


def container(refers: Any, *, name: str = "inbox", **more: Any) -> dict[str, Any]:
    own = {"name": name, "container_access_type": "private"}
    return made(
        "azurerm_storage_container",
        more.pop("label", "c"),
        own,
        unknown={"storage_account_id": True},
        storage_account_id=refers,
        **more,
    )


def containers(declared: Any) -> dict[str, str]:
    """The ids of containers by their address."""
    return {item.origin.address: item.id for item in declared.resources if item.type == CONTAINER}


def inside(store: str, name: str = "inbox") -> str:
    return f"{GROUP}/providers/Microsoft.Storage/storageAccounts/{store}/blobServices/default/containers/{name}"


def test_by_the_id_of_the_resource() -> None:
    found = read(account(), container("azurerm_storage_account.docs.id"))
    assert containers(found) == {"azurerm_storage_container.c": inside("docs")}
    assert found.gaps == ()


def test_old_versions_tell_the_resource_alone() -> None:
    found = read(account(), container({"references": ["azurerm_storage_account.docs"]}))
    assert containers(found) == {"azurerm_storage_container.c": inside("docs")}


def test_by_name_as_versions_before_five_do() -> None:
    own = {"name": "inbox", "storage_account_name": "docs"}
    found = read(account(), made("azurerm_storage_container", "c", own))
    assert containers(found) == {"azurerm_storage_container.c": inside("docs")}


def test_by_a_name_that_is_known_only_after_apply() -> None:
    store = account("docs", {"name": None}, unknown={"name": True})
    wanted = made("azurerm_storage_container", "c", {"name": "inbox"}, unknown={"storage_account_name": True})
    wanted["expressions"] = {"storage_account_name": {"references": ["azurerm_storage_account.docs.name"]}}
    assert containers(read(store, wanted)) == {
        "azurerm_storage_container.c": inside("{azurerm_storage_account.docs.name}")
    }


def test_by_a_name_of_an_account_that_is_elsewhere() -> None:
    own = {"name": "inbox", "storage_account_name": "other"}
    found = read(made("azurerm_storage_container", "c", own))
    assert containers(found)["azurerm_storage_container.c"] == inside("other").replace("/rg/", "/{group}/")


def test_by_the_key_that_is_written() -> None:
    stores = [account(f"docs{key}", label="docs", index=key) for key in ("a", "b")]
    found = read(*stores, container('azurerm_storage_account.docs["b"].id'))
    assert containers(found) == {"azurerm_storage_container.c": inside("docsb")}


@pytest.mark.parametrize(("keys", "word"), [(("a", "b"), "each.key"), ((0, 1), "count.index")])
def test_by_the_same_key(keys: Any, word: str) -> None:
    stores = [account(f"docs{key}", label="docs", index=key) for key in keys]
    refers = {"references": ["azurerm_storage_account.docs", word]}
    found = read(*stores, *(container(refers, index=key) for key in keys))
    assert sorted(containers(found).values()) == [inside(f"docs{key}") for key in keys]
    assert found.gaps == ()


def test_by_a_loop_over_the_accounts() -> None:
    stores = [account(f"docs{key}", label="docs", index=key) for key in ("a", "b")]
    looped = [container(("each.value.id",), index=key) for key in ("a", "b")]
    for item in looped:
        item["for_each"] = {"references": ["azurerm_storage_account.docs"]}
    assert sorted(containers(read(*stores, *looped)).values()) == [inside("docsa"), inside("docsb")]


def test_of_several_accounts_without_a_key_any_may_be_meant() -> None:
    stores = [account(f"docs{key}", label="docs", index=key) for key in ("a", "b")]
    found = read(*stores, container({"references": ["azurerm_storage_account.docs", "var.which"]}))
    assert containers(found)["azurerm_storage_container.c"].endswith(
        "/{azurerm_storage_account.docs}/blobServices/default/containers/inbox"
    )
    assert {(gap.scope.rpartition("/")[2], gap.operation) for gap in found.gaps} == {("docsa", GAP), ("docsb", GAP)}


def test_of_very_many_accounts_the_gap_is_over_all() -> None:
    stores = [account(f"docs{key}", label="docs", index=key) for key in range(60)]
    found = read(*stores, container({"references": ["azurerm_storage_account.docs", "var.which"]}))
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [("", GAP)]


@pytest.mark.parametrize(
    "refers",
    ["local.store", "module.gone.id", "azurerm_storage_account.gone.id", 'azurerm_storage_account.docs["z"].id', "odd"],
)
def test_what_leads_nowhere_is_told(refers: str) -> None:
    found = read(account(), container(refers))
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [("", GAP)]
    assert len(containers(found)) == 1


def test_another_attribute_is_not_the_account() -> None:
    found = read(account(), container("azurerm_storage_account.docs.primary_location"))
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [(STORE, GAP)]


def test_without_a_configuration_it_is_told_too() -> None:
    found = read(account(), container("azurerm_storage_account.docs.id"), configured=False)
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [("", GAP)]


def test_through_the_output_of_a_module() -> None:
    calls = {
        "store": {"outputs": {"id": "azurerm_storage_account.this.id", "other": "azurerm_storage_account.this.name"}}
    }
    found = read(account(label="this", module="module.store"), container("module.store.id"), calls=calls)
    assert containers(found) == {"azurerm_storage_container.c": inside("docs")}


def test_through_the_outputs_of_a_module_with_keys() -> None:
    calls = {"store": {"outputs": {"id": "azurerm_storage_account.this.id"}}}
    stores = [account(f"docs{key}", label="this", module=f'module.store["{key}"]') for key in ("a", "b")]
    written = container('module.store["b"].id', label="written", name="other")
    aligned = [
        container({"references": ["module.store", "each.key"]}, label="aligned", index=key) for key in ("a", "b")
    ]
    found = read(*stores, written, *aligned, calls=calls)
    assert containers(found) == {
        "azurerm_storage_container.written": inside("docsb", "other"),
        'azurerm_storage_container.aligned["a"]': inside("docsa"),
        'azurerm_storage_container.aligned["b"]': inside("docsb"),
    }


def test_through_the_variables_of_modules() -> None:
    calls = {
        "outer": {
            "expressions": {"store": "azurerm_storage_account.docs.id"},
            "calls": {"inner": {"expressions": {"of": "var.store"}}},
        }
    }
    deep = container("var.of", module="module.outer.module.inner")
    found = read(account(), deep, calls=calls)
    assert containers(found) == {"module.outer.module.inner.azurerm_storage_container.c": inside("docs")}


def test_through_a_variable_that_is_the_resource_itself() -> None:
    calls = {"box": {"expressions": {"store": {"references": ["azurerm_storage_account.docs"]}}}}
    found = read(account(), container("var.store.id", module="module.box"), calls=calls)
    assert containers(found) == {"module.box.azurerm_storage_container.c": inside("docs")}


def test_through_an_object_in_which_the_id_stands() -> None:
    calls = {"box": {"expressions": {"settings": "azurerm_storage_account.docs.id"}}}  # { store = ….id }
    found = read(account(), container("var.settings.store", module="module.box"), calls=calls)
    assert containers(found) == {"module.box.azurerm_storage_container.c": inside("docs")}


def test_through_a_module_that_is_given_whole() -> None:
    calls = {
        "store": {"outputs": {"id": "azurerm_storage_account.this.id", "name": "azurerm_storage_account.this.name"}},
        "box": {"expressions": {"store": {"references": ["module.store"]}}},
    }
    found = read(
        account(label="this", module="module.store"), container("var.store.id", module="module.box"), calls=calls
    )
    assert containers(found) == {"module.box.azurerm_storage_container.c": inside("docs")}


def test_through_a_loop_over_modules() -> None:
    calls = {"box": {"expressions": {"store": ("azurerm_storage_account.docs", "each.key")}}}
    stores = [account(f"docs{key}", label="docs", index=key) for key in ("a", "b")]
    boxes = [container("var.store.id", module=f'module.box["{key}"]') for key in ("a", "b")]
    found = read(*stores, *boxes, calls=calls)
    assert sorted(containers(found).values()) == [inside("docsa"), inside("docsb")]


def test_variables_of_the_root_and_unset_ones_lead_to_nothing_else() -> None:
    calls = {"box": {"expressions": {}}}
    chosen = container(("azurerm_storage_account.docs.id", "var.unset"), module="")
    inner = container("var.unset", module="module.box", label="lost")
    found = read(account(), chosen, inner, calls=calls)
    assert containers(found)["azurerm_storage_container.c"] == inside("docs")
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [("", GAP)]


def test_a_circle_of_names_ends() -> None:
    calls = {"a": {"expressions": {"x": "module.a.out"}, "outputs": {"out": "var.x"}}}
    found = read(account(module="module.a"), container("module.a.out"), calls=calls)
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [("", GAP)]


def test_a_data_source_leads_to_what_is_elsewhere() -> None:
    """The account is not in the snapshot: unseen, not absent."""
    elsewhere = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/old"
    source = made("azurerm_storage_account", "old", {"id": elsewhere, "name": "old"}, data=True)
    found = read(container("data.azurerm_storage_account.old.id"), before=[source])
    assert list(bodies(found)) == [f"{elsewhere}/blobServices/default/containers/inbox"]


def test_groups_are_found_by_reference() -> None:
    group = made("azurerm_resource_group", "g", {"location": "westeurope"}, unknown={"name": True, "id": True})
    store = made("azurerm_storage_account", "docs", {"name": "docs"}, unknown={"resource_group_name": True})
    store["expressions"] = {
        "resource_group_name": {"references": ["azurerm_resource_group.g.name", "azurerm_resource_group.g"]}
    }
    lost = made("azurerm_storage_account", "lost", {"name": "lost"}, unknown={"resource_group_name": True})
    lost["expressions"] = {"resource_group_name": {"references": ["local.group"]}}
    found = [item.id for item in read(group, store, lost).resources]
    scope = "/subscriptions/{subscription}/resourceGroups/{azurerm_resource_group.g.name}"
    assert found[0] == scope
    assert found[1] == f"{scope}/providers/Microsoft.Storage/storageAccounts/docs"
    assert found[2].startswith("/subscriptions/{subscription}/resourceGroups/{local.group}/")


@pytest.mark.parametrize(
    ("provider", "more", "wanted"),
    [
        ({"expressions": {"subscription_id": {"constant_value": "s1"}}}, {}, "s1"),
        (
            {"expressions": {"subscription_id": {"references": ["var.sub"]}}},
            {"variables": {"sub": {"value": "s2"}}},
            "s2",
        ),
        ({"expressions": {"subscription_id": {"references": ["var.sub"]}}}, {}, "{subscription}"),
        ({"expressions": {"subscription_id": {}}}, {}, "{subscription}"),
        ({"expressions": None}, {}, "{subscription}"),
    ],
)
def test_the_subscription_is_that_of_the_provider(provider: Any, more: Any, wanted: str) -> None:
    (found,) = read(account(), provider=provider, **more).resources
    assert found.id.split("/")[2] == wanted


def test_the_subscription_is_where_the_provider_has_made_others() -> None:
    there = "/subscriptions/s9/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/old"
    old = account("old", {"id": there}, unknown={"id": False}, actions=["no-op"])
    found = [item.id.split("/")[2] for item in read(account(), old).resources]
    assert found == ["s9", "s9"]


def test_another_provider_has_another_subscription() -> None:
    there = account("docs")
    there["provider"] = "azurerm.west"
    (found,) = read(there).resources
    assert found.id.split("/")[2] == "{subscription of azurerm.west}"


def test_two_resources_of_one_id_are_both_kept() -> None:
    found = read(account(), account(label="twin"))
    assert [item.id for item in found.resources] == [STORE, STORE.replace("docs", "{azurerm_storage_account.twin.id}")]
    assert plain(dict(found.resources[1].body))["name"] == "docs"


def test_references_are_found_in_blocks_too() -> None:
    store = account(identity=[{"type": {"constant_value": "x"}, "identity_ids": {"references": ["azurerm_x.me.id"]}}])
    value = plan(store, me := made("azurerm_x", "me"))
    instances = of_plan(value)
    found = Configuration(value, instances).targets(instances[0], ("identity",))
    assert [item.instance.address for item in found.found] == [me["address"]]
    assert Configuration(value, instances).expression(instances[0], ("identity", 5, "type")) is None
    assert Configuration(value, instances).expression(instances[0], ("name", "x", "y")) is None
