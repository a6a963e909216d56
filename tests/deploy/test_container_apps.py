"""The job of Container Apps: its roles are the auditor's own, and its store passes the auditor's own gate."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from tests.deploy.bicep import parsed, template
from tests.deploy.linters import DEPLOY
from tests.deploy.test_nightly import NOW, Auditor, run

FOLDER = DEPLOY / "container-apps"
JOB = parsed(FOLDER / "job.bicep")["resources"]
MAIN = parsed(FOLDER / "main.bicep")["resources"]


def test_the_roles_are_what_auditor_role_prints(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["role", "--format", "bicep"]) == 0
    assert (FOLDER / "roles.bicep").read_text(encoding="utf-8") == capsys.readouterr().out


def test_each_of_the_roles_is_assigned_to_the_job_and_to_nobody_else() -> None:
    roles = [item["config"]["properties"]["roleName"] for item in parsed(FOLDER / "roles.bicep")["resources"].values()]
    assigned = [item for item in MAIN.values() if item["type"].endswith("/roleAssignments")]
    text = json.dumps([item["config"]["properties"]["roleDefinitionId"] for item in assigned])
    assert [name for name in roles if json.dumps(name)[1:-1] in text] == roles
    assert len(assigned) == len(roles) == 2
    for item in assigned:
        assert "principalId" in json.dumps(item["config"]["properties"]["principalId"])
        assert item["config"]["dependsOn"] == ["roles"]
    assert [name for name, item in JOB.items() if item["type"].endswith("/roleAssignments")] == ["mayAddReports"]


def test_to_the_reports_it_may_only_add() -> None:
    (permission,) = JOB["addReports"]["config"]["properties"]["permissions"]
    add = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action"
    assert permission == {"actions": [], "notActions": [], "dataActions": [add], "notDataActions": []}
    assert JOB["mayAddReports"]["config"]["scope"] == "audits"


def test_nothing_takes_or_makes_a_key() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in FOLDER.glob("*.bicep*"))
    assert not re.search(r"listKeys|listAccountSas|sharedKey:|accountKey|connectionString|@secure", text, re.IGNORECASE)
    assert JOB["logs"]["config"]["properties"]["features"] == {"disableLocalAuth": True}


def test_the_alarms_look_for_what_the_scheduled_run_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for status in (0, 1, 3):
        run(["audit", "--to", str(tmp_path / str(status))], NOW, Auditor(status))
    done, found, failed = capsys.readouterr().err.splitlines()
    (query,) = (item["query"] for item in JOB["failed"]["config"]["properties"]["criteria"]["allOf"])
    assert [word in failed for word in re.findall('"(.*?)"', query)] == [True, False]
    script = (DEPLOY / "nightly.py").read_text(encoding="utf-8")
    assert all(word in script for word in re.findall('has "(.*?)"', query))
    (query,) = (item["query"] for item in JOB["missing"]["config"]["properties"]["criteria"]["allOf"])
    job, *starts = re.findall('"(.*?)"', query)
    assert job == JOB["nightlyJob"]["config"]["name"]
    assert [done.startswith(starts[0]), found.startswith(starts[1])] == [True, True]
    assert not failed.startswith(tuple(starts))


def findings(tmp_path: Path, *arguments: str) -> set[tuple[str, str]]:
    """Rules that fail or are unknown for the store of reports."""
    path = tmp_path / "job.json"
    path.write_text(json.dumps(template(FOLDER / "job.bicep", storageName="audits", container="audits")), "utf-8")
    out = tmp_path / "out.json"
    code = main(["gate", str(path), *arguments, "--config", "/dev/null", "-q", "-o", f"json={out}"])
    report: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    found = {(item["rule"], item["status"]) for item in report["findings"]}
    assert code == any(status == "fail" for _, status in found)
    assert len(found) > 15
    return {item for item in found if item[1] != "pass"}


def test_the_gate_passes(tmp_path: Path) -> None:
    assert not {rule for rule, status in findings(tmp_path, "--scope", "declared") if status == "fail"}


def test_were_reports_documents_only_their_keeping_and_their_key_would_fail(tmp_path: Path) -> None:
    """They are kept on purpose, and encrypted by Microsoft's keys: one of yours would be one more thing to look after."""
    failing = {rule for rule, status in findings(tmp_path, "--scope", "all", "--profile", "strict") if status == "fail"}
    assert failing == {"DI-RET-001", "DI-RET-003", "DI-ENC-002"}
