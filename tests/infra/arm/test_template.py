"""Templates of all forms become resources as Azure would answer for them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.arm import deployment as deployments
from auditor.infra.arm.values import Symbolic
from auditor.infra.ids import principal_of
from auditor.model.reading import Unread
from auditor.model.types import BLOB_SERVICE, CONTAINER, LIFECYCLE_POLICY, ROLE_ASSIGNMENT
from tests.infra.arm.templates import (
    COGNITIVE,
    GROUP,
    STORES,
    SUBSCRIPTION,
    account,
    declared,
    deployment,
    named,
    only,
    property_of,
    read_text,
    store,
    template,
)

DOCS = "Microsoft.Storage/storageAccounts/docs"
DI = "Microsoft.CognitiveServices/accounts/di"


def parameter(**definition: Any) -> dict[str, Any]:
    return {"tls": {"type": "string", **definition}}


def tls(written: Any, **parts: Any) -> dict[str, Any]:
    return template(store(properties={"minimumTlsVersion": written}), **parts)


VALUES: dict[str, tuple[dict[str, Any], dict[str, Any], Any]] = {
    "as written": (tls("TLS1_2"), {}, "TLS1_2"),
    "escaped": (tls("[[TLS1_2]"), {}, "[TLS1_2]"),
    "a default": (tls("[parameters('tls')]", parameters=parameter(defaultValue="TLS1_1")), {}, "TLS1_1"),
    "a default that is an expression": (
        tls("[parameters('TLS')]", parameters=parameter(defaultValue="[format('TLS1_{0}', 2)]")),
        {},
        "TLS1_2",
    ),
    "given, in any case": (
        tls("[parameters('tls')]", parameters=parameter(defaultValue="TLS1_1")),
        {"Tls": "TLS1_3"},
        "TLS1_3",
    ),
    "given as null, which asks for the default": (
        tls("[parameters('tls')]", parameters=parameter(defaultValue="TLS1_1")),
        {"tls": None},
        "TLS1_1",
    ),
    "given, and unread": (
        tls("[parameters('tls')]", parameters=parameter()),
        {"tls": Unread("kept in a key vault")},
        Unread("kept in a key vault"),
    ),
    "no value": (tls("[parameters('tls')]", parameters=parameter()), {}, Unread("parameter tls has no value")),
    "secure, whatever is given": (
        tls("[parameters('tls')]", parameters={"tls": {"type": "secureString", "defaultValue": "TLS1_2"}}),
        {"tls": "TLS1_2"},
        Unread("parameter tls is secure, and its value is not looked at"),
    ),
    "nullable": (tls("[parameters('tls')]", parameters=parameter(nullable=True)), {}, None),
    "nullable by its type": (
        tls(
            "[coalesce(parameters('tls'), 'TLS1_2')]",
            parameters={"tls": {"$ref": "#/definitions/version"}},
            definitions={"version": {"$ref": "#/definitions/text"}, "text": {"type": "string", "nullable": True}},
        ),
        {},
        "TLS1_2",
    ),
    "secure by its type": (
        tls(
            "[parameters('tls')]",
            parameters={"tls": {"$ref": "#/definitions/version"}},
            definitions={"version": {"type": "securestring"}},
        ),
        {},
        Unread("parameter tls is secure, and its value is not looked at"),
    ),
    "a parameter of itself": (
        tls("[parameters('tls')]", parameters=parameter(defaultValue="[parameters('tls')]")),
        {},
        Unread("parameter tls refers to itself"),
    ),
    "a variable of a variable": (
        tls("[variables('b')]", variables={"a": "TLS1_2", "b": "[variables('A')]"}),
        {},
        "TLS1_2",
    ),
    "variables in a circle": (
        tls("[variables('a')]", variables={"a": "[variables('b')]", "b": "[variables('a')]"}),
        {},
        Unread("variable a refers to itself"),
    ),
    "a variable that is made by a loop": (
        tls(
            "[variables('all')[1]]",
            variables={"copy": [{"name": "all", "count": 3, "input": "[format('TLS1_{0}', copyIndex('all'))]"}]},
        ),
        {},
        "TLS1_1",
    ),
    "a loop in an object of a variable": (
        tls(
            "[last(variables('v').all)]",
            variables={"v": {"copy": [{"name": "all", "count": 3, "input": "[concat('TLS1_', copyIndex('all', 1))]"}]}},
        ),
        {},
        "TLS1_3",
    ),
    "a function of its own": (
        tls(
            "[my.tls(2)]",
            functions=[
                {
                    "namespace": "my",
                    "members": {
                        "tls": {
                            "parameters": [{"name": "n", "type": "int"}],
                            "output": {"type": "string", "value": "[format('TLS1_{0}', parameters('n'))]"},
                        }
                    },
                }
            ],
        ),
        {},
        "TLS1_2",
    ),
    "a condition that decides": (tls("[if(true(), 'TLS1_2', reference('x').y)]"), {}, "TLS1_2"),
    "a parameter of a type without an end": (
        tls(
            "[parameters('tls')]",
            parameters={"tls": {"$ref": "#/definitions/a"}},
            definitions={"a": {"$ref": "#/definitions/a"}},
        ),
        {},
        Unread("parameter tls has no value"),
    ),
    "a name that is an expression": (
        template(store(properties={"[concat('minimum', 'TlsVersion')]": "TLS1_2"})),
        {},
        "TLS1_2",
    ),
    "a name that is not known": (
        template(store(properties={"[parameters('tls')]": "x"}), parameters=parameter()),
        {},
        None,
    ),
    "a loop of unknown length": (
        template(
            store(properties={"copy": [{"name": "minimumTlsVersion", "count": "[parameters('tls')]", "input": 1}]}),
            parameters=parameter(),
        ),
        {},
        Unread("how often it is repeated is not known: parameter tls has no value"),
    ),
    "a loop that has no number": (
        template(store(properties={"copy": [{"name": "minimumTlsVersion", "count": "many", "input": 1}]})),
        {},
        Unread("how often it is repeated is not known: the number of turns is no number"),
    ),
    "loops of properties in a loop of resources": (
        template(
            store(
                copy={"name": "stores", "count": 1},
                properties={
                    "copy": [
                        {
                            "name": "minimumTlsVersion",
                            "count": 2,
                            "input": "[add(copyIndex(10), copyIndex('minimumTlsVersion'))]",
                        }
                    ]
                },
            )
        ),
        {},
        [10, 11],
    ),
    "a loop of properties alone": (
        template(store(properties={"copy": [{"name": "minimumTlsVersion", "count": 2, "input": "[copyIndex()]"}]})),
        {},
        [0, 1],
    ),
    "copy that is no loop": (
        template(store(properties={"copy": "x", "minimumTlsVersion": "TLS1_2"})),
        {},
        "TLS1_2",
    ),
    "a property of a resource that nobody knows": (
        tls("[reference('x').y]"),
        {},
        Unread("x is known only after deployment"),
    ),
}


@pytest.mark.parametrize(("value", "given", "expected"), VALUES.values(), ids=VALUES)
def test_values(value: dict[str, Any], given: dict[str, Any], expected: Any) -> None:
    assert property_of(declared(value, **given)) == expected


def test_what_azure_would_refuse_is_unread_with_its_place() -> None:
    found = property_of(declared(tls("[parameters('nowhere')]")))
    assert isinstance(found, Unread)
    assert found.why.startswith("its expression is wrong: parameters: there is no parameter “nowhere”")


def test_a_turn_of_no_loop_is_a_mistake() -> None:
    found = property_of(declared(tls("[copyIndex()]")))
    assert isinstance(found, Unread)
    assert "there is no loop here" in found.why


def test_values_of_the_command_line_have_the_type_of_the_parameter() -> None:
    wanted = {
        "https": {"type": "bool"},
        "days": {"type": "int"},
        "name": {"type": "string"},
        "rules": {"type": "array"},
    }
    own = {name: f"[parameters('{name}')]" for name in wanted}
    found = read_text(
        json.dumps(template(store(properties=own), parameters=wanted)),
        parameters={"days": 1},
        variables={"HTTPS": "False", "days": "7", "name": "12", "rules": "no list"},
    )
    assert {name: property_of(found, name) for name in wanted} == {
        "https": False,
        "days": 7,
        "name": "12",
        "rules": "no list",
    }


# Which resources there are


def loop(count: Any, name: str = "stores") -> dict[str, Any]:
    return {"copy": {"name": name, "count": count}}


RESOURCES: dict[str, tuple[dict[str, Any], set[str]]] = {
    "a list": (template(store(), account()), {DOCS, DI}),
    "an object": (template(resources={"one": store(), "two": account()}, languageVersion="2.0"), {DOCS, DI}),
    "a type in lower case": (template(store(type="microsoft.storage/storageaccounts")), {DOCS}),
    "members in any case": (template({"TYPE": store()["type"], "Name": "docs", "Condition": True}), {DOCS}),
    "a false condition": (template(store(condition=False), account(condition="[equals(1, 2)]")), set()),
    "a true condition": (template(store(condition="[not(equals(1, 2))]")), {DOCS}),
    "a loop": (
        template(store("[format('docs{0}', copyIndex())]", **loop(2))),
        {f"{DOCS}0", f"{DOCS}1"},
    ),
    "a loop from another number on": (
        template(store("[concat('docs', copyIndex('stores', 5))]", **loop("[length(createArray(1, 2))]"))),
        {f"{DOCS}5", f"{DOCS}6"},
    ),
    "a loop of no turn": (template(store(**loop(0)), account(**loop(-1))), set()),
    "children inside": (
        template(
            store(
                resources=[
                    {
                        "type": "blobServices",
                        "name": "default",
                        "properties": {"isVersioningEnabled": True},
                        "resources": [{"type": "containers", "name": "inbox"}],
                    }
                ]
            )
        ),
        {DOCS, f"{DOCS}/blobServices/default", f"{DOCS}/blobServices/default/containers/inbox"},
    ),
    "children inside of a loop": (
        template(
            store(
                "[format('docs{0}', copyIndex())]",
                **loop(2),
                resources=[{"type": "managementPolicies", "name": "default"}],
            )
        ),
        {f"{DOCS}{turn}{below}" for turn in "01" for below in ("", "/managementPolicies/default")},
    ),
    "children beside": (
        template({"type": CONTAINER.lower(), "name": "[concat('docs', '/default/', 'inbox')]"}),
        {f"{DOCS}/blobServices/default/containers/inbox"},
    ),
    "an extension by scope": (
        template(
            {"type": ROLE_ASSIGNMENT, "name": "g", "scope": "[format('Microsoft.Storage/storageAccounts/{0}', 'docs')]"}
        ),
        {f"{DOCS}/providers/Microsoft.Authorization/roleAssignments/g"},
    ),
    "an extension by the id of its scope": (
        template(
            {"type": ROLE_ASSIGNMENT, "name": "g", "scope": "[resourceId('Microsoft.Storage/storageAccounts', 'docs')]"}
        ),
        {f"{DOCS}/providers/Microsoft.Authorization/roleAssignments/g"},
    ),
    "an extension by its type": (
        template(
            {
                "type": "Microsoft.Storage/storageAccounts/blobServices/providers/diagnosticSettings",
                "name": "docs/default/Microsoft.Insights/audit",
            }
        ),
        {f"{DOCS}/blobServices/default/providers/Microsoft.Insights/diagnosticSettings/audit"},
    ),
    "an extension inside": (
        template(store(resources=[{"type": "providers/roleAssignments", "name": "Microsoft.Authorization/g"}])),
        {DOCS, f"{DOCS}/providers/Microsoft.Authorization/roleAssignments/g"},
    ),
    "what matters to nobody": (template({"type": "Microsoft.Network/virtualNetworks", "name": "net"}), set()),
    "what is no resource": (template(1, {"type": 1, "import": "microsoftGraph"}), set()),  # type: ignore[arg-type]
    "no resources at all": ({"contentVersion": "1"}, set()),
}


@pytest.mark.parametrize(("value", "expected"), RESOURCES.values(), ids=RESOURCES)
def test_resources(value: dict[str, Any], expected: set[str]) -> None:
    found = declared(value)
    assert set(named(found)) == expected
    assert not found.gaps


LEVELS = {
    "": f"{GROUP}/providers/{ROLE_ASSIGNMENT}/g",
    "subscription": f"{SUBSCRIPTION}/providers/{ROLE_ASSIGNMENT}/g",
    "managementGroup": f"/providers/Microsoft.Management/managementGroups/{{managementGroup}}/providers/{ROLE_ASSIGNMENT}/g",
    "tenant": f"/providers/{ROLE_ASSIGNMENT}/g",
}


@pytest.mark.parametrize(("level", "expected"), LEVELS.items())
def test_a_template_says_by_its_schema_where_it_is_deployed(level: str, expected: str) -> None:
    (found,) = declared(template({"type": ROLE_ASSIGNMENT, "name": "g"}, level=level)).resources
    assert found.id == expected
    assert found.body["properties"]["scope"] == (expected.removesuffix(f"/providers/{ROLE_ASSIGNMENT}/g") or "/")


NAMES = {
    "a parameter": ("[parameters('name')]", f"{DOCS[:-4]}{{parameters('name')}}"),
    "a part of it": (
        "[format('docs{0}', uniqueString(resourceGroup().id))]",
        f"{DOCS}{{uniqueString(resourceGroup().id)}}",
    ),
    "a number": ("[int('7')]", f"{DOCS[:-4]}7"),
}


@pytest.mark.parametrize(("written", "expected"), NAMES.values(), ids=NAMES)
def test_names_stand_in_ids_as_far_as_they_are_known(written: str, expected: str) -> None:
    assert set(named(declared(template(store(written), parameters={"name": {"type": "string"}})))) == {expected}


def test_names_that_are_one_expression_stand_for_all_their_parts() -> None:
    found = declared(template({"type": CONTAINER, "name": "[parameters('n')]"}, parameters={"n": {"type": "string"}}))
    parent = "{parent of parameters('n')}"
    assert set(named(found)) == {f"{DOCS[:-5]}/{parent}/blobServices/{parent}/containers/{{parameters('n')}}"}


def test_an_extension_whose_name_is_one_expression_is_not_lost() -> None:
    value = {"type": "Microsoft.Storage/storageAccounts/providers/roleAssignments", "name": "[parameters('n')]"}
    found = declared(template(value, parameters={"n": {"type": "string"}}))
    store_name = f"{DOCS[:-5]}/{{parameters('n')}}"
    assert set(named(found)) == {f"{store_name}/providers/Microsoft.Authorization/roleAssignments/{{no name}}"}


def test_an_extension_of_a_type_that_nobody_asks_for_is_passed_over() -> None:
    value = {"type": "Microsoft.Storage/storageAccounts/providers/locks", "name": "docs"}
    assert not declared(template(value)).resources


# What is not known


def test_a_condition_that_is_not_known_leaves_a_store_with_a_doubt() -> None:
    doubt = Unread("whether it is deployed is not known: parameter new has no value")
    found = declared(template(store(condition="[parameters('new')]"), parameters={"new": {"type": "bool"}}))
    docs, service = found.resources
    assert (docs.body["condition"], docs.body["kind"]) == (doubt, "StorageV2")
    assert (service.type, service.body["condition"]) == (BLOB_SERVICE, doubt)
    assert not found.gaps


def test_of_an_account_that_may_not_be_there_nothing_is_taken_for_granted() -> None:
    doubt = Unread("whether it is deployed is not known: parameter new has no value")
    found = declared(template(account(condition="[parameters('new')]"), parameters={"new": {"type": "bool"}}))
    assert (only(found, account()["type"]).body["condition"], only(found, account()["type"]).body["kind"]) == (
        doubt,
        doubt,
    )


PERHAPS = {
    "in a list below its store": (LIFECYCLE_POLICY, "docs/default", f"{STORES}/docs"),
    "in the list of a subscription": (ROLE_ASSIGNMENT, "g", SUBSCRIPTION),
    "a setting of the group, whose list is nobody's": ("Microsoft.Insights/diagnosticSettings", "s", GROUP),
}


@pytest.mark.parametrize(("kind", "name", "scope"), PERHAPS.values(), ids=PERHAPS)
def test_what_belongs_to_others_and_may_not_be_there_is_a_gap_in_their_list(kind: str, name: str, scope: str) -> None:
    resource = {"type": kind, "name": name, "condition": "[parameters('new')]"}
    found = declared(template(resource, parameters={"new": {"type": "bool"}}))
    (gap,) = found.gaps
    assert not found.resources
    assert (gap.scope.lower(), gap.operation) == (scope.lower(), f"{kind}/read")
    assert gap.reason == f"{name}: whether it is deployed is not known: parameter new has no value"


def test_a_loop_of_unknown_length_has_one_turn_in_doubt() -> None:
    names = {"names": {"type": "array"}}
    found = declared(
        template(store("[parameters('names')[copyIndex()]]", **loop("[length(parameters('names'))]")), parameters=names)
    )
    docs = only(found)
    assert docs.body["condition"] == Unread("how many of it are deployed is not known: parameter names has no value")
    assert docs.name == "{parameters('names')[copyIndex]}"


def test_an_extension_of_something_unknown_is_a_gap() -> None:
    resources = [
        {"type": ROLE_ASSIGNMENT, "name": "g", "scope": "[parameters('of')]"},
        {"type": "Microsoft.Insights/diagnosticSettings", "name": "s", "scope": "[parameters('of')]"},
    ]
    found = declared(template(*resources, parameters={"of": {"type": "string"}}))
    assert not found.resources
    assert [(gap.scope, gap.reason) for gap in found.gaps] == [
        (SUBSCRIPTION, "g: what it belongs to is not known"),
        ("", "s: what it belongs to is not known"),
    ]


def test_what_exists_already_is_unread_and_so_are_its_lists() -> None:
    known = {"existing": True, "type": "Microsoft.Storage/storageAccounts", "apiVersion": "2023-05-01", "name": "docs"}
    found = declared(template(resources={"docs": known}, languageVersion="2.0"))
    (docs,) = found.resources
    assert all(isinstance(docs.body[part], Unread) for part in ("kind", "sku", "identity", "properties"))
    assert docs.key not in (found.changed or ())
    operations = {gap.operation for gap in found.gaps if gap.scope == docs.id}
    assert {f"{docs.type}/read", f"{BLOB_SERVICE}/read", f"{LIFECYCLE_POLICY}/read"} <= operations
    assert f"{docs.type}/tlsProbes/read" not in operations


def test_what_exists_elsewhere_has_its_own_place() -> None:
    known = {"existing": True, "type": account()["type"], "name": "di", "subscriptionId": "s", "resourceGroup": "g"}
    (found,) = declared(template(resources={"di": known})).resources
    assert found.id == f"/subscriptions/s/resourceGroups/g/providers/{DI}"


EXISTING_CHILDREN: dict[str, tuple[dict[str, Any], int]] = {
    "a blob service is there to reach its containers": ({"type": BLOB_SERVICE, "name": "docs/default"}, 0),
    "a container": ({"type": CONTAINER, "name": "docs/default/inbox"}, 1),
    "a role is called by name": ({"type": "Microsoft.Authorization/roleDefinitions", "name": "g"}, 0),
    "what matters to nobody": ({"type": "Microsoft.Network/virtualNetworks", "name": "net"}, 0),
}


@pytest.mark.parametrize(("child", "gaps"), EXISTING_CHILDREN.values(), ids=EXISTING_CHILDREN)
def test_existing_children_are_gaps_where_they_matter(child: dict[str, Any], gaps: int) -> None:
    found = declared(template(resources={"x": {**child, "existing": True}}))
    assert not found.resources
    assert len(found.gaps) == gaps


def test_what_the_same_file_declares_is_not_taken_for_existing() -> None:
    inner = template(resources={"docs": {"existing": True, "type": store()["type"], "name": "docs"}})
    found = declared(template(store(), deployment(inner)))
    assert set(named(found)) == {DOCS}
    assert not found.gaps


# Who is who


def grant(principal: str, **parts: Any) -> dict[str, Any]:
    return {
        "type": ROLE_ASSIGNMENT,
        "name": "g",
        "properties": {
            "principalId": principal,
            "roleDefinitionId": "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'ba92f5b4')]",
        },
        **parts,
    }


USER = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id"
PRINCIPALS = {
    "by id": (
        "[reference(resourceId('Microsoft.CognitiveServices/accounts', 'di'), '2023-05-01', 'Full').identity.principalId]",
        f"{COGNITIVE}/di",
    ),
    "by symbolic name": ("[reference('it', '2023-05-01', 'full').identity.principalId]", f"{COGNITIVE}/di"),
    "by name": ("[reference('di', '2023-05-01', 'full').identity.principalId]", f"{COGNITIVE}/di"),
    "of a user-assigned identity": (
        "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id')).principalId]",
        USER,
    ),
    "of one, in full": (
        "[reference(resourceId('Microsoft.ManagedIdentity/userAssignedIdentities', 'id'), '2023-01-31', 'full').properties.principalId]",
        USER,
    ),
    "as modules of the registry write it": (
        "[tryGet(tryGet(reference('it', '2023-05-01', 'full'), 'identity'), 'principalId')]",
        f"{COGNITIVE}/di",
    ),
}


@pytest.mark.parametrize(("written", "identity"), PRINCIPALS.values(), ids=PRINCIPALS)
def test_principals_are_those_of_their_identities(written: str, identity: str) -> None:
    own = account(identity={"type": "SystemAssigned, UserAssigned", "userAssignedIdentities": {USER: {}}})
    found = declared(template(resources={"it": own, "g": grant(written)}))
    assert only(found, ROLE_ASSIGNMENT).body["properties"]["principalId"] == principal_of(identity)
    holder = only(found, account()["type"]).body["identity"]
    assert holder["principalId"] == principal_of(f"{COGNITIVE}/di")
    assert holder["userAssignedIdentities"][USER]["principalId"] == principal_of(USER)


def test_outputs_of_a_module_lead_to_its_identities() -> None:
    inner = template(
        account(),
        outputs={
            "principal": {"type": "string", "value": "[reference('di', '2023-05-01', 'full').identity.principalId]"},
            "names": {"type": "array", "copy": {"count": 2, "input": "[format('n{0}', copyIndex())]"}},
            "key": {"type": "securestring", "value": "secret"},
        },
    )
    tags = {"first": "[reference('module').outputs.names.value[1]]", "key": "[reference('module').outputs.key.value]"}
    found = declared(template(deployment(inner), grant("[reference('module').outputs.principal.value]", tags=tags)))
    assignment = only(found, ROLE_ASSIGNMENT).body
    assert assignment["properties"]["principalId"] == principal_of(f"{COGNITIVE}/di")
    assert assignment["tags"] == {"first": "n1", "key": Unread("it is a secure output")}


def test_references_of_a_loop_are_a_list_and_each_has_its_own_name() -> None:
    own = account("[format('di{0}', copyIndex())]", **loop(2, "all"))
    tags = {
        "second": "[references('all', 'full')[1].identity.principalId]",
        "first": "[reference('all[0]', '2023-05-01', 'full').identity.principalId]",
    }
    found = declared(template(resources={"all": own, "docs": store(tags=tags)}, languageVersion="2.0"))
    assert only(found).body["tags"] == {
        "second": principal_of(f"{COGNITIVE}/di1"),
        "first": principal_of(f"{COGNITIVE}/di0"),
    }


def test_a_reference_tells_what_is_declared() -> None:
    tags = {
        name: f"[reference('di', '2023-05-01', 'full').{name}]"
        for name in ("kind", "location", "name", "type", "id", "etag")
    }
    found = declared(template(resources={"di": account(), "docs": store(tags=tags)}))
    assert only(found).body["tags"] == {
        "kind": "FormRecognizer",
        "location": "westeurope",
        "name": "di",
        "type": "Microsoft.CognitiveServices/accounts",
        "id": f"{COGNITIVE}/di",
        "etag": Unread("known only after deployment"),
    }


def test_a_name_that_hangs_on_a_resource_is_unknown() -> None:
    found = declared(template(account(), store("[reference('di').x]")))
    assert only(found).name == "{reference('di').x}"


# Regions


def test_the_region_of_the_group_is_the_same_for_all_that_lies_there() -> None:
    location = {"location": {"type": "string", "defaultValue": "[resourceGroup().location]"}}
    found = declared(
        template(
            store(location="[parameters('location')]"),
            account(location="[resourceGroup().location]"),
            parameters=location,
        )
    )
    assert {item.location for item in found.resources if item.location} == {"{location of the resource group in main}"}


def test_the_region_of_a_group_that_is_declared_is_known() -> None:
    group = {"type": "Microsoft.Resources/resourceGroups", "name": "rg", "location": "northeurope"}
    inner = template(store(location="[resourceGroup().location]"))
    found = declared(template(group, deployment(inner, resourceGroup="rg"), level="subscription"))
    assert only(found).location == "northeurope"
    assert only(found).id == f"{SUBSCRIPTION}/resourceGroups/rg/providers/{DOCS}"


def test_a_region_without_a_value_is_the_same_where_the_parameter_is() -> None:
    own = {"a": {"type": "string"}, "b": {"type": "string"}}
    one, two = declared(
        template(store(location="[parameters('a')]"), account(location="[parameters('b')]"), parameters=own)
    ).resources[::2]
    assert (one.location, two.location) == ("{parameters('a') in main}", "{parameters('b') in main}")


def test_the_region_of_a_loop_of_unknown_length_stands_for_many() -> None:
    own = {"all": {"type": "array"}}
    value = store(location="[parameters('all')[copyIndex()]]", **loop("[length(parameters('all'))]"))
    assert isinstance(only(declared(template(value, parameters=own))).body["location"], Unread)


# Bounds


def test_azure_takes_no_more_turns_than_it_says() -> None:
    with pytest.raises(InfrastructureError, match=r"main.json:1:1: a loop has 801 turns, and Azure takes 800 at most"):
        declared(template(store(**loop(801))))


def test_loops_in_loops_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deployments, "MOST_TURNS", 1000)
    inner = template(store("[format('d{0}', copyIndex())]", **loop(800)))
    with pytest.raises(InfrastructureError, match="its loops and expressions take more than 1000 turns"):
        declared(template(deployment(inner, **loop(800, "modules"))))


def test_loops_of_properties_in_loops_end() -> None:
    own: dict[str, Any] = {"input": 1}
    for name in "abc":
        own = {"input": {"copy": [{"name": name, "count": 800, **own}]}}
    with pytest.raises(InfrastructureError, match="its loops and expressions take more than 200000 turns"):
        declared(template(store(properties=own["input"])))


def test_large_values_that_are_taken_again_and_again_end() -> None:
    large = {"a": "[range(1, 10000)]", "b": "[concat(variables('a'), variables('a'), variables('a'), variables('a'))]"}
    tags = {f"t{number}": f"[skip(variables('b'), {number})]" for number in range(400)}
    found = only(declared(template(store(tags=tags), variables=large))).body["tags"]
    assert found["t0"] == list(range(1, 10001)) * 4
    assert "the value grows too large" in found["t399"].why


GROWING = {
    "texts": "[concat(variables('V'), variables('V'))]",
    "formatted texts": "[format('{0}{0}', variables('V'))]",
    "joined texts": "[join(createArray(variables('V'), variables('V')), '')]",
    "replaced texts": "[replace(variables('V'), 'a', 'aa')]",
    "encoded texts": "[base64(variables('V'))]",
    "lists": "[concat(split(string(variables('V')), 'x'), createArray(variables('V'), variables('V')))]",
    "objects": "[createObject('a', variables('V'), 'b', variables('V'))]",
    "unknown texts": "[concat(variables('V'), parameters('p'), variables('V'))]",
    "calls of unknown texts": "[toLower(concat(variables('V'), parameters('p'), variables('V')))]",
}


@pytest.mark.parametrize("text", GROWING.values(), ids=GROWING)
def test_values_that_double_and_double_again_stay_small(text: str) -> None:
    variables = {f"v{number}": text.replace("V", f"v{number - 1}") for number in range(1, 41)}
    value = template(
        store(properties={"minimumTlsVersion": "[variables('v40')]"}),
        variables={"v0": "aaaaaaaaaa", **variables},
        parameters={"p": {"type": "string"}},
    )
    found = property_of(declared(value))
    assert size_of(found) < 1_000_000
    why = found.why if isinstance(found, Unread) else ""
    assert not why or any(words in why for words in ("parameter p", "grows too large", "leads too deep"))


def size_of(value: Any) -> int:
    """The characters and values in a value, as far as a million."""
    waiting, size = [value], 0
    while waiting and size < 1_000_000:
        item = waiting.pop()
        size += len(item) if isinstance(item, str) else 1
        waiting += item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
    return size


def test_loops_whose_input_is_large_are_unread() -> None:
    large = {"copy": [{"name": "t", "count": 800, "input": list(range(2000))}]}
    found = only(declared(template(store(tags=large)))).body["tags"]["t"]
    assert "grows too large" in found.why
    many = template(
        store("[format('d{0}', copyIndex())]", copy={"name": "l", "count": 800}, tags={"t": list(range(2000))})
    )
    tags = [item.body["tags"] for item in declared(many).resources if "tags" in item.body]
    assert tags[0] == {"t": list(range(2000))}
    assert "grows too large" in tags[-1].why


def test_texts_of_unknown_values_stay_short_and_apart() -> None:
    long = Symbolic("why", None, f"{{{'a' * 5000}}}")
    assert len(long.text) < 300
    assert long.text != Symbolic("why", None, f"{{{'a' * 5001}}}").text


def test_references_that_lead_too_deep_are_an_error_or_unread() -> None:
    chain = {f"v{number}": f"[variables('v{number + 1}')]" for number in range(3000)}
    found = property_of(declared(tls("[variables('v0')]", variables=chain | {"v3000": "TLS1_2"})))
    assert isinstance(found, Unread)


@pytest.mark.parametrize("text", ["[]", '{"resources": "[variables(1)]"}'])
def test_what_has_no_resources_is_no_template(text: str) -> None:
    with pytest.raises(InfrastructureError, match="this is no template"):
        read_text(text)


# Places


def test_places_are_those_of_the_property_in_the_file() -> None:
    text = json.dumps(
        template(store(properties={"minimumTlsVersion": "TLS1_0", "networkAcls": {"ipRules": [{"value": "1.1.1.1"}]}})),
        indent=1,
    )
    lines = text.splitlines()
    where = only(read_text(text)).origin
    assert where is not None
    for path, wanted in {
        "properties.minimumtlsversion": '"minimumTlsVersion"',
        "properties.networkacls.iprules[0].value": '"value"',
        "properties.networkacls.defaultaction": '"networkAcls"',
        "sku.name": '"name": "Standard_LRS"',
    }.items():
        place = where.place(path)
        assert (place.file, place.address) == ("main.json", "docs")
        assert place.line is not None
        assert wanted in lines[place.line - 1]
    assert (len(where.places), list(where.places)) == (0, [])


def test_addresses_lead_through_the_deployments() -> None:
    inner = template(resources={"docs": store()}, languageVersion="2.0")
    found = declared(template(resources={"storage": deployment(inner, "[uniqueString('x')]")}, languageVersion="2.0"))
    where = only(found).origin
    assert where is not None
    assert where.place("").address == "storage/docs"
    assert where.place("").line is not None


@pytest.mark.parametrize(
    ("target", "gaps"),
    [
        (
            "[resourceId('Microsoft.Storage/storageAccounts', 'docs')]",
            [(f"{STORES}/docs", "Microsoft.Storage/storageAccounts")],
        ),
        (
            "[resourceId('Microsoft.CognitiveServices/accounts', 'di')]",
            [(f"{COGNITIVE}/di", "Microsoft.CognitiveServices/accounts")],
        ),
        ("[resourceId('Microsoft.KeyVault/vaults', 'keys')]", []),
        (
            "[parameters('target')]",
            [("", "Microsoft.CognitiveServices/accounts"), ("", "Microsoft.Storage/storageAccounts")],
        ),
    ],
)
def test_an_association_with_a_perimeter_is_a_gap_at_what_it_protects(target: str, gaps: list[tuple[str, str]]) -> None:
    association = {
        "type": "Microsoft.Network/networkSecurityPerimeters/resourceAssociations",
        "apiVersion": "2024-07-01",
        "name": "nsp/docs",
        "properties": {"accessMode": "Enforced", "privateLinkResource": {"id": target}},
    }
    found = declared(template(store(), account(), association, parameters={"target": {"type": "string"}}))
    operation = "networkSecurityPerimeterConfigurations/read"
    assert [(gap.scope, gap.operation) for gap in found.gaps] == [
        (scope, f"{kind}/{operation}") for scope, kind in gaps
    ]
