"""What a change is called, and what differs between two runs."""

from __future__ import annotations

import pytest

from auditor.history.drift import drift, kind_of
from auditor.history.recall import list_intervals
from auditor.history.record import record
from auditor.history.store import Store
from tests.history.builders import TLS, A, assessment, gap, judged, store_id


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (None, "fail", "new"),
        (None, "unknown", "new"),
        (None, "pass", None),
        (None, "waived", None),
        ("pass", "fail", "new"),
        ("unknown", "fail", "new"),
        ("waived", "fail", "new"),
        ("fail", "pass", "fixed"),
        ("waived", "pass", "fixed"),
        ("unknown", "pass", "changed"),
        ("fail", "waived", "changed"),
        ("fail", "unknown", "changed"),
        ("pass", "unknown", "changed"),
        ("pass", "waived", "changed"),
        ("fail", "notSeen", "notSeen"),
        (None, "notSeen", "notSeen"),
        ("notSeen", "fail", "seenAgain"),
        ("notSeen", "pass", "seenAgain"),
        ("fail", None, "gone"),
        ("notSeen", None, "gone"),
        ("fail", "fail", None),
        (None, None, None),
    ],
)
def test_changes_have_names(before: str | None, after: str | None, kind: str | None) -> None:
    assert kind_of(before, after) == kind


def told(changes: object) -> list[tuple[str, str, str | None, str | None]]:
    return [(item.kind, item.resource_name, item.before, item.after) for item in changes]


def test_a_run_tells_what_it_changed_and_two_runs_what_differs(store: Store) -> None:
    first = assessment(1, {"a": "F", "b": "F", "c": "P", "d": "F", "e": "P"})
    assert told(record(store, first).changes) == [
        ("new", "a", None, "fail"),
        ("new", "b", None, "fail"),
        ("new", "d", None, "fail"),
    ]
    second = assessment(2, {"a": "P", "c": "F", "e": "U", "f": "P"}, unseen=gap(store_id("b")))
    assert told(record(store, second).changes) == [
        ("new", "c", "pass", "fail"),
        ("notSeen", "b", "fail", "notSeen"),
        ("changed", "e", "pass", "unknown"),
        ("gone", "d", "fail", None),
        ("fixed", "a", "fail", "pass"),
    ]
    third = assessment(3, {"a": "F", "b": "P", "c": "F", "e": "P", "f": "P"})
    by_hand = [
        ("new", "a", "pass", "fail"),
        ("seenAgain", "b", "notSeen", "pass"),
        ("changed", "e", "unknown", "pass"),
    ]
    assert told(record(store, third).changes) == by_hand
    found = list_intervals(store)
    assert told(drift(found, 2, 3)) == by_hand
    assert told(drift(found, 1, 3)) == [
        ("new", "c", "pass", "fail"),
        ("gone", "d", "fail", None),
        ("fixed", "b", "fail", "pass"),
    ]
    assert told(drift(found, 3, 3)) == []
    assert [item.ending for item in drift(found, 1, 3)] == [None, "gone", None]


def test_the_worst_comes_first(store: Store) -> None:
    order = ["s-medium", "s-critical", "s-odd", "s-low", "s-high"]
    findings = [judged(TLS, store_id(name, A), "F", severity=name[2:]) for name in order]
    changes = record(store, assessment(1, findings)).changes
    assert [item.severity for item in changes] == ["critical", "high", "medium", "low", "odd"]
    assert all(len(item.fingerprint) == 32 for item in changes)
