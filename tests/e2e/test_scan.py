"""The main job, end to end: the real command, the official clients, real host names, a fake Azure behind a proxy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import auditor
from auditor.facts.derive import Facts
from auditor.facts.estate import Estate as Derived
from auditor.model.snapshot_file import read_snapshot
from tests.e2e.estate import BAD, CONFIGURATION, EXPECTED, GOOD, MODELS, SOUND, estate
from tests.e2e.run import Ran, scan
from tests.fakes.azure import Estate, FakeAzure
from tests.fakes.azure import builders as make
from tests.judges import oav

ALL = ("--profile", "strict", "--inspect-blobs")
SCHEMAS = Path(auditor.__file__).parent / "schemas"


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Ran, FakeAzure, Path]:
    """One undisturbed scan of the estate by all rules, with the register of models and declared storage."""
    folder = tmp_path_factory.mktemp("scan")
    (folder / "models.yaml").write_text(MODELS, encoding="utf-8")
    (folder / "auditor.yaml").write_text(CONFIGURATION, encoding="utf-8")
    with FakeAzure(estate()) as azure:
        ran = scan(azure, folder, *ALL, "--save-snapshot", "kept.jsonl.zst")
    return ran, azure, folder


def test_every_pair_of_rule_and_resource_gets_the_verdict_written_by_hand(done: tuple[Ran, FakeAzure, Path]) -> None:
    assert done[0].named == EXPECTED


def test_each_signal_and_each_path_occurs(done: tuple[Ran, FakeAzure, Path]) -> None:
    found = read_snapshot(done[2] / "kept.jsonl.zst")
    facts = Facts(Derived(found, datetime.now(UTC)))
    derived = [facts.of(item) for item in found.resources]
    signals = {link["signal"] for known in derived for link in known.get("links", ()) if isinstance(link, dict)}
    assert signals == {
        *("trainingSource", "blobLogs", "roleAssignment", "resourceAccessRule", "userOwnedStorage", "connection"),
        *("studioCors", "studioAddress", "declared", "replicationTarget"),
    }
    edges = [edge for known in derived for edge in known.get("residency", {}).get("edges", ())]
    assert {edge["via"] for edge in edges if isinstance(edge, dict)} == {
        *("geoRedundancy", "objectReplication", "accountLink", "backup", "logs", "privateEndpoint", "keyVault"),
        *("routing", "modelCopy", "dataCollaboration", "blobAccessPoint"),
    }


def test_it_exits_with_one_and_the_result_is_as_its_schema_says(done: tuple[Ran, FakeAzure, Path]) -> None:
    ran = done[0]
    assert ran.code == 1
    schema = json.loads((SCHEMAS / "assessment-1.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(ran.result)
    assert ran.result is not None
    assert ran.result["gaps"] == []
    assert ran.result["complete"] is True
    counted = Counter(item["status"] for item in ran.result["findings"])
    assert {status: ran.result["summary"][status] for status in counted} == counted


def test_every_exchange_is_as_azures_specifications_want_it(done: tuple[Ran, FakeAzure, Path]) -> None:
    assert oav.objections(done[1].exchanges) == []


def test_it_only_reads_and_only_from_azure(done: tuple[Ran, FakeAzure, Path]) -> None:
    azure = done[1]
    assert azure.violations == []
    assert {(item.method, item.route) for item in azure.calls() if item.method != "GET"} == {
        ("HEAD", None),  # what a handshake carries
        ("HEAD", "blobs"),
        ("POST", "logQuery"),
    }
    assert azure.refused_hosts == set()
    accounts = ("forms", "trial-forms", "trial-hub")
    assert azure.hosts == {
        "login.microsoftonline.com",
        "management.azure.com",
        "api.loganalytics.io",
        *(f"{name}.cognitiveservices.azure.com" for name in accounts),
        *(f"{name}.blob.core.windows.net" for name in ("docsstore", "inlinestore", "trialdocs", "trialcopies", *SOUND)),
    }


def test_no_call_is_made_twice_and_stores_without_documents_are_not_asked_for_details(
    done: tuple[Ran, FakeAzure, Path],
) -> None:
    calls = Counter(item.url for item in done[1].calls() if item.method == "GET")
    assert [url for url, count in calls.items() if count > 1] == []
    asked = [url for url in calls if "/storageaccounts/website/" in url.lower()]
    assert [url for url in asked if "blobservices/default?" not in url.lower()] == []


def test_a_saved_snapshot_judged_again_gives_the_same_bytes(done: tuple[Ran, FakeAzure, Path], tmp_path: Path) -> None:
    ran, _, folder = done
    again = scan(None, tmp_path, "--profile", "strict", "--snapshot", str(folder / "kept.jsonl.zst"))
    assert again.code == ran.code
    assert (tmp_path / "report.json").read_bytes() == (folder / "report.json").read_bytes()


def test_the_calls_in_the_result_are_the_calls_that_azure_saw(done: tuple[Ran, FakeAzure, Path]) -> None:
    ran, azure, _ = done
    assert ran.result is not None
    refused = 2 * 3  # handshakes of old versions, which never become a call: two at each of three accounts
    assert sum(ran.result["calls"].values()) == len(azure.calls()) + refused


def test_the_installed_command_does_the_same_in_a_process_of_its_own(tmp_path: Path) -> None:
    with FakeAzure(estate()) as azure:
        outputs = [word for name in ("html", "markdown", "json") for word in ("-o", f"{name}={tmp_path / name}")]
        ran = subprocess.run(
            [sys.executable, "-m", "auditor", "scan", "-s", GOOD, *outputs],
            env={**os.environ, **azure.environment},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr  # the good half has unknowns, no failures
    assert "Traceback" not in ran.stderr
    assert {path.name for path in tmp_path.iterdir()} == {"html", "markdown", "json"}
    result = json.loads((tmp_path / "json").read_text(encoding="utf-8"))
    assert {item["status"] for item in result["findings"]} == {"pass", "unknown"}
    token = [item for item in azure.exchanges if "oauth2/v2.0/token" in item.url]
    assert token
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir()) + ran.stdout + ran.stderr
    assert azure.environment["AZURE_CLIENT_SECRET"] not in written
    assert "eyJ" not in written


@pytest.mark.parametrize(
    ("rule", "routes"),
    [
        ("DI-ACC-001", {"subscriptions", "accounts"}),
        ("DI-MDL-006", {"subscriptions", "deletedAccounts"}),
        ("DI-MDL-003", {"subscriptions", "accounts", "documentModels", "documentModel", "documentClassifiers", "documentClassifier"}),
    ],
)  # fmt: skip
def test_it_asks_only_for_what_the_loaded_rules_need(rule: str, routes: set[str], tmp_path: Path) -> None:
    policies = Path(auditor.__file__).parent.parent / "policies"
    file = next(path for path in policies.rglob("*.yaml") if f"id: {rule}\n" in path.read_text(encoding="utf-8"))
    with FakeAzure(estate()) as azure:
        scan(azure, tmp_path, "--policies", str(file))
    assert {item.route for item in azure.calls()} == routes


def test_without_models_their_rules_are_unknown_with_that_reason(tmp_path: Path) -> None:
    with FakeAzure(estate(signals=False)) as azure:
        ran = scan(azure, tmp_path, "--no-models", "--no-probe", "-s", BAD)
    assert not [host for host in azure.hosts if "cognitiveservices" in host]
    assert ran.result is not None
    told = [item for item in ran.result["findings"] if item["rule"] == "DI-MDL-003"]
    assert [(item["status"], item["resource"]["name"]) for item in told] == [("unknown", "trial-forms")]
    assert "--no-models was given" in told[0]["message"]
    assert {gap["reason"] for gap in ran.result["gaps"]} == {"--no-models was given", "--no-probe was given"}


PRACTICE = """
id: TEST-REG-001
name: calls-served-here
title: Calls are served in the account's own region
severity: high
profile: baseline
basis: same-region
appliesTo: Microsoft.CognitiveServices/accounts
check:
  allOf:
    - {field: "children.callMetrics.properties.regions[*].region", sameRegionAs: {field: location}}
    - {field: "children.requestLogs.properties.operations[*].kind", in: [analyze, deleteResult]}
