"""`auditor completion`: what it prints makes a real shell complete."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.cli import COMMANDS, main
from auditor.cli.completion import SHELLS
from auditor.errors import ExitCode
from auditor.report.formats import FORMATS

PROGRAM = Path(sys.executable).with_name("auditor")


def completed(line: str, folder: Path) -> list[str]:
    """What bash offers at the end of a line, once it has read the script."""
    words = line.split(" ")
    quoted = " ".join(f"'{word}'" for word in words)
    script = (
        f'eval "$(auditor completion bash)"; COMP_WORDS=({quoted}); COMP_CWORD={len(words) - 1}; '
        "compopt() { :; }; _auditor_completion auditor; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    bash = shutil.which("bash")
    assert bash is not None
    environment = {**os.environ, "PATH": f"{PROGRAM.parent}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run([bash, "-c", script], cwd=folder, env=environment, capture_output=True, text=True, check=True)
    assert ran.stderr == ""
    return ran.stdout.split()


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("auditor ", list(COMMANDS)),
        ("auditor rules sh", ["show"]),
        ("auditor rules show di-tls-00", [f"DI-TLS-00{number}" for number in range(1, 7)]),
        ("auditor gate -o ", list(FORMATS)),
        ("auditor gate --fail-on h", ["high"]),
        ("auditor scan --prof", ["--profile"]),
    ],
)
def test_bash_completes(line: str, offered: list[str], tmp_path: Path) -> None:
    assert completed(line, tmp_path) == offered


def test_a_broken_configuration_does_not_hinder(tmp_path: Path) -> None:
    (tmp_path / "auditor.yaml").write_text("profle: strict\n", encoding="utf-8")
    assert completed("auditor scan --profile s", tmp_path) == ["strict"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_own_shell_is_known(
    shell: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHELL", f"/usr/bin/{shell}")
    assert main(["completion"]) == ExitCode.CLEAN
    own = capsys.readouterr().out
    assert main(["completion", shell]) == ExitCode.CLEAN
    assert capsys.readouterr().out == own
    assert f"_AUDITOR_COMPLETE={shell}_complete" in own


def test_another_shell_is_named(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert main(["completion"]) == ExitCode.USAGE
    assert "auditor completion bash|zsh|fish" in capsys.readouterr().err
