"""What audits covered, what they judged by, and how that is drawn."""

from __future__ import annotations

from auditor.report.period.period_report import Day
from auditor.report.period.pictures import strip, ticks, trend
from tests.report.period.periods import SCOPE, interval, report, run

OTHER = "/subscriptions/22222222-2222-2222-2222-222222222222"


def test_gaps_are_told_by_reason_and_belong_to_their_subscription() -> None:
    gap = (f"{SCOPE}/resourceGroups/docs", "read", "403")
    several = (
        run(1, 1, scope=(SCOPE, OTHER.upper()), unseen=(gap, (f"{SCOPE}/resourceGroups/more", "read", "403"))),
        run(2, 2, scope=(SCOPE, OTHER), unseen=(gap, ("the tenant", "list", "429"))),
    )
    made = report([], runs=several, last=2)
    assert [(row.reason, row.operation, row.audits, len(row.scopes)) for row in made.gaps] == [
        ("403", "read", 2, 2),
        ("429", "list", 1, 1),
    ]
    assert [(row.scope, row.audits, row.with_gaps) for row in made.scopes] == [(SCOPE, 2, 2), (OTHER.upper(), 2, 0)]


def test_changes_between_audits_of_one_kind() -> None:
    several = (
        run(1, 1, rules=("A", "B"), parameters={"p": 1, "q": 2}),
        run(2, 2, kind="snapshot", rules=("Z",), profile="strict"),
        run(3, 3, rules=("B", "C"), parameters={"p": 1, "r": [3]}, profile="strict", policy_hash="o", tool="2"),
    )
    made = report([], runs=several, last=3)
    assert [(item.run, item.what, item.name, item.before, item.after) for item in made.changes] == [
        (3, "profile", "profile", "baseline", "strict"),
        (3, "rule added", "C", None, "C"),
        (3, "rule removed", "A", "A", None),
        (3, "parameter", "q", 2, None),
        (3, "parameter", "r", None, [3]),
        (3, "wording of rules", "SHA-256", "p", "o"),
        (3, "tool", "version", "1", "2"),
    ]


def test_rules_that_are_not_in_the_policy_are_counted_all_the_same() -> None:
    made = report([interval("fail", 1, 10)])
    (row,) = made.rules
    assert (row.known, row.title, row.severity, row.basis) == (False, "DI-TLS-002", "high", None)
    assert made.shares.total == row.shares.total
    assert all(clause.rules == () for clause in made.clauses)
    assert report([]).rules[0].severity == "not known"


def test_the_worst_that_any_audit_of_a_day_saw() -> None:
    several = (run(1, 1), run(2, 1, 12), run(3, 2))
    found = [
        interval("fail", 1, 1, until_moment="2026-07-01T12:00:00Z"),
        interval("pass", 1, 3, first_seen="2026-07-01T12:00:00Z", first_run=2, last_seen="2026-07-02T02:00:00Z"),
    ]
    made = report(found, runs=several, last=3)
    assert [day.worst for day in made.days] == ["fail", "pass", None]
    assert [day.open for day in made.days] == [0, 0, None]


def test_a_strip_has_a_path_for_each_state_and_counts_every_day() -> None:
    drawn = strip(["fail", None, "pass", "fail"])
    assert [state for state, _ in drawn.paths] == ["fail", "pass"]
    assert drawn.paths[0][1] == "M1 0h8v16h-8zM31 0h8v16h-8z"
    assert (drawn.width, drawn.counts["fail"], drawn.counts["pass"], drawn.counts[None]) == (40, 2, 1, 1)
    assert strip([]).width == 10


def days(*found: int | None, first: str = "2026-07-01") -> list[Day]:
    return [Day(f"{first[:8]}{number:02d}", 1, 1, None, count) for number, count in enumerate(found, int(first[8:]))]


def test_a_trend_leaves_days_without_an_audit_blank() -> None:
    drawn = trend(days(0, 2, None, 2, 1))
    assert drawn.area == "M10 100v-100h10v100zM30 100v-100h10v100zM40 100v-50h10v50z"
    assert drawn.blank == "M20 0h10v100h-10z"
    assert drawn.steps == (("2026-07-01", 0), ("2026-07-02", 2), ("2026-07-05", 1))
    assert (trend(days(None)).most, trend([]).width) == (0, 10)


def test_months_are_named_where_they_begin() -> None:
    july = [*days(*[0] * 30, first="2026-07-02"), *days(*[0] * 31, first="2026-08-01")]
    assert [(tick.at, tick.label) for tick in ticks(july)] == [(0, "Jul 2026"), (49.18, "Aug 2026")]
    late = [*days(0, 0, first="2026-07-30"), *days(*[0] * 31, first="2026-08-01")]
    assert [tick.label for tick in ticks(late)] == ["Aug 2026"]
    assert [tick.label for tick in ticks(days(0, 0))] == ["Jul 2026"]
    assert ticks([]) == ()
