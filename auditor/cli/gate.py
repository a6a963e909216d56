"""`auditor gate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor import audit
from auditor.cli import options
from auditor.cli.statements import find_declared, find_waivers
from auditor.cli.writing import write_reports
from auditor.errors import ExitCode
from auditor.gate import Gate, judge_files
from auditor.report.formats import CHARTED, EXPLAINED
from auditor.report.wording import plural, visible

if TYPE_CHECKING:
    from auditor.cli.options import Output
    from auditor.infra.read import Infrastructure


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH…")
@click.option(
    "--parameters",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Values of the parameters of templates. [default: NAME.parameters.json beside each]",
)
@click.option(
    "--var",
    "variables",
    multiple=True,
    callback=options.named_values,
    metavar="NAME=VALUE",
    help="A value of one parameter or variable; repeatable.",
)
@click.option(
    "--tf-dir",
    "sources",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    metavar="DIR",
    help="The Terraform sources of a plan or state, to tell file and line. [default: beside it]",
)
@click.option("--changed-only", is_flag=True, help="Judge only what a plan or a what-if answer creates or changes.")
@click.option(
    "--baseline",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="An earlier report (json or sarif): what it has does not fail again.",
)
@options.judging_files
def gate(
    *,
    paths: tuple[Path, ...],
    parameters: Path | None,
    variables: dict[str, str],
    sources: Path | None,
    changed_only: bool,
    baseline: Path | None,
    policies: tuple[Path, ...],
    profile: str,
    settings: dict[str, str],
    scope: str,
    config: Path | None,
    waivers: Path | None,
    fail_on: str,
    fail_on_unknown: bool,
    outputs: tuple[Output, ...],
    quiet: bool,
    no_color: bool,
) -> int:
    """Judge infrastructure files before they are deployed. Needs no Azure.

    \b
    auditor gate infra/                            every template, Bicep file and plan in a folder
    auditor gate main.bicep --parameters prd.json  one file with the values of its parameters
    auditor gate plan.json --changed-only          what a Terraform plan would change
    auditor gate infra/ -o sarif=gate.sarif        for the code scanning tab

    ARM templates, Bicep, what-if answers and `terraform show -json` are read, each known by its content.
    """
    outputs = options.check_outputs(outputs)
    judged = audit.prepare(audit.Choice(policies, profile, settings, scope == "all", scope == "declared"))
    wish = Gate(paths, parameters, variables, sources, changed_only, baseline)
    formats = {output.format for output in outputs}
    granted = find_waivers(waivers, judged.max_waiver_days)
    found = judge_files(
        judged,
        wish,
        find_declared(config),
        waivers=granted,
        explain_passes=not formats.isdisjoint(EXPLAINED),
        charts=not formats.isdisjoint(CHARTED),
    )
    write_reports(found.report, outputs, no_color=no_color, quiet=quiet)
    if not quiet:
        _say(found.infrastructure)
    failed = audit.fails(found.report, fail_on, fail_on_unknown=fail_on_unknown)
    return ExitCode.FINDINGS if failed else ExitCode.CLEAN


def _say(found: Infrastructure) -> None:
    """What was read, and how, on stderr: the report is for what was found."""
    counted = ", ".join(plural(number, kind) for kind, number in found.files.items())
    for line in (f"read: {counted}", *found.notes):
        click.echo(visible(line), err=True)
