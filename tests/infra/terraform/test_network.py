"""Private endpoints: resources of their own, and connections of what they lead to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.terraform.plans import FORMS, GROUP, STORE, account, body, forms, made, read

ENDPOINT = f"{GROUP}/providers/Microsoft.Network/privateEndpoints/door"
LATER = {"$unread": "known only after apply"}


def endpoint(block: Any, refers: Any = None, *, unknown: Any = None, label: str = "e", **values: Any) -> dict[str, Any]:
    own = {"name": "door", "resource_group_name": "rg", "location": "westeurope", **values}
    own["private_service_connection"] = [
        {"name": "c", "is_manual_connection": False, "subresource_names": ["account"], **block}
    ]
    hidden = {"id": True, **(unknown or {})}
    told: dict[str, Any] = {}
    if refers is not None:
        hidden["private_service_connection"] = [{"private_connection_resource_id": True}]
        told["private_service_connection"] = [{"private_connection_resource_id": {"references": [refers]}}]
    return made("azurerm_private_endpoint", label, own, unknown=hidden, **told)


def connections(declared: Any, resource_id: str = FORMS) -> Any:
    return body(declared, resource_id).get("properties", {}).get("privateEndpointConnections")


@pytest.mark.parametrize(("manual", "status"), [(False, "Approved"), (True, "Pending"), (None, "Approved")])
def test_an_endpoint_is_a_connection_of_its_target(manual: Any, status: str) -> None:
    given = endpoint({"is_manual_connection": manual}, "azurerm_cognitive_account.forms.id", subnet_id="/subnet")
    declared = read(forms(), given)
    assert connections(declared) == [
        {
            "properties": {
                "privateEndpoint": {"id": ENDPOINT},
                "privateLinkServiceConnectionState": {"status": status},
                "groupIds": ["account"],
            }
        }
    ]
    own = body(declared, ENDPOINT)
    assert own["properties"]["subnet"] == {"id": "/subnet"}
    name = "manualPrivateLinkServiceConnections" if manual else "privateLinkServiceConnections"
    assert own["properties"][name] == [
        {"properties": {"privateLinkServiceId": FORMS, "groupIds": ["account"]}, "name": "c"}
    ]
    assert FORMS.lower() in (declared.changed or ())


def test_an_endpoint_of_something_elsewhere_leaves_the_others_alone() -> None:
    declared = read(
        forms(), endpoint({"private_connection_resource_id": "/subscriptions/s/other"}, subnet_id="/subnet")
    )
    assert connections(declared) is None


def test_an_endpoint_of_which_the_target_is_not_known_may_be_anybodys() -> None:
    declared = read(
        forms(), account(), endpoint({}, "local.x"), endpoint({}, "azurerm_cognitive_account.forms.id", label="known")
    )
    why = {"$unread": "known only after apply: local.x"}
    assert [item for item in connections(declared) if "$unread" in item] == [why]
    assert len(connections(declared)) == 2
    assert connections(declared, STORE) == [why]


def test_an_endpoint_by_alias_is_nobodys_of_ours() -> None:
    declared = read(forms(), endpoint({"private_connection_resource_alias": "x.azure.privatelinkservice"}))
    assert connections(declared) is None


def test_parts_of_an_endpoint_may_be_known_only_after_apply() -> None:
    block = [{"is_manual_connection": True}]
    given = endpoint({"private_connection_resource_id": FORMS}, unknown={"private_service_connection": block})
    assert connections(read(forms(), given))[0]["properties"]["privateLinkServiceConnectionState"]["status"] == LATER
    hidden = read(forms(), endpoint({}, unknown={"private_service_connection": True, "subnet_id": True}))
    properties = body(hidden, ENDPOINT)["properties"]
    assert properties["privateLinkServiceConnections"] == LATER
    assert "after apply" in properties["subnet"]["id"]["$unread"]


def test_a_connection_of_an_account_of_which_nothing_is_known() -> None:
    change = made(
        "azapi_update_resource", "u", {"type": "Microsoft.CognitiveServices/accounts@x", "resource_id": FORMS}
    )
    given = endpoint({"private_connection_resource_id": FORMS}, subnet_id="/subnet")
    found = body(read(change, given), FORMS)["properties"]
    assert "is not in the file" in found["$unread"]
