"""What every format of the report about a period keeps: the same bytes, no harm from names, the same figures.

Three are held against files that a person has read. After a change that is meant, `python -m tests.quarter.test_formats`
writes the files anew; read what changed.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor import quarterly
from auditor.errors import UsageError
from auditor.history.period import Interval, Period, Run
from auditor.report.period.assemble import assemble
from auditor.report.period.formats import FORMATS, html, markdown, oscal, pdf
from auditor.report.period.formats import json as json_format
from auditor.report.period.period_report import PeriodReport, Title
from tests.needs import PROJECT
from tests.quarter import simulated

GOLDEN = Path(__file__).parent / "golden"
FILES = {"html": "quarter.html", "markdown": "quarter.md", "json": "quarter.json"}
NOW = datetime(2026, 10, 2, 8, tzinfo=UTC)
HOSTILE = "a|b`c` <script>alert(1)</script> ]]> \u202e # @everyone\n[x](javascript:alert(1)) \x1b[31m \ud800 {{ 7*7 }}"


def the_quarter(folder: Path) -> PeriodReport:
    """The simulated quarter, with digests that do not depend on how a history writes its records."""
    period = simulated.quarter(simulated.simulated(folder))
    runs = tuple(
        replace(run, digest=f"{run.number:064x}", previous=f"{run.number - 1:064x}", tool="0") for run in period.runs
    )
    made = quarterly.report_of(replace(period, runs=runs), quarterly.span("2026-Q3", None, None), NOW)
    return replace(made, title=replace(made.title, tool="0"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> PeriodReport:
    return the_quarter(tmp_path_factory.mktemp("quarter"))


def title(**other: Any) -> Title:
    usual = Title(
        "Odd", "2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z", interim=False, made="2026-07-04T08:00:00Z", tool="0"
    )
    return replace(usual, **other)


def hostile() -> PeriodReport:
    """Every text that comes from outside is hostile, and each thing that can be missing is."""
    scope = f"/subscriptions/{HOSTILE}"
    at = [f"2026-07-0{day}T02:00:00Z" for day in (1, 2, 3)]
    runs = tuple(
        Run(
            number=number,
            started=started,
            finished=None,
            kind=HOSTILE,
            tool=HOSTILE,
            scope=(scope,),
            profile=f"{HOSTILE}{number}",
            parameters={HOSTILE: number},
            policy_hash=f"{HOSTILE}{number}",
            rules=(HOSTILE,),
            complete=False,
            counts={},
            unseen=((scope, HOSTILE, HOSTILE),),
            snapshot_hash=HOSTILE,
            digest=HOSTILE,
            previous=HOSTILE,
            signature=HOSTILE,
        )
        for number, started in enumerate(at, 1)
    )
    intervals = tuple(
        Interval(
            *(HOSTILE, f"{state}", f"/x/{HOSTILE}/{state}", HOSTILE, f"{HOSTILE}{state}", HOSTILE, HOSTILE, state),  # type: ignore[arg-type]
            *(at[0], at[2], 1, 3),
            message=HOSTILE,
        )
        for state in ("fail", "unknown")
    )
    waiver = dict.fromkeys(("reason", "owner", "approvedBy", "ticket", "expires"), HOSTILE)
    waivers = ({**waiver, "rule": HOSTILE, "resource": "*/fail"}, {"rule": HOSTILE})
    period = Period("2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z", runs, intervals, waivers)
    return assemble(period, {}, title(period=HOSTILE))


def nothing() -> PeriodReport:
    return assemble(Period("2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z", (), ()), {}, title())


def unwatched() -> PeriodReport:
    """A store that was seen before the period, and no audit in it."""
    store = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/s"
    before = "2026-06-30T02:00:00Z"
    seen = Interval("DI-TLS-002", "f", store, simulated.STORAGE, "s", None, "high", "fail", before, before, 1, 1)
    return assemble(Period("2026-07-01T00:00:00Z", "2026-07-04T00:00:00Z", (), (seen,)), {}, title(interim=True))


REPORTS: dict[str, Callable[[], PeriodReport]] = {"hostile": hostile, "nothing": nothing, "unwatched": unwatched}
texts = pytest.mark.parametrize("name", [name for name in FORMATS if name != "pdf"])


def golden(name: str, made: PeriodReport) -> str:
    """What a format writes, without the style sheet of the page and its hash, which change on grounds of their own."""
    text = FORMATS[name].load()(made)
    return re.sub(r"(?s)<style>.*?</style>|style-src [^;]*&#39;;", "", text)


@pytest.mark.parametrize("name", FILES)
def test_it_says_in_which_edition_of_the_page_a_promise_stands(name: str, report: PeriodReport) -> None:
    text = golden(name, report)
    for words in ("2021-05-04", "2026-07-22", "Input and results are not used for any other purpose."):
        assert words in text
    if name != "json":
        assert "edition of 2021-05-04 only, not in that of 2026-07-22" in text


@pytest.mark.parametrize("name", FILES)
def test_golden(name: str, report: PeriodReport) -> None:
    assert golden(name, report) == (GOLDEN / FILES[name]).read_text(encoding="utf-8")


@texts
@pytest.mark.parametrize("which", REPORTS)
def test_same_bytes_whatever_the_names(name: str, which: str) -> None:
    render = FORMATS[name].load()
    text = render(REPORTS[which]())
    assert text == render(REPORTS[which]())
    assert text.endswith("\n")
    if name in {"html", "markdown"}:
        text.replace("\ud800", "").encode()
        assert "\u202e" not in text
        assert "\x1b" not in text


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self.ids += [value or "" for name, value in attrs if name == "id"]


@pytest.mark.parametrize("which", [*REPORTS, "quarter"])
def test_the_page_runs_nothing_and_asks_for_nothing(which: str, report: PeriodReport) -> None:
    page = html.render(report if which == "quarter" else REPORTS[which]())
    read = Tags()
    read.feed(page)
    assert not {"script", "iframe", "object", "img", "form"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]
    links = {value for name, value in read.attributes if name in {"href", "src"}}
    ours = {"data:,", html.PAGE, *(edition.source for edition in html.EDITIONS)}
    assert {value for value in links if not (value or "").startswith("#")} == ours
    assert len(read.ids) == len(set(read.ids))
    assert {value[1:] for value in links if value and value.startswith("#")} <= set(read.ids)
    assert "49" not in re.sub(r"\D", " ", page.split("</style>")[1]).split() or which != "hostile"


def test_the_style_of_the_page_is_allowed_by_its_hash(report: PeriodReport) -> None:
    page = html.render(report)
    style = page.split("<style>")[1].split("</style>")[0]
    assert html.content_hash(style).replace("'", "&#39;") in page


def test_markdown_tables_stay_tables() -> None:
    for block in re.findall(r"(?:^\|.*\n)+", markdown.render(hostile()), re.MULTILINE):
        rows = [re.sub(r"\\\|", "", row) for row in block.splitlines()]
        assert len({row.count("|") for row in rows}) == 1, rows


@pytest.mark.parametrize("which", [*REPORTS, "quarter"])
def test_the_json_is_as_its_schema_says(which: str, report: PeriodReport) -> None:
    file = PROJECT / "auditor" / "schemas" / "period-report-1.schema.json"
    schema = json.loads(file.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    text = json_format.render(report if which == "quarter" else REPORTS[which]())
    Draft202012Validator(schema).validate(json.loads(text))


def test_the_json_adds_up(report: PeriodReport) -> None:
    data = json.loads(json_format.render(report))
    assert data["schema"] == "auditor.periodReport/1"
    times = [data["summary"]["time"], *(item["time"] for item in [*data["rules"], *data["clauses"]])]
    for time in times:
        assert sum(time["seconds"].values()) == time["total"]
        assert round(sum(time["percent"].values()), 2) == (100 if time["total"] else 0)
    by_rule = [item["time"]["seconds"] for item in data["rules"]]
    assert {state: sum(item[state] for item in by_rule) for state in by_rule[0]} == data["summary"]["time"]["seconds"]
    assert (
        len(data["lapses"]) == data["summary"]["lapses"]["all"] == sum(data["summary"]["lapses"]["byEnding"].values())
    )
    assert sum(day["audits"] for day in data["coverage"]["days"]) == data["summary"]["audits"] == len(data["evidence"])


@pytest.mark.parametrize("which", [*REPORTS, "quarter"])
def test_oscal_is_valid(which: str, report: PeriodReport) -> None:
    """NIST's schema, as compliance-trestle carries it in its models: nothing unknown, nothing missing, every pattern."""
    from trestle.oscal.assessment_results import Model  # noqa: PLC0415 - a second of imports

    text = oscal.render(report if which == "quarter" else REPORTS[which]())
    results = Model.model_validate(json.loads(text)).assessment_results
    assert len(results.results) == 1
    data = json.loads(text)["assessment-results"]
    named = re.findall(r'"uuid": "([^"]+)"', text)
    assert len(named) == len(set(named))
    used = re.findall(r'"(?:observation-uuid|subject-uuid|actor-uuid)": "([^"]+)"', text)
    used += re.findall(r'"href": "#([^"]+)"', text)
    assert set(used) <= set(named)
    assert data["import-ap"]["href"][1:] == data["back-matter"]["resources"][0]["uuid"]


