from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from auditor.collectors.azure_time import AzureTime


def told(**ahead: float) -> dict[str, str]:
    return {"date": format_datetime(datetime.now(UTC) + timedelta(**ahead), usegmt=True)}


def ahead(time: AzureTime) -> float:
    """Seconds."""
    return round((time.now() - datetime.now(UTC)).total_seconds())


def test_without_an_answer_the_clock_of_the_machine_counts() -> None:
    assert ahead(AzureTime()) == 0


@pytest.mark.parametrize(
    ("days", "seconds"),
    [(3, 259_200), (-3, -259_200), (0.0002, 0), (-0.0002, 0), (0.001, 86), (900, 0), (-20_000, 0)],
)
def test_a_clock_that_is_far_off_is_put_right(days: float, seconds: float) -> None:
    time = AzureTime()
    time.note(told(days=days))
    assert ahead(time) == pytest.approx(seconds, abs=2)
    moment = datetime(2026, 11, 25, tzinfo=UTC)
    assert (time.right(moment) - moment).total_seconds() == pytest.approx(seconds, abs=2)


@pytest.mark.parametrize("date", ["", "soon", "Fri, 31 Dec 9999 23:59:59 -2359"])
def test_the_first_answer_that_tells_the_time_counts(date: str) -> None:
    time = AzureTime()
    time.note({})
    time.note({"date": date})
    time.note(told(days=2))
    time.note(told(days=-2))
    assert ahead(time) == pytest.approx(172_800, abs=2)
