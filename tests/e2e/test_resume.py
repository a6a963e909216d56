"""Real scans that are killed or stopped, and what `--resume` makes of it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import AuditorError
from auditor.model.snapshot_file import read_snapshot
from tests.e2e.run import Ran, scan
from tests.fakes.azure import Estate, FakeAzure, estate_small
from tests.fakes.azure import builders as make
from tests.fakes.azure.faults import Fault, Forbidden, Stall, Throttled
from tests.needs import PROJECT

STRICT = ("--profile", "strict", "--scope", "all")
CONTAINERS = "blobServices/default/containers"
LISTED = "storageAccounts?"


@dataclass(frozen=True)
class Process:
    """A scan in a process of its own, ended by a signal in the middle."""

    code: int
    out: str
    err: str
    seconds: float


RUN = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); from auditor.cli import main; sys.exit(main())"


def ended_by(
    number: signal.Signals, azure: FakeAzure, folder: Path, when: Callable[[], bool], *options: str
) -> Process:
    """Scan, and send the signal when that is so. A test run in the background has SIGINT ignored, hence `RUN`."""
    child = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", RUN, "scan", "--auth", "environment", *STRICT, *options],
        env={**os.environ, **azure.environment, "PYTHONPATH": str(PROJECT)},
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    late = time.monotonic() + 60
    while not when():
        assert child.poll() is None, child.communicate()
        assert time.monotonic() < late, (azure.exchanges, child.kill())
        time.sleep(0.02)
    child.send_signal(number)
    began = time.monotonic()
    out, err = child.communicate(timeout=60)
    return Process(child.returncode, out, err, time.monotonic() - began)


def undisturbed(folder: Path, *faults: Fault) -> Ran:
    with FakeAzure(estate_small(), faults=faults) as azure:
        ran = scan(azure, folder, *STRICT)
    assert ran.result is not None, ran.err
    return ran


def answered(azure: FakeAzure, part: str) -> bool:
    """Whether a call to such an address was answered, and another is in the air."""
    return any(part in call.url for call in azure.exchanges) and (bool(azure.in_flight) or "managementP" in part)


def has_gap(partial: Path) -> bool:
    """Whether a gap stands in the file already: that its answer was sent does not mean that it was written down."""
    try:
        return bool(read_snapshot(partial).gaps)
    except AuditorError:  # there is no file yet
        return False


def test_a_killed_scan_is_resumed_to_the_same_findings_and_no_call_is_repeated(tmp_path: Path) -> None:
    """Killed while a call is in the air, with a gap in the file for what may not be read."""
    refused = Forbidden("managementPolicies")
    stalled = FakeAzure(estate_small(), faults=[Stall(CONTAINERS, seconds=60), refused])
    with stalled as azure:
        partial = tmp_path / "s.jsonl.zst.partial"
        killed = ended_by(
            signal.SIGKILL, azure, tmp_path, lambda: answered(azure, "localUsers") and has_gap(partial),
            "--save-snapshot", "s.jsonl.zst",
        )  # fmt: skip
    held = {read.source.removeprefix("GET ") for read in read_snapshot(partial).reads}
    assert killed.code == -signal.SIGKILL
    assert [path.name for path in tmp_path.iterdir()] == [partial.name]
    assert partial.stat().st_mode & 0o777 == 0o600
    with FakeAzure(estate_small(), faults=[refused]) as azure:
        ran = scan(azure, tmp_path, *STRICT, "--resume", "s.jsonl.zst")
        after = [call.url for call in azure.calls() if call.method == "GET"]
    expected = undisturbed(tmp_path, refused)
    assert ran.statuses == expected.statuses
    assert ran.code == expected.code
    assert ran.result is not None
    assert expected.result is not None
    assert [gap["reason"] for gap in ran.result["gaps"]] == [gap["reason"] for gap in expected.result["gaps"]]
    assert read_snapshot(tmp_path / "s.jsonl.zst").end is not None
    assert len(held) > 5
    assert held.isdisjoint(after)
    assert not any("managementPolicies" in url for url in after), "the gap is in the file"
    for name, count in expected.result["calls"].items():
        assert ran.result["calls"][name] >= count, "of both parts"
    assert ran.err.startswith("resume: s.jsonl.zst.partial, begun 0 min ago, holds ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.json", "s.jsonl.zst"]


@pytest.mark.parametrize(
    ("number", "fault", "started"),
    [
        (signal.SIGINT, Stall("managementPolicies", seconds=60), "localUsers"),
        (signal.SIGTERM, Throttled("managementPolicies", seconds=50, times=None), "managementPolicies"),
    ],
    ids=["SIGINT-while-a-call-is-in-the-air", "SIGTERM-while-it-waits-as-Azure-asked"],
)
def test_a_signal_ends_a_scan_at_once_and_what_was_read_is_reported(
    number: signal.Signals, fault: Fault, started: str, tmp_path: Path
) -> None:
    with FakeAzure(estate_small(), faults=[fault]) as azure:
        stopped = ended_by(
            number, azure, tmp_path, lambda: answered(azure, started),
            "--save-snapshot", "s.jsonl", "-o", "json=r.json", "-o", "text",
        )  # fmt: skip
    assert stopped.code == 128 + number
    assert stopped.seconds < 10, "with all of the report, on a machine that is busy; Azure would have taken a minute"
    assert stopped.err.splitlines() == [
        "json: r.json",
        "stopped: what was read so far is in s.jsonl.partial and in the report, which is partial.",
        "hint: `auditor scan --resume s.jsonl.partial` goes on.",
    ]
    result = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert result["complete"] is False
    assert "The scan ended before all was read" in " ".join(stopped.out.split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json", "s.jsonl.partial"]
    assert read_snapshot(tmp_path / "s.jsonl.partial").end is None
    with FakeAzure(estate_small()) as azure:
        ran = scan(azure, tmp_path, *STRICT, "--resume", "s.jsonl.partial")
    assert ran.statuses == undisturbed(tmp_path).statuses
    assert read_snapshot(tmp_path / "s.jsonl").end is not None


def test_without_a_file_a_scan_that_is_stopped_says_what_would_have_helped(tmp_path: Path) -> None:
    with FakeAzure(estate_small(), faults=[Stall("managementPolicies", seconds=60)]) as azure:
        stopped = ended_by(
            signal.SIGINT, azure, tmp_path, lambda: answered(azure, "localUsers"), "--history", "h.db", "-q"
        )
    assert stopped.code == 130
    assert stopped.err.splitlines() == [
        "stopped: the report tells what was read so far, and is partial.",
        "hint: with --save-snapshot FILE, a scan that is stopped can be resumed.",
    ]
    with sqlite3.connect(tmp_path / "h.db") as history:
        assert history.execute("SELECT count(*) FROM chain").fetchone() == (0,), "what was stopped was no audit"
    history.close()
    assert (tmp_path / "h.db").stat().st_mode & 0o777 == 0o600


def test_stopped_before_there_is_anything_to_tell_a_scan_just_ends(tmp_path: Path) -> None:
    with FakeAzure(estate_small(), faults=[Stall("/subscriptions\\?", seconds=60)]) as azure:
        stopped = ended_by(
            signal.SIGTERM, azure, tmp_path, lambda: bool(azure.in_flight and azure.exchanges), "--save-snapshot", "s"
        )
    assert (stopped.code, stopped.out, stopped.err) == (143, "", "stopped: nothing was read yet.\n")
    assert list(tmp_path.iterdir()) == []


# What can be resumed, and with which options


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, Ran]:
    """The file of an undisturbed scan of one subscription."""
    folder = tmp_path_factory.mktemp("whole")
    with FakeAzure(estate_small()) as azure:
        ran = scan(azure, folder, *STRICT, "-s", make.SUBSCRIPTION, "--save-snapshot", "s.jsonl")
    return (folder / "s.jsonl").read_bytes(), ran


def torn(file: bytes, **header: Any) -> bytes:
    """Two thirds of the file, with another head."""
    head, _, rest = file[: len(file) * 2 // 3].partition(b"\n")
    return json.dumps({**json.loads(head), **header}).encode() + b"\n" + rest


def began(ago: timedelta) -> str:
    return (datetime.now(UTC) - ago).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("name", "change", "options", "problem", "hint"),
    [
        ("s.jsonl", lambda file: file, (), "s.jsonl is whole, there is nothing to resume", "--snapshot s.jsonl"),
        ("s.jsonl", None, (), "nothing to resume: s.jsonl:1: there is no such file", "Begin anew"),
        ("s.jsonl.partial", lambda _: b"", (), "nothing to resume: s.jsonl.partial:1: the file is empty", "Begin anew"),
        (
            "s.jsonl.partial",
            lambda file: torn(file, source={"kind": "infrastructure"}),
            (),
            "does not say what was asked of Azure",
            "Begin anew",
        ),
        (
            "s.jsonl.partial",
            lambda file: torn(file, tool={"name": "auditor", "version": "9"}),
            (),
            "was written by version 9",
            "Begin anew",
        ),
        (
            "s.jsonl.partial",
            lambda file: torn(file, started=began(timedelta(hours=25, minutes=1))),
            (),
            "was begun 25 hours ago; 24 are the most",
            "Begin anew",
        ),
        (
            "s.jsonl.partial",
            torn,
            ("-s", "other"),
            f"--subscription: the scan in s.jsonl.partial was begun with {make.SUBSCRIPTION}",
            "Leave out",
        ),
        ("s.jsonl.partial", torn, ("--management-group", "g"), "was begun with no management group", "Leave out"),
        (
            "s.jsonl.partial",
            torn,
            ("--cloud", "usgov"),
            "--cloud: the scan in s.jsonl.partial was begun with public",
            "Leave out",
        ),
        (
            "s.jsonl.partial",
            torn,
            ("--save-snapshot", "t"),
            "--resume completes its own",
            "Leave out --save-snapshot or --resume",
        ),
        (
            "s.jsonl.partial",
            torn,
            ("--snapshot", "s.jsonl"),
            "--resume is for Azure",
            "Leave out --resume or --snapshot",
        ),
    ],
    ids=range(11),
)
def test_what_cannot_be_resumed_is_refused_with_a_next_step(
    name: str,
    change: Callable[[bytes], bytes] | None,
    options: tuple[str, ...],
    problem: str,
    hint: str,
    whole: tuple[bytes, Ran],
    tmp_path: Path,
) -> None:
    if change is not None:
        (tmp_path / name).write_bytes(change(whole[0]))
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    ran = scan(None, tmp_path, "--resume", "s.jsonl", *options)
    assert ran.code == 2
    first, second = ran.err.splitlines()
    assert first.startswith("error: ")
    assert problem in first
    assert second.startswith("hint: ")
    assert hint in second
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_scan_that_lacked_only_its_name_gets_it_and_asks_nobody(whole: tuple[bytes, Ran], tmp_path: Path) -> None:
    (tmp_path / "s.jsonl.partial").write_bytes(whole[0])
    (tmp_path / "s.jsonl").write_bytes(b"of last night")
    ran = scan(None, tmp_path, *STRICT, "--resume", "s.jsonl", "-q")
    assert ran.statuses == whole[1].statuses
    assert (ran.code, ran.err) == (whole[1].code, "")
    assert (tmp_path / "s.jsonl").read_bytes() == whole[0]
    assert not (tmp_path / "s.jsonl.partial").exists()


@pytest.mark.parametrize(
    ("options", "undone"),
    [
        (("-s", f"/subscriptions/{make.SUBSCRIPTION.upper()}", "--cloud", "public"), ()),
        (("--no-models", "--no-logs", "--no-probe"), ("--no-models", "--no-logs", "--no-probe")),
        (("--inspect-blobs",), ("--inspect-blobs",)),
        (("--policies", "r"), ("--policies", "r")),
    ],
    ids=["the-same-scope", "less", "more", "other-rules"],
)
def test_a_resumed_scan_is_what_a_scan_with_these_options_would_have_been(
    options: tuple[str, ...], undone: tuple[str, ...], whole: tuple[bytes, Ran], tmp_path: Path
) -> None:
    (tmp_path / "r").mkdir()
    shutil.copy(PROJECT / "policies" / "tls" / "storage-https-only.yaml", tmp_path / "r")
    (tmp_path / "s.jsonl.partial").write_bytes(torn(whole[0]))
    with FakeAzure(estate_small()) as azure:
        ran = scan(azure, tmp_path, *STRICT, "--resume", "s.jsonl", *options)
        expected = scan(azure, tmp_path, *STRICT, "--save-snapshot", "t.jsonl", "-s", make.SUBSCRIPTION, *undone)
    assert ran.statuses == expected.statuses
    assert {item.key for item in read_snapshot(tmp_path / "s.jsonl").resources} == {
        item.key for item in read_snapshot(tmp_path / "t.jsonl").resources
    }


def test_a_subscription_that_is_gone_ends_the_scan_and_keeps_the_file(whole: tuple[bytes, Ran], tmp_path: Path) -> None:
    head = whole[0][: whole[0].index(b"\n") + 1]
    (tmp_path / "s.jsonl.partial").write_bytes(head)
    with FakeAzure(Estate([make.subscription(make.OTHER_SUBSCRIPTION, "Other"), make.subscription("x", "X")])) as azure:
        ran = scan(azure, tmp_path, "--resume", "s.jsonl")
    assert ran.code == 3
    assert (tmp_path / "s.jsonl.partial").read_bytes() == head


# Several scans, and no room


def test_two_scans_into_the_same_file_do_not_meet(tmp_path: Path) -> None:
    """The second is told so; the first comes to its end."""
    with FakeAzure(estate_small(), faults=[Stall("managementPolicies", seconds=4, times=1)]) as azure:
        other = subprocess.Popen(
            [sys.executable, "-m", "auditor", "scan", "--auth", "environment", "-q", "--save-snapshot", "s.jsonl"],
            env={**os.environ, **azure.environment, "PYTHONPATH": str(PROJECT)},
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
        )
        while not (tmp_path / "s.jsonl.partial").exists():
            assert other.poll() is None
            time.sleep(0.02)
        for option in ("--save-snapshot", "--resume"):
            ran = scan(azure, tmp_path, option, "s.jsonl")
            assert ran.code == 3
            assert ran.err.splitlines()[-2:] == [
                "error: cannot write the snapshot s.jsonl: another scan is writing it",
                "hint: Wait until it is done, or name another file.",
            ]
        assert other.wait(30) == 1
    assert read_snapshot(tmp_path / "s.jsonl").end is not None
    assert [path.name for path in tmp_path.iterdir()] == ["s.jsonl"]


FULL = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)), resource.RLIM_INFINITY))
from auditor.cli import main
code = main()
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
sys.exit(code)
"""
"""A file grows to so many bytes, then there is no more room for it."""