def test_oscal_says_satisfied_only_of_what_was_kept_at_all_times(report: PeriodReport) -> None:
    (result,) = json.loads(oscal.render(report))["assessment-results"]["results"]
    states = {item["target"]["target-id"]: item["target"]["status"] for item in result["findings"]}
    assert states == {
        "DI-ACC-001": {"state": "not-satisfied", "reason": "other"},
        "DI-RET-001": {"state": "not-satisfied", "reason": "fail"},
        "DI-TLS-002": {"state": "not-satisfied", "reason": "fail"},
    }
    assert len(result["observations"]) == 3 + 8
    kept = replace(report, rules=tuple(replace(row, always=True) for row in report.rules))
    (result,) = json.loads(oscal.render(kept))["assessment-results"]["results"]
    assert result["findings"][0]["target"]["status"] == {"state": "satisfied", "reason": "pass"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_paper() -> None:
    printed = pdf.render(hostile())
    assert printed.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("error", "words"),
    [(ImportError("no weasyprint"), "not installed"), (OSError("cannot load library 'libpango'\nmore"), "'libpango'")],
)
def test_paper_without_its_library(error: Exception, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
            if name == "weasyprint":
                raise error

    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    for name in [name for name in sys.modules if name.partition(".")[0] == "weasyprint"]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(UsageError, match=words) as raised:
        pdf.render(nothing())
    assert "pango" in raised.value.hint
    assert "\n" not in raised.value.problem


def test_paper_fetches_nothing() -> None:
    with pytest.raises(ValueError, match="nothing is fetched"):
        pdf._fetch_nothing("https://example.org")


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        made = the_quarter(Path(place))
    for name, file in FILES.items():
        (GOLDEN / file).write_text(golden(name, made), encoding="utf-8", newline="")
