"""`auditor report`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from auditor.cli import options
from auditor.cli.options import Output, OutputType
from auditor.cli.writing import write_rendered
from auditor.errors import ExitCode, UsageError
from auditor.report.period.formats import FORMATS

if TYPE_CHECKING:
    from pathlib import Path

BINARY = frozenset({"pdf"})


@click.command()
@click.option("--quarter", metavar="YYYY-QN", help="A quarter of the calendar, as 2026-Q3.")
@click.option("--from", "first", metavar="DATE", help="The first day, as 2026-07-01; days are those of UTC.")
@click.option("--to", "last", metavar="DATE", help="The last day, which belongs to the period.")
@options.history_to_read
@options.policies
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=OutputType(FORMATS),
    help=f"{', '.join(FORMATS)}; without a path to stdout; repeatable. [default: markdown]",
)
@options.quiet
@options.verbose
def report(
    *,
    quarter: str | None,
    first: str | None,
    last: str | None,
    history: str | None,
    policies: tuple[Path, ...],
    outputs: tuple[Output, ...],
    quiet: bool,
) -> int:
    """Report on a quarter, or any other stretch of days, for an assessor. Needs no Azure.

    \b
    auditor report --quarter 2026-Q3 -o html=q3.html -o pdf=q3.pdf
    auditor report --from 2026-07-01 --to 2026-09-30 -o oscal=q3.json

    All of it comes from the history that `auditor scan --history` writes: what was promised, how often it was checked, how
    long each lapse lasted, who waived what, and the hashes that tell whether anybody edited it afterwards.
    """
    from auditor import quarterly

    outputs = options.check_outputs(outputs, "markdown")
    for output in outputs:
        if output.format in BINARY and output.path is None:
            raise UsageError(f"{output.format} is no text", f"Name a file: -o {output.format}=report.{output.format}")
    wanted = quarterly.span(quarter, first, last)
    made = quarterly.report_from(history, wanted, datetime.now(UTC), policies)
    write_rendered([(output, FORMATS[output.format].load()(made)) for output in outputs], quiet=quiet)
    return ExitCode.CLEAN
