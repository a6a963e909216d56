"""What the source never does, so that no file, name or answer can make it: run a text, unpickle, or go through a shell."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.needs import PROJECT

CALLS = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "input", "breakpoint"),
    *("yaml.load", "yaml.unsafe_load", "yaml.full_load", "yaml.load_all", "importlib.reload"),
    *("tempfile.mktemp", "marshal.load", "marshal.loads", "random.random", "ssl._create_unverified_context"),
}
MODULES = {
    "pickle",
    "cPickle",
    "dill",
    "marshal",
    "shelve",
    "pty",
    "commands",
    "telnetlib",
    "ftplib",
    "imp",
    "code",
    "cloudpickle",
}
PARAMETERS = {("shell", True), ("verify", False), ("check_hostname", False), ("ssl", False), ("cert_reqs", 0)}
PROCESSES = {"auditor/infra/bicep.py"}
"""Where a process may be started: the compiler of Bicep, with a list of arguments."""


@cache
def trees() -> dict[str, ast.AST]:
    paths = sorted((PROJECT / "auditor").rglob("*.py"))
    return {path.relative_to(PROJECT).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in paths}


def found(tree: ast.AST) -> Iterator[str]:
    """What stands in a tree that should not."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=func, keywords=keywords):
                if (name := ast.unparse(func)) in CALLS or name.startswith(("os.exec", "os.spawn")):
                    yield name
                given = {(item.arg, item.value.value) for item in keywords if isinstance(item.value, ast.Constant)}
                yield from (f"{name}={value}" for name, value in given & PARAMETERS)
            case ast.Import(names=names):
                # To write with `marshal` runs nothing; to read with it is among the calls.
                yield from (item.name for item in names if item.name.partition(".")[0] in MODULES - {"marshal"})
            case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
                yield module
            case ast.Attribute(attr="CERT_NONE" | "UnsafeLoader" | "FullLoader" as attr):
                yield attr


def test_there_is_a_source() -> None:
    assert len(trees()) > 200


def test_no_text_is_run_and_nothing_is_unpickled() -> None:
    assert {name: mistakes for name, tree in trees().items() if (mistakes := list(found(tree)))} == {}


def test_processes_are_started_in_one_place_and_never_through_a_shell() -> None:
    users = {name for name, tree in trees().items() if "subprocess" in imported(tree)}
    assert users == PROCESSES
    calls = [node for name in users for node in ast.walk(trees()[name]) if isinstance(node, ast.Call)]
    started = [call for call in calls if ast.unparse(call.func).startswith("subprocess.") and call.args]
    assert [ast.unparse(call.args[0]) for call in started] == ["arguments"]
    assert ast.unparse(started[0].func) == "subprocess.run"


def imported(tree: ast.AST) -> set[str]:
    names = {item.name for node in ast.walk(tree) if isinstance(node, ast.Import) for item in node.names}
    return names | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


def test_no_template_comes_from_outside() -> None:
    """Jinja gets its templates from our own folder alone, so that nobody's text is one; else it had to be a sandbox."""
    users = {name: ast.unparse(tree) for name, tree in trees().items() if "Environment(" in ast.unparse(tree)}
    assert users
    for name, text in users.items():
        assert text.count("Environment(") == text.count("FileSystemLoader(templates_folder())"), name
        assert "from_string(" not in text
        assert "Template(" not in text


@pytest.mark.parametrize(
    ("source", "mistake"),
    [
        ("eval(x)", "eval"),
        ("yaml.load(x)", "yaml.load"),
        ("subprocess.run(x, shell=True)", "shell=True"),
        ("import pickle", "pickle"),
        ("from pickle import loads", "pickle"),
        ("os.execv(x)", "os.execv"),
        ("context.verify_mode = ssl.CERT_NONE", "CERT_NONE"),
    ],
)
def test_the_search_finds_what_it_looks_for(source: str, mistake: str) -> None:
    assert list(found(ast.parse(source))) == [mistake]


def test_ruff_looks_for_the_rest() -> None:
    """Its rules called S are those of bandit; they are on with all others, and each exception says why."""
    text = (PROJECT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'select = ["ALL"]' in text
    lines = [
        line for path in (PROJECT / "auditor").rglob("*.py") for line in Path(path).read_text("utf-8").splitlines()
    ]
    silenced = [line for line in lines if "noqa: S" in line and "SLF" not in line and "SIM" not in line]
    assert [line for line in silenced if " - " not in line] == []


def test_every_action_in_an_example_is_pinned_by_its_hash() -> None:
    pages = [*(PROJECT / "docs").glob("*.md"), PROJECT / "README.md", PROJECT / "action.yml"]
    used = [line for page in pages for line in re.findall(r"uses: *(\S+)", page.read_text(encoding="utf-8"))]
    assert used
    assert [name for name in used if not re.search(r"@(?:[0-9a-f]{40}|COMMIT)$", name)] == []
