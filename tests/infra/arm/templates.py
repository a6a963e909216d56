"""Builders for templates in tests, and a short way to read one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.infra.arm.template import read
from auditor.infra.declared import Declared, Document, Inputs
from auditor.infra.ids import group_scope
from auditor.infra.json_text import parse_json
from auditor.model.resource import Resource

GROUP = group_scope()
SUBSCRIPTION = "/subscriptions/{subscription}"
STORES = f"{GROUP}/providers/Microsoft.Storage/storageAccounts"
COGNITIVE = f"{GROUP}/providers/Microsoft.CognitiveServices/accounts"
SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/{}deploymentTemplate.json#"


def template(*resources: dict[str, Any], level: str = "", **parts: Any) -> dict[str, Any]:
    """A template; `level` is the beginning of its schema's name (`subscription`)."""
    schema = SCHEMA.format(level).replace(f"{level}d", f"{level}D") if level else SCHEMA.format("")
    whole = {"$schema": schema, "contentVersion": "1.0.0.0", **parts}
    return {"resources": list(resources), **whole}


def store(name: str = "docs", **parts: Any) -> dict[str, Any]:
    """A storage account."""
    return {
        "type": "Microsoft.Storage/storageAccounts",
        "apiVersion": "2023-05-01",
        "name": name,
        "location": "westeurope",
        "sku": {"name": "Standard_LRS"},
        "kind": "StorageV2",
        "properties": {},
        **parts,
    }


def account(name: str = "di", **parts: Any) -> dict[str, Any]:
    """A Document Intelligence account with an identity of its own."""
    return {
        "type": "Microsoft.CognitiveServices/accounts",
        "apiVersion": "2023-05-01",
        "name": name,
        "location": "westeurope",
        "kind": "FormRecognizer",
        "sku": {"name": "S0"},
        "identity": {"type": "SystemAssigned"},
        "properties": {},
        **parts,
    }


def deployment(inner: Any, name: str = "module", *, inside: bool = True, **parts: Any) -> dict[str, Any]:
    """A nested deployment; `inside` evaluates its expressions in the template in it."""
    own = {"mode": "Incremental", "template": inner, **parts.pop("properties", {})}
    if inside:
        own["expressionEvaluationOptions"] = {"scope": "inner"}
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": name,
        "properties": own,
        **parts,
    }


def read_text(text: str, path: Path = Path("main.json"), **inputs: Any) -> Declared:
    """What a template declares, from its text."""
    return read(Document(path, path.name, text, parse_json(text)), Inputs(**inputs))


def declared(value: dict[str, Any], path: Path = Path("main.json"), **parameters: Any) -> Declared:
    """What a template declares; parameters are given values."""
    return read_text(json.dumps(value, indent=1), path, parameters=parameters)


def named(found: Declared) -> dict[str, Resource]:
    """The resources by id without the group at its head; default blob services are left out."""
    return {
        item.id.removeprefix(f"{GROUP}/providers/"): item
        for item in found.resources
        if not (item.id.endswith("/blobServices/default") and not item.body["properties"])
    }


def only(found: Declared, kind: str = "Microsoft.Storage/storageAccounts") -> Resource:
    """The one resource of a type."""
    (resource,) = [item for item in found.resources if item.type == kind]
    return resource


def property_of(found: Declared, name: str = "minimumTlsVersion") -> Any:
    """A property of the one storage account."""
    return only(found).body["properties"].get(name)