def without_room(bytes_: int, folder: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, str(bytes_), "scan", *options],
        env={**os.environ, **environment, "PYTHONPATH": str(PROJECT)},
        cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["s.jsonl", "s.jsonl.zst"])
def test_where_the_snapshot_finds_no_room_there_is_one_error_and_the_scan_can_go_on(name: str, tmp_path: Path) -> None:
    with FakeAzure(estate_small()) as azure:
        ran = without_room(
            6_000, tmp_path, "--auth", "environment", *STRICT, "--save-snapshot", name, **azure.environment
        )
        assert ran.returncode == 3
        assert ran.stderr.splitlines() == [
            f"error: cannot write the snapshot {name}: File too large",
            f"hint: Make room; `auditor scan --resume {name}` then goes on, and asks for nothing that the file holds.",
        ]
        assert [path.name for path in tmp_path.iterdir()] == [f"{name}.partial"]
        assert len(read_snapshot(tmp_path / f"{name}.partial").resources) > 3
        again = without_room(
            4_000, tmp_path, "--auth", "environment", "-q", *STRICT, "--resume", name, **azure.environment
        )
        assert again.returncode == 3
        assert [path.name for path in tmp_path.iterdir()] == [f"{name}.partial"], "still there, and still whole"
        resumed = scan(azure, tmp_path, *STRICT, "--resume", name)
    assert resumed.statuses == undisturbed(tmp_path).statuses


def test_where_a_report_or_the_history_finds_no_room_the_file_of_before_stays(tmp_path: Path) -> None:
    estate = str(PROJECT / "samples" / "estate.jsonl")
    report = tmp_path / "r.html"
    report.write_text("of last night", encoding="utf-8")
    ran = without_room(20_000, tmp_path, "--snapshot", estate, "-o", "html=r.html")
    assert ran.returncode == 2
    assert ran.stderr.splitlines() == [
        "error: cannot write r.html: File too large",
        "hint: Name a file in a folder that exists and has room for it.",
    ]
    assert report.read_text(encoding="utf-8") == "of last night"
    assert [path.name for path in tmp_path.iterdir()] == ["r.html"]
    ran = without_room(60_000, tmp_path, "--snapshot", estate, "-o", "csv=-", "--history", "h.db")
    assert ran.returncode == 2
    problem, hint = ran.stderr.splitlines()
    assert problem.startswith("error: the history h.db cannot be used: ")
    assert hint.startswith("hint: ")