why: A test.
fix: {text: None.}
references: ["https://learn.microsoft.com/azure"]
mappings: {mcsb: [DP-3]}
examples:
  - {expect: unknown, resource: {location: westeurope}}
"""


def test_without_logs_neither_logs_nor_metrics_are_asked(tmp_path: Path) -> None:
    (tmp_path / "rule.yaml").write_text(PRACTICE, encoding="utf-8")
    routes = {}
    for flags in ([], ["--no-logs"]):
        with FakeAzure(estate()) as azure:
            ran = scan(azure, tmp_path, "--policies", "rule.yaml", *flags)
        routes[bool(flags)] = {item.route for item in azure.calls()}
        assert ran.result is not None, ran.err
    assert "metrics" in routes[False]
    assert not {"metrics", "logQuery"} & routes[True]
    assert not [host for host in azure.hosts | azure.refused_hosts if "analytics" in host or "metrics" in host]
    assert {item["status"] for item in ran.result["findings"]} == {"unknown"}
    assert all("--no-logs was given" in item["message"] for item in ran.result["findings"])


def test_a_store_outside_of_what_was_read_is_unknown_and_not_forgotten(tmp_path: Path) -> None:
    forms = make.document_intelligence("forms", local_auth=False)
    source = "https://elsewhere.blob.core.windows.net/training?sv=2024&sig=c2VjcmV0c2VjcmV0c2VjcmV0"
    with FakeAzure(Estate([make.subscription(), forms, make.custom_model(forms, source=source)])) as azure:
        ran = scan(azure, tmp_path, "--save-snapshot", "kept.jsonl")
    assert ran.named["DI-TLS-001", "elsewhere"] == "unknown"
    assert ran.named["DI-RET-001", "elsewhere"] == "unknown"
    kept = (tmp_path / "kept.jsonl").read_text(encoding="utf-8") + (tmp_path / "report.json").read_text(
        encoding="utf-8"
    )
    assert "sig=" not in kept
    assert "c2VjcmV0" not in kept
