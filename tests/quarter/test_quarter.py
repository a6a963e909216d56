"""What must stand in the report about the simulated quarter, reckoned by hand from the table in `simulated.py`.

A pair that is there all the time has 2208 hours. Of these nothing is known from 1 July 00:00 to the first audit (2 h), and
from 10 August 00:00 to 12 August 02:00 (50 h). The second subscription has two more holes: 21 July 00:00 to 23 July 02:00,
as it was not in scope (50 h), and 5 September 02:00 to 9 September 02:00, as it could not be read (96 h).

| pair | pass | fail | waived | unknown | not seen | in all |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| TLS one | 2156 | | | | 52 | 2208 |
| TLS two | 2036 | 120 | | | 52 | 2208 |
| TLS three | 2084 | 72 | | | 52 | 2208 |
| TLS four | 1916 | 46 + 48 | | | 198 | 2208 |
| TLS five | 1748 | 262 | | | 198 | 2208 |
| RET one | | | | 2156 | 52 | 2208 |
| RET two | 1246 | 120 + 120 | 670 | | 52 | 2208 |
| RET six | 744 + 718 | 96 | | | 2 | 1560 |
| RET seven | 1938 | 24 + 24 + 24 | | | 198 | 2208 |
| ACC one | 1006 | | | | | 1006 |
"""

from __future__ import annotations

import bisect
import random
from datetime import UTC, datetime, timedelta

import pytest

from auditor import quarterly
from auditor.history.period import STATES, Interval, Period, Run
from auditor.report.period.assemble import assemble
from auditor.report.period.period_report import PeriodReport, Title
from auditor.report.period.watch import seconds_of
from tests.quarter import simulated
from tests.quarter.simulated import ACC, FIRST, RET, SECOND, TLS
from tests.quarter.simulated import simulated as simulate

HOUR = 3600
NOW = datetime(2026, 10, 2, 8, tzinfo=UTC)


@pytest.fixture(scope="module")
def period(tmp_path_factory: pytest.TempPathFactory) -> Period:
    return simulated.quarter(simulate(tmp_path_factory.mktemp("quarter")))


@pytest.fixture(scope="module")
def report(period: Period) -> PeriodReport:
    return quarterly.report_of(period, quarterly.span("2026-Q3", None, None), NOW)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def hours(shares: object) -> dict[str, float]:
    return {state: value / HOUR for state, value in shares.seconds.items() if value}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("rule", "resources", "expected"),
    [
        (TLS, 5, {"pass": 9940, "fail": 548, "notSeen": 552}),
        (RET, 4, {"pass": 4646, "fail": 408, "waived": 670, "unknown": 2156, "notSeen": 304}),
        (ACC, 1, {"pass": 1006}),
    ],
)
def test_hours_of_each_rule(report: PeriodReport, rule: str, resources: int, expected: dict[str, int]) -> None:
    row = next(row for row in report.rules if row.rule == rule)
    assert hours(row.shares) == expected
    assert row.resources == resources


def test_hours_and_shares_of_all(report: PeriodReport) -> None:
    assert hours(report.shares) == {"pass": 15592, "fail": 956, "waived": 670, "unknown": 2156, "notSeen": 856}
    assert report.shares.total == 20230 * HOUR
    assert report.shares.hundredths == {"pass": 7707, "fail": 473, "waived": 331, "unknown": 1066, "notSeen": 423}
    assert (report.resources, report.pairs) == (7, 10)


LAPSES = [  # rule, resource, first seen, ended, how, hours in all, of these failing and not known in the quarter
    (RET, "two", "2026-07-20", "2026-07-25", "waived", 120, 120, 0),
    (RET, "six", "2026-08-01", "2026-08-05", "gone", 96, 96, 0),
    (RET, "two", "2026-08-24", "2026-08-29", "fixed", 120, 120, 0),
    (RET, "seven", "2026-09-03", "2026-09-10", "fixed", 168, 72, 96),
    (TLS, "three", "2026-06-28", "2026-07-04", "fixed", 144, 72, 2),
    (TLS, "two", "2026-07-11", "2026-07-16", "fixed", 120, 120, 0),
    (TLS, "four", "2026-08-08", "2026-08-14", "fixed", 144, 94, 50),
    (TLS, "five", "2026-09-20", None, "open", 262, 262, 0),
]


def test_lapses(report: PeriodReport) -> None:
    told = [
        (
            item.rule,
            item.resource_name,
            item.first_seen[:10],
            item.ended and item.ended[:10],
            item.ending,
            item.length / HOUR,
            item.failing / HOUR,
            item.not_known / HOUR,
        )
        for item in report.lapses
    ]
    assert told == LAPSES
    assert [item.resource_name for item in report.lapses if item.carried] == ["three"]
    assert {item.owner for item in report.lapses if (item.rule, item.resource_name) == (RET, "two")} == {
        "claims-platform@contoso.example"
    }
    assert {item.owner for item in report.lapses if item.rule == TLS} == {None}
    assert report.lapses[-1].last_seen == "2026-09-30T02:00:00Z"


