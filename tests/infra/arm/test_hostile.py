"""Templates and what-if answers that nobody would write: read, or refused in words, and never a traceback."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.errors import InfrastructureError
from auditor.infra import whatif
from auditor.infra.arm.template import read
from auditor.infra.declared import Document, Inputs
from auditor.model.types import PRIVATE_ENDPOINT, ROLE_ASSIGNMENT
from tests.infra.arm.templates import account, deployment, store, template

BODY = {
    "id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/d",
    "properties": {"a": ["[x]"]},
}
ANSWER: dict[str, Any] = {
    "changes": [{"resourceId": BODY["id"], "changeType": "Create", "after": {**BODY, "type": store()["type"]}}],
    "potentialChanges": [{"resourceId": "[resourceId('A.B/c', 'd')]", "changeType": "Unsupported", "before": BODY}],
}
TEMPLATE = template(
    store(
        "[format('{0}{1}', parameters('name'), copyIndex())]",
        copy={"name": "stores", "count": 2},
        properties={"copy": [{"name": "list", "count": 2, "input": "[copyIndex('list')]"}], "x": "[variables('v')]"},
        resources=[{"type": "blobServices", "name": "default", "resources": [{"type": "containers", "name": "inbox"}]}],
    ),
    account(identity={"type": "UserAssigned", "userAssignedIdentities": {"[parameters('name')]": {}}}),
    deployment(template(store(), outputs={"o": {"type": "string", "value": "[reference('docs').x]"}})),
    {"type": ROLE_ASSIGNMENT, "name": "g", "scope": "[parameters('name')]", "properties": {"principalId": "p"}},
    {"type": "Microsoft.Storage/storageAccounts/providers/roleAssignments", "name": "docs/Microsoft.Authorization/g"},
    {"type": PRIVATE_ENDPOINT, "name": "pe", "properties": {"privateLinkServiceConnections": [{"properties": {}}]}},
    parameters={"name": {"$ref": "#/definitions/n"}},
    definitions={"n": {"type": "string", "nullable": True}},
    variables={"v": "[parameters('name')]", "copy": [{"name": "w", "count": 1, "input": 1}]},
    functions=[{"namespace": "my", "members": {"f": {"parameters": [], "output": {"value": 1}}}}],
)
VALUES = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        1e300,
        "",
        "[",
        "[x",
        "[[x",
        "/",
        "a/b/c",
        "{x}",
        [],
        {},
        [None],
        [[]],
        {"a": 1},
        "[parameters('nope')]",
        "[resourceGroup()]",
        "[reference('x').a.b]",
        "[copyIndex()]",
        "[null()]",
        "[json('[1]')]",
        "[createObject('a', 1)]",
        "[deployment()]",
        "[my.f()]",
        {"copy": [{"name": "x", "count": 2, "input": 1}]},
    ]
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """All members of all objects and lists in a value, each with what holds it."""
    keys: list[Any] = (
        list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    )
    return [(value, key) for key in keys] + [found for key in keys for found in places(value[key])]


def spoilt(whole: Any, data: st.DataObject) -> Any:
    """A value in which a few members are others than they should be, or are gone."""
    value = copy.deepcopy(whole)
    for _ in range(data.draw(st.integers(1, 4))):
        found = places(value)
        if not found:
            break
        holder, key = found[data.draw(st.integers(0, len(found) - 1))]
        if data.draw(st.booleans()):
            holder[key] = copy.deepcopy(data.draw(VALUES))
        elif data.draw(st.booleans()):
            holder.pop(key)
        else:
            other, at = found[data.draw(st.integers(0, len(found) - 1))]
            holder[key] = copy.deepcopy(other[at])
    return value


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_spoilt_templates(data: st.DataObject) -> None:
    value = spoilt(TEMPLATE, data)
    try:
        found = read(Document(Path("main.json"), "main.json", json.dumps(value), value), Inputs())
    except InfrastructureError:
        return
    for resource in found.resources:
        assert resource.origin is not None
        assert resource.origin.place("properties.x").file == "main.json"


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_spoilt_answers(data: st.DataObject) -> None:
    value = spoilt(ANSWER, data)
    try:
        found = whatif.read(Document(Path("w.json"), "w.json", json.dumps(value), value), Inputs())
    except InfrastructureError:
        return
    assert found.changed is not None
