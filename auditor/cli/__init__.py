"""The command line: a table of commands, each loaded only when it is called."""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from auditor.errors import AuditorError, ExitCode
from auditor.lazy import Entry
from auditor.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS: Final = {
    "scan": Entry("auditor.cli.scan:scan", "Audit Azure, or a saved snapshot of it."),
    "gate": Entry("auditor.cli.gate:gate", "Judge infrastructure files before they are deployed."),
    "history": Entry("auditor.cli.history:history", "What past audits found, what changed, and that nobody edited it."),
    "report": Entry("auditor.cli.report:report", "Report on a quarter, for an assessor, from the history."),
    "rules": Entry("auditor.cli.rules:rules", "List, show and test the rules; write their schema."),
    "doctor": Entry("auditor.cli.doctor:doctor", "What this identity may read, and what would be unknown without it."),
    "role": Entry("auditor.cli.role:role", "The least that an identity needs, as Azure role definitions."),
    "completion": Entry("auditor.cli.completion:completion", "Print what makes your shell complete all of this."),
    "demo": Entry("auditor.cli.demo:demo", "Audit a bundled sample estate; needs no Azure."),
}

_RARELY: Final = (50_000, 20, 100)
"""What a command makes lives to its end, and little of it in circles: looking for those cost a tenth of the time."""


class _Table(click.Group):
    """A group whose commands stand in a table, so that `--help` imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        from auditor.cli.configuration import configured

        return configured(entry.load())

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from auditor.yaml_source import nearest

            ctx.fail(f"no command {args[0]!r}; {nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])


@click.group(cls=_Table, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION, prog_name="auditor", message="%(prog)s %(version)s")
def cli() -> None:
    """Prove, or disprove, that an Azure estate keeps the privacy promises of Document Intelligence.

    What was not seen is unknown, never a pass.

    \b
    auditor demo                      see a report, without Azure
    auditor scan -o html=report.html  audit what you can see
    auditor gate infra/               judge templates and plans before they are deployed
    auditor report --quarter 2026-Q3  a document for an assessor

    \b
    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 wrong usage or a
    broken rule or input file, 3 the audit could not be done.
    """


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; errors that a user can act on become one line and one hint on stderr."""
    _take_every_letter()
    gc.set_threshold(*_RARELY)
    try:
        given = list(arguments) if arguments is not None else None
        outcome: Any = cli.main(given, standalone_mode=False, color=False if colourless() else None)
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped.", err=True)
        return 130
    except AuditorError as error:
        from auditor.cli.log import guarded

        problem = guarded(error.problem, keep="\n")
        click.echo(f"error: {problem}", err=True)
        click.echo(f"hint: {guarded(error.hint)}", err=True)
        return error.exit_code
    return int(outcome or 0)


def colourless() -> bool:
    """Whether the environment wants no colours: NO_COLOR (https://no-color.org), or a terminal that knows none."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"


def _take_every_letter() -> None:
    """Let no letter of a name break the output: what a terminal cannot show is escaped, what is redirected is UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")
