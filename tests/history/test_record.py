"""What sequences of audits leave in a history, worked out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.errors import HistoryError
from auditor.history.assessment import Assessment
from auditor.history.recall import list_intervals, list_runs, period
from auditor.history.record import record
from auditor.history.store import Store, open_store
from auditor.model.types import ACCOUNT, CONTAINER, DIAGNOSTIC_SETTING, MODEL, REGISTERED_MODEL, STORAGE
from tests.history.builders import REG, RET, TLS, A, B, assessment, container_id, day, drawn, gap, judged, store_id

ACCOUNT_ID = f"{A}/resourceGroups/rg/providers/{ACCOUNT}/di"
MODEL_ID = f"{ACCOUNT_ID}/documentModels/m"
SETTING = f"{ACCOUNT_ID}/providers/{DIAGNOSTIC_SETTING}/logs"
REGISTERED = "/auditor/register/models/m"
MODELS = "Microsoft.CognitiveServices/accounts/FormRecognizer/documentmodels/read"


def of(number: int, *findings: tuple[str, str], **changes: object) -> Assessment:
    """An audit whose findings are pairs of id and letter."""
    types = {MODEL_ID: MODEL, SETTING: DIAGNOSTIC_SETTING, REGISTERED: REGISTERED_MODEL, ACCOUNT_ID: ACCOUNT, A: "x"}
    return assessment(number, [judged(TLS, name, letter, types.get(name)) for name, letter in findings], **changes)


SEQUENCES = {
    "what stays as it is takes one interval": (
        [assessment(1, {"s": "F"}), assessment(2, {"s": "F"}), assessment(3, {"s": "F"})],
        {"s": "F1-3"},
    ),
    "a change ends one and begins another": (
        [assessment(1, {"s": "F"}), assessment(2, {"s": "P"}), assessment(3, {"s": "U"}), assessment(4, {"s": "W"})],
        {"s": "F1-1>2 P2-2>3 U3-3>4 W4-4"},
    ),
    "what is not there any more is gone, and may come back": (
        [assessment(1, {"s": "F", "t": "P"}), assessment(2, {"t": "P"}), assessment(3, {"s": "P", "t": "P"})],
        {"s": "F1-1>2 gone P3-3", "t": "P1-3"},
    ),
    "what is there and not judged any more is not gone": (
        [assessment(1, {"s": "F"}), assessment(2, {}, present=frozenset({store_id("s").lower()}))],
        {"s": "F1-1>2 n/a"},
    ),
    "another finding shows that it is there, too": (
        [assessment(1, {"s": "F"}), assessment(2, [judged(RET, store_id("S"), "P")])],
        {"s": "F1-1>2 n/a"},
    ),
    "one subscription's audit leaves another's findings alone": (
        [
            assessment(1, [judged(TLS, store_id("a", A), "F"), judged(TLS, store_id("b", B), "F")]),
            assessment(2, {}, scope=(A,)),
            assessment(3, [judged(TLS, store_id("b", B), "F")], scope=(B,)),
        ],
        {"a": "F1-1>2 gone", "b": "F1-3"},
    ),
    "what lies behind a gap is not seen, and remembers how it was": (
        [
            assessment(1, {"s": "F"}),
            assessment(2, {}, unseen=gap(A)),
            assessment(3, {}, unseen=gap(A)),
            assessment(4, {"s": "F"}),
        ],
        {"s": "F1-1>2 ?F2-3>4 F4-4"},
    ),
    "after the gap it may turn out to be gone": (
        [assessment(1, {"s": "P"}), assessment(2, {}, unseen=gap(A)), assessment(3, {})],
        {"s": "P1-1>2 ?P2-2>3 gone"},
    ),
    "a gap of everything hides it": (
        [assessment(1, {"s": "P"}), assessment(2, {}, unseen=gap(""))],
        {"s": "P1-1>2 ?P2-2"},
    ),
    "a gap elsewhere, or of something else, hides nothing": (
        [
            assessment(1, {"s": "F"}),
            assessment(2, {}, unseen=(*gap(B), *gap(A, f"{ACCOUNT}/read"), *gap(A, "Some/other"))),
        ],
        {"s": "F1-1>2 gone"},
    ),
    "a container hides behind its own list, and behind that of its account": (
        [
            of(1, (container_id("s", "c"), "F")),
            of(2, unseen=gap(store_id("s"), f"{CONTAINER}/read")),
            of(3, (container_id("s", "c"), "F")),
            of(4, unseen=gap(A)),
        ],
        {"c": "F1-1>2 ?F2-2>3 F3-3>4 ?F4-4"},
    ),
    "a container is gone with its account": (
        [of(1, (container_id("s", "c"), "F")), of(2, unseen=gap(store_id("t"), f"{CONTAINER}/read"))],
        {"c": "F1-1>2 gone"},
    ),
    "a model hides behind the account's list": (
        [of(1, (MODEL_ID, "F")), of(2, unseen=gap(ACCOUNT_ID, MODELS))],
        {"m": "F1-1>2 ?F2-2"},
    ),
    "a diagnostic setting hides with the account that it is on": (
        [of(1, (SETTING, "F")), of(2, unseen=gap(A, f"{ACCOUNT}/read"))],
        {"logs": "F1-1>2 ?F2-2"},
    ),
    "a list that the rule says is unknown hides what stood in it": (
        [of(1, (MODEL_ID, "F")), of(2, (ACCOUNT_ID, "U"))],
        {"m": "F1-1>2 ?F2-2", "di": "U2-2"},
    ),
    "an audit that broke off proves nobody's absence": (
        [assessment(1, {"s": "F", "t": "P"}), assessment(2, {"t": "F"}, finished=None)],
        {"s": "F1-1>2 ?F2-2", "t": "P1-1>2 F2-2"},
    ),
    "a rule that is taken out ends with that": (
        [assessment(1, {"s": "F"}), assessment(2, [judged(RET, store_id("s"), "F")], rules=(RET,))],
        {"s": "F1-1>2 rule"},
    ),
    "a narrower profile leaves rules out and takes none away": (
        [
            assessment(1, {"s": "F"}, profile="strict"),
            assessment(2, {}, rules=(RET,)),
            assessment(3, {"s": "F"}, profile="strict"),
        ],
        {"s": "F1-3"},
    ),
    "other rules altogether are another policy": (
        [assessment(1, {"s": "F"}), assessment(2, {}, rules=("MY-ABC-001",)), assessment(3, {"s": "P"})],
        {"s": "F1-1>3 P3-3"},
    ),
    "a rule is not taken out of a subscription that was not looked at": (
        [assessment(1, {"s": "F"}), assessment(2, {}, rules=(RET,), scope=(B,))],
        {"s": "F1-1"},
    ),
    "an audit that began earlier and ended later changes nothing": (
        [
            assessment(2, {"s": "P"}),
            assessment(1, {"s": "F", "t": "F"}),
            assessment(1, {}, rules=(RET,)),
            assessment(3, {"s": "P"}),
        ],
        {"s": "P1-4"},
    ),
    "the same time may be judged again": (
        [assessment(1, {"s": "F"}), assessment(1, {"s": "W"})],
        {"s": "F1-1>2 W2-2"},
    ),
    "what lies in no subscription is left to audits of as much as found it": (
        [of(1, (REGISTERED, "F")), of(2, scope=(A,)), of(3, (REGISTERED, "P"), scope=(B,)), of(4, (REGISTERED, "P"))],
        {"m": "F1-1>4 P4-4"},
    ),
    "and ends by such an audit": (
        [of(1, (REGISTERED, "F"), scope=(A,)), of(2)],
        {"m": "F1-1>2 gone"},
    ),
    "findings outside of what was asked for are not taken in": (
        [assessment(1, [judged(TLS, store_id("b", B), "F")], scope=(A,))],
        {},
    ),
    "without a scope it follows from what was found and what was not": (
        [assessment(1, {"s": "F"}, scope=()), assessment(2, {}, scope=(), unseen=gap(A, "Some/other"))],
        {"s": "F1-1>2 gone"},
    ),
    "ids ignore case": (
        [of(1, (store_id("s"), "F")), of(2, (store_id("s").upper(), "F"))],
        {"s": "F1-2"},
    ),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_sequences(store: Store, name: str) -> None:
    audits, expected = SEQUENCES[name]
    for audit in audits:
        record(store, audit)
    assert drawn(list_intervals(store)) == expected


def test_an_interval_says_what_it_is_about(store: Store) -> None:
    record(store, assessment(1, {"s": "F"}))
    record(store, assessment(2, {"s": "F"}))
    record(store, assessment(3, {"s": "P"}))
    failed, passes = list_intervals(store)
    assert (failed.rule, failed.resource_id, failed.resource_type) == (TLS, store_id("s"), STORAGE)
    assert (failed.resource_name, failed.location, failed.severity, failed.message) == (
        "s",
        "westeurope",
        "high",
        "It is fail.",
    )
    assert (failed.first_seen, failed.last_seen, failed.until) == (day(1), day(2), day(3))
    assert (passes.first_seen, passes.last_seen, passes.until, passes.ending) == (day(3), day(3), None, None)
    assert failed.fingerprint == passes.fingerprint


def test_a_run_says_how_it_was_made(store: Store) -> None:
    recorded = record(
        store, assessment("2026-11-01T07:00:00+01:00", {"s": "F"}, unseen=gap(A), snapshot_hash="ab" * 32)
    ).run
    (run,) = list_runs(store)
    assert run == recorded
    assert (run.number, run.started, run.scope, run.rules, run.complete) == (1, day(1), (A, B), (RET, TLS), False)
    assert (run.unseen, run.snapshot_hash, run.previous) == (gap(A), "ab" * 32, None)
    assert run.counts == {"fail": 1, "unknown": 0, "waived": 0, "pass": 0}
    assert len(run.digest) == 64


def test_a_history_grows_with_change_and_not_with_runs(store: Store) -> None:
    for number in range(1, 11):
        record(store, assessment(number, {"s": "F", "t": "P"}))
    assert len(list_intervals(store)) == 2
    assert len(list_runs(store)) == 10


@pytest.mark.parametrize(
    ("since", "until", "expected", "runs"),
    [
        (1, 2, {"s": "F1-2>3"}, [1]),
        (3, 4, {"s": "P3-3>4", "t": "F3-4"}, [3]),
        (2, 4, {"s": "F1-2>3 P3-3>4", "t": "F3-4"}, [2, 3]),
        (5, 6, {"t": "F3-4"}, []),
    ],
)
def test_a_period_has_what_overlaps_it(
    store: Store, since: int, until: int, expected: dict[str, str], runs: list[int]
) -> None:
    for audit in (
        assessment(1, {"s": "F"}),
        assessment(2, {"s": "F"}),
        assessment(3, {"s": "P", "t": "F"}),
        assessment(4, {"t": "F"}),
    ):
        record(store, audit)
    found = period(store, day(since), day(until))
    wanted = {name: words + (" gone" if words.endswith("P3-3>4") else "") for name, words in expected.items()}
    assert drawn(found.intervals) == wanted
    assert [run.number for run in found.runs] == runs
    assert (found.since, found.until) == (day(since), day(until))


def test_a_period_has_the_waivers_that_were_in_force_in_it(store: Store) -> None:
    one, two = {"rule": TLS, "reason": "ä"}, {"rule": RET, "reason": "b"}
    for number, waivers in enumerate([(one,), (one, two), (two,), ()], 1):
        record(store, assessment(number, waivers=waivers))
    assert period(store, day(1), day(2)).waivers == (one,)
    assert period(store, day(2), day(3)).waivers == (two, one)
    assert period(store, day(3), day(4)).waivers == (two,)
    assert period(store, day(4), day(5)).waivers == ()


def test_hostile_texts_are_kept(address: str) -> None:
    store = open_store(address)
    name = "'; DROP TABLE chain; --\0\ud800\u202eé"
    record(store, assessment(1, [judged(TLS, store_id(name), "F", message=name)], unseen=gap(name, name)))
    (found,) = list_intervals(store)
    assert found.message == "'; DROP TABLE chain; --\\x00\\ud800\u202eé"
    assert found.resource_id == store_id("'; DROP TABLE chain; --\\x00\\ud800\u202eé")
    assert list_runs(store)[0].unseen == gap(name, name)
    store.close()


def test_infrastructure_files_have_no_history(store: Store) -> None:
    with pytest.raises(HistoryError, match="infrastructure"):
        record(store, replace(assessment(1), kind="infrastructure"))
    assert list_runs(store) == ()


def test_a_time_that_is_none_is_an_error(store: Store) -> None:
    with pytest.raises(HistoryError, match="yesterday"):
        record(store, assessment("yesterday"))


def test_rules_that_come_back_begin_anew(store: Store) -> None:
    record(store, assessment(1, {"s": "F"}))
    record(store, assessment(2, [judged(REG, store_id("s"), "F")], rules=(REG, RET)))
    record(store, assessment(3, {"s": "F"}))
    assert drawn(list_intervals(store)) == {"s": "F1-1>2 rule F3-3"}
