"""Every failure that a user can act on: one line that says what is wrong, one hint that says what to do next.

Anything that is not one of these is a bug of ours and shows its traceback. A resource that could not be read is no
error at all but a gap, and a verdict that could not be reached is an unknown: both are data (`auditor.model`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class ExitCode(IntEnum):
    """What the process tells its caller."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    NOT_AUDITED = 3


def how_to_install(extra: str) -> str:
    """How to install an optional dependency. There is no release yet: nobody owns the name in the package index."""
    return (
        f"In a clone of the source: pip install --constraint constraints.txt '.[{extra}]'. "
        f"With the wheel: pip install 'FILE.whl[{extra}]'."
    )


class AuditorError(Exception):
    """A failure with a next step; the command line prints both lines and no traceback."""

    exit_code = ExitCode.USAGE

    def __init__(self, problem: str, hint: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One mistake in a file that the user wrote, with its place (lines and columns count from 1); as text it is one line, whatever the file holds."""

    file: str
    line: int
    column: int
    problem: str

    def __str__(self) -> str:
        return " ".join(f"{self.file}:{self.line}:{self.column}: {self.problem}".splitlines())


class _WrittenFileError(AuditorError):
    """A file that the user wrote holds mistakes; all of them are reported in one go."""

    what = "file"

    def __init__(self, mistakes: tuple[Mistake, ...], hint: str) -> None:
        self.mistakes = tuple(sorted(mistakes))
        count = len(self.mistakes)
        heading = f"{count} mistake{'s' if count != 1 else ''} in the {self.what}:"
        super().__init__("\n".join([heading, *(f"  {mistake}" for mistake in self.mistakes)]), hint)


class PolicyError(_WrittenFileError):
    """A rule file, or the table of defaults, is broken."""

    what = "rules"


class ConfigurationError(_WrittenFileError):
    """`auditor.yaml` or the register of models is broken."""

    what = "configuration"


class WaiverError(_WrittenFileError):
    """`waivers.yaml` is broken, or grants more than may be granted."""

    what = "waivers"


class TooManyMistakesError(_WrittenFileError):
    """A file holds more mistakes than anybody makes: no more are looked for."""


class InfrastructureError(_WrittenFileError):
    """Files that should be judged hold no infrastructure, or none that can be read."""

    what = "files to judge"


class UsageError(AuditorError):
    """The command line asks for something that does not exist."""


class SourceError(AuditorError):
    """What should be audited could not be read at all."""

    exit_code = ExitCode.NOT_AUDITED


class SignInError(SourceError):
    """Azure did not let us in."""


class SnapshotFormatError(SourceError):
    """A snapshot file is not one, or is damaged; says where."""

    exit_code = ExitCode.USAGE

    def __init__(self, path: Path | str, line: int, problem: str) -> None:
        super().__init__(
            f"{path}:{line}: {problem}",
            "A snapshot is JSON Lines as `auditor scan --save-snapshot FILE` writes it (schema auditor.snapshot/1).",
        )


class HistoryError(AuditorError):
    """A history cannot be opened, read or written."""


class RenderError(AuditorError):
    """A report could not be written."""
