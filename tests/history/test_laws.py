"""Whatever sequence of audits comes: intervals of a pair never overlap, and tell what each audit found."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.history.assessment import Assessment
from auditor.history.period import Interval, Run
from auditor.history.prune import prune
from auditor.history.recall import list_intervals, list_runs
from auditor.history.record import record
from auditor.history.store import open_store
from auditor.history.verify import verify
from auditor.model.types import subscription_of
from tests.history.builders import RET, STATUS, TLS, A, B, assessment, day, gap, judged, store_id

STORES = [store_id("s", A), store_id("t", A), store_id("s", B)]
PAIRS = [(rule, name) for rule in (RET, TLS) for name in STORES]


@st.composite
def sequences(draw: st.DrawFn) -> list[Assessment]:
    """Audits of one subscription or both, by one rule or both, with gaps, some broken off, some recorded late."""
    audits = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        scope = draw(st.sampled_from([(A,), (B,), (A, B)]))
        rules = draw(st.sampled_from([(RET, TLS), (RET, TLS), (TLS,)]))
        hidden = draw(st.sampled_from([(), (), (A,), (B,)]))
        pairs = [
            (rule, name) for rule, name in PAIRS if rule in rules and subscription_of(name) in set(scope) - set(hidden)
        ]
        letters = draw(st.lists(st.sampled_from("PFUW-"), min_size=len(pairs), max_size=len(pairs)))
        findings = [
            judged(rule, name, letter) for (rule, name), letter in zip(pairs, letters, strict=True) if letter in STATUS
        ]
        late = draw(st.sampled_from([0, 0, 0, 2]))
        finished = draw(st.sampled_from([day(number, 7), day(number, 7), None]))
        unseen = tuple(item for place in hidden for item in gap(place))
        audits.append(
            assessment(max(number - late, 1), findings, scope=scope, rules=rules, unseen=unseen, finished=finished)
        )
    return audits


def looked(runs: list[Run], audit: Run, rule: str, subscription: str) -> bool:
    """Whether an audit had an eye on it, and was not overtaken: said once more, in the words of docs/history.md."""
    latest, judged_before = "", False
    for run in runs[: audit.number]:
        if subscription not in run.scope or run.started < latest:
            continue
        if rule in run.rules:
            latest, judged_before = run.started, True
            if run is audit:
                return True
        elif judged_before:  # both sets of rules here are one policy, so it has taken the rule out
            latest = run.started
    return False


@settings(max_examples=60, deadline=None)
@given(sequences())
def test_intervals_do_not_overlap_and_replay_what_was_found(audits: list[Assessment]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "h.db"))
        for audit in audits:
            record(store, audit)
        intervals, runs = list_intervals(store), list(list_runs(store))
        assert verify(store).problems == ()
        store.close()
    for pair in PAIRS:
        own = [item for item in intervals if (item.rule, item.resource_id) == pair]
        _in_sequence(own)
        subscription = subscription_of(pair[1])
        for audit, run in zip(audits, runs, strict=True):
            if not looked(runs, run, pair[0], subscription):
                continue
            found = {item.pair: item.status for item in audit.findings}.get((pair[0], pair[1].lower()))
            lasting = [item for item in own if item.first_run <= run.number < (item.until_run or len(runs) + 1)]
            states = [item.state for item in lasting]
            assert states in ([found] if found else [], ["notSeen"] if not found else [found]), (pair, run.number)
            for item in lasting:
                assert item.first_seen <= run.started <= item.last_seen


def _in_sequence(own: list[Interval]) -> None:
    for before, after in pairwise(own):
        assert before.until_run is not None
        assert before.until_run <= after.first_run
        assert before.until is not None
        assert before.until <= after.first_seen
    for item in own:
        assert item.first_run <= item.last_run
        assert item.first_seen <= item.last_seen
        if item.until_run is not None:
            assert item.last_run < item.until_run
            assert item.last_seen <= str(item.until)


@settings(max_examples=40, deadline=None)
@given(sequences(), st.integers(1, 9), st.integers(1, 9))
def test_pruning_changes_nothing_of_what_is_kept(audits: list[Assessment], first: int, second: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "h.db"))
        for audit in audits:
            record(store, audit)
        before = list_intervals(store)
        for number in (first, second):
            prune(store, day(number, 0))
            assert verify(store).problems == ()
        kept = list_runs(store)
        through = (kept[0].number if kept else len(audits) + 1) - 1
        assert list_intervals(store) == tuple(
            item for item in before if item.until_run is None or item.until_run > through
        )
        last = record(store, assessment(20, scope=(A,))).run
        assert last.number == len(audits) + 1
        assert verify(store).problems == ()
        store.close()
