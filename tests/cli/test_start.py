"""What a command loads before it answers: looked at by module, not by a clock."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("azure", "aiohttp", "jinja2", "rich", "sqlalchemy", "alembic", "cryptography", "platformdirs")


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-h"]])
def test_help_and_version_load_nothing_heavy_and_no_command(arguments: list[str]) -> None:
    loaded = loaded_by(arguments)
    assert loaded.isdisjoint({*HEAVY, "yaml"})
    assert "auditor.cli.scan" not in loaded


@pytest.mark.parametrize(
    "arguments",
    [["rules", "list"], ["rules", "schema"], ["scan", "--help"], ["doctor", "--help"], ["role"], ["history", "--help"]],
)
def test_rules_and_the_help_of_commands_load_neither_azure_nor_a_renderer(arguments: list[str]) -> None:
    assert loaded_by(arguments).isdisjoint(HEAVY)


def test_judging_a_snapshot_to_json_loads_neither_azure_nor_a_renderer() -> None:
    assert loaded_by(["scan", "--snapshot", "samples/estate.jsonl", "-o", "json"]).isdisjoint(HEAVY)


def loaded_by(arguments: list[str]) -> set[str]:
    """Names of all modules, and of the packages at their top, that a run of the command loads."""
    program = (
        "import sys, io, contextlib\n"
        "from auditor.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    main({arguments!r})\n"
        "print('\\n'.join(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names = set(ran.stdout.split())
    assert "auditor.cli" in names
    return names | {name.partition(".")[0] for name in names}
