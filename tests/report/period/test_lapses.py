"""When a lapse begins and ends, who answers for it, and what that makes of a clause."""

from __future__ import annotations

import pytest

from auditor.history.period import STATES, Interval
from auditor.report.period.lapses import tally, waives
from auditor.report.period.shares import Shares
from auditor.report.period.words import headline, result_of
from tests.report.period.periods import RULE, STORE, interval, report


@pytest.mark.parametrize(
    ("what", "found", "expected"),
    [
        ("fixed", [interval("fail", 2, 3, 4), interval("pass", 4, 10)], [(2, "fixed", 48, 48, 0)]),
        ("open", [interval("fail", 9, 10)], [(9, "open", 46, 46, 0)]),
        ("fixed after the period", [interval("fail", 9, 14, 15), interval("pass", 15, 20)], [(9, "open", 46, 46, 0)]),
        ("gone", [interval("fail", 2, 3, 4, ending="gone")], [(2, "gone", 48, 48, 0)]),
        ("the rule is gone", [interval("fail", 2, 3, 4, ending="ruleGone")], [(2, "rule gone", 48, 48, 0)]),
        ("not asked of it any more", [interval("fail", 2, 3, 4, ending="notApplicable")], [(2, "not applicable", 48, 48, 0)]),
        ("waived", [interval("fail", 2, 3, 4), interval("waived", 4, 10)], [(2, "waived", 48, 48, 0)]),
        ("the waiver ran out", [interval("waived", 1, 8, 9), interval("fail", 9, 10)], [(9, "open", 46, 46, 0)]),
        ("not seen, then kept", [interval("fail", 2, 3, 4), interval("notSeen", 4, 5, 6, last_known="fail"), interval("pass", 6, 10)], [(2, "fixed", 96, 48, 48)]),
        ("not decided, then failing", [interval("fail", 2, 3, 4), interval("unknown", 4, 5, 6), interval("fail", 6, 6, 7), interval("pass", 7, 10)], [(2, "fixed", 120, 72, 48)]),
        ("never decided again", [interval("fail", 2, 3, 4), interval("unknown", 4, 10)], [(2, "open", 214, 48, 166)]),
        ("not seen, then gone", [interval("fail", 2, 3, 4), interval("notSeen", 4, 5, 6, ending="gone", last_known="fail")], [(2, "gone", 96, 48, 48)]),
        ("not seen since before", [interval("notSeen", 1, 10, first_seen="2026-06-30T02:00:00Z", last_known="fail")], [(30, "open", 262, 0, 240)]),
        ("not seen, and kept before", [interval("notSeen", 1, 10, last_known="pass")], []),
        ("gone and back, and failing both times", [interval("fail", 2, 3, 4, ending="gone"), interval("fail", 9, 10)], [(2, "gone", 48, 48, 0), (9, "open", 46, 46, 0)]),
        ("kept between", [interval("fail", 2, 2, 3), interval("pass", 3, 3, 4), interval("fail", 4, 4, 5), interval("pass", 5, 10)], [(2, "fixed", 24, 24, 0), (4, "fixed", 24, 24, 0)]),
        ("never", [interval("pass", 1, 10)], []),
        ("never decided", [interval("unknown", 1, 10)], []),
    ],
)  # fmt: skip
def test_lapses(what: str, found: list[Interval], expected: list[tuple[int, str, int, int, int]]) -> None:
    made = report(found)
    told = [
        (
            int(item.first_seen[8:10]),
            item.ending,
            *(value // 3600 for value in (item.length, item.failing, item.not_known)),
        )
        for item in made.lapses
    ]
    assert told == expected, what
    assert sum(item.failing for item in made.lapses) == made.shares.seconds["fail"]


def test_an_open_lapse_tells_when_it_was_last_seen() -> None:
    (lapse,) = report([interval("fail", 2, 3, 4, message="M"), interval("notSeen", 4, 10, last_known="fail")]).lapses
    assert (lapse.last_seen, lapse.ended, lapse.message) == ("2026-07-03T02:00:00Z", None, "M")
    (lapse,) = report([interval("notSeen", 1, 10, last_known="fail", message="L")]).lapses
    assert (lapse.last_seen, lapse.message) == (None, "L")
    (lapse,) = report([interval("fail", 9, 14)]).lapses
    assert lapse.last_seen == "2026-07-10T02:00:00Z"


def test_the_worst_severity_comes_first_and_an_unknown_one_last() -> None:
    found = [
        interval("fail", 1, 10, fingerprint=severity, resource_name=severity, severity=severity)
        for severity in ("low", "odd", "critical")
    ]
    assert [item.severity for item in report(found).lapses] == ["critical", "low", "odd"]


def test_no_repair_no_time_to_repair() -> None:
    counted = tally([])
    assert (counted.all, counted.median, counted.longest, counted.oldest) == (0, None, None, None)
    (lapse,) = report([interval("fail", 2, 3, 4, ending="gone")]).lapses
    assert tally([lapse]).median is None


@pytest.mark.parametrize(
    ("rule", "resource", "fits"),
    [
        (RULE, STORE, True),
        (RULE, STORE.upper() + "/", True),
        (RULE, "*/storageAccounts/one", True),
        (RULE, "*/storageaccounts/*", True),
        (RULE, "*/storageAccounts/on", False),
        (RULE, "*/storageAccounts/on[e]", False),
        ("DI-TLS-001", STORE, False),
    ],
)
def test_waivers(rule: str, resource: str, fits: bool) -> None:
    waiver = {"rule": rule, "resource": resource, "owner": "somebody@contoso.example"}
    assert waives(waiver, RULE, STORE) is fits
    made = report([interval("fail", 2, 3, 4), interval("pass", 4, 10)], waivers=({**waiver, "owner": ""}, waiver))
    assert made.lapses[0].owner == ("somebody@contoso.example" if fits else None)
    assert [item.lapses for item in made.waivers] == [int(fits)] * 2


@pytest.mark.parametrize(
    ("seconds", "found", "always", "result"),
    [
        ({}, [], True, "nothing to check"),
        ({"pass": 2, "waived": 1}, [], True, "kept"),
        ({"pass": 2}, [], False, "kept where seen"),
        ({"pass": 2, "notSeen": 1}, [], True, "kept where seen"),
        ({"unknown": 2, "notSeen": 1}, [], True, "not known"),
        ({"pass": 2}, [interval("fail", 2, 3, 4), interval("pass", 4, 10)], True, "lapsed"),
        ({"pass": 2}, [interval("fail", 2, 10)], True, "failing"),
    ],
)
def test_results(seconds: dict[str, int], found: list[Interval], always: bool, result: str) -> None:
    shares = Shares({**dict.fromkeys(STATES, 0), **seconds})  # type: ignore[dict-item]
    assert result_of(shares, tally(report(found).lapses), always=always) == result


def test_the_headline_of_nothing() -> None:
    made = report([], days=[])
    assert made.headline == "July was audited on 0 of 10 days; nothing was there to check."
    assert headline("July", report([]).days, made.shares, made.tally).startswith("July was audited on each of 10 days")
