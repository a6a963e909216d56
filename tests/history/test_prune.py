"""Forgetting what is old."""

from __future__ import annotations

from auditor.history.prune import prune
from auditor.history.recall import list_intervals, list_runs, period
from auditor.history.record import record
from auditor.history.store import Store
from auditor.history.verify import verify
from tests.history.builders import TLS, A, B, assessment, day, drawn, judged, store_id

FOUR = [
    assessment(1, {"s": "F", "t": "P", "u": "F"}, waivers=({"rule": "old"}, {"rule": "new"})),
    assessment(2, {"s": "P", "t": "P", "u": "F"}, waivers=({"rule": "new"},)),
    assessment(3, {"s": "P", "t": "P", "u": "P"}, waivers=({"rule": "new"},)),
    assessment(4, {"s": "P", "t": "F", "u": "P"}),
]


def test_what_ended_goes_and_what_lasted_stays(store: Store) -> None:
    for audit in FOUR:
        record(store, audit)
    done = prune(store, day(3, 0))
    assert (done.runs, done.intervals, done.through) == (2, 1, 2)
    assert done.digest == verify(store).head
    assert [run.number for run in list_runs(store)] == [3, 4]
    assert drawn(list_intervals(store)) == {"s": "P2-4", "t": "P1-3>4 F4-4", "u": "F1-2>3 P3-4"}
    assert verify(store).problems == ()


def test_waivers_that_ended_go_too(store: Store) -> None:
    for audit in FOUR:
        record(store, audit)
    prune(store, day(3, 0))
    assert period(store, day(1), day(5)).waivers == ({"rule": "new"},)


def test_numbers_and_the_chain_go_on(store: Store) -> None:
    record(store, assessment(1, {"s": "F"}))
    cut = prune(store, day(2))
    assert list_runs(store) == ()
    run = record(store, assessment(2, {"s": "F"})).run
    assert (run.number, run.previous) == (2, cut.digest)
    assert drawn(list_intervals(store)) == {"s": "F1-2"}


def test_nothing_old_is_no_cut(store: Store) -> None:
    record(store, assessment(3, {"s": "F"}))
    head = verify(store).head
    assert prune(store, day(3)).runs == 0
    assert verify(store).head == head


def test_when_it_was_last_seen_outlives_the_run_that_tells(store: Store) -> None:
    record(store, assessment(1, [judged(TLS, store_id("s", A), "F"), judged(TLS, store_id("b", B), "F")]))
    record(store, assessment(2, [judged(TLS, store_id("s", A), "F"), judged(TLS, store_id("b", B), "F")]))
    record(store, assessment(3, {"s": "F"}, scope=(A,)))
    prune(store, day(3, 0))
    assert drawn(list_intervals(store)) == {"s": "F1-3", "b": "F1-2"}
    record(store, assessment(4, [judged(TLS, store_id("b", B), "P")], scope=(B,)))
    assert drawn(list_intervals(store)) == {"s": "F1-3", "b": "F1-2>4 P4-4"}
    assert verify(store).problems == ()


def test_what_nobody_looked_at_between_two_cuts_keeps_what_the_first_remembered(store: Store) -> None:
    both = [judged(TLS, store_id("s", A), "F"), judged(TLS, store_id("b", B), "F")]
    for number in (1, 2):
        record(store, assessment(number, both))
    for number in (3, 4, 5):
        record(store, assessment(number, both[:1], scope=(A,)))
    prune(store, day(3, 0))
    prune(store, day(4, 0))
    assert drawn(list_intervals(store)) == {"s": "F1-5", "b": "F1-2"}
    assert verify(store).problems == ()


def test_a_cut_of_nothing_but_runs(store: Store) -> None:
    for number in (1, 2):
        record(store, assessment(number))
    assert (prune(store, day(2)).runs, list_intervals(store)) == (1, ())
    assert verify(store).problems == ()


def test_that_a_rule_was_taken_out_is_not_told_without_the_run_that_applied_it(store: Store) -> None:
    record(store, assessment(1, {"s": "F"}))
    prune(store, day(2))
    record(store, assessment(2, {}, rules=("DI-RET-001",)))
    assert drawn(list_intervals(store)) == {"s": "F1-1"}


def test_an_audit_older_than_what_was_pruned_tells_nothing(store: Store) -> None:
    record(store, assessment(5, {"s": "F"}))
    prune(store, day(6))
    record(store, assessment(4, {"s": "P"}))
    record(store, assessment(4, {"s": "P"}, rules=("DI-RET-001",)))
    assert drawn(list_intervals(store)) == {"s": "F1-1"}


def test_runs_go_up_to_the_first_that_is_newer(store: Store) -> None:
    for number in (1, 5, 2):
        record(store, assessment(number, {"s": "F"}))
    assert prune(store, day(3)).through == 1
