"""Code quality as GitLab reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.model.resource import Place
from auditor.report.formats.gitlab import NOT_SEEN, render
from auditor.report.report import Report
from tests.report import builders
from tests.report.test_formats import REPORTS

DOCUMENTED = Draft202012Validator(
    {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["description", "check_name", "fingerprint", "severity", "location"],
            "additionalProperties": False,
            "properties": {
                "description": {"type": "string", "minLength": 1},
                "check_name": {"type": "string", "minLength": 1},
                "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
                "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
                "location": {
                    "type": "object",
                    "required": ["path", "lines"],
                    "additionalProperties": False,
                    "properties": {
                        "path": {"type": "string", "pattern": r"^(?!\./)."},
                        "lines": {
                            "type": "object",
                            "required": ["begin"],
                            "additionalProperties": False,
                            "properties": {"begin": {"type": "integer", "minimum": 1}},
                        },
                    },
                },
            },
        },
    }
)
"""From https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format."""


def issues(report: Report) -> list[dict[str, Any]]:
    return list(json.loads(render(report)))


@pytest.mark.parametrize("name", REPORTS)
def test_it_is_as_the_page_says(name: str) -> None:
    found = issues(REPORTS[name]())
    assert [error.message for error in DOCUMENTED.iter_errors(found)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_fingerprints_are_unique(name: str) -> None:
    found = [item["fingerprint"] for item in issues(REPORTS[name]())]
    assert len(set(found)) == len(found)


@pytest.mark.parametrize(
    ("status", "severity", "shown"),
    [
        ("fail", "critical", "blocker"),
        ("fail", "high", "critical"),
        ("fail", "medium", "major"),
        ("fail", "low", "minor"),
        ("unknown", "critical", "info"),
    ],
)
def test_severities(status: str, severity: str, shown: str) -> None:
    of = replace(builders.TLS, severity=severity)
    (issue,) = issues(builders.report((builders.line(of, status, builders.subject("docs"), "Why."),), (of,)))
    assert (issue["severity"], issue["check_name"]) == (shown, "DI-TLS-001")


@pytest.mark.parametrize(
    ("place", "location"),
    [
        (Place("./infra\\main.json", 12, 9), {"path": "infra/main.json", "lines": {"begin": 12}}),
        (Place("main.json"), {"path": "main.json", "lines": {"begin": 1}}),
        (None, {"path": builders.subject("docs").id.removeprefix("/"), "lines": {"begin": 1}}),
    ],
)
def test_places(place: Place | None, location: dict[str, Any]) -> None:
    about = replace(builders.subject("docs"), place=place)
    (issue,) = issues(builders.report((builders.line(builders.TLS, "fail", about, "Why."),)))
    assert issue["location"] == location


def test_what_was_not_seen_is_an_issue_each() -> None:
    found = issues(builders.blind())
    assert {item["check_name"] for item in found} == {NOT_SEEN}
    assert len(found) == 10
    assert "ended before all was read" in found[0]["description"]
    assert found[1]["description"].startswith("Not seen: Subscription 1: ")
    (tenant,) = issues(replace(builders.clean(), unseen=(replace(builders.blind().unseen[0], scope="/"),)))
    assert tenant["location"]["path"] == "tenant"


def test_a_clean_report_has_no_issue() -> None:
    assert issues(builders.clean()) == []
