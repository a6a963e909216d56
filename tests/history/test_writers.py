"""Several runners at once, and runners that die: numbers and the chain stay right, and nothing is half written."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.history.recall import list_intervals, list_runs
from auditor.history.record import record
from auditor.history.store import open_store
from auditor.history.verify import verify
from tests.history.builders import A, B, assessment
from tests.needs import PROJECT

pytestmark = [pytest.mark.timeout(300)]

RUNNER = """
import sys
from auditor.history.record import record
from auditor.history.store import open_store
from tests.history.builders import TLS, assessment, judged, store_id

address, subscription, times, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
print("ready", flush=True)
for number in range(1, times + 1):
    letter = "FP"[number % 2]
    findings = [judged(TLS, store_id(f"s{index}", subscription), letter) for index in range(size)]
    store = open_store(address)
    record(store, assessment(number % 28 + 1 if times < 28 else 1, findings, scope=(subscription,)))
    store.close()
    print(number, flush=True)
"""


def runner(address: str, subscription: str, times: int, size: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", RUNNER, address, subscription, str(times), str(size)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_two_runners_write_at_once_from_an_empty_database_on(address: str) -> None:
    times, size = 12, 20
    both = [runner(address, subscription, times, size) for subscription in (A, B)]
    for process in both:
        _, errors = process.communicate(timeout=200)
        assert process.returncode == 0, errors
    store = open_store(address)
    runs = list_runs(store)
    assert [run.number for run in runs] == list(range(1, 2 * times + 1))
    assert {run.scope for run in runs} == {(A,), (B,)}
    assert [run.previous for run in runs] == [None, *(run.digest for run in runs[:-1])]
    assert len(list_intervals(store)) == 2 * times * size
    assert verify(store).problems == ()
    store.close()


def test_a_runner_that_is_killed_leaves_a_whole_record_or_none(address: str) -> None:
    """Killed at other moments each time, in the middle of writing some thousand intervals."""
    open_store(address).close()
    seen = 0
    for attempt in range(6):
        process = runner(address, A, 100, 1000)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(0.15 + attempt * 0.11)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        store = open_store(address)
        runs = list_runs(store)
        assert [run.number for run in runs] == list(range(1, len(runs) + 1))
        assert verify(store).problems == ()
        counted = sum(1 for item in list_intervals(store) if item.until is None)
        assert counted == (1000 if runs else 0)
        seen = len(runs)
        store.close()
    assert seen > 0
    store = open_store(address)
    assert record(store, assessment(28, {"s0": "U"}, scope=(A,))).run.number == seen + 1
    assert verify(store).problems == ()
    store.close()


def test_what_fails_half_way_leaves_nothing(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(address)
    record(store, assessment(1, {"s": "F"}))
    monkeypatch.setattr("auditor.history.record._write_run", _fail)
    with pytest.raises(RuntimeError):
        record(store, assessment(2, {"s": "P", "t": "F"}))
    monkeypatch.undo()
    assert len(list_runs(store)) == len(list_intervals(store)) == 1
    assert verify(store).problems == ()
    store.close()


def _fail(*_arguments: object) -> None:
    raise RuntimeError("the power went")


def test_a_folder_holds_the_file_and_what_sqlite_keeps_beside_it(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "h.db"))
    record(store, assessment(1, {"s": "F"}))
    store.close()
    assert {path.name for path in tmp_path.iterdir()} == {"h.db"}
