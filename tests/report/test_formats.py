"""What every row of the table of formats keeps: the same bytes, no harm from names, nothing hidden, numbers that agree.

The formats for pipelines are held against files that a person has read. After a change that is meant,
`python -m tests.report.test_formats` writes the files anew; read what changed.
"""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from auditor import audit
from auditor.data import samples_folder
from auditor.report.formats import FORMATS
from auditor.report.formats.csv import COLUMNS
from auditor.report.formats.sarif import FINGERPRINT
from auditor.report.report import Report
from auditor.statements import read_models
from tests.builders import STARTED
from tests.needs import PROJECT
from tests.report import builders

GOLDEN = Path(__file__).parent / "golden"
FILES = {"sarif": "sarif", "junit": "xml", "csv": "csv", "github": "github.txt", "gitlab": "gitlab.json"}
FOR_PIPELINES = tuple(FILES)
READ = {"declared": builders.declared, "blind": builders.blind}
every = pytest.mark.parametrize("name", FORMATS)


@cache
def sample() -> Report:
    samples = samples_folder()
    read = audit.read_saved(samples / "estate.jsonl", [read_models(samples / "models.yaml", STARTED)])
    return audit.judge_snapshot(audit.prepare(audit.Choice(profile="strict")), read)


REPORTS: dict[str, Callable[[], Report]] = {
    "sample": sample,
    "mixed": builders.mixed,
    "declared": builders.declared,
    "blind": builders.blind,
    "empty": builders.empty,
    "clean": builders.clean,
    "large": builders.large,
    "hostile": builders.hostile,
}


def render(name: str, report: Report) -> str:
    return str(FORMATS[name].load()(report))


@every
def test_the_same_report_gives_the_same_bytes(name: str) -> None:
    assert render(name, builders.mixed()) == render(name, builders.mixed())
    assert render(name, builders.mixed()).endswith("\n")


@pytest.mark.parametrize("name", FOR_PIPELINES)
@pytest.mark.parametrize("report", READ)
def test_the_file_is_as_it_was_when_somebody_read_it(name: str, report: str) -> None:
    assert render(name, READ[report]()).encode() == (GOLDEN / f"{report}.{FILES[name]}").read_bytes()


def test_the_page_about_formats_knows_each_and_its_columns() -> None:
    page = (PROJECT / "docs" / "formats.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| .+ \|.+\|.+\|.+\|.+\|.+\|$", page, re.MULTILINE)
    assert rows == list(FORMATS)
    assert [name for name in FORMATS if f"\n## `{name}`\n" in page] == list(FOR_PIPELINES)
    columns = page.partition("behind the last:")[2].partition("|")[0]
    assert tuple(re.findall(r"`(\w+)`", columns)) == COLUMNS
    assert f"`{FINGERPRINT}`" in page


# What was not seen


@every
def test_every_gap_is_named_and_an_audit_with_gaps_differs_from_one_without(name: str) -> None:
    whole = builders.clean()
    gap = builders.blind().unseen[0]
    for change in ({"unseen": (replace(gap, name="far-away", reason="403 Nobody"),)}, {"finished": None}):
        assert render(name, replace(whole, **change)) != render(name, whole)
    text = render(
        name, replace(whole, unseen=(replace(gap, name="far-away", scope="/far-away", operation="Far/read"),))
    )
    assert "far-away" in text
    assert "Far/read" in text


@pytest.mark.parametrize("name", FOR_PIPELINES)
def test_a_scan_that_broke_off_says_so(name: str) -> None:
    assert "ended before all was read" in render(name, builders.blind())
    assert "ended before all was read" not in render(name, builders.clean()).replace(
        '"text": "The scan ended before all was read."', ""
    )


# What somebody accepted


@every
def test_what_is_waived_is_told_with_reason_and_expiry_and_no_remark_is_lost(name: str) -> None:
    line = builders.waived(builders.TLS, builders.subject("docs"), "Why.")
    text = render(name, builders.report((line,), waivers=builders.applied(line)))
    text = " ".join(text.replace("\\", "").split())
    for words in (
        "The scanners in the branch offices are replaced by then",
        "Claims IT",
        "A. Lovelace",
        "SEC-41",
        "It is over: 1 finding that it fits fails again.",
        "It expires in 7 days.",
        "It matches nothing that DI-LOG-001 judged.",
        "It counts only from 2026-12-01 00:00 UTC on.",
    ):
        assert words in text, words
    assert "2026-12-31 23:59 UTC" in text or "2026-12-31T23:59:59Z" in text
    assert "docs" in text


# Names from outside

