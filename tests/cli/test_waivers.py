"""Waivers as a user gives them: named or found, for scans and gates, with their exit codes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import main
from auditor.infra.detect import Kind
from auditor.infra.read import READERS
from auditor.model.reading import Unread
from auditor.model.snapshot import Snapshot
from auditor.model.snapshot_file import write_snapshot
from auditor.model.types import STORAGE
from tests.builders import snapshot, storage
from tests.infra.stubs import STUBS
from tests.policy.files import RULE, write

CLEAN, FINDINGS, USAGE = 0, 1, 2
BAD = storage(supportsHttpsTrafficOnly=False)
SOON = (datetime.now(UTC) + timedelta(days=60)).date().isoformat()


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "r", rule=RULE)


def waivers(name: str = "waivers.yaml", **changes: str) -> None:
    rule = next(line.partition(": ")[2] for line in RULE.splitlines() if line.startswith("id:"))
    made = {
        "rule": rule,
        "resource": BAD.id,
        "reason": "old scanners",
        "owner": "Claims",
        "approvedBy": "CISO",
        "ticket": "SEC-41",
        "expires": SOON,
        **changes,
    }
    Path(name).write_text(json.dumps({"schema": "auditor.waivers/1", "waivers": [made]}), encoding="utf-8")


def scan(found: Snapshot, *arguments: str) -> int:
    write_snapshot(Path("s.jsonl"), found)
    return main(["scan", "--snapshot", "s.jsonl", "--policies", "r", *arguments])


def data(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    out, err = capsys.readouterr()
    assert err == ""
    return dict(json.loads(out))


def test_what_is_waived_does_not_count(capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(snapshot(BAD), "-o", "json") == FINDINGS
    assert data(capsys)["waivers"] == []
    waivers("w.yaml")
    assert scan(snapshot(BAD), "-o", "json", "--waivers", "w.yaml", "--fail-on-unknown") == CLEAN
    found = data(capsys)
    (finding,) = found["findings"]
    assert (finding["status"], finding["waiver"]["ticket"], found["summary"]["waived"]) == ("waived", "SEC-41", 1)
    assert f"Waived until {SOON} 23:59 UTC: old scanners (owner Claims" in finding["message"]
    assert found["policy"]["parameters"]["maxWaiverDays"] == 90
    assert found["headline"] == "Compliant but for what is waived: 1 check fails and is waived."


@pytest.mark.parametrize(
    ("changes", "code", "state", "kinds"),
    [
        ({}, CLEAN, "inForce", []),
        ({"resource": "*"}, CLEAN, "inForce", []),
        ({"expires": "2026-11-10"}, CLEAN, "inForce", ["expiring"]),
        ({"expires": "2026-10-31"}, FINDINGS, "expired", ["expired"]),
        ({"resource": "docs"}, FINDINGS, "inForce", ["unmatched"]),
        ({"rule": "T-9"}, FINDINGS, "inForce", ["unmatched"]),
        ({"approvedAt": "2026-11-02", "expires": "2026-12-31"}, FINDINGS, "notYet", ["notYet"]),
    ],
)
def test_the_file_is_found_and_told_as_of_the_audit(
    changes: dict[str, str], code: int, state: str, kinds: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    waivers(**changes)
    assert scan(snapshot(BAD), "-o", "json") == code
    found = data(capsys)
    (waiver,) = found["waivers"]
    assert (waiver["state"], waiver["at"]) == (state, {"file": "waivers.yaml", "line": 1})
    assert [remark["kind"] for remark in waiver["remarks"]] == kinds
    assert ("Its waiver (SEC-41) expired" in found["findings"][0]["message"]) is (state == "expired")


def test_an_unknown_stays_unknown_and_counts(capsys: pytest.CaptureFixture[str]) -> None:
    waivers()
    assert (
        scan(snapshot(storage(supportsHttpsTrafficOnly=Unread("not asked"))), "-o", "json", "--fail-on-unknown")
        == FINDINGS
    )
    found = data(capsys)
    (finding,) = found["findings"]
    assert (finding["status"], finding["waiver"]) == ("unknown", None)
    assert finding["message"].endswith("A waiver (SEC-41) fits, but what is not known cannot be waived.")
    assert [remark["kind"] for remark in found["waivers"][0]["remarks"]] == ["unknown"]


@pytest.mark.parametrize(
    ("changes", "arguments", "words"),
    [
        ({"expires": "9000-01-01"}, [], "and at most 90 are allowed (maxWaiverDays)"),
        ({}, ["--set", "maxWaiverDays=30"], "and at most 30 are allowed (maxWaiverDays)"),
        ({"expires": "soon"}, [], "'soon' is no date or time"),
        ({}, ["--waivers", "none.yaml"], "'none.yaml' does not exist"),
    ],
)
def test_a_broken_file_stops_everything(
    changes: dict[str, str], arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    waivers(**changes)
    assert scan(snapshot(BAD), *arguments) == USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


@pytest.mark.parametrize("resource", ["*/storageAccounts/docs", "docs", "*"])
def test_a_gate_takes_them_and_knows_addresses(
    resource: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(READERS, Kind.TEMPLATE, STUBS[Kind.TEMPLATE])  # type: ignore[arg-type]
    store = {
        "type": STORAGE,
        "name": "docs",
        "location": "westeurope",
        "properties": {"supportsHttpsTrafficOnly": False},
    }
    Path("main.json").write_text(json.dumps({"contentVersion": "1", "resources": [store]}), encoding="utf-8")
    gate = ["gate", "main.json", "--policies", "r", "-q", "-o", "json"]
    assert main(gate) == FINDINGS
    data(capsys)
    waivers(resource=resource)
    assert main([*gate, "--changed-only"]) == CLEAN
    assert data(capsys)["waivers"][0]["waived"] == 1
