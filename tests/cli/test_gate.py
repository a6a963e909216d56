"""`auditor gate` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.model.types import STORAGE

PASSING = {"minimumTlsVersion": "TLS1_2"}
FAILING = {"minimumTlsVersion": "TLS1_0"}
RULE = """\
id: T-TLS-001
name: minimum-tls
title: Stores refuse old TLS
severity: medium
profile: baseline
basis: data-in-transit
appliesTo: Microsoft.Storage/storageAccounts
where: {field: facts.holdsDocuments, equals: true}
check: {field: properties.minimumTlsVersion, equals: TLS1_2}
why: Old TLS is broken.
fix: {text: Set it.}
references: ["https://learn.microsoft.com/azure/storage/common/transport-layer-security-configure-minimum-version"]
mappings: {}
examples:
  - {expect: pass, resource: {properties: {minimumTlsVersion: TLS1_2}}, facts: {holdsDocuments: true}}
  - {expect: fail, resource: {properties: {minimumTlsVersion: TLS1_0}}, facts: {holdsDocuments: true}}
"""


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("rule.yaml").write_text(RULE, encoding="utf-8")


def write(name: str, properties: dict[str, Any]) -> None:
    store = {"type": STORAGE, "name": "docs", "location": "westeurope", "properties": properties}
    Path(name).write_text(json.dumps({"contentVersion": "1", "resources": [store]}), encoding="utf-8")


def gate(*arguments: str) -> int:
    return main(["gate", "--policies", "rule.yaml", *arguments])


@pytest.mark.parametrize(
    ("properties", "arguments", "code"),
    [
        (PASSING, [], 0),
        (PASSING, ["--fail-on-unknown"], 0),
        (FAILING, [], 1),
        (FAILING, ["--scope", "declared"], 0),
        (FAILING, ["--scope", "declared", "--fail-on-unknown"], 1),
        (FAILING, ["--scope", "all"], 1),
        (FAILING, ["--scope", "all", "--fail-on", "high"], 0),
        (FAILING, ["--scope", "all", "--changed-only"], 1),
        (FAILING, ["--config", "declared.yaml"], 1),
    ],
)
def test_exit_codes(
    properties: dict[str, Any], arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    write("main.json", properties)
    Path("declared.yaml").write_text("storage:\n  - storage: docs\n", encoding="utf-8")
    assert gate("main.json", *arguments) == code
    assert capsys.readouterr().err == "read: 1 ARM template\n"


def test_auditor_yaml_is_found_and_the_register_is_not_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    write("main.json", FAILING)
    Path("auditor.yaml").write_text("models: none.yaml\nstorage:\n  - storage: docs\n", encoding="utf-8")
    assert gate("main.json", "-q") == 1
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["none.json"], "none.json:1:1: the file cannot be read"),
        (["rule.yaml"], "rule.yaml:1:1: this is no JSON"),
        (["empty"], "empty:1:1: no infrastructure was found in empty"),
        (["broken.json"], "broken.json:2:1: this is no JSON"),
        (["main.json", "--parameters", "none.json"], "none.json:1:1: the file cannot be read"),
        (["main.json", "--baseline", "none.json"], "the baseline none.json cannot be read"),
        (["main.json", "--baseline", "main.json"], "the baseline main.json is no report"),
        (["main.json", "--var", "x"], "'x' is not NAME=VALUE"),
        ([], "Missing argument"),
    ],
)
def test_what_cannot_be_read_never_passes(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("main.json", PASSING)
    Path("empty").mkdir()
    Path("broken.json").write_text("{\n,}", encoding="utf-8")
    assert gate(*arguments) == 2
    assert words in capsys.readouterr().err


def test_a_baseline_of_our_own_json(capsys: pytest.CaptureFixture[str]) -> None:
    write("main.json", FAILING)
    assert gate("main.json", "--scope", "all", "-o", "json=before.json") == 1
    capsys.readouterr()
    assert gate("main.json", "--scope", "all", "--baseline", "before.json") == 0
    assert "Known: the baseline has it." in capsys.readouterr().out


def test_a_plan_and_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    values = {"name": "docs", "location": "westeurope", "min_tls_version": "TLS1_0"}
    resource = {"address": "azurerm_storage_account.docs", "mode": "managed", "type": "azurerm_storage_account"}
    resource |= {"name": "docs", "provider_name": "registry.terraform.io/hashicorp/azurerm"}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    planned = {"root_module": {"resources": [{**resource, "values": values}]}}
    plan = {"format_version": "1.2", "planned_values": planned, "resource_changes": [{**resource, "change": change}]}
    Path("plan.json").write_text(json.dumps(plan), encoding="utf-8")
    Path("tf").mkdir()
    source = 'resource "azurerm_storage_account" "docs" {\n  min_tls_version = "TLS1_0"\n}\n'
    Path("tf/main.tf").write_text(source, encoding="utf-8")
    assert gate("plan.json", "--scope", "all", "--changed-only", "--tf-dir", "tf", "-o", "json", "-q") == 1
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert (finding["at"]["file"], finding["at"]["line"]) == ("tf/main.tf", 2)
    assert finding["at"]["address"] == "azurerm_storage_account.docs"


def test_the_report_says_what_was_judged(capsys: pytest.CaptureFixture[str]) -> None:
    write("main.json", FAILING)
    assert gate("main.json", "--scope", "all", "-o", "json", "--var", "a=b") == 1
    data = json.loads(capsys.readouterr().out)
    assert data["source"] == {"kind": "infrastructure", "scope": ["main.json"]}
    assert [(item["status"], item["at"]["file"]) for item in data["findings"]] == [("fail", "main.json")]
