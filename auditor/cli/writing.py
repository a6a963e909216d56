"""Writes reports where they belong, and says on stderr where that was."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor.cli import colourless
from auditor.errors import RenderError
from auditor.model.whole_file import write_whole
from auditor.report.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.cli.options import Output
    from auditor.report.report import Report


_LOG: Final = logging.getLogger(__name__)


def write_reports(report: Report, outputs: Sequence[Output], *, no_color: bool, quiet: bool) -> None:
    """Render every format first, then write: a failure leaves nothing half done."""
    rendered = [(output, _render(report, output, no_color=no_color)) for output in outputs]
    summary = _step_summary(report, outputs)
    write_rendered(rendered, quiet=quiet)
    if summary is not None:
        _append(*summary)


def write_rendered(rendered: Sequence[tuple[Output, str | bytes]], *, quiet: bool) -> None:
    """Write what is rendered to stdout or to its files."""
    for output, written in rendered:
        _LOG.info("%s to %s, of length %d", output.format, output.path or "stdout", len(written))
        if output.path is None:
            _print(written)
        else:
            write_file(output.path, written)
            if not quiet:
                click.echo(f"{output.format}: {output.path}", err=True)


def _step_summary(report: Report, outputs: Sequence[Output]) -> tuple[Path, str] | None:
    """The other half of the format `github`: the Markdown report, for the page of the step that GitHub Actions runs."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path or all(output.format != "github" for output in outputs):
        return None
    return Path(path), str(FORMATS["markdown"].load()(report))


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace", newline="") as stream:
            stream.write(text)
    except OSError as error:
        raise RenderError(
            f"cannot write the step's summary {path}: {error.strerror or error}",
            "GITHUB_STEP_SUMMARY names it; unset that to do without.",
        ) from error


def _print(text: str | bytes) -> None:
    try:
        click.echo(text, nl=isinstance(text, str) and not text.endswith("\n"), color=True)
    except BrokenPipeError:
        raise  # whoever reads has enough; click ends quietly
    except OSError as error:
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - Python tries once more at its end
        raise RenderError(
            f"cannot write to stdout: {error.strerror or error}", "Write to a file: -o FORMAT=PATH"
        ) from error


def _render(report: Report, output: Output, *, no_color: bool) -> str:
    render = FORMATS[output.format].load()
    if output.format != "text":
        return str(render(report))
    from auditor.report.formats.text import Look

    terminal = output.path is None and sys.stdout.isatty()
    width = shutil.get_terminal_size((100, 24)).columns if terminal else 100
    return str(render(report, Look(width, terminal and not no_color and not colourless())))


def write_file(path: Path, text: str | bytes) -> None:
    """Write a file whole or not at all: beside it first, then under its name. A device or a pipe is written as it is.

    Half a surrogate pair, which no encoding takes, becomes its escape; JSON reads it again.
    """
    content = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    try:
        target = path.resolve()
        if target.exists() and not target.is_file():
            target.write_bytes(content)
        else:
            write_whole(target, content)
    except OSError as error:
        raise RenderError(
            f"cannot write {path}: {error.strerror or error}",
            "Name a file in a folder that exists and has room for it.",
        ) from error
