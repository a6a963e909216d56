"""Cognitive accounts, in their azurerm types and versions, as ARM properties.

Expected by hand from `website/docs/r/cognitive_account*.html.markdown` and azure-facts 2.1.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.terraform.plans import FORMS, GROUP, account, bodies, body, forms, made, read

LATER = {"$unread": "known only after apply"}
KEY = "https://keys.vault.azure.net/keys/forms/4f9f"
ENCRYPTION = {
    "keySource": "Microsoft.KeyVault",
    "keyVaultProperties": {
        "keyVaultUri": "https://keys.vault.azure.net/",
        "keyName": "forms",
        "keyVersion": "4f9f",
        "identityClientId": "c1",
    },
}


def at(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


@pytest.mark.parametrize(
    ("argument", "value", "path", "wanted"),
    [
        ("kind", "CognitiveServices", "kind", "CognitiveServices"),
        ("location", "westeurope", "location", "westeurope"),
        ("sku_name", "S0", "sku.name", "S0"),
        ("tags", {"a": "b"}, "tags", {"a": "b"}),
        ("custom_subdomain_name", "forms", "properties.customSubDomainName", "forms"),
        ("local_auth_enabled", False, "properties.disableLocalAuth", True),
        ("local_auth_enabled", True, "properties.disableLocalAuth", False),
        ("public_network_access_enabled", False, "properties.publicNetworkAccess", "Disabled"),
        ("public_network_access_enabled", True, "properties.publicNetworkAccess", "Enabled"),
        ("outbound_network_access_restricted", True, "properties.restrictOutboundNetworkAccess", True),
        ("fqdns", ["x.example"], "properties.allowedFqdnList", ["x.example"]),
        ("dynamic_throttling_enabled", True, "properties.dynamicThrottlingEnabled", True),
        ("project_management_enabled", True, "properties.allowProjectManagement", True),
    ],
)
def test_an_argument_is_a_property(argument: str, value: Any, path: str, wanted: Any) -> None:
    assert at(body(read(forms("forms", {argument: value})), FORMS), path) == wanted
    assert at(body(read(forms(unknown={argument: True})), FORMS), path) == LATER


def test_what_is_not_set_is_what_the_provider_sends() -> None:
    assert body(read(forms()), FORMS)["properties"] == {
        "disableLocalAuth": False,
        "publicNetworkAccess": "Enabled",
        "restrictOutboundNetworkAccess": False,
    }


def test_a_kind_that_the_file_does_not_give_is_unread() -> None:
    assert body(read(forms("forms", {"kind": None})), FORMS)["kind"] == {"$unread": "the file does not give it"}


@pytest.mark.parametrize(
    ("argument", "value", "path", "wanted"),
    [
        ("local_authentication_enabled", False, "properties.disableLocalAuth", True),
        ("public_network_access", "Disabled", "properties.publicNetworkAccess", "Disabled"),
        ("outbound_network_access_restricted", True, "properties.restrictOutboundNetworkAccess", True),
        ("fqdns", ["x"], "properties.allowedFqdnList", ["x"]),
        ("custom_subdomain_name", "ai", "properties.customSubDomainName", "ai"),
        ("sku_name", "S0", "sku.name", "S0"),
    ],
)
def test_ai_services_are_an_account_too(argument: str, value: Any, path: str, wanted: Any) -> None:
    own = {"name": "forms", "resource_group_name": "rg", "storage": [{"storage_account_id": "/s"}], argument: value}
    found = body(read(made("azurerm_ai_services", "ai", own)), FORMS)
    assert found["kind"] == "AIServices"
    assert at(found, path) == wanted
    assert found["properties"]["userOwnedStorage"] == [{"resourceId": "/s"}]


def test_network_rules() -> None:
    acls = {
        "default_action": "Deny",
        "bypass": "AzureServices",
        "ip_rules": ["1.2.3.4"],
        "virtual_network_rules": [{"subnet_id": "/subnet"}],
        "virtual_network_subnet_ids": ["/older"],  # until version 3
    }
    assert body(read(forms("forms", {"network_acls": [acls]})), FORMS)["properties"]["networkAcls"] == {
        "defaultAction": "Deny",
        "bypass": "AzureServices",
        "ipRules": [{"value": "1.2.3.4"}],
        "virtualNetworkRules": [{"id": "/subnet"}, {"id": "/older"}],
    }


@pytest.mark.parametrize(
    ("hidden", "path"),
    [
        (True, "properties.networkAcls"),
        ([{"default_action": True}], "properties.networkAcls.defaultAction"),
        ([{"ip_rules": True}], "properties.networkAcls.ipRules"),
        ([{"virtual_network_rules": True}], "properties.networkAcls.virtualNetworkRules"),
    ],
)
def test_network_rules_may_be_known_only_after_apply(hidden: Any, path: str) -> None:
    found = read(forms("forms", {"network_acls": [{}]}, unknown={"network_acls": hidden}))
    assert at(body(found, FORMS), path) == LATER


def test_parts_of_network_rules_may_be_known_only_after_apply() -> None:
    given = {"ip_rules": ["1.2.3.4"], "virtual_network_rules": [{}], "default_action": "Deny"}
    hidden = [{"ip_rules": [False, True], "virtual_network_rules": [{"subnet_id": True}]}]
    found = read(forms("forms", {"network_acls": [given]}, unknown={"network_acls": hidden}))
    acls = body(found, FORMS)["properties"]["networkAcls"]
    assert acls["ipRules"] == [{"value": "1.2.3.4"}, LATER]
    assert "known only after apply" in acls["virtualNetworkRules"][0]["id"]["$unread"]


def test_a_customer_managed_key_of_the_block_and_of_the_resource() -> None:
    given = {"key_vault_key_id": KEY, "identity_client_id": "c1"}
    block = read(forms("forms", {"customer_managed_key": [given]}))
    assert body(block, FORMS)["properties"]["encryption"] == ENCRYPTION
    kind = "azurerm_cognitive_account_customer_managed_key"
    refers = {"cognitive_account_id": "azurerm_cognitive_account.forms.id"}
    resource = read(forms(), made(kind, "k", given, unknown={"cognitive_account_id": True}, **refers))
    assert body(resource, FORMS)["properties"]["encryption"] == ENCRYPTION
    assert len(resource.resources) == 1
    lost = made(kind, "k", given, unknown={"cognitive_account_id": True}, cognitive_account_id="local.x")
    found = body(read(forms(), lost), FORMS)
    assert found["properties"]["encryption"] == {"$unread": "known only after apply: local.x"}


def test_storage_of_its_own() -> None:
    stores = [{"identity_client_id": "c1"}, {"storage_account_id": "/other"}]
    told = [{"storage_account_id": {"references": ["azurerm_storage_account.docs.id"]}}, {}]
    found = read(
        account(),
        forms("forms", {"storage": stores}, unknown={"storage": [{"storage_account_id": True}, {}]}, storage=told),
    )
    assert body(found, FORMS)["properties"]["userOwnedStorage"] == [
        {"resourceId": f"{GROUP}/providers/Microsoft.Storage/storageAccounts/docs", "identityClientId": "c1"},
        {"resourceId": "/other"},
    ]
    hidden = read(forms(unknown={"storage": True}))
    assert body(hidden, FORMS)["properties"]["userOwnedStorage"] == LATER
    lost = read(forms("forms", {"storage": [{}]}, unknown={"storage": [{"storage_account_id": True}]}))
    assert "after apply" in body(lost, FORMS)["properties"]["userOwnedStorage"][0]["resourceId"]["$unread"]


def test_projects_and_deployments_lie_in_the_account() -> None:
    refers = {"cognitive_account_id": "azurerm_cognitive_account.forms.id"}
    hidden = {"cognitive_account_id": True, "id": True}
    project = made("azurerm_cognitive_account_project", "p", {"name": "p", "location": "x"}, unknown=hidden, **refers)
    deployment = made("azurerm_cognitive_deployment", "d", {"name": "gpt"}, unknown=hidden, **refers)
    assert set(bodies(read(forms(), project, deployment))) == {FORMS, f"{FORMS}/projects/p", f"{FORMS}/deployments/gpt"}
    lost = made("azurerm_cognitive_account_project", "p", {"name": "p"}, unknown=hidden, cognitive_account_id="local.x")
    assert [gap.operation for gap in read(lost).gaps] == ["Microsoft.CognitiveServices/accounts/projects/read"]


@pytest.mark.parametrize(
    "kind", ["azurerm_cognitive_account_connection", "azurerm_ai_something", "azurerm_storage_new"]
)
def test_a_type_that_nobody_knows_is_a_gap(kind: str) -> None:
    found = read(made(kind, "x"))
    assert [(gap.operation, gap.reason) for gap in found.gaps] == [
        (f"Terraform/{kind}", f"{kind}.x is of a type that the auditor does not know")
    ]


@pytest.mark.parametrize("kind", ["azurerm_storage_queue", "azurerm_linux_web_app", "random_string"])
def test_a_type_without_facts_is_none(kind: str) -> None:
    found = read(made(kind, "x"))
    assert (found.resources, found.gaps) == ((), ())


def test_what_is_no_yes_or_no_is_passed_on() -> None:
    assert body(read(forms("forms", {"local_auth_enabled": "odd"})), FORMS)["properties"]["disableLocalAuth"] == "odd"


def test_trusted_services_of_ai_services() -> None:
    own = {"name": "forms", "resource_group_name": "rg", "network_acls": [{"default_action": "Deny"}]}
    found = body(read(made("azurerm_ai_services", "ai", own)), FORMS)
    assert found["properties"]["networkAcls"]["bypass"] == "AzureServices"
    assert "bypass" not in body(read(forms("forms", own)), FORMS)["properties"]["networkAcls"]
