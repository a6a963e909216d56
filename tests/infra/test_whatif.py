"""Answers of what-if: what will be, what is there already, and what nobody knows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.errors import InfrastructureError
from auditor.infra.additions import DECLARABLE
from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.detect import Kind, kind_of
from auditor.infra.ids import principal_of
from auditor.infra.whatif import read
from auditor.model.reading import Unread
from auditor.model.types import BLOB_SERVICE, LIFECYCLE_POLICY, PRIVATE_ENDPOINT, ROLE_ASSIGNMENT
from tests.needs import corpus

GROUP = "/subscriptions/s/resourceGroups/g"
DOCS = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/docs"
DI = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts/di"
LATER = Unread("known only after deployment")
STAYS = "docs: it is there already, and a what-if answer does not tell what stays as it is"


def body(resource_id: str = DOCS, version: str = "2023-05-01", **parts: Any) -> dict[str, Any]:
    namespace, *pairs = resource_id.rpartition("/providers/")[2].split("/")
    kind = "/".join([namespace, *pairs[::2]])
    return {"apiVersion": version, "id": resource_id, "type": kind, "name": pairs[-1], "properties": {}, **parts}


def change(kind: str, resource_id: str = DOCS, **parts: Any) -> dict[str, Any]:
    return {"resourceId": resource_id, "changeType": kind, **parts}


def answered(*changes: dict[str, Any], rest: bool = False, potential: list[dict[str, Any]] | None = None) -> Declared:
    own: dict[str, Any] = {"changes": list(changes)}
    if potential is not None:
        own["potentialChanges"] = potential
    value = {"status": "Succeeded", "properties": own} if rest else {"status": "Succeeded", "error": None, **own}
    assert kind_of(value) is Kind.WHAT_IF
    text = json.dumps(value, indent=1)
    return read(Document(Path("whatif.json"), "whatif.json", text, value), Inputs())


def stores(found: Declared) -> list[dict[str, Any]]:
    return [dict(item.body) for item in found.resources if item.id == DOCS]


WAS, WILL = body(properties={"minimumTlsVersion": "TLS1_0"}), body(properties={"minimumTlsVersion": "TLS1_2"})
CHANGES: dict[str, tuple[dict[str, Any], list[Any], bool]] = {
    "created": (change("Create", after=WILL), ["TLS1_2"], True),
    "changed": (change("Modify", before=WAS, after=WILL), ["TLS1_2"], True),
    "not changed": (change("NoChange", before=WILL, after=WILL), ["TLS1_2"], False),
    "without effect": (change("NoEffect", before=WILL, after=WILL), ["TLS1_2"], False),
    "there, and in no template": (change("Ignore", before=WAS), ["TLS1_0"], False),
    "deleted": (change("Delete", before=WAS), [], True),
    "in any case": (change("CREATE", after=WILL), ["TLS1_2"], True),
}


@pytest.mark.parametrize("rest", [True, False])
@pytest.mark.parametrize(("item", "versions", "changed"), CHANGES.values(), ids=CHANGES)
def test_changes(item: dict[str, Any], versions: list[Any], changed: bool, rest: bool) -> None:
    found = answered(item, rest=rest)
    assert [store["properties"]["minimumTlsVersion"] for store in stores(found)] == versions
    assert (DOCS.lower() in (found.changed or ())) is changed


def test_of_what_is_redeployed_nothing_is_known_but_where_it_lies() -> None:
    own = body(location="westeurope", kind="StorageV2")
    (docs,) = stores(answered(change("Deploy", before=own, after=own)))
    why = Unread("what becomes of it is known only after deployment")
    assert (docs["location"], docs["kind"], docs["properties"]) == ("westeurope", why, why)


def test_an_answer_of_ids_alone_knows_nothing_of_properties() -> None:
    found = answered(change("Modify", DOCS.replace("Microsoft.Storage", "microsoft.storage")))
    (docs,) = found.resources
    assert docs.type == "Microsoft.Storage/storageAccounts"
    assert docs.body["properties"] == Unread("what becomes of it is known only after deployment")


def test_a_new_store_has_a_blob_service_and_an_existing_one_has_lists_that_are_not_told() -> None:
    new = answered(change("Create", after=body()))
    assert ([item.type for item in new.resources], new.gaps) == (
        ["Microsoft.Storage/storageAccounts", BLOB_SERVICE],
        (),
    )
    assert new.changed == {DOCS.lower(), f"{DOCS}/blobServices/default".lower()}
    old = answered(change("Modify", after=body()))
    assert [item.type for item in old.resources] == ["Microsoft.Storage/storageAccounts"]
    assert {gap.operation: gap.reason for gap in old.gaps}[f"{LIFECYCLE_POLICY}/read"] == STAYS


VERSIONS = {
    "an old version": ("2019-04-01", Unread("API version 2019-04-01 does not tell it")),
    "a new one": ("2023-05-01", None),
    "none": (None, Unread("API version None does not tell it")),
}


@pytest.mark.parametrize(("version", "expected"), VERSIONS.values(), ids=VERSIONS)
def test_an_old_version_does_not_tell_what_an_existing_store_has(version: Any, expected: Any) -> None:
    own = {**body(), "apiVersion": version}
    (docs,) = stores(answered(change("NoChange", before=own, after=own)))
    assert docs["properties"].get("minimumTlsVersion") == expected
    (new,) = stores(answered(change("Create", after=own)))
    assert "minimumTlsVersion" not in new["properties"]


def test_identities_and_roles_that_are_made_together_find_each_other() -> None:
    grant = f"{DOCS}/providers/{ROLE_ASSIGNMENT}/x"
    principal = f"[reference('{DI}', '2023-05-01', 'Full').identity.principalId]"
    found = answered(
        change("Create", DI, after=body(DI, identity={"type": "SystemAssigned"})),
        change("Create", grant, after=body(grant, properties={"principalId": principal})),
    )
    account, assignment = found.resources
    assert account.body["identity"]["principalId"] == principal_of(DI)
    assert assignment.body["properties"] == {"principalId": principal_of(DI), "scope": DOCS}


def test_a_role_of_the_tenant_has_the_root_as_its_scope() -> None:
    grant = f"/providers/{ROLE_ASSIGNMENT}/x"
    (found,) = answered(change("Create", grant, after=body(grant))).resources
    assert found.body["properties"] == {"scope": "/"}


def test_what_the_answer_does_not_know_is_unread() -> None:
    own = body(
        properties={"a": "[reference('x').y]", "b": "*******", "c": ["[parameters('p')]"]},
        location="[resourceGroup().location]",
    )
    (docs,) = stores(answered(change("Create", after=own)))
    assert docs["location"] == LATER
    assert {name: docs["properties"][name] for name in "abc"} == {
        "a": LATER,
        "b": Unread("it is a secret, which a what-if answer masks"),
        "c": [LATER],
    }


def test_what_may_change_is_there_with_a_doubt() -> None:
    found = answered(potential=[change("Delete", before=body()), change("Create", DI, after=body(DI))])
    doubt = Unread("whether it is changed is known only after deployment")
    assert [item.body["condition"] for item in found.resources] == [doubt, doubt]


def test_private_endpoints_that_are_made_stand_with_what_they_lead_to() -> None:
    pe = f"{GROUP}/providers/{PRIVATE_ENDPOINT}/pe"
    connection = {"name": "c", "properties": {"privateLinkServiceId": DOCS}}
    found = answered(
        change("Create", after=body()),
        change("Create", pe, after=body(pe, properties={"privateLinkServiceConnections": [connection]})),
    )
    (docs,) = stores(found)
    assert docs["properties"]["privateEndpointConnections"][0]["properties"]["privateEndpoint"] == {"id": pe}


UNSUPPORTED: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a child": (f"{DOCS}/managementPolicies/default", [(DOCS.lower(), f"{LIFECYCLE_POLICY}/read")]),
    "a role": (
        f"[extensionResourceId('{DOCS}', '{ROLE_ASSIGNMENT}', guid(reference('{DI}').x))]",
        [("/subscriptions/s", f"{ROLE_ASSIGNMENT}/read")],
    ),
    "what matters to nobody": (f"{GROUP}/providers/Microsoft.Network/virtualNetworks/n", []),
    "of nobody knows where": (
        "[extensionResourceId(reference('x').id, 'Microsoft.Insights/diagnosticSettings', 's')]",
        [("", "Microsoft.Insights/diagnosticSettings/read")],
    ),
    "a private endpoint": (
        f"{GROUP}/providers/{PRIVATE_ENDPOINT}/pe",
        [("/subscriptions/s", f"{PRIVATE_ENDPOINT}/read")],
    ),
}


@pytest.mark.parametrize(("target", "lists"), UNSUPPORTED.values(), ids=UNSUPPORTED)
def test_what_is_not_supported_is_a_gap(target: str, lists: list[tuple[str, str]]) -> None:
    found = answered(change("Create", after=body()), change("Unsupported", target, unsupportedReason="it is new"))
    own, *others = found.gaps
    assert own.operation == "Microsoft.Resources/deployments/whatIf/action"
    assert own.reason.endswith(": what-if does not support it: it is new")
    assert [(gap.scope.lower(), gap.operation) for gap in others] == lists
    (docs,) = stores(found)
    assert ("privateEndpointConnections" in docs["properties"]) is (PRIVATE_ENDPOINT in target)


def test_of_what_not_even_the_type_is_known_anything_may_come() -> None:
    found = answered(change("Create", after=body()), change("Unsupported", "[reference('x').id]"))
    operations = {gap.operation for gap in found.gaps if gap.scope == ""}
    assert {f"{LIFECYCLE_POLICY}/read", f"{ROLE_ASSIGNMENT}/read", f"{BLOB_SERVICE}/read"} <= operations
    (docs,) = stores(found)
    assert docs["properties"]["privateEndpointConnections"] == [
        Unread("there may be private endpoints in what was not read")
    ]
    assert len(found.resources) == 1


def test_what_is_no_resource_of_azure_is_passed_over() -> None:
    found = answered(
        {"changeType": "Create", "extension": {"name": "MicrosoftGraph"}}, change("Unsupported", "[null()]")
    )
    assert not found.resources


def test_what_is_no_change_is_passed_over() -> None:
    value = {"status": "Succeeded", "changes": ["?"], "potentialChanges": None}
    assert not read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs()).resources


def test_reasons_may_be_missing() -> None:
    (gap,) = answered(change("Unsupported", f"{GROUP}/providers/A.B/c/d")).gaps
    assert gap.reason == "d: what-if does not support it"


def test_an_answer_that_tells_of_an_error_is_one() -> None:
    value = {"status": "Failed", "error": {"code": "InvalidTemplate", "message": "it is wrong"}, "changes": []}
    with pytest.raises(InfrastructureError, match=r"w\.json:1:1: the what-if failed: it is wrong"):
        read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs())


def test_places_are_those_of_what_will_be() -> None:
    found = answered(change("Modify", before=WAS, after=WILL), change("Ignore", DI, before=body(DI)))
    for resource, member in zip(found.resources, ("after", "before"), strict=True):
        assert resource.origin is not None
        assert resource.origin.place("").line is not None
        assert member in dict.fromkeys(resource.origin.places.pointer)  # type: ignore[attr-defined]


def test_the_answers_of_the_corpus() -> None:
    found = []
    for path in sorted(corpus("Azure+azure-cli").rglob("*what_if*.yaml")):
        for item in yaml.safe_load(path.read_text(encoding="utf-8"))["interactions"]:
            text = item["response"]["body"].get("string", "")
            if "changeType" in text:
                declared = read(Document(path, path.name, text, json.loads(text)), Inputs())
                assert declared.changed
                found += [(resource.type, resource.body["sku"]["name"]) for resource in declared.resources]
    assert found == [("Microsoft.Storage/storageAccounts", "Standard_GRS")]


# What Azure left out, and answers of other tools

SKIPPED = {
    "level": "Warning",
    "code": "NestedDeploymentShortCircuited",
    "message": "it was skipped",
    "target": f"{GROUP}/providers/Microsoft.Resources/deployments/store",
}
LEFT_OUT = "what-if left something out: NestedDeploymentShortCircuited: it was skipped"
DIAGNOSTICS: dict[str, tuple[dict[str, Any], str | None]] = {
    "skipped": ({}, "/subscriptions/s"),
    "skipped, as an information": ({"level": "Info"}, "/subscriptions/s"),
    "of a code that nobody knows": ({"code": "New"}, "/subscriptions/s"),
    "without a level": ({"level": None}, "/subscriptions/s"),
    "without a target": ({"target": None}, ""),
    "of a subscription that is not known": (
        {"target": "[resourceId(reference('x').y, 'Microsoft.Resources/deployments', 'n')]"},
        "",
    ),
    "an information that leaves nothing out": ({"level": "Info", "code": "Note"}, None),
}


def diagnosed(*changes: dict[str, Any], **parts: Any) -> Declared:
    value = {"status": "Succeeded", "changes": list(changes), "diagnostics": [{**SKIPPED, **parts}, "?"]}
    return read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs())


@pytest.mark.parametrize(("parts", "scope"), DIAGNOSTICS.values(), ids=DIAGNOSTICS)
def test_what_azure_skipped_may_declare_anything(parts: dict[str, Any], scope: str | None) -> None:
    found = diagnosed(change("Create", after=body()), **parts)
    hidden = {gap.operation for gap in found.gaps if gap.scope == scope}
    assert hidden >= ({kind.operation for kind in DECLARABLE} if scope is not None else set())
    assert bool(found.gaps) is (scope is not None)
    assert (f"{DOCS}/blobServices/default" in {item.id for item in found.resources}) is (scope is None)


def test_what_azure_skipped_has_its_words() -> None:
    assert {gap.reason for gap in diagnosed().gaps} == {LEFT_OUT}
    assert "it does not say why" in diagnosed(code=None, message=None).gaps[0].reason


@pytest.mark.parametrize(("kind", "why"), [("Ignore", Unread(LEFT_OUT)), ("NoChange", {"a": 1}), ("Create", {"a": 1})])
def test_what_no_template_names_may_be_changed_by_what_was_skipped(kind: str, why: Any) -> None:
    own = body(properties={"a": 1}, location="westeurope", kind="StorageV2", version="2024-01-01")
    found = diagnosed(change(kind, before=None if kind == "Create" else own, after=own))
    (docs,) = stores(found)
    assert (docs["location"], docs["kind"]) == ("westeurope", "StorageV2")
    properties = docs["properties"]
    assert (properties if isinstance(properties, Unread) else {"a": properties["a"]}) == why


def test_what_lies_in_another_subscription_was_not_changed() -> None:
    other = change("Ignore", before=body(properties={"a": 1}))
    found = diagnosed(other, target="/subscriptions/t/providers/Microsoft.Resources/deployments/store")
    assert stores(found)[0]["properties"]["a"] == 1


def test_a_deployment_that_is_not_supported_may_declare_anything() -> None:
    found = answered(change("Create", after=body()), change("Unsupported", SKIPPED["target"], unsupportedReason="why"))
    assert {gap.operation for gap in found.gaps if gap.scope == "/subscriptions/s"} == {
        kind.operation for kind in DECLARABLE
    }
    assert stores(found)[0]["properties"]["privateEndpointConnections"]


def test_a_change_that_names_nothing_may_be_anything() -> None:
    found = answered(change("Create", after=body()), {"changeType": "Unsupported", "resourceId": None})
    assert {gap.operation for gap in found.gaps if gap.scope == ""} >= {kind.operation for kind in DECLARABLE}


STATE = body(properties={"minimumTlsVersion": "TLS1_0"})
POWERSHELL = {"FullyQualifiedResourceId": DOCS, "ChangeType": "Create", "Before": None, "After": STATE}
STACK = {"id": DOCS, "changeType": "create", "resourceConfigurationChanges": {"before": None, "after": STATE}}
STACK_TYPE = "Microsoft.Resources/deploymentStacksWhatIfResults"
FORMS: dict[str, Any] = {
    "PowerShell": {"Status": "Succeeded", "Changes": [POWERSHELL]},
    "PowerShell, with numbers": {"Status": "Succeeded", "Changes": [{**POWERSHELL, "ChangeType": 0}]},
    "PowerShell, changes alone": [POWERSHELL],
    "PowerShell, one change": POWERSHELL,
    "in small letters": {
        "status": "Succeeded",
        "changes": [{"fullyQualifiedResourceId": DOCS, "changeType": "Create", "after": STATE}],
    },
    "by the id in it": {"status": "Succeeded", "changes": [{"changeType": "Create", "after": STATE}]},
    "a stack": {"type": STACK_TYPE, "properties": {"changes": {"resourceChanges": [STACK]}}},
    "a stack, without its type": {"changes": {"resourceChanges": [STACK]}},
}


@pytest.mark.parametrize("value", FORMS.values(), ids=FORMS)
def test_all_tools_tell_the_same(value: Any) -> None:
    assert kind_of(value) is Kind.WHAT_IF
    text = json.dumps(value, indent=1)
    found = read(Document(Path("w.json"), "w.json", text, value), Inputs())
    expected = answered(change("Create", after=STATE))
    assert [item.body for item in found.resources] == [item.body for item in expected.resources]
    assert (found.gaps, found.changed) == (expected.gaps, expected.changed)
    where = found.resources[0].origin
    assert where is not None
    line = where.place("properties.minimumtlsversion").line
    assert line is not None
    assert "minimumTlsVersion" in text.splitlines()[line - 1]


KINDS: dict[str, tuple[Any, Any, list[bool]]] = {
    "new": (None, STATE, [False]),
    "changed": (STATE, STATE, [True]),
    "deleted": (STATE, None, []),
}


@pytest.mark.parametrize(("before", "after", "existing"), KINDS.values(), ids=KINDS)
def test_a_number_tells_no_kind_and_the_states_do(before: Any, after: Any, existing: list[bool]) -> None:
    value = [{**POWERSHELL, "ChangeType": 3, "Before": before, "After": after}]
    found = read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs())
    assert [bool(found.gaps) for _ in stores(found)] == existing
    assert found.changed is not None
    assert DOCS.lower() in found.changed


@pytest.mark.parametrize(
    "after", ["@{apiVersion=1}", {**STATE, "properties": "System.Object"}, {**STATE, "properties": 1}]
)
def test_what_powershell_cut_off_is_unread(after: Any) -> None:
    value = [{**POWERSHELL, "After": after}]
    (docs,) = stores(read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs()))
    assert isinstance(docs["properties"], Unread)


def test_a_change_of_a_stack_that_may_not_come_is_in_doubt() -> None:
    value = {"changes": {"resourceChanges": [{**STACK, "changeCertainty": "Potential"}]}}
    found = read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs())
    assert isinstance(stores(found)[0]["condition"], Unread)


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"error": {"message": "it is wrong"}}, "the what-if failed: it is wrong"),
        ({"provisioningState": "running"}, "the what-if has no changes"),
    ],
)
def test_a_stack_without_changes_is_an_error(properties: dict[str, Any], problem: str) -> None:
    value = {"type": STACK_TYPE, "properties": properties}
    with pytest.raises(InfrastructureError, match=problem):
        read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs())