def test_the_time_of_lapses_is_the_time_of_failing(report: PeriodReport) -> None:
    for row in report.rules:
        assert sum(item.failing for item in report.lapses if item.rule == row.rule) == row.shares.seconds["fail"]
        assert row.lapses.all == sum(item.rule == row.rule for item in report.lapses)


def test_time_to_repair(report: PeriodReport) -> None:
    tally = report.tally
    assert tally.endings == {"open": 1, "fixed": 5, "waived": 1, "gone": 1, "not applicable": 0, "rule gone": 0}
    assert (tally.median, tally.longest, tally.oldest) == (144 * HOUR, 168 * HOUR, 262 * HOUR)


def test_days(report: PeriodReport) -> None:
    assert len(report.days) == 92
    assert report.audited == len(report.runs) == 90
    assert [day.date for day in report.days if not day.audits] == ["2026-08-10", "2026-08-11"]
    assert [day.date for day in report.days if day.audits and not day.complete] == [
        f"2026-09-0{day}" for day in (5, 6, 7, 8)
    ]
    by_date = {day.date: day for day in report.days}
    steps, before = [], None
    for day in report.days:
        if day.open is not None and day.open != before:
            steps.append((day.date[5:], day.open))
            before = day.open
    assert steps == [
        *(("07-01", 1), ("07-04", 0), ("07-11", 1), ("07-16", 0), ("07-20", 1), ("07-25", 0)),
        *(("08-01", 1), ("08-05", 0), ("08-08", 1), ("08-14", 0), ("08-24", 1), ("08-29", 0)),
        *(("09-03", 1), ("09-10", 0), ("09-20", 1)),
    ]
    assert by_date["2026-08-10"].open is None
    # `one` can never be decided, so no day is better than that.
    assert {date: by_date[date].worst for date in ("2026-07-03", "2026-07-04", "2026-08-10", "2026-09-07")} == {
        "2026-07-03": "fail",
        "2026-07-04": "unknown",
        "2026-08-10": None,
        "2026-09-07": "unknown",
    }
    tls = next(row for row in report.rules if row.rule == TLS)
    failed = 3 + 5 + 4 + 11  # `three`, `two`, `four` (of 8 to 13 August, but the 10th and 11th), `five`
    assert [tls.days.count(state) for state in (*STATES, None)] == [failed, 0, 4, 0, 92 - failed - 4 - 2, 2]


def test_coverage(report: PeriodReport) -> None:
    assert [(row.scope, row.audits, row.days, row.with_gaps) for row in report.scopes] == [
        (FIRST, 90, 90, 0),
        (SECOND, 88, 88, 4),
    ]
    (gap,) = report.gaps
    assert (gap.reason, gap.audits, gap.scopes) == ("403 AuthorizationFailed", 4, (SECOND,))
    assert (gap.first, gap.last) == ("2026-09-05T02:00:00Z", "2026-09-08T02:00:00Z")


def test_what_changed(report: PeriodReport) -> None:
    assert [(item.at[:10], item.what, item.name, item.before, item.after) for item in report.changes] == [
        ("2026-08-20", "rule added", ACC, None, ACC),
        ("2026-08-20", "wording of rules", "SHA-256", "a" * 64, "b" * 64),
        ("2026-09-15", "parameter", "maxRetentionHours", 24, 48),
    ]


def test_waivers_and_doubts(report: PeriodReport) -> None:
    (waiver,) = report.waivers
    assert (waiver.ticket, waiver.lapses) == ("PRIV-214", 2)
    (doubt,) = report.doubts
    assert (doubt.rule, doubt.resources) == (RET, ("one",))
    assert doubt.why.startswith("Not provable")


def test_clauses(report: PeriodReport) -> None:
    results = {row.promise.basis: row.result for row in report.clauses}
    assert results == {
        "authentication": "kept where seen",  # by a rule that 48 audits did not ask
        "data-in-transit": "failing",
        "same-region": "nothing to check",
        "retrieve-results": "nothing to check",
        "temporary-storage": "nothing to check",
        "training-data": "nothing to check",
        "trained-models": "nothing to check",
        "delete-24h": "lapsed",
        "other-purposes": "nothing to check",
        "delete-models": "nothing to check",
        "encryption-at-rest": "nothing to check",
    }
    assert report.result == "failing"
    (asked,) = [row.words for row in report.clauses if row.promise.basis == "authentication"]
    assert plain(asked) == (
        "Compliant for 100.00 % of resource-time. No lapse was seen. Not asked by all of 90 audits: DI-ACC-001 in 42."
    )
    assert plain(report.headline) == (
        "2026-Q3 was audited on 90 of 92 days. The rules were kept for 77.07 % of resource-time, waived for 3.31 %, "
        "broken for 4.73 %, and for 14.89 % nobody can say. 8 lapses: 1 still open, 5 fixed, 1 waived, 1 gone with the resource."
    )


