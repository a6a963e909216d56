"""What Azure makes of itself, and what resources do to others."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.infra.additions import Draft, complete, computed, with_principals
from auditor.infra.ids import principal_of
from auditor.model.reading import Unread
from auditor.model.types import BLOB_SERVICE, CONTAINER, PRIVATE_ENDPOINT
from tests.infra.arm.templates import COGNITIVE, GROUP, STORES, account, declared, only, store, template

LATER = Unread("known only after deployment")
PARAMETER = {"p": {"type": "string"}}

IDENTITIES: dict[str, tuple[Any, Any]] = {
    "of its own": ({"type": "SystemAssigned"}, {"type": "SystemAssigned", "principalId": principal_of("/x")}),
    "known already": (
        {"type": "SystemAssigned", "principalId": "p"},
        {"type": "SystemAssigned", "principalId": "p"},
    ),
    "none": ({"type": "None"}, {"type": "None"}),
    "assigned": (
        {"type": "UserAssigned", "userAssignedIdentities": {"/u": {}, "/v": {"principalId": "p"}, "/w": None}},
        {
            "type": "UserAssigned",
            "userAssignedIdentities": {
                "/u": {"principalId": principal_of("/u")},
                "/v": {"principalId": "p"},
                "/w": {"principalId": principal_of("/w")},
            },
        },
    ),
    "assigned, in an older form": (
        {"type": "UserAssigned", "userAssignedIdentities": ["/u"]},
        {"type": "UserAssigned", "userAssignedIdentities": {"/u": {"principalId": principal_of("/u")}}},
    ),
    "unread": (LATER, LATER),
    "of an unread type": ({"type": LATER}, {"type": LATER}),
}


@pytest.mark.parametrize(("identity", "expected"), IDENTITIES.values(), ids=IDENTITIES)
def test_identities(identity: Any, expected: Any) -> None:
    assert with_principals("/x", identity) == expected


def test_what_azure_makes_up_is_unread_and_what_is_said_stays() -> None:
    assert only(declared(template(store()))).body["properties"] == {"primaryEndpoints": LATER}
    body = {"type": account()["type"], "properties": {"Endpoint": "https://x"}}
    assert computed(body)["properties"] == {"Endpoint": "https://x", "endpoints": LATER, "dateCreated": LATER}
    body = {"type": store()["type"], "properties": LATER}
    assert computed(body) == body


VAULT = "Microsoft.KeyVault/vaults"


@pytest.mark.parametrize("name", ["kv", "[parameters('p')]"])
def test_a_key_lies_in_the_vault_whose_address_it_names(name: str) -> None:
    vault = {"type": VAULT, "name": name, "location": "westeurope", "properties": {}}
    uri = {"keyvaulturi": "[reference(resourceId('Microsoft.KeyVault/vaults', PLACE)).vaultUri]"}
    uri["keyvaulturi"] = uri["keyvaulturi"].replace("PLACE", name.strip("[]") if "[" in name else f"'{name}'")
    found = declared(
        template(store(properties={"encryption": {"keyvaultproperties": uri}}), vault, parameters=PARAMETER)
    )
    kept = only(found).body["properties"]["encryption"]["keyvaultproperties"]["keyvaulturi"]
    assert kept == only(found, VAULT).body["properties"]["vaultUri"]
    assert kept == f"https://{'kv' if name == 'kv' else name.replace('[', '{').replace(']', '}')}.vault.azure.net/"


# The blob service

SERVICES: dict[str, tuple[list[dict[str, Any]], list[Any]]] = {
    "declared nowhere": ([store()], [{}]),
    "declared": ([store(), {"type": BLOB_SERVICE, "name": "docs/default", "properties": {"a": 1}}], [{"a": 1}]),
    "perhaps declared": (
        [store(), {"type": BLOB_SERVICE, "name": "docs/default", "condition": "[parameters('p')]"}],
        [],
    ),
    "of files": ([store(kind="FileStorage")], []),
    "of a kind without a value": ([store(kind="[parameters('p')]")], [{}]),
    "of an account that exists": ([store(existing=True)], []),
}


@pytest.mark.parametrize(("resources", "expected"), SERVICES.values(), ids=SERVICES)
def test_a_new_store_has_a_blob_service_as_azure_makes_it(resources: list[dict[str, Any]], expected: list[Any]) -> None:
    found = declared(template(*resources, parameters=PARAMETER))
    assert [item.body["properties"] for item in found.resources if item.type == BLOB_SERVICE] == expected


# Versions of the API

HTTPS: dict[str, tuple[dict[str, Any], Any]] = {
    "before": ({"apiVersion": "2018-11-01"}, False),
    "since": ({"apiVersion": "2019-04-01"}, None),
    "a preview since": ({"apiVersion": "2021-02-01-preview"}, None),
    "before, and said": ({"apiVersion": "2018-11-01", "properties": {"supportsHttpsTrafficOnly": True}}, True),
    "by a variable": ({"apiVersion": "[variables('v')]"}, False),
    "not known": (
        {"apiVersion": None},
        Unread("what holds where nothing is said hangs on the API version, which is not known"),
    ),
    "properties without a value": ({"apiVersion": "2018-11-01", "properties": "[parameters('p')]"}, "all of it"),
}


@pytest.mark.parametrize(("parts", "expected"), HTTPS.values(), ids=HTTPS)
def test_plain_http_is_open_where_an_old_version_says_nothing(parts: dict[str, Any], expected: Any) -> None:
    found = only(declared(template(store(**parts), variables={"v": "2018-07-01"}, parameters=PARAMETER)))
    properties = found.body["properties"]
    if expected == "all of it":
        assert properties == Unread("parameter p has no value")
    else:
        assert properties.get("supportsHttpsTrafficOnly") == expected


def test_the_oldest_versions_have_their_own_words() -> None:
    old = {
        "type": store()["type"],
        "apiVersion": "2015-06-15",
        "name": "docs",
        "properties": {"accountType": "Standard_GRS"},
    }
    found = only(declared(template(old)))
    assert (found.body["kind"], found.body["sku"]) == ("Storage", {"name": "Standard_GRS"})
    bare = only(declared(template({**old, "properties": {}})))
    assert "sku" not in bare.body


# Immutability

INBOX = {"type": CONTAINER, "name": "docs/default/inbox"}


def policy(**parts: Any) -> dict[str, Any]:
    own = {"immutabilityPeriodSinceCreationInDays": 7}
    return {
        "type": f"{CONTAINER}/immutabilityPolicies",
        "name": "docs/default/inbox/default",
        "properties": own,
        **parts,
    }


def test_the_policy_of_a_container_stands_in_the_container() -> None:
    found = only(declared(template(INBOX, policy())), CONTAINER)
    assert found.body["properties"] == {
        "hasImmutabilityPolicy": True,
        "immutabilityPolicy": {"properties": {"immutabilityPeriodSinceCreationInDays": 7}},
    }


def test_a_policy_that_may_not_come_is_unread() -> None:
    found = declared(template(INBOX, policy(condition="[parameters('p')]"), parameters=PARAMETER))
    assert only(found, CONTAINER).body["properties"]["hasImmutabilityPolicy"] == Unread(
        "whether it is deployed is not known: parameter p has no value"
    )


def test_a_policy_of_a_container_that_is_not_there_is_nobody_s() -> None:
    assert not declared(template(policy())).resources


# Private endpoints


def endpoint(target: Any, member: str = "privateLinkServiceConnections", **parts: Any) -> dict[str, Any]:
    connection = [{"name": "c", "properties": {"privateLinkServiceId": target, "groupIds": ["blob"]}}]
    return {
        "type": PRIVATE_ENDPOINT,
        "name": "pe",
        "location": "westeurope",
        "properties": {member: connection},
        **parts,
    }


def states(properties: dict[str, Any]) -> list[Any]:
    return [
        item if isinstance(item, Unread) else item["properties"]["privateLinkServiceConnectionState"]["status"]
        for item in properties.get("privateEndpointConnections", [])
    ]


TO_DOCS = "[resourceId('Microsoft.Storage/storageAccounts', 'docs')]"
PERHAPS = Unread("pe may lead to it")
DOUBT = Unread("whether it is deployed is not known: parameter p has no value")
ENDPOINTS: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    "to the store": (endpoint(TO_DOCS), ["Approved"], []),
    "to the store, to be approved": (endpoint(TO_DOCS, "manualPrivateLinkServiceConnections"), ["Pending"], []),
    "to the account": (endpoint("[resourceId('Microsoft.CognitiveServices/accounts', 'DI')]"), [], ["Approved"]),
    "to another": (endpoint("[resourceId('Microsoft.Storage/storageAccounts', 'x')]"), [], []),
    "to nobody knows what": (endpoint("[parameters('p')]"), [PERHAPS], [PERHAPS]),
    "perhaps": (endpoint(TO_DOCS, condition="[parameters('p')]"), [DOUBT], []),
    "connections without a value": (
        endpoint("", properties={"privateLinkServiceConnections": "[parameters('p')]"}),
        [PERHAPS],
        [PERHAPS],
    ),
    "to nothing": (endpoint(None), [], []),
    "no properties": (endpoint("", properties={}), [], []),
}


@pytest.mark.parametrize(("pe", "docs", "di"), ENDPOINTS.values(), ids=ENDPOINTS)
def test_private_endpoints_stand_with_what_they_lead_to(pe: dict[str, Any], docs: list[Any], di: list[Any]) -> None:
    found = declared(template(store(), account(), pe, parameters=PARAMETER))
    assert states(only(found).body["properties"]) == docs
    assert states(only(found, account()["type"]).body["properties"]) == di


def test_a_connection_names_its_endpoint_and_joins_those_that_are_known() -> None:
    own = store(properties={"privateEndpointConnections": [{"name": "old"}]})
    old, new = only(declared(template(own, endpoint(TO_DOCS)))).body["properties"]["privateEndpointConnections"]
    assert old == {"name": "old"}
    assert new["properties"]["privateEndpoint"] == {"id": f"{GROUP}/providers/{PRIVATE_ENDPOINT}/pe"}


def test_what_is_unread_as_a_whole_stays_so() -> None:
    draft = Draft({"id": f"{STORES}/docs", "type": store()["type"], "name": "docs", "properties": LATER})
    found, _ = complete([draft], [], (), hidden=True).resources
    assert found.body["properties"] == LATER


def test_nothing_is_added_to_types_that_nobody_asks_for() -> None:
    draft = Draft({"id": f"{COGNITIVE}/di/x/y", "type": "Microsoft.CognitiveServices/accounts/x", "name": "y"})
    assert complete([draft], [], (), hidden=False).resources == ()
