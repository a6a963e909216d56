"""What a user gets wrong: the exit code of the contract, one line and one hint, never a traceback or a clean report."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.estate import estate
from tests.e2e.run import Ran, scan
from tests.fakes.azure import FakeAzure
from tests.fakes.azure import faults as fault


def is_one_error(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code
    lines = ran.err.strip().splitlines()
    assert lines[0].startswith(("error: ", "Usage: "))
    assert lines[-1].startswith(("hint: ", "Error: "))
    assert "Traceback" not in ran.err
    for word in words:
        assert word in ran.err
    assert ran.result is None, "nothing is written when there was nothing to judge"


def test_a_wrong_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeAzure(estate()) as azure:
        environment = {**azure.environment, "AZURE_CLIENT_SECRET": "wrong-secret"}
        monkeypatch.setattr(type(azure), "environment", environment)
        ran = scan(azure, tmp_path)
    is_one_error(ran, 3, "AADSTS7000215")
    assert "wrong-secret" not in ran.err


def test_a_subscription_that_does_not_exist(tmp_path: Path) -> None:
    with FakeAzure(estate()) as azure:
        ran = scan(azure, tmp_path, "-s", "Documents (prodction)")
    is_one_error(ran, 3, "Documents (prodction)", "Documents (production)")


def test_no_subscription_at_all(tmp_path: Path) -> None:
    with FakeAzure(estate(), granted=set()) as azure:
        ran = scan(azure, tmp_path)
    is_one_error(ran, 3, "subscription")


def test_subscriptions_that_can_be_seen_and_not_read(tmp_path: Path) -> None:
    with FakeAzure(estate(), granted={"Microsoft.Resources/subscriptions/read"}) as azure:
        ran = scan(azure, tmp_path)
    assert ran.code == 3
    assert "nothing could be read" in ran.err
    assert ran.result is not None, "the report lists what is missing"
    assert ran.result["summary"]["pass"] == ran.result["summary"]["fail"] == 0
    assert ran.result["headline"].startswith("Not proven")
    assert {question["answer"] for question in ran.result["questions"]} == {"not seen"}
    helping = ("/locations/read", "/storageTasks/read")  # what was not read there makes no rule unknown
    assert all(gap["rules"] for gap in ran.result["gaps"] if not gap["operation"].endswith(helping))


def test_a_sign_in_that_is_not_to_be_reached(tmp_path: Path) -> None:
    with FakeAzure(estate(), [fault.ServerError("login.microsoftonline.com", 503, times=None)]) as azure:
        ran = scan(azure, tmp_path)
    is_one_error(ran, 3)


def test_a_broken_rule_reports_all_mistakes_and_contacts_nobody(tmp_path: Path) -> None:
    rule = tmp_path / "rules" / "mine.yaml"
    rule.parent.mkdir()
    rule.write_text(
        "id: MY-001\nname: mine\nseverty: high\nappliesTo: Microsoft.Storage/storageAcounts\n", encoding="utf-8"
    )
    with FakeAzure(estate()) as azure:
        ran = scan(azure, tmp_path, "--policies", str(rule.parent))
    is_one_error(
        ran,
        2,
        "mine.yaml:3:1: severty is no key here; did you mean severity?",
        "did you mean Microsoft.Storage/storageAccounts?",
    )
    assert azure.exchanges == []


@pytest.mark.parametrize(
    ("content", "word"),
    [("", "empty"), ("{}", "header"), ("no json", "JSON"), ('{"schema": "auditor.snapshot/9"}', "auditor.snapshot/9")],
)
def test_an_unreadable_snapshot(content: str, word: str, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_text(content, encoding="utf-8")
    is_one_error(scan(None, tmp_path, "--snapshot", "bad.jsonl"), 2, "bad.jsonl:1", word)


def test_a_snapshot_that_is_not_there(tmp_path: Path) -> None:
    is_one_error(scan(None, tmp_path, "--snapshot", "none.jsonl"), 2, "none.jsonl")


def test_a_broken_register(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(
        "schema: auditor.models/1\nmodels:\n  - {account: a, model: b, onwer: c}\n", encoding="utf-8"
    )
    with FakeAzure(estate()) as azure:
        ran = scan(azure, tmp_path)
    is_one_error(ran, 2, "models.yaml:3", "did you mean owner?")
    assert azure.exchanges == []


def test_a_report_that_cannot_be_written(tmp_path: Path) -> None:
    with FakeAzure(estate()) as azure:
        ran = scan(azure, tmp_path, "-o", "markdown=no/such/folder/report.md")
    is_one_error(ran, 2, "no/such/folder/report.md")
