"""The GitHub Action and the pre-commit hook: what they run, with what."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from auditor.cli import COMMANDS
from auditor.cli.gate import gate
from auditor.infra.detect import ENDINGS
from tests.needs import PROJECT, tool

ACTION: dict[str, Any] = yaml.safe_load((PROJECT / "action.yml").read_text(encoding="utf-8"))
STEPS = ACTION["runs"]["steps"]
DEFAULTS = {
    "PROFILE": "baseline",
    "SCOPE": "documents",
    "FAIL_ON": "low",
    "FAIL_ON_UNKNOWN": "false",
    "CHANGED_ONLY": "false",
    "PATHS": ".",
    "SARIF": "",
    "JSON": "",
    "PARAMETERS": "",
    "BASELINE": "",
    "POLICIES": "",
}
PLAIN = ["gate", "--profile", "baseline", "--scope", "documents", "--fail-on", "low", "-o", "github"]


def test_the_action_runs_nothing_of_others_and_no_text_from_outside() -> None:
    assert ACTION["runs"]["using"] == "composite"
    assert not [step for step in STEPS if "uses" in step]
    assert not [step for step in STEPS if "${{" in step["run"]]
    given = {name for step in STEPS for name in re.findall(r"inputs\.([\w-]+)", str(step["env"]))}
    assert given == set(ACTION["inputs"])


def test_the_documentation_has_every_input_with_its_default() -> None:
    page = (PROJECT / "docs" / "gate.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `([\w-]+)` \| .* \|(.*)\|$", page, re.MULTILINE))
    for name, item in ACTION["inputs"].items():
        default = str(item["default"])
        assert rows[name].strip() == (f"`{default}`" if default else "")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, [*PLAIN, "--", "."]),
        ({"PATHS": "infra/\na b.json\n"}, [*PLAIN, "--", "infra/", "a b.json"]),
        ({"PATHS": "$(touch owned); --help"}, [*PLAIN, "--", "$(touch owned); --help"]),
        (
            {
                "PARAMETERS": "p.json",
                "FAIL_ON_UNKNOWN": "true",
                "CHANGED_ONLY": "true",
                "BASELINE": "b.json",
                "SARIF": "a.sarif",
                "JSON": "a.json",
                "POLICIES": "mine\nyours",
            },
            [
                *PLAIN,
                *("--parameters", "p.json", "--fail-on-unknown", "--changed-only", "--baseline", "b.json"),
                *("-o", "sarif=a.sarif", "-o", "json=a.json", "--policies", "mine", "--policies", "yours", "--", "."),
            ],
        ),
    ],
)
@pytest.mark.parametrize("code", [0, 1, 2])
def test_what_the_action_asks_of_the_gate(
    given: dict[str, str], expected: list[str], code: int, tmp_path: Path
) -> None:
    stand_in = tmp_path / "auditor"
    stand_in.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > called\nexit {code}\n', encoding="utf-8")
    stand_in.chmod(stand_in.stat().st_mode | stat.S_IXUSR)
    inputs = {f"INPUT_{name}": value for name, value in {**DEFAULTS, **given}.items()}
    assert {f"INPUT_{name}" for name in DEFAULTS} == set(STEPS[1]["env"])
    environment = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "GITHUB_OUTPUT": str(tmp_path / "out")}
    done = subprocess.run(
        [tool("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[1]["run"]],
        env={**environment, **inputs},
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode == code
    assert (tmp_path / "called").read_text(encoding="utf-8").splitlines() == expected
    assert (tmp_path / "out").read_text(encoding="utf-8") == f"exit-code={code}\n"
    assert not (tmp_path / "owned").exists()


def test_every_option_that_the_action_gives_exists() -> None:
    known = {name for parameter in gate.params for name in parameter.opts}
    given = set(re.findall(r"(?<![\w-])--?[a-z][\w-]*(?= )", STEPS[1]["run"].partition("while")[0]))
    assert {"--profile", "--scope", "--fail-on", "-o", "--parameters", "--baseline"} <= given <= known | {"-z"}


def test_the_hook_runs_the_gate_where_its_files_change() -> None:
    (hook,) = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, command = hook["entry"].split()
    assert (program, command in COMMANDS, hook["language"], hook["pass_filenames"]) == (
        "auditor",
        True,
        "python",
        False,
    )
    watched = [ending for ending in ENDINGS if ending != ".tfstate"]  # nobody commits those
    assert [ending for ending in watched if not re.search(hook["files"], f"infra/main{ending}")] == []
    assert not re.search(hook["files"], "README.md")
