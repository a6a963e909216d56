"""The sample of a quarterly report is what `python -m samples.make_quarter` writes."""

from __future__ import annotations

import pytest

from auditor.report.period.formats import FORMATS
from auditor.report.period.period_report import PeriodReport
from samples.make_quarter import FOLDER, make_report


@pytest.fixture(scope="module")
def report() -> PeriodReport:
    return make_report()


@pytest.mark.parametrize(("name", "file"), [("html", "report.html"), ("markdown", "report.md")])
def test_the_sample_is_up_to_date(name: str, file: str, report: PeriodReport) -> None:
    assert FORMATS[name].load()(report) == (FOLDER / file).read_text(encoding="utf-8")


def test_the_sample_on_paper_is_there() -> None:
    assert (FOLDER / "report.pdf").read_bytes().startswith(b"%PDF-")


def test_the_sample_shows_what_a_quarter_brings(report: PeriodReport) -> None:
    assert report.audited == 90
    assert all(report.tally.endings[ending] for ending in ("open", "fixed", "waived", "gone"))  # type: ignore[index]
    assert report.waivers
    assert report.changes
    assert report.doubts
