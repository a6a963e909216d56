"""The sample of a quarterly report is what `python -m samples.make_quarter` writes, and its story could have happened."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import pytest

from auditor.model.types import ERASURE_REQUEST
from auditor.report.period.formats import FORMATS
from auditor.report.period.period_report import Lapse, PeriodReport
from samples import make_quarter
from samples.make_estate import ESTATES, PILOT
from samples.make_quarter import BROKEN, FOLDER, GONE, MADE, REPAIRED, SAMPLE_NIGHT, WAIVER, estates_at, make_report

NIGHT = timedelta(days=3)
"""Within how many days the audits see a change: two nights in a row had none."""


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


# That its story could have happened


def moments(text: str) -> list[datetime]:
    found = re.findall(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z", text)
    return [datetime.fromisoformat(item) for item in found]


def seen(lapse: Lapse) -> datetime:
    return datetime.fromisoformat(lapse.first_seen)


def ended(lapse: Lapse) -> datetime:
    assert lapse.ended is not None
    return datetime.fromisoformat(lapse.ended)


def test_the_estate_of_the_sample_night_is_that_of_the_sample() -> None:
    assert estates_at(SAMPLE_NIGHT) == ESTATES


def test_no_event_lies_after_its_report(report: PeriodReport) -> None:
    """Nor after the audit that saw it."""
    until = datetime.fromisoformat(report.title.until)
    assert until <= MADE
    for run in report.runs:
        assert datetime.fromisoformat(run.started) < datetime.fromisoformat(run.finished or "") < until
    for lapse in report.lapses:
        assert seen(lapse) < until
        assert lapse.ended is None or seen(lapse) < ended(lapse) < until
        assert all(moment <= seen(lapse) for moment in moments(lapse.message)), lapse.message


def made() -> Iterable[tuple[str, datetime]]:
    """When each model of the sample was made."""
    for estate in estates_at(datetime.fromisoformat("2026-10-30T12:00:00Z")):
        for account in estate.accounts:
            for model in (*account.models, *account.classifiers):
                yield model.get("modelId") or model["classifierId"], datetime.fromisoformat(model["createdDateTime"])


def requested() -> dict[str, datetime]:
    stated = make_quarter._statements(MADE, WAIVER["expires"])[1].resources
    found = (item.body["properties"] for item in stated if item.type == ERASURE_REQUEST)
    return {item["model"]: datetime.fromisoformat(item["requestedAt"]) for item in found}  # type: ignore[index, call-overload]


def test_no_event_lies_before_its_cause(report: PeriodReport) -> None:
    models, asked = dict(made()), requested()
    assert {"pilot-fnol", "bodily-injury-v1"} <= models.keys() & asked.keys()
    for lapse in report.lapses:
        name = lapse.resource_name
        if lapse.rule == "DI-MDL-005":
            assert asked[name] + timedelta(hours=72) < seen(lapse)
        elif name in models:
            assert models[name] < seen(lapse)
    (left,) = (lapse for lapse in report.lapses if lapse.rule == "DI-MDL-006")
    was_deleted, purged = (
        datetime.fromisoformat(PILOT["properties"][at]) for at in ("deletionDate", "scheduledPurgeDate")
    )
    assert was_deleted < seen(left) < purged < ended(left)
    live = [lapse for lapse in report.lapses if lapse.resource_id.endswith("/accounts/ctsins-di-pilot")]
    assert live
    assert all(was_deleted < ended(lapse) < purged for lapse in live)
    (copied,) = (lapse for lapse in report.lapses if lapse.rule == "DI-REG-009")
    (moment,) = (
        datetime.fromisoformat(operation["createdDateTime"])
        for estate in ESTATES
        for account in estate.accounts
        for operation in account.operations
        if operation["kind"] == "documentModelCopyTo"
    )
    assert moment < seen(copied) < moment + timedelta(days=1) < ended(copied)


def test_what_ends_has_a_reason(report: PeriodReport) -> None:
    """Nothing is fixed or gone but what somebody repaired or deleted, and then in one of the next audits."""
    told = {**REPAIRED, **GONE, **{name: until for name, _, _, _, until in BROKEN}}
    inside = {"studio-training": "ctsinslab", "bodily-injury-v1": "bodily-injury-v1"}
    natural = {"DI-MDL-006", "DI-REG-009"}
    for lapse in report.lapses:
        if lapse.ended is None or lapse.ending == "waived" or lapse.rule in natural or "pilot" in lapse.resource_id:
            continue
        name = inside.get(lapse.resource_name, lapse.resource_name)
        reasons = [told[name], *(until for own, _, _, _, until in BROKEN if own == name)]
        assert any(timedelta() < ended(lapse) - datetime.fromisoformat(reason) < NIGHT for reason in reasons), lapse
    for name, setting, _, since, until in BROKEN:
        said = setting.removeprefix("allow").lower()  # facts leave the verb out: `facts.sharedKeyAccess`
        begun = [lapse for lapse in report.lapses if lapse.resource_name == name and said in lapse.message.lower()]
        assert any(timedelta() < seen(lapse) - datetime.fromisoformat(since) < NIGHT for lapse in begun)
        assert datetime.fromisoformat(since) < datetime.fromisoformat(until)


def test_the_waiver_counts_from_its_approval_to_its_expiry(report: PeriodReport) -> None:
    (taken,) = (lapse for lapse in report.lapses if lapse.ending == "waived")
    (back,) = (
        lapse
        for lapse in report.lapses
        if (lapse.rule, lapse.resource_id) == (taken.rule, taken.resource_id) and lapse != taken
    )
    approved, expires = (datetime.fromisoformat(WAIVER[name]) for name in ("approvedAt", "expires"))
    assert seen(taken) < approved < ended(taken) < expires < seen(back)
