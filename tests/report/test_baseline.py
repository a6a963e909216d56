from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import UsageError
from auditor.model.finding import Finding, Status, Subject
from auditor.model.types import STORAGE
from auditor.report.baseline import NOTHING_BEFORE, SARIF_FINGERPRINT, Baseline, read_baseline


def finding(name: str, status: Status) -> Finding:
    return Finding("T-1", status, Subject(f"/x/{name}", STORAGE, name), ())


PRINTS = {name: finding(name, "fail").fingerprint for name in ("a", "b", "c", "d")}


def assessment(**statuses: str) -> dict[str, Any]:
    found = [{"fingerprint": PRINTS[name], "status": status} for name, status in statuses.items()]
    return {"schema": "auditor.assessment/1", "findings": found}


def result(name: str, **parts: Any) -> dict[str, Any]:
    return {"partialFingerprints": {SARIF_FINGERPRINT: PRINTS[name]}, **parts}


def sarif(*results: dict[str, Any], tool: str = "auditor") -> dict[str, Any]:
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": tool}}, "results": list(results)}]}


@pytest.mark.parametrize(
    "written",
    [
        assessment(a="fail", b="unknown", c="waived", d="pass"),
        sarif(
            result("a"),
            result("b", kind="open"),
            result("c", suppressions=[{"kind": "external"}]),
            result("d", kind="pass", suppressions=[]),
        ),
    ],
)
def test_what_an_earlier_report_knows(written: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "before"
    file.write_text("\ufeff" + json.dumps(written), encoding="utf-8")
    assert read_baseline(file) == Baseline(frozenset({PRINTS["a"]}), frozenset({PRINTS["b"]}))


@pytest.mark.parametrize(
    ("name", "status", "known"),
    [
        ("a", "fail", True),
        ("a", "unknown", True),
        ("a", "pass", False),
        ("a", "waived", False),
        ("b", "fail", False),
        ("b", "unknown", True),
        ("c", "fail", False),
        ("c", "unknown", False),
    ],
)
def test_what_is_as_bad_as_before_is_known(name: str, status: Status, known: bool) -> None:
    before = Baseline(frozenset({PRINTS["a"]}), frozenset({PRINTS["b"]}))
    assert before.knows(finding(name, status)) is known
    assert not NOTHING_BEFORE.knows(finding(name, status))


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[]",
        "1",
        "{}",
        '{"schema": "auditor.assessment/1"}',
        '{"schema": "auditor.assessment/1", "findings": [{"fingerprint": 1, "status": "fail"}]}',
        '{"schema": "auditor.assessment/1", "findings": ["a"]}',
        json.dumps(sarif(tool="checkov")),
        json.dumps(sarif({"kind": "fail"})),
        json.dumps(sarif(result("a", kind="other"))),
        "[" * 100_000,
    ],
)
def test_what_is_no_report_of_ours(text: str, tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"the baseline .*before\.json"):
        read_baseline(file)


def test_a_baseline_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_baseline(tmp_path / "none")
