"""The container file. No engine runs here, so its steps are taken one by one in a folder, as its lines say."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from fnmatch import fnmatch
from pathlib import Path

import pytest

from auditor.version import VERSION
from tests.deploy.linters import DEPLOY
from tests.needs import PROJECT

TEXT = (DEPLOY / "Dockerfile").read_text(encoding="utf-8")
IGNORED = (PROJECT / ".dockerignore").read_text(encoding="utf-8").split("\n")


def instructions() -> list[list[tuple[str, str]]]:
    """The instructions of each stage."""
    lines = "\n".join(line for line in TEXT.splitlines() if not line.startswith("#")).replace("\\\n", " ")
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, lines.splitlines()):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append([])
        stages[-1].append((word, " ".join(rest.split())))
    return stages


NIGHTLY = "deploy/nightly.py"
BUILD, FINAL = instructions()


def in_context(path: Path) -> bool:
    """Whether the build sees the file: the last line of .dockerignore that matches it, or a folder above it, decides."""
    seen = True
    parts = path.relative_to(PROJECT).parts
    above = ["/".join(parts[: count + 1]) for count in range(len(parts))]
    for line in (line for line in IGNORED if line and not line.startswith("#")):
        pattern = line.removeprefix("!")
        matches = parts if pattern.startswith("**/") else above
        if any(fnmatch(item, pattern.removeprefix("**/")) for item in matches if "/" in pattern or "/" not in item):
            seen = line.startswith("!")
    return seen


def context() -> list[Path]:
    wanted = [*PROJECT.glob("*"), *(item for top in ("auditor", "policies") for item in (PROJECT / top).rglob("*"))]
    wanted += [*(PROJECT / "reports").rglob("*"), *(PROJECT / "samples").rglob("*"), *DEPLOY.rglob("*")]
    return [path for path in wanted if path.is_file() and in_context(path)]


def said(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for instruction, rest in stage if instruction == word]


def test_both_stages_stand_on_one_base_by_its_digest() -> None:
    bases = {base.split(" ")[0] for stage in (BUILD, FINAL) for base in said(stage, "FROM")}
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)


def test_it_runs_as_nobody_and_without_a_shell() -> None:
    (user,) = said(FINAL, "USER")
    assert all(int(number) >= 10_000 for number in user.split(":"))
    for word in ("ENTRYPOINT", "CMD"):
        (form,) = said(FINAL, word)
        assert isinstance(json.loads(form), list)
    assert said(FINAL, "HEALTHCHECK") == ["NONE"]
    assert not said(FINAL, "RUN")
    assert not [rest for stage in (BUILD, FINAL) for rest in said(stage, "ADD")]
    assert [rest.split()[0] for rest in said(FINAL, "COPY")] == ["--from=build"]


def test_the_build_sees_what_it_needs_and_nothing_else() -> None:
    names = {str(path.relative_to(PROJECT)) for path in context()}
    for copied in said(BUILD, "COPY"):
        *sources, _ = copied.split()
        assert all(source == "." or source in names for source in sources), copied
    assert {"LICENSE", "README.md", "pyproject.toml", "auditor/cli/scan.py", "samples/estate.jsonl"} <= names
    tops = {name.split("/")[0] for name in names}
    assert tops <= {
        *("LICENSE", "README.md", "auditor", "constraints.txt", "deploy", "dist", "policies", "pyproject.toml"),
        *("reports", "samples"),
    }
    assert not [name for name in names if "__pycache__" in name or (name.startswith("deploy/") and name != NIGHTLY)]


def put(rest: str, source: Path, installed: Path) -> None:
    """Do what a COPY of the build stage says."""
    *sources, target = rest.replace("/opt/auditor", str(installed)).split()
    for path in context():
        name = str(path.relative_to(PROJECT))
        if sources == ["."] or name in sources:
            place = source / name if target == "./" else Path(target)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, place)


def run(command: list[str], cwd: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(300)
def test_its_steps_make_an_auditor_that_runs(tmp_path: Path) -> None:
    """All but the download of dependencies, which `test_wheel.py` sees: those of this environment stand in for them."""
    source, installed, programs = tmp_path / "source", tmp_path / "opt", tmp_path / "programs"
    for folder in (source, programs):
        folder.mkdir()
    (programs / "python").symlink_to(sys.executable)
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PIP_NO_COMPILE": "1"}
    environment |= dict(rest.split("=") for rest in said(BUILD, "ARG"))
    assert said(BUILD, "WORKDIR") == ["/source"]
    for word, rest in BUILD:
        if word == "COPY":
            put(rest, source, installed)
        if word == "RUN":
            own = {"PIP_NO_DEPS": "1"} if "[notify,postgres]" in rest else {}
            run(["bash", "-euc", rest.replace("/opt/auditor", str(installed))], source, environment | own)
        if word == "RUN" and "[notify,postgres]" in rest:
            assert not [path for path in (installed / "bin").iterdir() if path.name.startswith(("pip", "hatchling"))]
            (packages,) = installed.glob("lib/python3.*/site-packages")
            (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    shutil.rmtree(source)

    away = {"PATH": f"{installed}/bin", "HOME": "/nonexistent"}
    (entry,) = json.loads(said(FINAL, "ENTRYPOINT")[0])
    auditor, python = f"{installed}/bin/{entry}", f"{installed}/bin/python"
    assert VERSION in run([auditor, "--version"], tmp_path, away)
    assert run([python, "-c", "import auditor; print(auditor.__file__)"], tmp_path, away).startswith(str(installed))
    assert "audit|quarter" in run([python, f"{installed}/nightly.py", "--help"], tmp_path, away)
    run([auditor, "demo", "--directory", str(tmp_path / "demo")], tmp_path, away)
    assert (tmp_path / "demo" / "report.html").exists()
