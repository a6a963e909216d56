"""How long a state holds: between audits, across days without one, and for what no audit looked at."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.history.period import STATES, Interval, Run
from auditor.report.period.shares import Shares, added
from auditor.report.period.watch import scope_key, seconds_of
from auditor.report.period.words import length
from tests.report.period.periods import RULE, SCOPE, interval, report, run, runs

OTHER = "/subscriptions/22222222-2222-2222-2222-222222222222"
REGISTER = "/auditor/register/models/one"


def hours(found: list[Interval], **other: Any) -> dict[str, float]:
    return {state: value / 3600 for state, value in report(found, **other).shares.seconds.items() if value}


@pytest.mark.parametrize(
    ("what", "found", "given", "expected"),
    [
        ("each day", [interval("pass", 1, 10)], {}, {"pass": 238}),
        ("it began before: nothing is known to the first audit", [interval("pass", 1, 10, first_seen="2026-06-20T02:00:00Z")], {}, {"pass": 238, "notSeen": 2}),
        ("a day without", [interval("pass", 1, 10)], {"days": [1, 2, 3, 4, 6, 7, 8, 9, 10]}, {"pass": 212, "notSeen": 26}),
        ("two days without", [interval("pass", 1, 10)], {"days": [1, 2, 3, 4, 7, 8, 9, 10]}, {"pass": 188, "notSeen": 50}),
        ("the last audit on the sixth", [interval("pass", 1, 6)], {"days": range(1, 7)}, {"pass": 142, "notSeen": 96}),
        ("no audit", [interval("pass", 1, 1, first_seen="2026-06-20T02:00:00Z", last_seen="2026-06-20T02:00:00Z")], {"days": []}, {"notSeen": 240}),
        ("seen otherwise", [interval("pass", 1, 4, 5), interval("fail", 5, 10)], {}, {"pass": 96, "fail": 142}),
        ("could not look", [interval("pass", 1, 4, 5), interval("notSeen", 5, 10, last_known="pass")], {}, {"pass": 96, "notSeen": 142}),
        ("gone", [interval("pass", 1, 4, 5, ending="gone")], {}, {"pass": 96}),
        ("gone and back", [interval("pass", 1, 4, 5, ending="gone"), interval("pass", 9, 10)], {}, {"pass": 142}),
        ("over before", [interval("fail", 1, 2, 3), interval("pass", 3, 10)], {"first": 4, "days": range(4, 11)}, {"pass": 166, "notSeen": 2}),
        ("over at the first moment", [interval("fail", 1, 2, until_moment="2026-07-04T00:00:00Z")], {"first": 4}, {}),
        ("begun after", [interval("fail", 12, 12)], {}, {}),
        ("what comes later is not looked at", [interval("fail", 8, 14, 15)], {}, {"fail": 70}),
        ("lasting beyond", [interval("fail", 8, 14)], {}, {"fail": 70}),
        ("later than any audit", [interval("fail", 1, 20)], {"days": []}, {"notSeen": 238}),
        ("an audit did look, and said nothing", [interval("pass", 1, 4)], {}, {"pass": 96, "notSeen": 142}),
    ],
)  # fmt: skip
def test_a_state_holds(what: str, found: list[Interval], given: dict[str, Any], expected: dict[str, float]) -> None:
    assert hours(found, **given) == expected, what


def test_several_audits_on_a_day_are_one_day() -> None:
    made = report([interval("pass", 1, 3)], runs=(run(1, 1), run(2, 1, 12), run(3, 2, 23)), last=3)
    assert made.shares.seconds["notSeen"] == 24 * 3600  # the third day
    assert [day.audits for day in made.days] == [2, 1, 0]


def test_an_audit_of_another_subscription_or_without_the_rule_does_not_look() -> None:
    several = (*runs([1, 2]), run(3, 3, scope=(OTHER,)), run(4, 4, rules=("DI-RET-001",)), run(5, 5))
    made = report([interval("pass", 1, 5)], runs=several, last=5)
    assert made.shares.seconds["pass"] == (22 + 24 + 22) * 3600
    (row,) = [row for row in made.rules if row.rule == RULE]
    assert row.days == ("pass", "pass", None, None, "pass")
    assert (row.audits, row.always) == (4, False)


def test_a_run_recorded_late_tells_nothing_new() -> None:
    several = (run(1, 1), run(2, 3), run(3, 2), run(4, 4))
    made = report([interval("pass", 1, 4)], runs=several, last=4)
    assert made.shares.seconds["notSeen"] == 26 * 3600  # the second day, to the audit of the third


@pytest.mark.parametrize(
    ("found", "passes"),
    [
        (interval("pass", 1, 3, resource_id=REGISTER), 22 + 22),  # the narrower audit between may not see it
        (interval("pass", 1, 9, resource_id=REGISTER), 22 + 22),  # last seen after the period
    ],
)
def test_what_lies_in_no_subscription(found: Interval, passes: int) -> None:
    several: tuple[Run, ...] = (run(1, 1, scope=(SCOPE, OTHER)), run(2, 2), run(3, 3, scope=(SCOPE, OTHER)))
    assert report([found], runs=several, last=3).shares.seconds["pass"] == passes * 3600


def test_scopes_are_told_by_their_subscription() -> None:
    assert scope_key(SCOPE.upper()) == scope_key(SCOPE.rpartition("/")[2]) == SCOPE


def test_a_time_that_is_none() -> None:
    with pytest.raises(ValueError, match="'yesterday'"):
        seconds_of("yesterday")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        ({"pass": 1}, "100.00 %"),
        ({"fail": 1}, "0.00 %"),
        ({"pass": 1, "fail": 10**9}, "< 0.01 %"),
        ({"pass": 10**9, "fail": 1}, "> 99.99 %"),
        ({"pass": 1, "fail": 2}, "33.33 %"),
        ({"pass": 1, "fail": 1, "unknown": 1}, "33.33 %"),
        ({}, "no time"),
    ],
)
def test_shares_as_people_read_them(seconds: dict[str, int], text: str) -> None:
    shares = Shares({**dict.fromkeys(STATES, 0), **seconds})  # type: ignore[dict-item]
    assert shares.text("pass").replace("\N{NO-BREAK SPACE}", " ") == text
    assert sum(shares.hundredths.values()) == (10_000 if seconds else 0)


def test_the_rest_of_rounding_goes_to_the_worst() -> None:
    thirds = Shares({**dict.fromkeys(STATES, 0), "pass": 1, "fail": 1, "unknown": 1})
    assert thirds.hundredths == {"fail": 3334, "unknown": 3333, "notSeen": 0, "waived": 0, "pass": 3333}
    assert added([thirds, thirds]).seconds["fail"] == 2


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (26 * 3600 + 1800, "26 h 30 min"),
        (48 * 3600, "2 days"),
        (51 * 3600 + 60, "2 days 3 h"),
    ],
)
def test_lengths(seconds: int, text: str) -> None:
    assert length(seconds) == text
