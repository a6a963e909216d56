"""`auditor demo`."""

from __future__ import annotations

from pathlib import Path

import click

from auditor import audit
from auditor.cli import options
from auditor.cli.options import Output
from auditor.cli.writing import write_reports
from auditor.data import samples_folder
from auditor.errors import RenderError
from auditor.statements import read_models


@click.command()
@click.option(
    "--directory",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("auditor-demo"),
    show_default=True,
    help="Where to leave the report.",
)
@click.option("-q", "--quiet", is_flag=True, help="Only write the files.")
@options.verbose
@click.option("--no-color", is_flag=True, help="No colours.")
def demo(directory: Path, quiet: bool, no_color: bool) -> None:
    """Audit a bundled sample estate and leave an HTML report. Needs no Azure.

    The sample has two subscriptions with accounts and stores of every kind of trouble. It always exits with 0: the
    findings are the point.

    \b
    auditor demo                           report.html, report.md, report.json in auditor-demo/
    auditor demo --directory /tmp/demo -q  only write the files
    """
    samples = samples_folder()
    judged = audit.prepare(audit.Choice())
    snapshot = audit.read_saved(
        samples / "estate.jsonl", [read_models(samples / "models.yaml", "2026-11-01T06:00:00Z")]
    )
    report = audit.judge_snapshot(judged, snapshot)
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RenderError(
            f"cannot make the folder {directory}: {error.strerror}", "Name another with --directory."
        ) from error
    outputs = [
        Output(name, directory / f"report.{ending}")
        for name, ending in (("html", "html"), ("markdown", "md"), ("json", "json"))
    ]
    if not quiet:
        outputs.append(Output("text", None))
    write_reports(report, outputs, no_color=no_color, quiet=quiet)
