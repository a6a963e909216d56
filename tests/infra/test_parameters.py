from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.parameters import parameters_beside, read_parameters
from auditor.model.reading import Unread

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ({"$schema": SCHEMA, "parameters": {"a": {"value": 1}, "b": {"value": None}}}, {"a": 1, "b": None}),
        ({"parameters": {"a": {"value": {"x": ["y"]}}}}, {"a": {"x": ["y"]}}),
        ({"a": {"value": 1}}, {"a": 1}),
        ({"parametersJson": json.dumps({"parameters": {"a": {"value": "x"}}}), "templateJson": "{}"}, {"a": "x"}),
        ({"parameters": {}}, {}),
        (
            {"parameters": {"key": {"reference": {"keyVault": {"id": "/x"}, "secretName": "s"}}}},
            {"key": Unread("the value of parameter key is kept elsewhere, in a key vault say")},
        ),
        (
            {"parameters": {"at": {"value": {"region": ["${AZURE_LOCATION=westeurope}", "x"]}}}},
            {"at": {"region": [Unread("parameter at takes the variable AZURE_LOCATION of the environment"), "x"]}},
        ),
        (
            {"parameters": {"name": {"value": "rg-${AZURE_ENV_NAME}"}}},
            {"name": Unread("parameter name takes the variable AZURE_ENV_NAME of the environment")},
        ),
    ],
)
def test_values(written: Any, values: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "p.json"
    file.write_text(json.dumps(written), encoding="utf-8")
    assert read_parameters(file, "p.json") == values


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("p.json", "{\n", "p.json:2:1: this is no JSON: a key"),
        ("p.json", "[]", "this is no parameter file"),
        ("p.json", '{"name": "x"}', "this is no parameter file"),
        ("p.json", '{"parameters": {"a": {"type": "string"}}}', "this is no parameter file"),
        ("p.json", '{"parametersJson": "{"}', "p.json:1:2: this is no JSON"),
        ("p.bicepparam", "using './main.bicep'", "run `bicep build-params p.bicepparam`"),
    ],
)
def test_what_gives_no_values(name: str, text: str, words: str, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    with pytest.raises(InfrastructureError, match=words):
        read_parameters(file, name)


@pytest.mark.parametrize(
    ("template", "files", "found"),
    [
        ("store.json", ["store.parameters.json", "azuredeploy.parameters.json"], "store.parameters.json"),
        ("store.json", ["azuredeploy.parameters.json", "store.parameters.dev.json"], None),
        ("store.bicep", ["store.parameters.json"], "store.parameters.json"),
        ("main.bicep", ["azuredeploy.parameters.json"], "azuredeploy.parameters.json"),
        ("main.bicep", ["main.parameters.json", "azuredeploy.parameters.json"], "main.parameters.json"),
        ("azuredeploy.json", ["azuredeploy.parameters.json"], "azuredeploy.parameters.json"),
        ("template", ["template.parameters.json"], "template.parameters.json"),
    ],
)
def test_the_file_beside_a_template(template: str, files: list[str], found: str | None, tmp_path: Path) -> None:
    for name in files:
        (tmp_path / name).write_text("{}", encoding="utf-8")
    beside = parameters_beside(tmp_path / template)
    assert (None if beside is None else beside.name) == found
