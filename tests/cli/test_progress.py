"""Progress goes to stderr, for terminals, and only there."""

from __future__ import annotations

import sys

import pytest

from auditor.cli.log import log_to_stderr
from auditor.cli.progress import stderr_progress


def steps(*, quiet: bool) -> None:
    with stderr_progress(quiet=quiet) as progress:
        progress.expect("storage accounts", 2)
        progress.done("storage accounts")
        progress.expect("models", 1)
        progress.done("models")


@pytest.mark.parametrize(("terminal", "quiet"), [(False, False), (False, True), (True, True)])
def test_says_nothing_where_nobody_looks(
    terminal: bool, quiet: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    steps(quiet=quiet)
    assert capsys.readouterr() == ("", "")


def test_a_log_takes_its_place(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    log_to_stderr(1)
    steps(quiet=False)
    log_to_stderr(0)
    assert capsys.readouterr() == ("", "")


def test_shows_what_is_read_and_how_much_of_how_much(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    steps(quiet=False)
    out, err = capsys.readouterr()
    assert out == ""
    assert "reading models" in err
    assert "2/3" in err