def test_the_chain_of_records_is_shown(report: PeriodReport) -> None:
    assert all(one.digest == two.previous for one, two in zip(report.runs, report.runs[1:], strict=False))
    assert len({run.digest for run in report.runs}) == 90


def test_a_report_of_what_is_not_over_ends_now(period: Period) -> None:
    wanted = quarterly.span("2026-Q3", None, None)
    now = datetime(2026, 8, 5, 14, tzinfo=UTC)
    passed = quarterly.until_now(wanted, now)
    assert quarterly.written(passed.until) == "2026-08-05T14:00:00Z"
    cut = Period(period.since, quarterly.written(passed.until), period.runs[:36], period.intervals, period.waivers)
    report = quarterly.report_of(cut, wanted, now)
    assert report.title.interim
    assert (report.days[-1].date, len(report.days)) == ("2026-08-05", 36)
    assert (
        report.shares.total == sum(seconds for pair in (9 * [35 * 24 + 14]) for seconds in [pair * HOUR]) - 12 * HOUR
    )  # `six` is gone since two in the morning


def brute(period: Period) -> dict[str, dict[str, int]]:
    """The hours of each rule, told hour by hour from the raw intervals: slow, and another way to the same figures."""
    since, until = seconds_of(period.since), seconds_of(period.until)
    counted: dict[str, dict[str, int]] = {}
    for interval in period.intervals:
        subscription = "/".join(interval.resource_id.split("/")[:3])
        looks = [
            seconds_of(run.started) for run in period.runs if subscription in run.scope and interval.rule in run.rules
        ]
        start = max(seconds_of(interval.first_seen), since)
        stop = until if interval.until is None else min(seconds_of(interval.until), until)
        last = seconds_of(interval.last_seen)
        for hour in range(start, stop, HOUR):
            place = bisect.bisect_right(looks, hour) - 1
            state = interval.state
            if place < 0:
                state = "notSeen"
            else:
                day_of_look = looks[place] // 86400
                following = looks[place + 1] // 86400 if place + 1 < len(looks) else 10**9
                if following > day_of_look + 1 and hour // 86400 != day_of_look:
                    state = "notSeen"
                if interval.until is None and looks[place] > last:
                    state = "notSeen"
            of_rule = counted.setdefault(interval.rule, dict.fromkeys(STATES, 0))
            of_rule[state] += 1
    return counted


def test_shares_are_those_of_the_raw_intervals(period: Period, report: PeriodReport) -> None:
    expected = brute(period)
    assert {
        row.rule: {state: value // HOUR for state, value in row.shares.seconds.items()} for row in report.rules
    } == (expected)
    assert sum(sum(states.values()) for states in expected.values()) * HOUR == report.shares.total


@pytest.mark.parametrize("seed", range(20))
def test_shares_add_up_whatever_happened(seed: int) -> None:
    """Runs at odd hours over one or both subscriptions, and states drawn by chance: all of the time is told once."""
    draw = random.Random(seed)  # noqa: S311 - a test draws its data
    since = datetime(2026, 2, 1, tzinfo=UTC)
    runs: list[Run] = []
    at = since + timedelta(hours=draw.randrange(30))
    while at < since + timedelta(days=20):
        scope = draw.choice([(FIRST,), (SECOND,), (FIRST, SECOND), (FIRST, SECOND)])
        rules = draw.choice([(TLS,), (TLS, RET)])
        started = quarterly.written(at)
        runs.append(Run(len(runs) + 1, started, started, "azure", "1", scope, "baseline", {}, "p", rules, True, {}))
        at += timedelta(hours=draw.choice([1, 7, 24, 24, 24, 60]))
    intervals = []
    for rule in (TLS, RET):
        for subscription in (FIRST, SECOND):
            looked = [run for run in runs if subscription in run.scope and rule in run.rules]
            chunk = draw.randrange(1, 5)
            for place in range(0, len(looked), chunk):
                part = looked[place : place + chunk]
                following = looked[place + chunk] if place + chunk < len(looked) else None
                intervals.append(
                    Interval(
                        *(
                            rule,
                            rule + subscription,
                            f"{subscription}/resourceGroups/g/providers/{simulated.STORAGE}/s",
                        ),
                        *(simulated.STORAGE, "s", None, "high", draw.choice(STATES)),
                        *(part[0].started, part[-1].started, part[0].number, part[-1].number),
                        following.started if following else None,
                    )
                )
    until = quarterly.written(since + timedelta(days=21))
    period = Period(quarterly.written(since), until, tuple(runs), tuple(intervals))
    report = assemble(period, {}, Title("February", period.since, until, interim=False, made=until, tool="1"))
    expected = brute(period)
    for row in report.rules:
        told = {state: value // HOUR for state, value in row.shares.seconds.items()}
        assert told == expected.get(row.rule, dict.fromkeys(STATES, 0))
        assert sum(row.shares.hundredths.values()) == (10_000 if row.shares.total else 0)
        assert sum(item.failing for item in report.lapses if item.rule == row.rule) == row.shares.seconds["fail"]
    assert sum(row.shares.total for row in report.rules) == report.shares.total
