"""Deployments in templates: where their names come from, where their resources go, and what is linked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.infra.arm.levels import below, group_in, moved, scope_by_schema
from auditor.infra.arm.nested import DEEPEST
from auditor.infra.arm.values import Symbolic
from auditor.model.reading import Unread
from auditor.model.snapshot import INFRASTRUCTURE, End, Header, Snapshot
from auditor.model.types import BLOB_SERVICE, LIFECYCLE_POLICY, ROLE_ASSIGNMENT
from tests.infra.arm.templates import (
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
OWN = {"tls": {"type": "string", "defaultValue": "TLS1_0"}}
INNER = template(store(properties={"minimumTlsVersion": "[parameters('tls')]"}), parameters=OWN)


def outer(resource: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return template(resource, parameters={"tls": {"type": "string", "defaultValue": "TLS1_2"}}, **parts)


def given(value: Any) -> dict[str, Any]:
    return {"parameters": {"tls": value}}


SCOPES: dict[str, tuple[dict[str, Any], Any]] = {
    "inner: its own default": (outer(deployment(INNER)), "TLS1_0"),
    "inner: what it is given": (outer(deployment(INNER, properties=given({"value": "[parameters('tls')]"}))), "TLS1_2"),
    "inner: null asks for the default": (outer(deployment(INNER, properties=given({"value": None}))), "TLS1_0"),
    "inner: given by a loop": (
        outer(
            deployment(
                template(
                    store(properties={"minimumTlsVersion": "[parameters('all')[2]]"}),
                    parameters={"all": {"type": "array"}},
                ),
                properties={
                    "parameters": {
                        "all": {
                            "copy": [{"name": "value", "count": 3, "input": "[format('TLS1_{0}', copyIndex('value'))]"}]
                        }
                    }
                },
            )
        ),
        "TLS1_2",
    ),
    "inner: given by an expression as a whole": (
        outer(
            deployment(INNER, properties={"parameters": "[variables('all')]"}),
            variables={"all": {"TLS": {"value": "TLS1_1"}}},
        ),
        "TLS1_1",
    ),
    "inner: an expression that gives no object": (
        outer(deployment(INNER, properties={"parameters": "[parameters('tls')]"})),
        "TLS1_0",
    ),
    "inner: from a key vault": (
        outer(deployment(INNER, properties=given({"reference": {"keyVault": {"id": "v"}, "secretName": "s"}}))),
        Unread("the value of parameter tls is kept elsewhere, in a key vault say"),
    ),
    "inner: not known": (
        outer(deployment(INNER, properties=given("[reference('x').y]"))),
        Unread("x is known only after deployment"),
    ),
    "outer: names of the template around": (outer(deployment(INNER, inside=False)), "TLS1_2"),
    "outer, said": (
        outer(deployment(INNER, inside=False, properties={"expressionEvaluationOptions": {"scope": "Outer"}})),
        "TLS1_2",
    ),
    "inner since language version 2.0": (outer(deployment(INNER, inside=False), languageVersion="2.0"), "TLS1_0"),
}


@pytest.mark.parametrize(("value", "expected"), SCOPES.values(), ids=SCOPES)
def test_names_are_those_of_the_scope_of_evaluation(value: dict[str, Any], expected: Any) -> None:
    assert property_of(declared(value)) == expected


PLACES: dict[str, tuple[dict[str, Any], str]] = {
    "nothing said": ({}, GROUP),
    "a group": ({"resourceGroup": "g"}, f"{SUBSCRIPTION}/resourceGroups/g"),
    "a subscription": ({"subscriptionId": "s"}, "/subscriptions/s"),
    "both": ({"subscriptionId": "s", "resourceGroup": "g"}, "/subscriptions/s/resourceGroups/g"),
    "a group without a value": (
        {"resourceGroup": "[parameters('tls2')]"},
        f"{SUBSCRIPTION}/resourceGroups/{{parameters('tls2')}}",
    ),
    "the tenant": ({"scope": "/"}, ""),
    "a management group": (
        {"scope": "Microsoft.Management/managementGroups/m"},
        "/providers/Microsoft.Management/managementGroups/m",
    ),
    "a scope as an id": ({"scope": "/subscriptions/s/"}, "/subscriptions/s"),
}


@pytest.mark.parametrize(("parts", "expected"), PLACES.values(), ids=PLACES)
def test_resources_of_a_deployment_go_where_it_says(parts: dict[str, Any], expected: str) -> None:
    value = template(
        deployment(template({"type": ROLE_ASSIGNMENT, "name": "g"}), **parts), parameters={"tls2": {"type": "string"}}
    )
    (found,) = declared(value).resources
    assert found.id == f"{expected}/providers/{ROLE_ASSIGNMENT}/g"


def test_scopes_by_themselves() -> None:
    assert scope_by_schema(None) == GROUP
    assert group_in("/subscriptions/s") is None
    assert (
        moved("", to=None, subscription="s", group=Symbolic("why", None, "{g}"))
        == "/subscriptions/s/resourceGroups/{g}"
    )
    assert moved("/subscriptions/s", to="Microsoft.X/y/z", subscription=None, group=None) == (
        "/subscriptions/s/providers/Microsoft.X/y/z"
    )
    assert below("/subscriptions/s", "") == ""


def test_a_false_condition_takes_all_of_a_deployment_away_and_a_doubt_is_on_all_of_it() -> None:
    assert not declared(template(deployment(INNER, condition=False))).resources
    found = declared(template(deployment(INNER, condition="[parameters('on')]"), parameters={"on": {"type": "bool"}}))
    assert only(found).body["condition"] == Unread("whether it is deployed is not known: parameter on has no value")


def test_loops_around_a_deployment_are_seen_where_it_is_evaluated_outside() -> None:
    inner = template(store("[format('docs{0}', copyIndex())]"))
    value = template(deployment(inner, "[format('m{0}', copyIndex())]", inside=False, copy={"name": "m", "count": 2}))
    assert set(named(declared(value))) == {f"{DOCS}0", f"{DOCS}1"}


def test_deployments_in_deployments() -> None:
    found = declared(template(deployment(template(deployment(INNER, "second")), "first")))
    where = only(found).origin
    assert where is not None
    assert where.address == "first/second/docs"


def test_stacks_are_deployments() -> None:
    stack = deployment(INNER, inside=False, type="Microsoft.Resources/deploymentStacks")
    stack["properties"]["deploymentScope"] = "/subscriptions/s/resourceGroups/g"
    assert only(declared(template(stack))).id == f"/subscriptions/s/resourceGroups/g/providers/{DOCS}"


NAMED = {
    "known": ("first", "docs-first"),
    "not known": ("[parameters('n')]", "docs-{parameters('n')}"),
}


@pytest.mark.parametrize(("name", "expected"), NAMED.values(), ids=NAMED)
def test_a_deployment_knows_its_own_name(name: str, expected: str) -> None:
    inner = template(store("[format('docs-{0}', deployment().name)]"))
    found = declared(template(deployment(inner, name), parameters={"n": {"type": "string"}}))
    assert only(found).name == expected


def test_nobody_knows_the_name_of_the_outermost_deployment() -> None:
    assert only(declared(template(store("[deployment().name]")))).name == "{deployment().name}"


# Linked templates


def linked(**link: Any) -> dict[str, Any]:
    return {
        "type": "Microsoft.Resources/deployments",
        "name": "linked",
        "properties": {"templateLink": link, "parameters": {"tls": {"value": "TLS1_2"}}},
    }


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    folder = tmp_path / "nested"
    folder.mkdir()
    (folder / "store.json").write_text(json.dumps(INNER, indent=1), encoding="utf-16")
    (folder / "broken.json").write_text("{", encoding="utf-8")
    (folder / "list.json").write_text("[]", encoding="utf-8")
    (folder / "bytes.json").write_bytes(b'{"\xe9": 1}')
    return tmp_path / "main.json"


ADDRESS = {
    "_artifactsLocation": {"type": "string", "defaultValue": "[deployment().properties.templateLink.uri]"},
    "_artifactsLocationSasToken": {"type": "securestring", "defaultValue": ""},
}
LINKS = {
    "by a relative path": {"relativePath": "nested/store.json"},
    "by its place, with a secret token behind it": {
        "uri": "[uri(parameters('_artifactsLocation'), concat('nested/store.json', parameters('_artifactsLocationSasToken')))]"
    },
    "by its place beside the template": {"uri": "[uri(parameters('_artifactsLocation'), 'nested/store.json')]"},
}


@pytest.mark.parametrize("link", LINKS.values(), ids=LINKS)
def test_a_template_beside_is_read(beside: Path, link: dict[str, str]) -> None:
    found = declared(template(linked(**link), parameters=ADDRESS), beside)
    docs = only(found)
    assert docs.body["properties"]["minimumTlsVersion"] == "TLS1_2"
    assert not found.gaps
    where = docs.origin
    assert where is not None
    place = where.place("properties.minimumtlsversion")
    lines = (beside.parent / "nested" / "store.json").read_text(encoding="utf-16").splitlines()
    assert (place.file, place.address) == ("nested/store.json", "linked/docs")
    assert place.line is not None
    assert "minimumTlsVersion" in lines[place.line - 1]


def test_files_beside_are_called_as_the_file_that_links_them(tmp_path: Path, beside: Path) -> None:
    text = json.dumps(template(linked(relativePath="../nested/store.json")))
    (tmp_path / "infra").mkdir()
    where = only(read_text(text, tmp_path / "infra" / "main.json")).origin
    assert where is not None
    assert where.file == (beside.parent / "infra/../nested/store.json").as_posix()


VALUES: dict[str, tuple[dict[str, Any], Any]] = {
    "beside": ({"uri": "[uri(deployment().properties.templateLink.uri, 'nested/values.json')]"}, "TLS1_1"),
    "by a relative path": ({"relativePath": "nested/values.json"}, "TLS1_1"),
    "without the parameter": ({"relativePath": "nested/none.json"}, "TLS1_0"),
    "in a key vault": (
        {"relativePath": "nested/secret.json"},
        Unread("the value of parameter tls is kept elsewhere, in a key vault say"),
    ),
    "an address": (
        {"uri": "https://x.test/p.json"},
        Unread("the linked parameter file https://x.test/p.json was not fetched"),
    ),
    "an address without a value": (
        "[parameters('where')]",
        Unread("which parameter file is linked is not known: parameter where has no value"),
    ),
    "a file that is not there": (
        {"relativePath": "gone.json"},
        Unread("the linked parameter file gone.json cannot be read"),
    ),
    "a file that is none": (
        {"relativePath": "nested/list.json"},
        Unread("the linked parameter file nested/list.json: this is no parameter file"),
    ),
    "nothing": ({}, Unread("it has no parameter file")),
}


@pytest.mark.parametrize(("link", "expected"), VALUES.values(), ids=VALUES)
def test_values_of_a_linked_file_take_the_place_of_defaults(beside: Path, link: Any, expected: Any) -> None:
    folder = beside.parent / "nested"
    (folder / "values.json").write_text('{"Parameters": {"TLS": {"Value": "TLS1_1"}}}', encoding="utf-8")
    (folder / "none.json").write_text('{"parameters": {}}', encoding="utf-8")
    (folder / "secret.json").write_text('{"parameters": {"tls": {"reference": {}}}}', encoding="utf-8")
    own = deployment(INNER, properties={"parametersLink": link})
    value = template(own, parameters={"where": {"type": "object"}})
    assert property_of(declared(value, beside)) == expected


def test_parameters_that_are_not_known_hide_the_defaults() -> None:
    value = template(
        deployment(INNER, properties={"parameters": "[parameters('all')]"}), parameters={"all": {"type": "object"}}
    )
    assert property_of(declared(value)) == Unread("what parameters it gets is not known: parameter all has no value")


UNREAD: dict[str, tuple[dict[str, Any], str]] = {
    "an address": ({"uri": "https://x.test/a.json"}, "the linked template https://x.test/a.json was not fetched"),
    "an address without a value": (
        {"uri": "[parameters('where')]"},
        "the address of the linked template is not known: parameter where has no value",
    ),
    "a secret address": (
        {"uri": "[concat('https://x.test/', parameters('token'))]"},
        "the address of the linked template is not known: parameter token is secure, and its value is not looked at",
    ),
    "a template spec": ({"id": "/subscriptions/s/ts"}, "the template spec /subscriptions/s/ts is not in the file"),
    "a file that is not there": ({"relativePath": "gone.json"}, "the linked template gone.json cannot be read"),
    "a file that is no text": (
        {"relativePath": "nested/bytes.json"},
        "the linked template nested/bytes.json cannot be read",
    ),
    "a file that is no JSON": (
        {"relativePath": "nested/broken.json"},
        'the linked template nested/broken.json is no JSON: a key in double quotes, or "}", is wanted here (line 1)',
    ),
    "a file that is no template": ({"relativePath": "nested/list.json"}, "nested/list.json is no template"),
    "nothing": ({}, "it has no template"),
}


@pytest.mark.parametrize(("link", "why"), UNREAD.values(), ids=UNREAD)
def test_a_template_that_cannot_be_read_is_a_gap_in_every_list(beside: Path, link: dict[str, Any], why: str) -> None:
    own_parameters = {"where": {"type": "string"}, "token": {"type": "secureString"}}
    value = template(store(), account(), linked(**link), parameters=own_parameters)
    found = declared(value, beside)
    own, *hidden = found.gaps
    assert (own.operation, own.reason) == ("Microsoft.Resources/deployments/read", f"linked: {why}")
    assert {gap.reason for gap in hidden} == {why}
    assert {gap.scope for gap in hidden} == {SUBSCRIPTION}
    snapshot = Snapshot(Header("t", INFRASTRUCTURE, (), ""), found.resources, found.gaps, found.reads, End(""))
    for kind in (BLOB_SERVICE, LIFECYCLE_POLICY, "Microsoft.Insights/diagnosticSettings"):
        assert snapshot.listing(f"{STORES}/docs", kind).unread == Unread(why)
    assert snapshot.listing(SUBSCRIPTION, ROLE_ASSIGNMENT).unread == Unread(why)
    assert only(found).body["properties"]["privateEndpointConnections"] == [
        Unread("there may be private endpoints in what was not read")
    ]


def test_what_links_nobody_knows_which(beside: Path) -> None:
    value = template(
        {**linked(), "properties": {"templateLink": "[parameters('link')]"}},
        linked(uri="https://x.test/a.json"),
        parameters={"link": {"type": "object"}},
    )
    gaps = declared(value, beside).gaps
    assert gaps[0].reason == "linked: which template is linked is not known: parameter link has no value"
    assert gaps[-1].reason == "which template is linked is not known: parameter link has no value (and 1 more like it)"


def test_a_template_of_the_tenant_may_declare_anything_anywhere() -> None:
    gaps = declared(template(linked(uri="https://x.test"), level="tenant")).gaps
    assert {gap.scope for gap in gaps[1:]} == {""}


def test_outputs_of_a_template_that_was_not_read_are_unread() -> None:
    value = template(linked(uri="https://x.test"), store(tags={"a": "[reference('linked').outputs.a.value]"}))
    assert only(declared(value)).body["tags"] == {"a": Unread("the linked template https://x.test was not fetched")}


def test_a_file_that_links_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "main.json"
    text = json.dumps(template(linked(relativePath="other.json")))
    path.write_text(text, encoding="utf-8")
    other = template(store(), linked(relativePath="./main.json"), linked(relativePath="other.json"))
    (tmp_path / "other.json").write_text(json.dumps(other), encoding="utf-8")
    found = read_text(text, path)
    assert [gap.reason for gap in found.gaps[:2]] == [
        "linked/linked: the linked template main.json links itself",
        "linked/linked: the linked template other.json links itself",
    ]
    assert [item.name for item in found.resources] == ["docs"]


def test_deployments_in_deployments_end() -> None:
    inner = INNER
    for _ in range(DEEPEST + 1):
        inner = template(deployment(inner))
    (gap, *_), resources = declared(inner).gaps, declared(inner).resources
    assert gap.reason.endswith(f"templates are nested deeper than {DEEPEST}")
    assert not resources
