"""`auditor report`, as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.cli import main
from tests.quarter.simulated import simulated


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(simulated(tmp_path_factory.mktemp("history")))


def test_markdown_goes_to_stdout_and_others_to_their_files(
    history: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = {name: tmp_path / f"q3.{name}" for name in ("html", "json", "oscal", "pdf")}
    outputs = [part for name, path in files.items() for part in ("-o", f"{name}={path}")]
    given = ["report", "--quarter", "2026-Q3", "--history", history]
    assert main(given) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Document Intelligence privacy report: 2026-Q3\n")
    assert err == ""
    assert main([*given, *outputs]) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [f"{name}: {path}" for name, path in files.items()]
    assert json.loads(files["json"].read_text(encoding="utf-8"))["schema"] == "auditor.periodReport/1"
    assert files["pdf"].read_bytes().startswith(b"%PDF-")


def test_days_of_ones_own(history: str, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["report", "--from", "2026-07-11", "--to", "2026-07-15", "--history", history, "-o", "json", "-q"]
    assert main(given) == 0
    data = json.loads(capsys.readouterr().out)
    assert data["period"]["name"] == "2026-07-11 to 2026-07-15"
    assert data["summary"]["daysAudited"] == 5
    assert [lapse["resource"]["name"] for lapse in data["lapses"]] == ["two"]


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        ([], 2, "either a quarter"),
        (["--quarter", "2026-Q3", "-o", "pdf"], 2, "-o pdf=report.pdf"),
        (["--quarter", "2026-Q3", "-o", "sarif"], 2, "no format 'sarif'"),
        (["--quarter", "2026-Q1"], 3, "holds no audit of 2026-Q1"),
        (["--quarter", "2226-Q1"], 2, "has not begun"),
    ],
)
def test_what_cannot_be(
    given: list[str], code: int, words: str, history: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", "--history", history, *given]) == code
    assert words in capsys.readouterr().err
