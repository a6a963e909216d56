#!/usr/bin/env python3
"""Asks pip-audit whether the versions in `constraints.txt` have known vulnerabilities: `python tools/audit_dependencies.py`.

pip-audit says "No known vulnerabilities found", and exits with 0, of packages that its service knows nothing of, as when
an index that is only a mirror answers. So its answer is read here: what was not checked is said to be so, and never clean.

Exits with 1 for a known vulnerability, and with `--complete` also where anything was not checked.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

PINS: Final = Path(__file__).parents[1] / "constraints.txt"
SECONDS: Final = 180
_COMMAND: Final = (
    *(sys.executable, "-m", "pip_audit", "--requirement", str(PINS), "--no-deps", "--disable-pip"),
    *("--format", "json", "--progress-spinner", "off", "--timeout", "5"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service knows of the packages: those it checked, those it did not, and what is wrong with which."""

    checked: int
    skipped: int
    vulnerable: tuple[str, ...]


def read_answer(printed: str) -> Answer | None:
    """The answer in what pip-audit prints; None where there is none."""
    try:
        packages = list(json.loads(printed)["dependencies"])
    except (ValueError, LookupError, TypeError):
        return None
    checked = [package for package in packages if "skip_reason" not in package]
    vulnerable = tuple(
        f"{package['name']} {package['version']}: {found['id']}, {_fixed(found)}"
        for package in checked
        for found in package["vulns"]
    )
    return Answer(len(checked), len(packages) - len(checked), vulnerable)


def _fixed(found: dict[str, Any]) -> str:
    versions = found.get("fix_versions")
    return f"fixed in {' or '.join(versions)}" if versions else "not fixed yet"


def told(answer: Answer | None) -> list[str]:
    """What to print."""
    if answer is None:
        return ["dependencies: NOT CHECKED for known vulnerabilities: the service did not answer"]
    lines = [f"dependencies: {item}" for item in answer.vulnerable]
    if answer.skipped:
        lines.append(
            f"dependencies: {answer.skipped} NOT CHECKED for known vulnerabilities: the service does not know them"
        )
    if answer.checked:
        lines.append(f"dependencies: {answer.checked} checked, {len(answer.vulnerable)} known vulnerabilities")
    return lines


def exit_code(answer: Answer | None, *, complete: bool) -> int:
    """1 where something is wrong or, if all has to be checked, not known."""
    unknown = answer is None or answer.skipped > 0
    return int((answer is not None and bool(answer.vulnerable)) or (complete and unknown))


def ask() -> Answer | None:
    """Run pip-audit."""
    try:
        ran = subprocess.run(_COMMAND, capture_output=True, text=True, check=False, timeout=SECONDS)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        return None
    return read_answer(ran.stdout)


def main() -> int:
    """Ask, print, and tell by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--complete", action="store_true", help="exit with 1 also where something was not checked")
    chosen = parser.parse_args()
    answer = ask()
    sys.stdout.write("".join(f"{line}\n" for line in told(answer)))
    return exit_code(answer, complete=chosen.complete)


if __name__ == "__main__":
    sys.exit(main())
