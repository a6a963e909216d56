"""Laws over the repository itself."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from functools import cache
from pathlib import Path

import pytest

from tests.needs import PROJECT, tool

LOCK_FILES = {
    *("Cargo.lock", "Pipfile.lock", "npm-shrinkwrap.json", "package-lock.json", "pdm.lock"),
    *("pnpm-lock.yaml", "poetry.lock", "pylock.toml", "uv.lock", "yarn.lock"),
}
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(?:work|root|home/\w+|Users/\w+)/")
REGISTRY = re.compile(r"\b(?:pypi|pythonhosted|npmjs|yarnpkg|debian)\.(?:org|com)\b")

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
NAME = re.compile(r"[A-Za-z0-9._-]+")


def normal(requirement: str) -> str:
    """Return the name of a requirement, spelled as the index does."""
    return re.sub(r"[-_.]+", "-", NAME.match(requirement)[0]).lower()


def names(requirements: list[str]) -> set[str]:
    return {normal(requirement) for requirement in requirements}


@cache
def files() -> list[Path]:
    """Return the files that are, or would be, committed."""
    listing = subprocess.run(
        [tool("git"), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (PROJECT / name for name in listing.split("\0") if name)
    return sorted(path for path in paths if path.is_file())


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:120]}"
        for path in files()
        for number, line in enumerate(path.read_bytes().decode(errors="replace").splitlines(), 1)
        if pattern.search(line)
    ]


INSTALLS = re.compile(
    r"\b(?:pip[3x]?|uvx?|pdm|poetry|conda|mamba)\b.*(?:\binstall|\badd|\brun|\binject|--from)\b[^#|]*"
    r"(?<![\w/])docintel[-_.]auditor\b(?!/)(?!\[?[\w,]*\]? @ git\+)",
    re.IGNORECASE,
)
NAMED = re.compile(r"\bdocintel[-_.]auditor\[[\w,-]*\](?! @ git\+)", re.IGNORECASE)
"""A name and its extras, but for a reference that says where from: `docintel-auditor[pdf] @ git+https://…`."""


def test_no_text_says_to_install_a_name_that_nobody_owns() -> None:
    """There is no release. Whoever registered the name would be given every user's credentials."""
    for pattern in (INSTALLS, NAMED):
        assert not [line for line in lines_with(pattern) if not line.startswith("tests/test_repository.py:")]


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("pip install 'docintel-auditor[pdf]'", True),
        ("pipx install docintel-auditor", True),
        ("python -m pip install --quiet docintel_auditor==0.1", True),
        ("uvx --from docintel-auditor auditor", True),
        ("- docintel-auditor[notify]", True),
        ("pip install '.[pdf]'", False),
        ("pip install 'FILE.whl[pdf]'", False),
        ("pip install git+https://example.com/OWNER/docintel-auditor@COMMIT", False),
        ("AUDITOR: docintel-auditor[notify,postgres] @ git+https://example.com/x", False),
        ("/opt/docintel-auditor/bin/pip install --constraint constraints.txt .", False),
    ],
)
def test_which_texts_name_what_nobody_owns(text: str, refused: bool) -> None:
    assert bool(INSTALLS.search(text) or NAMED.search(text)) is refused


def test_no_lock_file_is_committed() -> None:
    assert not [path for path in files() if path.name in LOCK_FILES]


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine-path", "registry"])
def test_nothing_of_one_machine_is_committed(pattern: re.Pattern[str]) -> None:
    assert not lines_with(pattern)


def test_only_what_the_machine_lacks_skips_a_test() -> None:
    """Through `tests/needs.py`, that is, where CI notices."""
    skips = lines_with(re.compile(r"pytest\.(?:skip|importorskip|mark\.skip\w*)\b"))
    assert all(line.startswith(("tests/needs.py:", "tests/test_repository.py:")) for line in skips), skips


def test_readme_names_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z]+)", (PROJECT / "README.md").read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named <= targets


def test_the_wheel_takes_what_is_there() -> None:
    mapping = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert {"policies", "reports/templates"} <= set(mapping)
    for source in mapping:
        found = PROJECT / source
        assert found.is_file() or any(path.is_file() for path in found.rglob("*")), source


def test_ci_can_be_run() -> None:
    assert os.access(PROJECT / ".ci" / "run", os.X_OK)


def test_every_declared_dependency_is_pinned() -> None:
    project = PYPROJECT["project"]
    declared = names(project["dependencies"]) | names(project["optional-dependencies"]["dev"])
    pins = (PROJECT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert declared <= names([line for line in pins if not line.startswith("#")])


def test_every_runtime_dependency_has_its_reason() -> None:
    text = (PROJECT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    assert names(PYPROJECT["project"]["dependencies"]) == names(re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE))
