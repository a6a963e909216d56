"""JUnit XML as its common readers take it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped

from auditor.model.resource import Place
from auditor.report.formats.junit import COVERAGE, WHOLE, render
from auditor.report.report import Report
from tests.report import builders
from tests.report.test_formats import REPORTS

every = pytest.mark.parametrize("name", REPORTS)
ATTRIBUTES = {
    "testsuites": {"name", "tests", "failures", "errors", "skipped", "time"},
    "testsuite": {"name", "tests", "failures", "errors", "skipped", "time", "timestamp"},
    "testcase": {"classname", "name", "time", "file", "line"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
    "skipped": {"message"},
    "property": {"name", "value"},
}
"""What the schemas of Jenkins (xunit-plugin, jenkins-junit.xsd) and of Ant know in common, and Jenkins' `skipped`."""
ORDER = ("properties", "testcase", "system-out")


def parsed(report: Report) -> ET.Element:
    return ET.fromstring(render(report))  # noqa: S314 - we wrote it


@every
def test_another_reader_reads_the_same_numbers(name: str) -> None:
    report = REPORTS[name]()
    read = JUnitXml.fromstring(render(report).encode())
    outcomes = Counter(type(result) for suite in read for case in suite for result in case.result)
    assert outcomes[Failure] == report.counts["fail"] == read.failures
    remarked = sum(bool(item.remarks) for item in report.waivers)
    assert outcomes[Skipped] == report.counts["unknown"] + report.counts["waived"] + remarked == read.skipped
    assert outcomes[Error] == len(report.unseen) + (report.finished is None) == read.errors
    assert sum(len(list(suite)) for suite in read) == read.tests
    assert read.tests == len(report.lines) + len(report.unseen) + len(report.waivers) + 1


@every
def test_elements_and_attributes_are_those_that_readers_know(name: str) -> None:
    root = parsed(REPORTS[name]())
    for element in root.iter():
        assert set(element.attrib) <= ATTRIBUTES.get(element.tag, set()), element.tag
    for suite in root:
        places = [ORDER.index(child.tag) for child in suite]
        assert places == sorted(places)
        assert suite.get("tests") == str(len(suite.findall("testcase")))
        for kind, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert suite.get(kind) == str(len(suite.findall(f"testcase/{outcome}")))


@every
def test_no_two_cases_have_one_name(name: str) -> None:
    """GitLab would drop the second."""
    cases = [(case.get("classname"), case.get("name")) for case in parsed(REPORTS[name]()).iter("testcase")]
    assert len(set(cases)) == len(cases)


@pytest.mark.parametrize(
    ("status", "outcome", "message"),
    [
        ("fail", "failure", "docs: Why."),
        ("unknown", "skipped", "docs: not decided: Why."),
        ("waived", "skipped", "docs: waived: Why."),
        ("pass", None, None),
    ],
)
def test_statuses_become_outcomes(status: str, outcome: str | None, message: str | None) -> None:
    root = parsed(builders.report((builders.line(builders.TLS, status, builders.subject("docs"), "Why."),)))
    case = root[0][0]
    assert case.get("classname") == "auditor.TLS.DI-TLS-001"
    assert [(child.tag, child.get("message")) for child in case] == ([] if outcome is None else [(outcome, message)])


def test_a_failure_says_all_in_its_text() -> None:
    seen = builders.evidence("properties.x", {"equals": 1}, "be 1", builders.Found(2))
    about = replace(builders.subject("docs"), place=Place("./main.json", 3, 5, "docs"))
    root = parsed(builders.report((builders.line(builders.TLS, "fail", about, "It is 2.", seen),)))
    case = root[0][0]
    assert (case.get("file"), case.get("line")) == ("main.json", "3")
    text = case[0].text or ""
    assert text.splitlines()[:4] == [
        f"DI-TLS-001 (high): {builders.TLS.title}",
        "docs: It is 2.",
        "properties.x: 2; must be 1",
        "At: main.json:3:5 (docs)",
    ]
    assert "Fix: Set the minimum TLS version to 1.2." in text
    assert "Fingerprint: " in text


def test_a_file_without_a_line_has_none() -> None:
    about = replace(builders.subject("docs"), place=Place("main.json"))
    root = parsed(builders.report((builders.line(builders.TLS, "fail", about, "It is 2."),)))
    assert root[0][0].get("file") == "main.json"
    assert root[0][0].get("line") is None
    assert "At: main.json\n" in (root[0][0][0].text or "")


def test_what_was_not_seen_is_never_green() -> None:
    coverage = parsed(builders.blind())[-1]
    assert coverage.get("name") == COVERAGE
    assert (coverage.get("tests"), coverage.get("errors")) == ("10", "10")
    assert coverage[1].get("name") == WHOLE
    assert "Unknown through this: DI-TLS-001, DI-RET-001" in (coverage[2][0].text or "")
    whole = parsed(builders.clean())[-1]
    assert (whole.get("tests"), whole.get("errors")) == ("1", "0")
    no_rules = parsed(replace(builders.clean(), unseen=(replace(builders.blind().unseen[0], rules=()),)))[-1]
    assert "Unknown through this" not in (no_rules[2][0].text or "")


def test_a_waiver_is_a_case_and_skipped_where_something_is_to_be_said_of_it() -> None:
    line = builders.waived(builders.TLS, builders.subject("docs"), "Why.")
    suite = parsed(builders.report((line,), waivers=builders.applied(line)))[-2]
    assert (suite.get("name"), suite.get("tests"), suite.get("skipped")) == ("waivers", "4", "3")
    first, second, *_ = suite
    assert first.get("name") == f"DI-TLS-001 on {line.finding.subject.id} until 2026-12-31 23:59 UTC, SEC-41"
    assert first.find("skipped") is None
    assert "waives 1 finding: The scanners" in (first.findtext("system-out") or "")
    skipped = second.find("skipped")
    assert skipped is not None
    assert "1 finding that it fits fails again." in skipped.get("message", "")


def test_blind_spots_are_told_beside_the_cases() -> None:
    assert "sign a link to its documents. It concerns 15 resources." in (parsed(builders.mixed())[-1][-1].text or "")
    assert parsed(replace(builders.mixed(), blind_spots=()))[-1].find("system-out") is None


def test_times_are_those_of_the_report() -> None:
    assert {suite.get("timestamp") for suite in parsed(builders.mixed())} == {"2026-11-23T06:00:04"}
    assert {suite.get("timestamp") for suite in parsed(replace(builders.mixed(), started="yesterday"))} == {None}


@pytest.mark.parametrize(
    "text", ["\x00\x0b\x1b[31m", "\ufffe\uffff", "half \ud800", "]]>", "<![CDATA[x]]>", "a\u2028b"]
)
def test_any_name_makes_well_formed_xml(text: str) -> None:
    assert len(parsed(builders.hostile((text,) * 8))) > 1
