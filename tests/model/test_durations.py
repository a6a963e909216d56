"""Lengths of time and moments, in the spellings of Azure and of those who write rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.model.durations import parse_duration, parse_moment

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("24h", DAY),
        ("24 h", DAY),
        (" 24H ", DAY),
        ("90m", 1.5 * HOUR),
        ("1.5h", 1.5 * HOUR),
        ("2d", 2 * DAY),
        ("1w", 7 * DAY),
        ("0h", 0 * HOUR),
        ("P1D", DAY),
        ("PT36H", 36 * HOUR),
        ("P1W", 7 * DAY),
        ("P1DT1H30M", DAY + 1.5 * HOUR),
        ("PT0S", 0 * HOUR),
        ("-P1D", -DAY),
        ("1.00:00:00", DAY),
        ("00:30:00", 0.5 * HOUR),
        ("30.12:00:00", 30.5 * DAY),
        ("7.00:00:00.0000000", 7 * DAY),
        ("00.23:59:59", DAY - timedelta(seconds=1)),
        ("0.00:00:00.5", timedelta(milliseconds=500)),
        ("24:00:00", None),
        ("1.24:00:00", None),
        ("00:60:00", None),
        ("00:00:60", None),
        ("٣.00:00:00", None),
        ("P1M", None),
        ("P1Y", None),
        ("P1Y1D", None),
        ("24", None),
        ("h", None),
        ("1s", None),
        ("1 hour", None),
        ("", None),
        ("P", None),
        ("for ever", None),
        ("2026-01-01", None),
        ("1:00:00:00", None),
        ("99999999999999999999d", None),
        ("P99999999999999D", None),
        ("1" * 65 + "h", None),
    ],
)
def test_lengths_of_time(text: str, length: timedelta | None) -> None:
    assert parse_duration(text) == length


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-01T06:00:00Z", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T06:00:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01T08:00:00+02:00", datetime(2026, 11, 1, 6, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        (" 2026-11-01 ", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T06:00:00.1234567Z", datetime(2026, 11, 1, 6, 0, 0, 123456, tzinfo=UTC)),
        ("2026-02-30", None),
        ("01/11/2026", None),
        ("soon", None),
        ("", None),
        ("24h", None),
        ("2026-11-01" + " " * 64, None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
    ],
)
def test_moments(text: str, moment: datetime | None) -> None:
    assert parse_moment(text) == moment


_odd = st.text(max_size=70) | st.text(alphabet="-+PYMWDTHMS0123456789.:,ZW/ ", max_size=66)


@settings(deadline=None, max_examples=500)
@given(_odd)
def test_any_text_is_read_or_refused(text: str) -> None:
    length, moment = parse_duration(text), parse_moment(text)
    assert length is None or isinstance(length, timedelta)
    assert moment is None or moment.tzinfo is UTC


@settings(deadline=None)
@given(st.timedeltas(timedelta(0), timedelta(days=9999)))
def test_dotnet_writes_what_is_read(length: timedelta) -> None:
    whole = timedelta(days=length.days, seconds=length.seconds)
    hours, rest = divmod(whole.seconds, 3600)
    assert parse_duration(f"{whole.days}.{hours:02}:{rest // 60:02}:{rest % 60:02}") == whole


@settings(deadline=None)
@given(st.datetimes(timezones=st.timezones()))
def test_a_moment_is_the_same_in_every_zone(moment: datetime) -> None:
    try:
        wanted = moment.astimezone(UTC)
    except OverflowError:
        wanted = None
    assert parse_moment(moment.isoformat()) == wanted
