"""A law: keys have no case in templates (Azure/bicep#11457), so that one in capitals declares the same."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.infra.detect import kind_of
from tests.infra.arm.templates import account, declared, deployment, store, template

SERVICE = {"type": "blobServices", "name": "default", "properties": {"isVersioningEnabled": True}}
RULES = {"copy": [{"name": "ipRules", "count": 2, "input": {"value": "[format('10.0.0.{0}', copyIndex('ipRules'))]"}}]}
INNER = template(
    store(properties={"minimumTlsVersion": "[parameters('tls')]"}),
    parameters={"tls": {"type": "string", "defaultValue": "TLS1_2"}},
)
TEMPLATES: dict[str, dict[str, Any]] = {
    "children": template(store(resources=[SERVICE])),
    "a copied property": template(store(properties={"networkAcls": RULES})),
    "a copied resource": template(store("[format('d{0}', copyIndex())]", copy={"name": "loop", "count": 2})),
    "a copied variable": template(
        store(tags={"x": "[variables('v')]"}),
        variables={"copy": [{"name": "v", "count": 2, "input": "[copyIndex('v')]"}]},
    ),
    "a nested template and its parameter": template(
        deployment(INNER, properties={"parameters": {"tls": {"value": "TLS1_0"}}})
    ),
    "a condition, and a resource that exists": template(
        store(condition=False), account(existing=True), languageVersion="2.0"
    ),
    "what is only new": template(store(**{"@options": {"onlyIfNotExists": []}})),
    "functions, outputs and order": template(
        store(tags={"x": "[n.f('a')]"}),
        deployment(INNER, dependsOn=["docs"]),
        functions=[
            {
                "namespace": "n",
                "members": {
                    "f": {
                        "parameters": [{"name": "p", "type": "string"}],
                        "output": {"type": "string", "value": "[parameters('p')]"},
                    }
                },
            }
        ],
    ),
}


def in_capitals(value: Any) -> Any:
    """The same with all keys in capitals, but for those that are names of the template's own."""
    match value:
        case dict():
            return {key.upper(): in_capitals(item) for key, item in value.items()}
        case list():
            return [in_capitals(item) for item in value]
        case _:
            return value


def told(value: dict[str, Any]) -> list[Any]:
    found = declared(value)
    bodies = [in_capitals({**item.body, "properties": item.body.get("properties")}) for item in found.resources]
    return [*bodies, *found.gaps]


@pytest.mark.parametrize("value", TEMPLATES.values(), ids=TEMPLATES)
def test_keys_have_no_case(value: dict[str, Any]) -> None:
    assert told(value)
    assert told(in_capitals(value)) == told(value)
    assert kind_of(in_capitals(value)) is kind_of(value) is not None
