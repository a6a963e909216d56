"""Which days are meant, and what comes of a history that knows nothing of them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor import quarterly
from auditor.errors import AuditorError, SourceError, UsageError
from auditor.history.period import Period
from tests.quarter.simulated import RET, simulated


@pytest.mark.parametrize(
    ("quarter", "first", "last", "name", "since", "until"),
    [
        ("2026-Q1", None, None, "2026-Q1", "2026-01-01", "2026-04-01"),
        ("2026-q2 ", None, None, "2026-Q2", "2026-04-01", "2026-07-01"),
        ("2026-Q3", None, None, "2026-Q3", "2026-07-01", "2026-10-01"),
        ("2026-Q4", None, None, "2026-Q4", "2026-10-01", "2027-01-01"),
        (None, "2028-02-28", "2028-02-29", "2028-02-28 to 2028-02-29", "2028-02-28", "2028-03-01"),
        (None, "2026-07-01", "2026-07-01", "2026-07-01 to 2026-07-01", "2026-07-01", "2026-07-02"),
    ],
)
def test_days(quarter: str | None, first: str | None, last: str | None, name: str, since: str, until: str) -> None:
    found = quarterly.span(quarter, first, last)
    assert found.name == name
    assert (quarterly.written(found.since), quarterly.written(found.until)) == (
        f"{since}T00:00:00Z",
        f"{until}T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("quarter", "first", "last", "words"),
    [
        (None, None, None, "either a quarter, or a first and a last day"),
        ("2026-Q3", "2026-07-01", "2026-07-02", "either a quarter"),
        (None, "2026-07-01", None, "either a quarter"),
        (None, None, "2026-07-01", "either a quarter"),
        ("2026-Q5", None, None, "2026-Q5: not a quarter"),
        ("0000-Q1", None, None, "not a quarter"),
        ("9999-Q4", None, None, "end of the calendar"),
        ("Q3", None, None, "not a quarter"),
        (None, "2026-02-30", "2026-03-01", "--from 2026-02-30: not a day"),
        (None, "2026-02-01", "soon", "--to soon: not a day"),
        (None, "2026-02-02", "2026-02-01", "before"),
        (None, "2026-02-02", "9999-12-31", "end of the calendar"),
    ],
)
def test_days_that_are_none(quarter: str | None, first: str | None, last: str | None, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        quarterly.span(quarter, first, last)


def test_a_period_is_told_as_far_as_it_has_passed() -> None:
    wanted = quarterly.span("2026-Q3", None, None)
    assert quarterly.until_now(wanted, datetime(2027, 1, 1, tzinfo=UTC)) == wanted
    passed = quarterly.until_now(wanted, datetime(2026, 7, 2, 8, 30, 1, 5, tzinfo=UTC))
    assert quarterly.written(passed.until) == "2026-07-02T08:30:01Z"
    with pytest.raises(UsageError, match="2026-Q3 has not begun"):
        quarterly.until_now(wanted, wanted.since)


def test_a_period_without_an_audit_is_no_report() -> None:
    wanted = quarterly.span("2026-Q3", None, None)
    with pytest.raises(SourceError, match="no audit of 2026-Q3"):
        quarterly.report_of(Period("", "", (), ()), wanted, datetime(2026, 10, 1, tzinfo=UTC))


def test_a_report_from_a_history(tmp_path: Path) -> None:
    history = str(simulated(tmp_path))
    wanted = quarterly.span("2026-Q3", None, None)
    made = quarterly.report_from(history, wanted, datetime(2026, 10, 2, tzinfo=UTC))
    assert (made.title.interim, len(made.runs), made.tally.all) == (False, 90, 8)
    early = quarterly.report_from(history, wanted, datetime(2026, 8, 5, 14, tzinfo=UTC))
    assert (early.title.interim, early.title.until, len(early.days)) == (True, "2026-08-05T14:00:00Z", 36)
    # `six` was gone at 02:00 on 5 August; all else is there to 14:00, and the new rule not yet.
    assert early.shares.total == (8 * (35 * 24 + 14) + 35 * 24 + 2) * 3600
    assert {lapse.ending for lapse in early.lapses if lapse.rule == RET} == {"waived", "gone"}


def test_a_history_that_is_not_there(tmp_path: Path) -> None:
    wanted = quarterly.span("2026-Q3", None, None)
    with pytest.raises(AuditorError, match="there is no history"):
        quarterly.report_from(str(tmp_path / "none.db"), wanted, datetime(2026, 10, 2, tzinfo=UTC))
    assert list(tmp_path.iterdir()) == []
