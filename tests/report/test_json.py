"""The result that other programs read: as the published schema says, and the same bytes for the same input."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor import audit
from auditor.data import samples_folder
from auditor.model.finding import Evidence
from auditor.model.reading import MISSING, Found, Unread
from auditor.report.formats.json import as_data, render
from auditor.report.json_text import json_text
from auditor.report.report import Report
from auditor.statements import read_models
from tests.builders import STARTED
from tests.needs import PROJECT
from tests.report import builders

SCHEMA = json.loads((PROJECT / "auditor/schemas/assessment-1.schema.json").read_text(encoding="utf-8"))
VALIDATOR = Draft202012Validator(SCHEMA)


@cache
def sample() -> Report:
    samples = samples_folder()
    read = audit.read_saved(samples / "estate.jsonl", [read_models(samples / "models.yaml", STARTED)])
    return audit.judge_snapshot(audit.prepare(audit.Choice()), read)


REPORTS = {
    "sample": sample,
    "mixed": builders.mixed,
    "blind": builders.blind,
    "empty": builders.empty,
    "clean": builders.clean,
    "hostile": lambda: replace(builders.hostile(), kind="azure"),
}


def test_the_schema_is_one_and_leaves_nothing_open() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["additionalProperties"] is False
    assert set(SCHEMA["required"]) == set(SCHEMA["properties"])


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_as_the_schema_says(name: str) -> None:
    data = json.loads(render(REPORTS[name]()))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_the_numbers_add_up(name: str) -> None:
    report = REPORTS[name]()
    data = as_data(report)
    statuses = [finding["status"] for finding in data["findings"]]
    for status in ("pass", "fail", "unknown", "waived"):
        assert data["summary"][status] == statuses.count(status)
        assert sum(question[status] for question in data["questions"]) == statuses.count(status)
    assert data["policy"]["rules"] == len(report.rules)
    assert len(data["gaps"]) == len(report.unseen)
    assert data["complete"] is (report.finished is not None and not report.unseen)


def test_blind_spots_name_all_that_they_concern() -> None:
    keys, outside, _ = as_data(builders.mixed())["blindSpots"]
    assert (keys["kind"], len(keys["resources"])) == ("sharedKeys", 15)
    assert (keys["resources"][14]["name"], keys["resources"][14]["words"]) == ("stteam14", None)
    assert outside == {
        "kind": "outside",
        "words": "Something that was read leads to what was not.",
        "advice": "Audit those subscriptions too.",
        "resources": [{"id": "/unseen/stfar", "name": "stfar", "words": "model claims-v3 was trained from it"}],
    }


def test_the_same_report_gives_the_same_bytes() -> None:
    assert render(sample()) == render(sample.__wrapped__())
    assert render(sample()).endswith("}\n")


def test_fingerprints_are_unique() -> None:
    prints = [finding["fingerprint"] for finding in as_data(sample())["findings"]]
    assert len(set(prints)) == len(prints)


def evidence(*seen: Evidence) -> list[dict[str, Any]]:
    line = builders.line(builders.TLS, "unknown", builders.subject("docs"), "Why.", *seen)
    data = json.loads(render(builders.report((line,))))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    (finding,) = data["findings"]
    return list(finding["evidence"])


def test_evidence_says_what_was_read_and_what_was_asked() -> None:
    asked: dict[str, Any] = {"atLeast": "TLS1_2"}
    assert evidence(
        Evidence("a", asked, "be", Found("TLS1_0"), source="GET x"),
        Evidence("b", asked, "be", Found(None)),
        Evidence("c", asked, "be", MISSING, assumed=Found("TLS1_0")),
        Evidence("d", asked, "be", MISSING),
        Evidence("e", asked, "be", Unread("403"), negated=True),
        Evidence("f", {"equals": Unread("x")}, "be", Found({"deep": [Unread("y")]})),
    ) == [
        {"path": "a", "expected": asked, "actual": "TLS1_0", "read": "found", "source": "GET x"},
        {"path": "b", "expected": asked, "actual": None, "read": "found", "source": None},
        {"path": "c", "expected": asked, "actual": None, "read": "missing", "source": None, "assumed": "TLS1_0"},
        {"path": "d", "expected": asked, "actual": None, "read": "missing", "source": None},
        {"path": "e", "expected": {"not": asked}, "actual": None, "read": "unread", "source": None, "reason": "403"},
        {
            "path": "f",
            "expected": {"equals": {"$unread": "x"}},
            "actual": {"deep": [{"$unread": "y"}]},
            "read": "found",
            "source": None,
        },
    ]


def test_names_stay_as_they_are() -> None:
    """Whoever reads JSON escapes for himself; what is changed here could not be found again."""
    line = builders.line(builders.TLS, "fail", builders.subject("größe <b>\u202e"), "Why.")
    (finding,) = json.loads(render(builders.report((line,))))["findings"]
    assert finding["resource"]["name"] == "größe <b>\u202e"
    assert "größe" in render(builders.report((line,)))


def test_a_waived_finding_says_by_whom_why_and_until_when() -> None:
    line = builders.waived(builders.TLS, builders.subject("docs"), "Why.")
    data = as_data(builders.report((line,), waivers=builders.applied(line)))
    assert [error.message for error in VALIDATOR.iter_errors(data)] == []
    granted = {
        "reason": "The scanners in the branch offices are replaced by then.",
        "owner": "Claims IT",
        "approvedBy": "A. Lovelace",
        "approvedAt": "2026-10-05T00:00:00Z",
        "ticket": "SEC-41",
        "expires": "2026-12-31T23:59:59Z",
    }
    assert data["findings"][0]["waiver"] == granted
    first, second, *_ = data["waivers"]
    assert first == {
        "rule": "DI-TLS-001",
        "resource": line.finding.subject.id,
        **granted,
        "at": {"file": "waivers.yaml", "line": 3},
        "state": "inForce",
        "waived": 1,
        "remarks": [],
    }
    assert "approvedAt" not in second
    assert (second["at"], second["state"], second["waived"]) == (None, "expired", 0)
    assert second["remarks"] == [{"kind": "expired", "words": "It is over: 1 finding that it fits fails again."}]


def test_a_finding_names_its_rule_its_resource_and_no_waiver() -> None:
    line = builders.line(builders.TLS, "fail", builders.subject("docs", location=None), "Why.")
    (finding,) = as_data(builders.report((line,)))["findings"]
    assert finding == {
        "rule": "DI-TLS-001",
        "status": "fail",
        "severity": "high",
        "message": "Why.",
        "fingerprint": line.finding.fingerprint,
        "resource": {
            "id": line.finding.subject.id,
            "type": "Microsoft.Storage/storageAccounts",
            "name": "docs",
            "location": None,
        },
        "at": None,
        "evidence": [],
        "waiver": None,
        "since": None,
        "fix": {
            "warning": builders.TLS.fix.warning,
            "text": builders.TLS.fix.text,
            "language": "az",
            "snippet": f"# Warning: {builders.TLS.fix.warning}\naz storage account update --name docs "
            f"--resource-group rg-forms-prod --subscription {builders.SUBSCRIPTION} \\\n  --min-tls-version TLS1_2",
        },
    }


@pytest.mark.parametrize("name", REPORTS)
def test_findings_are_written_one_by_one_as_if_all_were_written_at_once(name: str) -> None:
    report = REPORTS[name]()
    hostile = [replace(line, message='\n  "findings": []\n') for line in report.lines]
    for each in (report, replace(report, headline='\n  "findings": []', lines=tuple(hostile))):
        assert render(each) == json_text(as_data(each)) + "\n"
