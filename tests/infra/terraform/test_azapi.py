"""azapi: resources in ARM's own words, with a body of text (version 1) or an object (from version 2 on)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.infra.declared import Inputs
from auditor.infra.ids import principal_of
from auditor.infra.terraform import plan as plans
from tests.infra.terraform.plans import FORMS, GROUP, STORE, account, bodies, body, document, forms, made, plan, read

RG = "/subscriptions/s/resourceGroups/rg"
OWN = f"{RG}/providers/Microsoft.Storage/storageAccounts/docs"
BODY = {"kind": "StorageV2", "sku": {"name": "Standard_LRS"}, "properties": {"minimumTlsVersion": "TLS1_2"}}
LATER = {"$unread": "known only after apply"}


def resource(values: Any = None, *, label: str = "docs", **more: Any) -> dict[str, Any]:
    own = {
        "type": "Microsoft.Storage/storageAccounts@2023-01-01",
        "name": "docs",
        "parent_id": RG,
        "location": "westeurope",
        "body": BODY,
        **(values or {}),
    }
    return made(more.pop("kind", "azapi_resource"), label, own, **more)


def update(values: Any = None, **more: Any) -> dict[str, Any]:
    own = {"type": "Microsoft.Storage/storageAccounts@2023-01-01", "resource_id": OWN, **(values or {})}
    return made("azapi_update_resource", "change", own, **more)


@pytest.mark.parametrize("written", [BODY, json.dumps(BODY)])
def test_a_body_is_an_object_or_a_text(written: Any) -> None:
    given = {"body": written, "tags": {"a": "b"}, "identity": [{"type": "SystemAssigned"}]}
    assert bodies(read(resource(given))) == {
        OWN: {
            "id": OWN,
            "type": "Microsoft.Storage/storageAccounts",
            "name": "docs",
            "location": "westeurope",
            "tags": {"a": "b"},
            "identity": {"type": "SystemAssigned", "principalId": principal_of(OWN)},
            **BODY,
        }
    }


def test_the_type_may_be_spelled_in_any_case() -> None:
    found = read(resource({"type": "microsoft.storage/STORAGEACCOUNTS@2023-01-01"}))
    assert found.resources[0].type == "Microsoft.Storage/storageAccounts"


@pytest.mark.parametrize(
    ("values", "unknown", "why"),
    [
        ({"body": "{"}, {}, "its body is no JSON"),
        ({"body": None}, {"body": True}, "known only after apply"),
        ({"sensitive_body_version": {"properties.x": "1"}}, {}, "a part of its body is write-only"),
    ],
)
def test_a_body_that_cannot_be_read(values: Any, unknown: Any, why: str) -> None:
    found = body(read(resource(values, unknown=unknown)), OWN)
    assert found["kind"] == found["sku"] == found["properties"] == {"$unread": why}


def test_parts_of_a_body_may_be_known_only_after_apply() -> None:
    hidden = {"body": {"properties": {"encryption": {"keyvaultproperties": {"keyname": True}}}}}
    found = body(read(resource(unknown=hidden)), OWN)["properties"]
    assert found == {"minimumTlsVersion": "TLS1_2", "encryption": {"keyvaultproperties": {"keyname": LATER}}}


def test_no_body_is_an_empty_one() -> None:
    assert set(body(read(resource({"body": None})), OWN)) == {"id", "type", "name", "location"}


def test_children_and_extensions_lie_below_their_parent() -> None:
    service = {"type": "Microsoft.Storage/storageAccounts/blobServices@2023-01-01", "parent_id": OWN, "name": "default"}
    setting = {
        "type": "Microsoft.Insights/diagnosticSettings@2021-05-01-preview",
        "parent_id": f"{OWN}/blobServices/default",
        "name": "d",
    }
    found = read(resource(service, label="service"), resource(setting, label="setting"))
    assert list(bodies(found)) == [
        f"{OWN}/blobServices/default",
        f"{OWN}/blobServices/default/providers/Microsoft.Insights/diagnosticSettings/d",
    ]


def child(arm: str, name: str, refers: Any = "azapi_resource.docs.id", **more: Any) -> dict[str, Any]:
    own = {"type": f"{arm}@x", "name": name, "parent_id": None, "body": more.pop("body", {"properties": {}})}
    hidden = {"parent_id": True, "id": True, **more.pop("unknown", {})}
    return resource(own, label=name, unknown=hidden, parent_id=refers, **more)


def test_a_parent_is_found_by_reference() -> None:
    arm = "Microsoft.Storage/storageAccounts"
    found = read(
        resource(unknown={"id": True}),
        child(f"{arm}/blobServices", "default"),
        child(f"{arm}/managementPolicies", "policy"),
        child(f"{arm}/blobServices/containers", "inbox"),  # "${azapi_resource.docs.id}/blobServices/default"
    )
    assert list(bodies(found)) == [
        OWN,
        f"{OWN}/blobServices/default",
        f"{OWN}/managementPolicies/policy",
        f"{OWN}/blobServices/default/containers/inbox",
    ]
    assert found.gaps == ()


def test_a_group_of_azurerm_is_a_parent() -> None:
    group = made("azurerm_resource_group", "g", {"name": "rg"}, unknown={"id": True})
    found = read(group, child("Microsoft.Storage/storageAccounts", "docs", "azurerm_resource_group.g.id"))
    assert list(bodies(found)) == [GROUP, STORE]


@pytest.mark.parametrize(
    ("arm", "wanted", "gap"),
    [
        ("Microsoft.Storage/storageAccounts", "/subscriptions/{subscription}/resourceGroups/{local.x}/", None),
        (
            "Microsoft.Storage/storageAccounts/blobServices",
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts/{local.x}/",
            "Microsoft.Storage/storageAccounts/blobServices/read",
        ),
        ("Microsoft.Authorization/roleAssignments", "/{local.x}/providers/", None),
        (
            "Microsoft.Insights/diagnosticSettings",
            "/{local.x}/providers/",
            "Microsoft.Insights/diagnosticSettings/read",
        ),
        (
            "Microsoft.Web/sites/slots",
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Web",
            None,
        ),
    ],
)
def test_a_parent_that_is_not_known(arm: str, wanted: str, gap: str | None) -> None:
    found = read(child(arm, "it", "local.x"))
    assert found.resources[0].id.startswith(wanted)
    assert [item.operation for item in found.gaps] == ([] if gap is None else [gap])


def test_a_setting_of_an_account_may_be_of_its_blobs() -> None:
    found = read(resource(unknown={"id": True}), child("Microsoft.Insights/diagnosticSettings", "d"))
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [(OWN, "Microsoft.Insights/diagnosticSettings/read")]
    assert list(bodies(found))[1].startswith(f"{OWN}/{{service}}/providers/")


def test_a_role_assignment_finds_scope_and_principal() -> None:
    given = child(
        "Microsoft.Authorization/roleAssignments",
        "r",
        body={"properties": {"roleDefinitionId": "/x/2a2b"}},
        unknown={"body": {"properties": {"principalId": True}}},
    )
    given["expressions"]["body"] = {"references": ["azurerm_cognitive_account.forms.identity[0].principal_id"]}
    store = resource(unknown={"id": True})
    found = read(store, forms("forms", {"identity": [{"type": "SystemAssigned"}]}), given)
    assert body(found, f"{OWN}/providers/Microsoft.Authorization/roleAssignments/r")["properties"] == {
        "roleDefinitionId": "/x/2a2b",
        "principalId": principal_of(FORMS),
        "scope": OWN,
    }
    lost = child("Microsoft.Authorization/roleAssignments", "r", "local.x", body=None, unknown={"body": True})
    assert body(read(lost), "/{local.x}/providers/Microsoft.Authorization/roleAssignments/r")["properties"] == LATER


def test_a_change_is_written_into_the_resource() -> None:
    change = {
        "body": {"properties": {"encryption": {"keySource": "Microsoft.Keyvault"}, "minimumTlsVersion": "TLS1_3"}}
    }
    found = body(read(resource(), update(change)), OWN)
    assert found["properties"] == {"encryption": {"keySource": "Microsoft.Keyvault"}, "minimumTlsVersion": "TLS1_3"}
    assert found["kind"] == "StorageV2"


def test_a_change_goes_on_from_what_is_there() -> None:
    there = {"body": {"properties": {"encryption": {"keySource": "Microsoft.Storage", "services": {}}}}}
    change = {"body": {"properties": {"encryption": {"keySource": "Microsoft.Keyvault"}}, "kind": "StorageV2"}}
    found = body(read(resource(there), update(change)), OWN)
    assert found["properties"]["encryption"] == {"keySource": "Microsoft.Keyvault", "services": {}}
    assert found["kind"] == "StorageV2"


def test_a_change_of_an_account_of_azurerm() -> None:
    hidden = {"resource_id": True}
    given = update(
        {"resource_id": None, "body": {"properties": {"allowedCopyScope": "AAD"}}},
        unknown=hidden,
        resource_id="azurerm_storage_account.docs.id",
    )
    found = read(account(), given)
    assert list(bodies(found)) == [STORE]
    assert body(found, STORE)["properties"]["allowedCopyScope"] == "AAD"
    assert found.changed == {STORE.lower()}


def test_a_change_that_is_not_known_hides_the_properties() -> None:
    assert body(read(resource(), update(unknown={"body": True})), OWN)["properties"] == LATER


@pytest.mark.parametrize("own", [True, False])
def test_a_change_of_the_blob_service_of_an_account(own: bool) -> None:
    """Azure makes the service with the account, so that it need not be in the file."""
    given = update(
        {
            "type": "Microsoft.Storage/storageAccounts/blobServices@x",
            "resource_id": f"{STORE}/blobServices/default",
            "body": {"properties": {"isVersioningEnabled": True}},
        }
    )
    store = account("docs", {"blob_properties": [{"change_feed_enabled": True}]} if own else {})
    found = body(read(store, given), f"{STORE}/blobServices/default")
    assert found["properties"]["isVersioningEnabled"] is True
    assert ("changeFeed" in found["properties"]) is own
    hidden = update(
        {"type": "Microsoft.Storage/storageAccounts/blobServices@x", "resource_id": f"{STORE}/blobServices/default"},
        unknown={"body": True},
    )
    assert body(read(store, hidden), f"{STORE}/blobServices/default")["properties"] == LATER


def test_a_change_of_what_is_elsewhere_tells_only_that_it_is_there() -> None:
    found = read(update({"body": {"properties": {"minimumTlsVersion": "TLS1_2"}}}))
    why = "azapi_update_resource.change changes a part of it, and the rest is not in the file"
    own = body(found, OWN)
    assert {name: own[name] for name in ("kind", "location", "sku", "identity", "properties")} == {
        key: {"$unread": why} for key in ("kind", "location", "sku", "identity", "properties")
    }
    assert "Microsoft.Storage/storageAccounts/managementPolicies/read" in {gap.operation for gap in found.gaps}
    assert {gap.scope for gap in found.gaps} == {OWN}


def test_a_change_may_name_a_parent() -> None:
    given = {"resource_id": None, "parent_id": RG, "name": "docs", "body": {"kind": "StorageV2"}}
    assert list(bodies(read(resource(), update(given)))) == [OWN]


def test_a_type_that_is_not_known_is_a_gap() -> None:
    found = read(resource({"type": None, "parent_id": None}, unknown={"type": True, "parent_id": True}))
    assert found.resources == ()
    assert {gap.reason for gap in found.gaps} == {"the type of azapi_resource.docs is known only after apply"}
    assert f"{ARM}/blobServices/read" in {gap.operation for gap in found.gaps}


def test_what_is_linked_to_a_resource_without_type_is_kept() -> None:
    store = resource({"type": None}, unknown={"type": True})
    found = read(store, child("Microsoft.Storage/storageAccounts/managementPolicies", "default"))
    assert len(found.resources) == 1


def test_containers_of_azurerm_find_an_account_of_azapi_by_name() -> None:
    inbox = made("azurerm_storage_container", "c", {"name": "inbox", "storage_account_name": "docs"})
    assert f"{OWN}/blobServices/default/containers/inbox" in bodies(read(resource(), inbox))


def test_a_change_of_which_the_target_is_not_known_is_told() -> None:
    found = read(update({"resource_id": None}, unknown={"resource_id": True}, resource_id="local.x"))
    (own,) = found.resources
    assert own.type == "Microsoft.Storage/storageAccounts"
    assert "is not in the file" in own.body["properties"].why


def test_nothing_in_a_change_changes_nothing() -> None:
    assert body(read(resource(), update({"body": {"kind": None, "sku": None}})), OWN)["kind"] == "StorageV2"


def test_nothing_is_written_into_the_file() -> None:
    door = {
        "name": "d",
        "resource_group_name": "rg",
        "private_service_connection": [{"private_connection_resource_id": OWN}],
    }
    change = update({"body": {"properties": {"encryption": {"keySource": "Microsoft.Keyvault"}}}})
    value = plan(
        resource({"body": {"properties": {"encryption": {}}}}), made("azurerm_private_endpoint", "d", door), change
    )
    before = json.dumps(value)
    first = plans.read(document(value), Inputs())
    assert json.dumps(value) == before
    assert bodies(plans.read(document(value), Inputs())) == bodies(first)
    assert len(body(first, OWN)["properties"]["privateEndpointConnections"]) == 1


# Keys in any case


def test_keys_of_a_body_have_no_case() -> None:
    given = {"Kind": "StorageV2", "SKU": {"Name": "Standard_LRS"}, "Properties": {"MinimumTLSVersion": "TLS1_2"}}
    assert body(read(resource({"body": given})), OWN) == body(read(resource()), OWN)


@pytest.mark.parametrize("kind", ["azapi_update_resource", "azapi_resource_action"])
def test_a_change_finds_keys_in_any_case(kind: str) -> None:
    there = {"body": {"properties": {"encryption": {"keySource": "Microsoft.Storage", "odd": {"Own": 1}}}}}
    change = {"PROPERTIES": {"Encryption": {"KEYSOURCE": "Microsoft.Keyvault", "ODD": {"own": 2}}}}
    own = {"type": "Microsoft.Storage/storageAccounts@x", "resource_id": OWN, "method": "PATCH", "body": change}
    found = body(read(resource(there), made(kind, "c", own)), OWN)
    assert found["properties"] == {"encryption": {"keySource": "Microsoft.Keyvault", "odd": {"Own": 2}}}


# azapi_resource_action

ARM = "Microsoft.Storage/storageAccounts"
WEAK = {"properties": {"minimumTlsVersion": "TLS1_0"}}
UNREAD = "unread"


def action(values: Any = None, **more: Any) -> dict[str, Any]:
    own = {"type": f"{ARM}@2023-05-01", "resource_id": OWN, "method": "PATCH", "body": WEAK, **(values or {})}
    return made("azapi_resource_action", "a", own, **more)


def tls(*resources: Any) -> Any:
    """The minimum TLS version of the account, `unread` where it is not known."""
    properties = body(read(*resources), OWN)["properties"]
    value = properties if "$unread" in properties else properties.get("minimumTlsVersion")
    return UNREAD if isinstance(value, dict) else value


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (action(), "TLS1_0"),
        (action({"method": "patch"}), "TLS1_0"),
        (action({"method": "PUT"}), "TLS1_0"),
        (action({"method": "PUT", "body": {"properties": {"allowSharedKeyAccess": False}}}), UNREAD),
        (action({"body": json.dumps(WEAK)}), "TLS1_0"),
        (action({"body": None}), "TLS1_2"),
        (action({"body": None}, unknown={"body": True}), UNREAD),
        (action({"body": None}, sensitive={"body": True}), UNREAD),
        (action({"sensitive_body": WEAK}), UNREAD),
        (action({"body": None}, sensitive_body={"references": ["var.body"]}), UNREAD),  # write-only: null in the plan
        (action({"body": None}, body="local.body"), UNREAD),
        (action({"method": "DELETE"}), UNREAD),
        (action({"method": None}, unknown={"method": True}), UNREAD),
        (action({"method": None}), UNREAD),  # POST, of what nobody knows
        (action({"method": "POST", "action": "listKeys"}), "TLS1_2"),
        (action({"method": None, "action": "regenerateKey"}), "TLS1_2"),
        (action({"method": "POST", "action": "hierarchicalNamespaceMigration"}), UNREAD),
        (action({"method": "POST", "action": None}, unknown={"action": True}), UNREAD),
        (action({"action": "blobServices/default"}), "TLS1_2"),
        # on destroy: not yet, or now
        (action({"when": "destroy"}), "TLS1_2"),
        (action({"when": None}, unknown={"when": True}), UNREAD),
        (action(actions=["delete"], before={**action()["values"], "when": "destroy"}), UNREAD),
        (action(actions=["delete"], before=action()["values"]), UNREAD),
        # sent before: the account may tell otherwise since
        (action(actions=["no-op"]), UNREAD),
        (action({"body": BODY}, actions=["no-op"]), "TLS1_2"),
        # to an account that the file does not tell
        (action({"resource_id": None}, unknown={"resource_id": True}, resource_id="local.x"), UNREAD),
        (action({"resource_id": None}, unknown={"resource_id": True}, resource_id="azapi_resource.docs.id"), "TLS1_0"),
        (action({"resource_id": None}, unknown={"resource_id": True}), UNREAD),
        (action({"type": None}, unknown={"type": True}), UNREAD),
        (action({"type": None, "method": "POST"}, unknown={"type": True}), UNREAD),
    ],
)
def test_an_action_writes_what_its_method_says(given: dict[str, Any], wanted: str) -> None:
    assert tls(resource(unknown={}), given) == wanted


def test_an_action_on_another_type_changes_no_account() -> None:
    machine = {"type": "Microsoft.Compute/virtualMachines@x", "resource_id": f"{RG}/providers/Microsoft.Compute/x/y"}
    found = read(resource(), action({**machine, "method": "POST", "action": "start"}))
    assert bodies(found) == bodies(read(resource()))
    assert found.gaps == ()


@pytest.mark.parametrize(
    "given",
    [
        {"type": f"{ARM}/blobServices@x", "resource_id": f"{OWN}/blobServices/default", "method": "PUT"},
        {"type": f"{ARM}/blobServices@x", "resource_id": f"{OWN}/blobServices/default"},
        {"action": "blobServices/default", "method": "PUT"},
        {"type": f"{ARM}/blobServices@x", "resource_id": None},  # "${….id}/blobServices/default"
    ],
)
@pytest.mark.parametrize("kind", ["azapi_resource_action", "azapi_update_resource"])
def test_the_blob_service_of_an_account_is_changed(given: dict[str, Any], kind: str) -> None:
    kept = {"properties": {"deleteRetentionPolicy": {"enabled": True, "days": 30}}}
    if kind == "azapi_update_resource" and "action" in given:
        return
    change = made(
        kind,
        "a",
        action({**given, "body": kept})["values"],
        unknown={} if given.get("resource_id", "") is not None else {"resource_id": True},
        resource_id="azapi_resource.docs.id",
    )
    found = bodies(read(resource(), change))
    assert found[f"{OWN}/blobServices/default"]["properties"] == kept["properties"]
    assert found[OWN]["properties"] == BODY["properties"]


def test_an_action_on_something_in_a_container_hides_the_containers() -> None:
    hold = action({"method": "POST", "action": "blobServices/default/containers/inbox/setLegalHold"})
    assert (OWN.lower(), f"{ARM}/blobServices/containers/read") in {
        (gap.scope.lower(), gap.operation) for gap in read(resource(), hold).gaps
    }
    inbox = made("azurerm_storage_container", "c", {"name": "inbox", "storage_account_id": OWN})
    found = body(read(resource(), inbox, hold), f"{OWN}/blobServices/default/containers/inbox")
    assert "$unread" in found["properties"]


@pytest.mark.parametrize("kind", ["azapi_resource_action", "azapi_update_resource"])
def test_a_template_sent_by_hand_may_hold_anything(kind: str) -> None:
    own = {"type": "Microsoft.Resources/deployments@x", "resource_id": f"{RG}/x", "method": "PUT", "body": {}}
    operations = {gap.operation for gap in read(resource(), made(kind, "a", own)).gaps}
    assert f"{ARM}/blobServices/read" in operations


def test_a_deletion_of_an_update_leaves_what_it_has_set() -> None:
    gone = {**update({"body": {"properties": {"allowedCopyScope": "AAD"}}})["values"]}
    found = body(read(resource(), update(actions=["delete"], before=gone)), OWN)["properties"]
    assert found == {
        "minimumTlsVersion": "TLS1_2",
        "allowedCopyScope": {"$unread": "azapi_update_resource.change may have set it otherwise"},
    }


def test_a_blob_service_cannot_be_deleted() -> None:
    own = {"type": f"{ARM}/blobServices@x", "parent_id": OWN, "name": "default", "body": {}}
    gone = made("azapi_resource", "service", actions=["delete"], before=own)
    assert [(gap.scope, gap.operation) for gap in read(resource(), gone).gaps] == [
        (OWN.lower(), f"{ARM}/blobServices/read")
    ]


@pytest.mark.parametrize(
    ("arm", "count"),
    [("Microsoft.KeyVault/vaults/certificates/contacts@x", 0), (f"{ARM}/blobs@x", 1), (None, 1)],
)
def test_data_of_accounts_is_told(arm: str | None, count: int) -> None:
    given = made("azapi_data_plane_resource", "d", {"type": arm, "name": "x"}, unknown={"type": arm is None})
    found = read(resource(), given)
    assert bodies(found) == bodies(read(resource()))
    assert len(found.gaps) == count


@pytest.mark.parametrize("named", [True, False])
def test_an_update_of_one_of_several_is_unread_in_each(named: bool) -> None:
    stores = [account(name, {"allowed_copy_scope": "AAD"}) for name in ("a", "b", "c")]
    refers = ("azurerm_storage_account.a.id", "azurerm_storage_account.b.id", *(() if named else ("local.x",)))
    change = update(
        {"resource_id": None, "body": {"properties": {"allowedCopyScope": "PrivateLink"}}},
        unknown={"resource_id": True},
        resource_id=refers,
    )
    found = [item["properties"] for item in bodies(read(*stores, change)).values()][:3]
    assert [item["allowedCopyScope"] == "AAD" for item in found] == [False, False, named]


@pytest.mark.parametrize("method", ["PATCH", "PUT", "POST"])
@pytest.mark.parametrize(
    "given",
    [
        {"action": "blobServices/default"},  # below an account that is not known
        {"type": f"{ARM}/blobServices@x"},  # of which the id may be any
        {"type": f"{ARM}/blobServices@x", "resource_id": "no id"},
    ],
)
def test_a_request_to_a_service_that_is_not_known_leaves_none_whole(given: dict[str, Any], method: str) -> None:
    request = action({"resource_id": None, "method": method, **given}, resource_id="azurerm_resource_group.g.id")
    group = made("azurerm_resource_group", "g", {"name": "rg"}, unknown={"id": True})
    found = read(group, resource(), request)
    assert f"{ARM}/blobServices/read" in {gap.operation for gap in found.gaps}


def test_what_cannot_be_placed_is_a_gap() -> None:
    found = read(resource(), action({"action": "fileServices/default", "method": "DELETE"}))
    assert [gap.reason for gap in found.gaps] == ["it is not known what azapi_resource_action.a changes"]
    assert bodies(found) == bodies(read(resource()))


def test_a_data_source_is_no_account_that_a_request_may_go_to() -> None:
    source = made("azurerm_storage_account", "old", {"id": "/x"}, data=True)
    lost = action({"resource_id": None}, unknown={"resource_id": True})
    assert "/x" not in bodies(read(source, resource(), lost))


@pytest.mark.parametrize("kind", ["azapi_update_resource", "azapi_resource_action"])
def test_what_is_changed_stands_for_the_resource_in_links(kind: str) -> None:
    change = made(kind, "a", {"type": f"{ARM}@x", "resource_id": OWN, "body": {}, "method": "PATCH"})
    rules = made(
        "azurerm_storage_account_network_rules",
        "r",
        {"default_action": "Deny"},
        unknown={"storage_account_id": True},
        storage_account_id=f"{kind}.a.id",
    )
    found = body(read(resource(), change, rules), OWN)
    assert found["properties"]["networkAcls"]["defaultAction"] == "Deny"


def test_a_change_to_nothing_that_is_known_stands_for_nothing() -> None:
    change = update({"resource_id": None}, unknown={"resource_id": True, "id": True})
    rules = made(
        "azurerm_storage_account_network_rules",
        "r",
        unknown={"storage_account_id": True},
        storage_account_id="azapi_update_resource.change.id",
    )
    found = bodies(read(resource({"body": {**BODY, "properties": {}}}), change, rules))
    assert OWN in found


@pytest.mark.parametrize(
    "removed",
    [
        resource(actions=["delete"], before=resource()["values"], label="gone"),
        update({"body": {}}, actions=["delete", "create"], before={**update()["values"], "body": WEAK}),
        action({"body": {}}, actions=["delete", "create"], before=action()["values"]),
    ],
    ids=lambda item: item["type"],
)
def test_a_deletion_that_leaves_nothing_changes_nothing(removed: dict[str, Any]) -> None:
    assert bodies(read(resource(), removed)) == bodies(read(resource()))


def test_a_resource_that_is_there_already_tells_its_id() -> None:
    there = resource({"parent_id": None, "id": OWN}, unknown={"parent_id": True}, actions=["no-op"])
    assert list(bodies(read(there))) == [OWN]


POLICY = {"type": f"{ARM}/managementPolicies@x", "resource_id": f"{OWN}/managementPolicies/default", "method": "PUT"}


def test_a_child_that_is_put_is_declared() -> None:
    rules = {"properties": {"policy": {"rules": []}}}
    found = body(read(resource(), action({**POLICY, "body": rules})), POLICY["resource_id"])
    assert found == {"id": POLICY["resource_id"], "type": f"{ARM}/managementPolicies", "name": "default", **rules}


@pytest.mark.parametrize("given", [{}, {"resource_id": f"{RG}/providers/{ARM}/other"}, {"type": "A.B/c@x"}], ids=str)
def test_a_child_that_was_put_before_may_be_there(given: dict[str, Any]) -> None:
    found = read(resource(), action({**POLICY, **given}, actions=["no-op"]))
    assert bodies(found) == bodies(read(resource()))
    wanted = [] if given else [(OWN.lower(), f"{ARM}/managementPolicies/read")]
    assert [(gap.scope, gap.operation) for gap in found.gaps] == wanted
