"""The page about schedules, and the scripts of the two pipelines: what they ask exists, and ends as the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from auditor.cli import keys
from tests.deploy.linters import DEPLOY
from tests.deploy.test_nightly import SCRIPT
from tests.needs import PROJECT, tool

PAGE = (PROJECT / "docs" / "scheduled.md").read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load((DEPLOY / "github" / "nightly.yml").read_text(encoding="utf-8"))
PIPELINE: dict[str, Any] = yaml.safe_load((DEPLOY / "azure-pipelines" / "nightly.yml").read_text(encoding="utf-8"))


def scripts() -> dict[str, str]:
    """What the two pipelines run, by pipeline and job."""
    found = {}
    for name, job in WORKFLOW["jobs"].items():
        (found[f"github {name}"],) = (step["run"] for step in job["steps"] if "auditor " in step.get("run", ""))
    for job in PIPELINE["jobs"]:
        texts = (step.get("bash") or step.get("inputs", {}).get("inlineScript", "") for step in job["steps"])
        (found[f"azure {job['job']}"],) = filter(None, texts)
    return found


def calls(text: str, program: str) -> Iterator[list[str]]:
    """The arguments of each call of a program in a script or a block of the page."""
    for line in text.replace("\\\n", " ").splitlines():
        found = re.match(rf"\s*{program} (.*)", line)
        if found:
            whole = shlex.split(found[1], comments=True)
            ends = [place for place, word in enumerate(whole) if word in {">", "||", "&&", "|"}]
            yield whole[: min(ends, default=len(whole))]


BLOCKS = "\n".join(re.findall(r"^```\w*\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))
INLINE = "\n".join(re.findall(r"`(auditor [^`]+)`", PAGE))
FOUND = [
    *calls(BLOCKS, "auditor"),
    *calls(INLINE, "auditor"),
    *(c for t in scripts().values() for c in calls(t, "auditor")),
]
EVERY = {" ".join(words): words for words in FOUND}


@pytest.mark.parametrize("arguments", EVERY.values(), ids=EVERY)
def test_every_command_is_one_of_the_auditors(arguments: list[str]) -> None:
    commands = keys.all_commands()
    name = next(words for words in (" ".join(arguments[:2]), arguments[0]) if words in commands)
    given = arguments[len(name.split()) :]
    command = commands[name]
    command.make_parser(click.Context(command)).parse_args(list(given))  # an option that is none raises


def test_the_page_calls_the_auditor_at_all() -> None:
    assert len(EVERY) >= 10


def test_the_page_calls_the_scheduled_run_as_it_is() -> None:
    found = list(calls(BLOCKS, r"nightly\.py"))
    assert len(found) == 4
    for arguments in found:
        own = arguments[: arguments.index("--")] if "--" in arguments else arguments
        SCRIPT["parser"]().parse_args(own)


def test_files_that_the_page_names_are_there() -> None:
    named = set(re.findall(r"\bdeploy/[\w./*-]+", PAGE)) - {"deploy/"}
    assert {"deploy/nightly.py", "deploy/Dockerfile"} <= named
    assert [name for name in named if not list(PROJECT.glob(name.rstrip("/.")))] == []


def test_variables_that_are_set_exist() -> None:
    options = {name for command in keys.all_commands().values() for name in keys.options_of(command).values()}
    known = {f"AUDITOR_{keys.long_name(option).removeprefix('--').replace('-', '_').upper()}" for option in options}
    texts = [PAGE, *(path.read_text(encoding="utf-8") for path in DEPLOY.rglob("*") if path.suffix in SUFFIXES)]
    used = set(re.findall(r"\bAUDITOR_[A-Z_]+", "\n".join(texts)))
    assert {"AUDITOR_HISTORY", "AUDITOR_QUIET"} <= used <= known | {"AUDITOR_CONFIG"}


SUFFIXES = {".bicep", ".service", ".conf", ".yaml", ".yml"}


def test_each_schedule_has_its_job_and_no_other() -> None:
    night, quarter = (item["cron"] for item in WORKFLOW[True]["schedule"])  # YAML takes `on` for a truth value
    assert WORKFLOW["jobs"]["audit"]["if"] == f"github.event.schedule != '{quarter}'"
    assert WORKFLOW["jobs"]["quarter"]["if"] == f"github.event.schedule == '{quarter}'"
    assert [item["cron"] for item in PIPELINE["schedules"]] == [night, quarter]
    _, name = (item["displayName"] for item in PIPELINE["schedules"])
    conditions = [job["condition"] for job in PIPELINE["jobs"]]
    asked = "and(succeeded(), {}(variables['Build.CronSchedule.DisplayName'], '{}'))"
    assert conditions == [asked.format("ne", name), asked.format("eq", name)]


@pytest.mark.parametrize("name", ["github audit", "azure audit"])
@pytest.mark.parametrize(
    ("status", "report", "expected"), [(0, True, 0), (1, True, 0), (1, False, 1), (2, False, 2), (3, False, 3)]
)
def test_a_pipeline_fails_where_there_was_no_audit_and_only_there(
    name: str, status: int, report: bool, expected: int, tmp_path: Path
) -> None:
    history = {"AUDITOR_HISTORY": "$(AUDITOR_HISTORY)"}
    done = played(scripts()[name], status, tmp_path, "echo found > audit/report.json" * report, **history)
    assert done.returncode == expected
    assert ("There are findings" in done.stdout) is (status == 1 and report)
    asked = (tmp_path / "asked").read_text(encoding="utf-8").split()
    assert {"scan", "--auth", "cli", "--save-snapshot", "html=audit/report.html", "json=audit/report.json"} <= set(
        asked
    )
    seen = (tmp_path / "history").read_text(encoding="utf-8").strip()
    assert seen == (
        "" if name == "azure audit" else "$(AUDITOR_HISTORY)"
    )  # Azure leaves what it does not know as it is


@pytest.mark.parametrize("name", ["github quarter", "azure quarter"])
@pytest.mark.parametrize(
    ("today", "expected"),
    [("2026-01-02", "2025-Q4"), ("2026-04-02", "2026-Q1"), ("2026-07-02", "2026-Q2"), ("2026-10-02", "2026-Q3")],
)
def test_a_pipeline_reports_the_quarter_that_is_over(name: str, today: str, expected: str, tmp_path: Path) -> None:
    date = tmp_path / "date"
    date.write_text(f'#!/bin/sh\nexec {tool("date")} --utc --date "{today} $3" "$4"\n', encoding="utf-8")
    date.chmod(0o755)
    assert played(scripts()[name], 0, tmp_path, GITHUB_STEP_SUMMARY="summary").returncode == 0
    asked = (tmp_path / "asked").read_text(encoding="utf-8").split()
    assert asked[:3] == ["report", "--quarter", expected]


def played(
    script: str, status: int, folder: Path, does: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run a script with an auditor that notes its arguments and ends with that status."""
    stand_in = folder / "auditor"
    text = f'#!/bin/sh\necho "$@" > asked\necho "$AUDITOR_HISTORY" > history\n{does}\nexit {status}\n'
    stand_in.write_text(text, encoding="utf-8")
    stand_in.chmod(0o755)
    return subprocess.run(
        [tool("bash"), "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder,
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", **variables},
        capture_output=True,
        text=True,
        check=False,
    )
