"""What is found in files and folders, and that nothing which holds infrastructure is passed over in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import InfrastructureError
from auditor.infra.detect import Kind
from auditor.infra.files import find_files, shown_path

TEMPLATE = json.dumps({"contentVersion": "1.0.0.0", "resources": []})
COMPILED = json.dumps({"contentVersion": "1", "metadata": {"_generator": {"name": "bicep"}}, "resources": []})
PARAMETERS = json.dumps({"contentVersion": "1.0.0.0", "parameters": {}})
PLAN = json.dumps({"format_version": "1.2", "planned_values": {}})
STATE = json.dumps({"format_version": "1.0", "values": {"root_module": {}}})
RAW = json.dumps({"serial": 1, "lineage": "x", "terraform_version": "1", "type": "azurerm_storage_account"})
EXPORT = json.dumps({"id": "/subscriptions/1/providers/A.B/c/d", "type": "A.B/c"})
TERRAFORM = 'variable "x" {}\nresource "azurerm_storage_account" "docs" {}\n'
LOG = '{"@level":"info"}\n{"@level":"info"}\n'


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lay(files: dict[str, str | bytes]) -> None:
    for name, content in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def found(*paths: str) -> dict[str, Kind]:
    return {item.document.shown: item.kind for item in find_files([Path(path) for path in paths]).files}


CASES: dict[str, tuple[dict[str, str | bytes], tuple[str, ...], dict[str, Kind]]] = {
    "one file, whatever its name": ({"plan.tfplan": PLAN}, ("plan.tfplan",), {"plan.tfplan": Kind.PLAN}),
    "a folder, in order": (
        {"i/b.json": TEMPLATE, "i/a/z.jsonc": f"// it\n{COMPILED}", "i/c.json": STATE},
        ("i",),
        {"i/b.json": Kind.TEMPLATE, "i/c.json": Kind.STATE, "i/a/z.jsonc": Kind.COMPILED_BICEP},
    ),
    "what is something else": (
        {"i/a.json": TEMPLATE, "i/package.json": "{}", "i/broken.json": "{", "i/latin.json": b'{"\xe9', "i/x.txt": "x"},
        ("i",),
        {"i/a.json": Kind.TEMPLATE},
    ),
    "folders of tools": (
        {"i/a.json": TEMPLATE, "i/node_modules/b.json": TEMPLATE, "i/.terraform/c.json": PLAN, "i/.git/d.json": PLAN},
        ("i",),
        {"i/a.json": Kind.TEMPLATE},
    ),
    "named and in a folder, once": (
        {"i/a.json": TEMPLATE, "i/b.json": TEMPLATE},
        ("i", "i/b.json", "i/../i/b.json"),
        {"i/../i/b.json": Kind.TEMPLATE, "i/a.json": Kind.TEMPLATE},
    ),
    "parameters of a template": (
        {"main.json": TEMPLATE, "main.parameters.json": PARAMETERS},
        ("main.json", "main.parameters.json"),
        {"main.json": Kind.TEMPLATE},
    ),
    "any parameters in a folder": (
        {"i/main.json": TEMPLATE, "i/prod.json": PARAMETERS, "i/main.bicepparam": "using 'main.bicep'"},
        ("i",),
        {"i/main.json": Kind.TEMPLATE},
    ),
    "Terraform beside its plan": (
        {"i/main.tf": TERRAFORM, "i/terraform.tfstate": RAW, "plan.json": PLAN},
        ("i", "plan.json"),
        {"plan.json": Kind.PLAN},
    ),
    "Terraform that is not of Azure": (
        {"i/a.json": TEMPLATE, "i/main.tf": 'resource "aws_s3_bucket" "b" {}'},
        ("i",),
        {"i/a.json": Kind.TEMPLATE},
    ),
    "modules through what uses them": (
        {
            "i/main.bicep": "module s './parts/store.bicep' = {\n}\nmodule r 'br/public:avm/x:1' = {}\n",
            "i/parts/store.bicep": "import { x } from '../types.bicep'",
            "i/types.bicep": "",
        },
        ("i",),
        {"i/main.bicep": Kind.BICEP},
    ),
    "a module that is named": (
        {"main.bicep": "module s './store.bicep' = {}", "store.bicep": ""},
        ("main.bicep", "store.bicep"),
        {"main.bicep": Kind.BICEP, "store.bicep": Kind.BICEP},
    ),
    "linked templates through what links them": (
        {
            "i/main.json": '{"contentVersion": "1", "resources": [{"templateLink": {"relativePath": "nested/a.json"}},'
            '{"templateLink": {"relativePath": "[variables(1)]"}}]}',
            "i/nested/a.json": TEMPLATE,
            "i/nested/b.json": TEMPLATE,
        },
        ("i",),
        {"i/main.json": Kind.TEMPLATE, "i/nested/b.json": Kind.TEMPLATE},
    ),
    "live resources in a folder": (
        {"i/a.json": TEMPLATE, "i/live.json": EXPORT},
        ("i",),
        {"i/a.json": Kind.TEMPLATE},
    ),
    "UTF-16": ({"a.json": b"\xff\xfe" + TEMPLATE.encode("utf-16-le")}, ("a.json",), {"a.json": Kind.TEMPLATE}),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_read(case: str) -> None:
    files, paths, expected = CASES[case]
    lay(files)
    assert found(*paths) == expected
    assert list(found(*paths)) == list(expected)


ERRORS: dict[str, tuple[dict[str, str | bytes], tuple[str, ...], list[str]]] = {
    "nothing there": ({}, ("none.json",), ["none.json:1:1: the file cannot be read: No such file or directory"]),
    "an empty folder": ({"i/x.txt": ""}, ("i",), ["i:1:1: no infrastructure was found in i"]),
    "a folder of other things": (
        {"i/package.json": "{}", "j/a.txt": ""},
        ("i", "j"),
        ["i:1:1: no infrastructure was found in i, j"],
    ),
    "a named file of something else": (
        {"p.json": "{}"},
        ("p.json",),
        ["p.json:1:1: this file holds no infrastructure"],
    ),
    "a named file that is no JSON": (
        {"p.json": '{\n "a": 1\n "b": 2}'},
        ("p.json",),
        ['p.json:3:2: this is no JSON: a comma or "}" is wanted here'],
    ),
    "YAML": ({"p.yaml": "a: 1"}, ("p.yaml",), ["p.yaml:1:1: this is no JSON: a value is wanted here"]),
    "a broken template in a folder": (
        {"i/ok.json": TEMPLATE, "i/bad.json": '{"$schema": "x/deploymentTemplate.json#",,}'},
        ("i",),
        ["i/bad.json:1:42: this is no JSON"],
    ),
    "a broken plan in UTF-16 without its mark": (
        {"i/ok.json": TEMPLATE, "i/plan.json": b"\xe9" + PLAN.encode("utf-16-le")},
        ("i",),
        ["i/plan.json:1:1: this is no text in UTF-8"],
    ),
    "Bicep that is no text": ({"i/a.bicep": b"\xe9"}, ("i",), ["i/a.bicep:1:1: this is no text in UTF-8"]),
    "parameters of no template": (
        {"p.json": PARAMETERS, "main.json": TEMPLATE},
        ("main.json", "p.json"),
        ["p.json:1:1: this file gives values to a template: pass it with --parameters"],
    ),
    "Bicep parameters": ({"p.bicepparam": ""}, ("p.bicepparam",), ["p.bicepparam:1:1: this file gives values"]),
    "Terraform without a plan, the first of each folder": (
        {"i/ok.json": TEMPLATE, "i/main.tf": TERRAFORM, "i/more.tf": TERRAFORM, "i/m/main.tf": TERRAFORM},
        ("i",),
        ["i/main.tf:2:1: Terraform source says little without its plan", "i/m/main.tf:2:1: Terraform source"],
    ),
    "Terraform that is named": ({"x.tf": ""}, ("x.tf",), ["x.tf:1:1: Terraform source"]),
    "Terraform in JSON": ({"x.tf.json": "{}"}, ("x.tf.json",), ["x.tf.json:1:1: Terraform source"]),
    "a raw state": (
        {"i/ok.json": TEMPLATE, "i/terraform.tfstate": RAW},
        ("i",),
        ["i/terraform.tfstate:1:1: a raw state is Terraform's own"],
    ),
    "the log of a plan": ({"i/ok.json": TEMPLATE, "i/p.json": LOG}, ("i",), ["i/p.json:1:1: this is the log"]),
    "live resources": ({"l.json": EXPORT}, ("l.json",), ["l.json:1:1: these are live resources"]),
    "modules that use each other": (
        {"i/a.bicep": "module b 'b.bicep' = {}", "i/b.bicep": "module a 'a.bicep' = {}"},
        ("i",),
        ["i:1:1: no infrastructure was found in i"],
    ),
    "all at once": (
        {"a.json": "{", "b.json": "{}"},
        ("a.json", "b.json"),
        ["a.json:1:2: this is no JSON", "b.json:1:1: this file holds no infrastructure"],
    ),
}


@pytest.mark.parametrize("case", ERRORS)
def test_what_cannot_be_read_is_told_with_its_place(case: str) -> None:
    files, paths, expected = ERRORS[case]
    lay(files)
    with pytest.raises(InfrastructureError) as caught:
        find_files([Path(path) for path in paths])
    told = [str(mistake) for mistake in caught.value.mistakes]
    assert len(told) == len(expected)
    assert [line for line, start in zip(told, sorted(expected), strict=True) if not line.startswith(start)] == []


def test_a_folder_that_cannot_be_listed_may_hold_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    lay({"i/a.json": TEMPLATE, "i/closed/b.json": TEMPLATE})
    import os  # noqa: PLC0415 - the folder is closed for everybody but the superuser, who runs these tests

    scan = os.scandir

    def closed(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(InfrastructureError, match="i/closed:1:1: the folder cannot be read: Permission denied"):
        found("i")


def test_paths_are_shown_from_here(tmp_path: Path) -> None:
    assert shown_path(tmp_path / "a" / "b.json") == "a/b.json"
    assert shown_path(Path("a/b.json")) == "a/b.json"
    assert shown_path(Path("/elsewhere/b.json")) == "/elsewhere/b.json"