ALLOWED = {"json": None, "markdown": {"\u200b"}, "csv": {"\ufeff", "\r"}}
"""Letters of ours that would else hide something. JSON keeps names as they are: whoever reads it escapes for himself."""


@every
@pytest.mark.parametrize(
    "hostile", [*builders.HOSTILE, "\ufffe\uffff\x85\x08", "%0A::error::x", "##[error]x"], ids=range(18)
)
def test_no_name_hides_or_reorders_anything(name: str, hostile: str) -> None:
    report = builders.hostile((hostile,) * 8)
    text = render(name, replace(report, started=hostile, finished=hostile, headline=f"Not compliant: {hostile}."))
    allowed = ALLOWED.get(name, set())
    if allowed is not None:
        hidden = {letter for letter in text if unicodedata.category(letter) in {"Cc", "Cf", "Cs", "Zl", "Zp"}}
        assert hidden <= {"\n", *allowed}
        assert text.encode()


# Numbers


Told = tuple[str, str]
"""A finding's fingerprint and status."""


def told_by_json(report: Report) -> set[Told]:
    return {(item["fingerprint"], item["status"]) for item in json.loads(render("json", report))["findings"]}


def told_by_sarif(report: Report) -> set[Told]:
    (run,) = json.loads(render("sarif", report))["runs"]
    found = set()
    for item in run["results"]:
        status = "waived" if "suppressions" in item else {"fail": "fail", "open": "unknown"}[item["kind"]]
        found.add((item["partialFingerprints"]["auditorFingerprint/v1"], status))
    assert run["properties"]["pass"] == report.counts["pass"]
    return found


def told_by_csv(report: Report) -> set[Told]:
    rows = csv.DictReader(io.StringIO(render("csv", report).removeprefix("\ufeff"), newline=""))
    return {(row["fingerprint"], row["status"]) for row in rows if row["kind"] == "finding"}


def told_by_gitlab(report: Report) -> set[Told]:
    issues = json.loads(render("gitlab", report))
    return {
        (item["fingerprint"], "unknown" if item["severity"] == "info" else "fail")
        for item in issues
        if item["check_name"] in report.rules
    }


def without(told: Iterable[Told], *statuses: str) -> set[Told]:
    return {(fingerprint, status) for fingerprint, status in told if status not in statuses}


@pytest.mark.parametrize("report", REPORTS)
def test_formats_agree_on_fingerprints_and_statuses(report: str) -> None:
    made = REPORTS[report]()
    wanted = {(line.finding.fingerprint, line.finding.status) for line in made.lines}
    assert told_by_json(made) == wanted
    assert told_by_csv(made) == wanted
    assert told_by_sarif(made) == without(wanted, "pass")
    assert told_by_gitlab(made) == without(wanted, "pass", "waived")


@pytest.mark.parametrize("report", REPORTS)
def test_formats_agree_on_numbers(report: str) -> None:
    made = REPORTS[report]()
    counts, gaps = made.counts, len(made.unseen) + (made.finished is None)
    remarked = sum(bool(item.remarks) for item in made.waivers)
    root = ET.fromstring(render("junit", made))  # noqa: S314 - we wrote it
    outcomes = Counter(child.tag for case in root.iter("testcase") for child in case)
    assert outcomes == Counter(
        {"failure": counts["fail"], "skipped": counts["unknown"] + counts["waived"] + remarked, "error": gaps}
        | ({"system-out": len(made.waivers)} if made.waivers else {})
    )
    assert len(list(root.iter("testcase"))) == len(made.lines) + 1 + len(made.unseen) + len(made.waivers)
    rows = list(csv.DictReader(io.StringIO(render("csv", made).removeprefix("\ufeff"), newline="")))
    assert Counter(row["kind"] for row in rows) == Counter(
        {"finding": len(made.lines), "gap": gaps, "blindSpot": len(made.blind_spots), "waiver": len(made.waivers)}
    )
    (run,) = json.loads(render("sarif", made))["runs"]
    notes = Counter(item["descriptor"]["id"] for item in run["invocations"][0]["toolExecutionNotifications"])
    assert notes == Counter(
        {
            "not-seen": len(made.unseen),
            "not-finished": int(made.finished is None),
            "blind-spot": len(made.blind_spots),
            "waiver": remarked,
        }
    )
    assert len(json.loads(render("gitlab", made))) == counts["fail"] + counts["unknown"] + gaps + len(made.waivers)
    last = render("github", made).splitlines()[-1]
    for status, number in counts.items():
        assert f"{number} {status}" in last


if __name__ == "__main__":
    for golden, make in READ.items():
        for format_name, ending in FILES.items():
            (GOLDEN / f"{golden}.{ending}").write_bytes(render(format_name, make()).encode())
