"""What a user gets: the wheel, installed into a bare environment and used from another folder."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from auditor.version import VERSION
from tests.needs import PROJECT

# One worker builds and installs once for all these tests.
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.timeout(300)]


def run(*command: str | Path, cwd: Path = PROJECT, status: tuple[int, ...] = (0,)) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode in status, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ".")
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def auditor(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the installed command."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    run(
        *(sys.executable, "-m", "pip", "--python", programs / "python"),
        *("install", "-qq", "--no-compile", "--constraint", PROJECT / "constraints.txt", wheel),
    )
    return programs / "auditor"


def test_it_carries_the_data_and_nothing_of_the_repository(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    rules = [name for name in names if name.startswith("auditor/_data/policies/") and name.endswith(".yaml")]
    on_disk = list((PROJECT / "policies").rglob("*.yaml"))
    assert len(rules) == len(on_disk) > 0
    assert "auditor/_data/samples/estate.jsonl" in names
    assert any(name.startswith("auditor/_data/templates/") for name in names)
    queries = {name for name in names if name.endswith(".kql")}
    assert queries == {str(path.relative_to(PROJECT)) for path in (PROJECT / "auditor").rglob("*.kql")} != set()
    assert {name.split("/")[0] for name in names} == {"auditor", f"docintel_auditor-{VERSION}.dist-info"}


def test_it_tells_its_version(auditor: Path, tmp_path: Path) -> None:
    assert VERSION in run(auditor, "--version", cwd=tmp_path)


def test_it_lists_its_rules(auditor: Path, tmp_path: Path) -> None:
    assert "DI-TLS-001" in run(auditor, "rules", "list", cwd=tmp_path)


def test_its_demo_leaves_a_report(auditor: Path, tmp_path: Path) -> None:
    run(auditor, "demo", cwd=tmp_path, status=(0, 1))
    report = (tmp_path / "auditor-demo" / "report.html").read_text(encoding="utf-8")
    assert report.lower().startswith("<!doctype html>")


def test_it_begins_a_history(auditor: Path, tmp_path: Path) -> None:
    """The migrations are in the wheel, that is."""
    estate = PROJECT / "samples" / "estate.jsonl"
    run(auditor, "scan", "--snapshot", estate, "--history", "h.db", "-o", "json=out.json", cwd=tmp_path, status=(1,))
    assert "1 run, nothing changed" in run(auditor, "history", "verify", "--history", "h.db", cwd=tmp_path)
