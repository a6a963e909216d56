"""Reports are written whole or not at all, where they belong, with every letter of every name."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest

from auditor.cli import main
from auditor.cli.options import HistoryType, Output, OutputType
from auditor.cli.writing import write_file, write_reports
from auditor.errors import ExitCode, RenderError
from auditor.report.formats import FORMATS, github, markdown
from tests.needs import PROJECT
from tests.report.builders import TLS as TLS_RULE
from tests.report.builders import clean, line, report, subject

ESTATE = str(PROJECT / "samples" / "estate.jsonl")


def test_a_file_is_written_whole_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    write_file(path, "old")
    write_file(path, "größe\r\n")
    assert path.read_bytes() == "größe\r\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_whoever_may_read_the_file_of_before_may_read_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "report.txt"
    path.write_text("old", encoding="utf-8")
    path.chmod(0o644)
    write_file(path, "new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@pytest.mark.parametrize("name", ["none/report.txt", "file/report.txt", "folder"])
def test_where_nothing_can_be_written_nothing_is_left(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("old", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(RenderError) as caught:
        write_file(tmp_path / name, "text")
    assert caught.value.problem.startswith(f"cannot write {tmp_path / name}: ")
    assert caught.value.exit_code is ExitCode.USAGE
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "file").read_text(encoding="utf-8") == "old"


def test_what_fails_in_the_middle_leaves_the_file_of_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.txt"
    write_file(path, "old")

    def refuse(handle: int, *_: object, **__: object) -> None:
        os.close(handle)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", refuse)
    with pytest.raises(RenderError, match="No space left on device"):
        write_file(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link = tmp_path / "report.txt"
    link.symlink_to(tmp_path / "real" / "report.txt")
    write_file(link, "text")
    assert link.is_symlink()
    assert (tmp_path / "real" / "report.txt").read_text(encoding="utf-8") == "text"


def test_a_pipe_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text(encoding="utf-8")))
    reader.start()
    write_file(pipe, "text")
    reader.join(10)
    assert read == ["text"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_half_a_surrogate_pair_becomes_its_escape(tmp_path: Path) -> None:
    write_file(tmp_path / "x.json", '"a\ud800\U0001f600"')
    assert (tmp_path / "x.json").read_bytes() == b'"a\\ud800\xf0\x9f\x98\x80"'


def test_all_reports_are_made_before_the_first_is_written(tmp_path: Path) -> None:
    """A format that fails leaves nothing: here, a report that JSON cannot hold."""
    broken = replace(clean(), parameters={"x": object()})
    outputs = [Output("text", tmp_path / "a.txt"), Output("json", tmp_path / "b.json")]
    with pytest.raises(TypeError):
        write_reports(broken, outputs, no_color=True, quiet=False)
    assert list(tmp_path.iterdir()) == []


def test_each_file_is_named_on_stderr_unless_quiet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = [Output("text", tmp_path / "a.txt"), Output("json", tmp_path / "b.json"), Output("text", None)]
    write_reports(clean(), outputs, no_color=True, quiet=False)
    out, err = capsys.readouterr()
    assert err == f"text: {tmp_path / 'a.txt'}\njson: {tmp_path / 'b.json'}\n"
    assert out == (tmp_path / "a.txt").read_text(encoding="utf-8")
    write_reports(clean(), outputs, no_color=True, quiet=True)
    assert capsys.readouterr().err == ""


def test_github_gets_annotations_on_stdout_and_a_summary_behind_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("# Before\n", encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    write_reports(clean(), [Output("json", tmp_path / "b.json")], no_color=True, quiet=True)
    assert summary.read_text(encoding="utf-8") == "# Before\n"
    outputs = [Output("github", None), Output("github", tmp_path / "c.txt")]
    write_reports(clean(), outputs, no_color=True, quiet=True)
    assert summary.read_text(encoding="utf-8") == f"# Before\n{markdown.render(clean())}"
    assert capsys.readouterr().out == github.render(clean())


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_place_for_the_summary_there_are_annotations_alone(
    value: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    if value is not None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", value)
    write_reports(clean(), [Output("github", None)], no_color=True, quiet=True)
    assert capsys.readouterr().out.startswith("::notice ")


def test_a_summary_that_cannot_be_written_is_an_error_with_a_hint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary.md"))
    with pytest.raises(RenderError) as caught:
        write_reports(clean(), [Output("github", None)], no_color=True, quiet=True)
    assert "none/summary.md" in caught.value.problem
    assert "GITHUB_STEP_SUMMARY" in caught.value.hint


@pytest.mark.parametrize(
    ("terminal", "no_color", "environment", "coloured"),
    [(True, False, "", True), (True, True, "", False), (True, False, "1", False), (False, False, "", False)],
)
def test_colours_are_for_terminals_that_want_them(
    terminal: bool,
    no_color: bool,
    environment: str,
    coloured: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    monkeypatch.setenv("NO_COLOR", environment)
    write_reports(clean(), [Output("text", None)], no_color=no_color, quiet=True)
    assert ("\x1b[" in capsys.readouterr().out) == coloured


@pytest.mark.parametrize("name", ["NO_COLOR", "TERM"])
def test_what_the_environment_wants_without_colours_has_no_bold_either(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("click._compat.isatty", lambda _stream: True)
    monkeypatch.setenv("TERM", "xterm")
    main(["rules", "list"])
    assert "\x1b[" in capsys.readouterr().out
    monkeypatch.setenv(name, "dumb")
    main(["rules", "list"])
    assert "\x1b[" not in capsys.readouterr().out


def test_a_terminal_decides_how_wide_the_report_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    long = report((line(TLS_RULE, "fail", subject("docs"), "word " * 60),))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "60")
    write_reports(long, [Output("text", None)], no_color=True, quiet=True)
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 60


# As a process


def run(*arguments: str, stdout: object = subprocess.PIPE, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "auditor", "scan", "--snapshot", ESTATE, *arguments],
        stdout=stdout,  # type: ignore[call-overload]
        stderr=subprocess.PIPE,
        env={**os.environ, **environment},
        cwd=PROJECT,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "utf-8"])
def test_what_is_redirected_is_utf_8_whatever_the_machine_speaks(encoding: str) -> None:
    ran = run(PYTHONIOENCODING=encoding)
    assert (ran.returncode, ran.stderr) == (1, b"")
    assert "● 46 fail".encode() in ran.stdout or "● ".encode() in ran.stdout


def test_a_full_disk_is_an_error_and_no_finding() -> None:
    with Path("/dev/full").open("wb") as full:
        ran = run(stdout=full)
    assert ran.returncode == 2
    assert ran.stderr.decode() == (
        "error: cannot write to stdout: No space left on device\nhint: Write to a file: -o FORMAT=PATH\n"
    )


def test_whoever_has_read_enough_gets_no_traceback() -> None:
    program = [sys.executable, "-m", "auditor", "scan", "--snapshot", ESTATE, "-o", "json"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait() != 0


@pytest.mark.parametrize(
    ("given", "within"),
    [
        (r"C:\reports\r.html", r"C:\reports\r.html"),
        (r"reports\r.html", r"D:\privacy\reports\r.html"),
        (r"\\server\share\r.html", r"\\server\share\r.html"),
        ("reports/r.html", r"D:\privacy\reports\r.html"),
    ],
)
def test_paths_of_windows_are_taken_as_they_are_meant(given: str, within: str) -> None:
    folder: Any = PureWindowsPath(r"D:\privacy")
    kind = OutputType(FORMATS)
    assert kind.convert(f"html={given}", None, None).path == Path(given)
    assert kind.within(f"html={given}", folder) == f"html={within}"
    assert HistoryType().within(given, folder) == within
