"""Files are there whole or not at all, for their owner alone, and written by one process at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.model import whole_file
from auditor.model.whole_file import Draft, InUseError, partial_of, write_whole
from tests.needs import PROJECT


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_what_fails_leaves_the_file_of_before_and_nothing_else(
    failing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if failing == "fsync" else Path, failing, full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(path, b"new")
    assert path.read_bytes() == b"old"
    assert [item.name for item in tmp_path.iterdir()] == ["f"]


def test_a_draft_is_partial_until_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "f"
    partial_of(path).write_bytes(b"of a scan that was killed")
    draft = Draft(path)
    with draft.empty() as stream:
        stream.write(b"text")
    assert partial_of(path).read_bytes() == b"text"
    assert not path.exists()
    draft.finish()
    draft.close()
    assert path.read_bytes() == b"text"
    assert mode(path) == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["f"]


def test_what_is_begun_beside_takes_the_place_of_the_draft_when_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "f"
    partial_of(path).write_bytes(b"before")
    draft = Draft(path)
    with draft.beside() as stream:
        stream.write(b"after")
    assert partial_of(path).read_bytes() == b"before"
    draft.show()
    assert partial_of(path).read_bytes() == b"after"
    with pytest.raises(InUseError):
        Draft(path)
    draft.close()
    Draft(path).close()
    assert [item.name for item in tmp_path.iterdir()] == ["f.partial"]


def test_what_was_begun_beside_and_never_shown_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "f"
    partial_of(path).write_bytes(b"before")
    draft = Draft(path)
    draft.beside().close()
    draft.close()
    assert partial_of(path).read_bytes() == b"before"
    assert [item.name for item in tmp_path.iterdir()] == ["f.partial"]


def test_a_lock_goes_with_its_process_however_that_ends(tmp_path: Path) -> None:
    path = tmp_path / "f"
    code = f"import os; from pathlib import Path; from auditor.model.whole_file import Draft; Draft(Path({str(path)!r})); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=PROJECT
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"1\n"
        with pytest.raises(InUseError, match="another scan is writing it"):
            Draft(path)
        child.kill()
    Draft(path).close()


@pytest.mark.parametrize("left", [b"of the next scan", None])
def test_a_draft_that_is_finished_between_opening_and_locking_is_let_go(
    left: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a scan would empty the file that another one has just finished."""
    path = tmp_path / "f"
    partial = partial_of(path)
    partial.write_bytes(b"whole")
    flock = fcntl.flock

    def finished_meanwhile(handle: int, how: int) -> None:
        flock(handle, how)
        if not path.exists():
            partial.replace(path)
            if left is not None:
                partial.write_bytes(left)

    monkeypatch.setattr(fcntl, "flock", finished_meanwhile)
    draft = Draft(path)
    draft.empty().close()
    draft.close()
    assert path.read_bytes() == b"whole"


def test_where_the_file_system_knows_no_locks_a_file_is_written_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unknown)
    Draft(tmp_path / "f").close()


def test_a_system_without_locks_writes_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_file.sys, "platform", "win32")
    one, other = Draft(tmp_path / "f"), Draft(tmp_path / "f")
    one.close()
    other.close()
