"""`auditor role`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from auditor import audit
from auditor.cli import options
from auditor.role import BLOBS_WARNING, FORMATS, Wish, roles

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option(
    "--format",
    "format_name",
    type=click.Choice(list(FORMATS)),
    default="json",
    show_default=True,
    help="What to write.",
)
@click.option(
    "--plane",
    type=click.Choice(["control", "data", "both"]),
    default="both",
    show_default=True,
    help="The role that reads settings, the one that reads which models there are, or both.",
)
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    metavar="ID",
    help="Where the roles can be assigned; repeatable. [default: a placeholder]",
)
@options.inspecting_blobs
@options.batch_results
@click.option("--management-group", is_flag=True, help="Add the right that `auditor scan --management-group` takes.")
@options.policies
@click.option(
    "--profile",
    type=click.Choice(["baseline", "strict"]),
    help="Only what the rules of this profile need. [default: whatever a scan can read]",
)
@options.quiet
@options.verbose
def role(
    *,
    format_name: str,
    plane: str,
    scopes: tuple[str, ...],
    inspect_blobs: bool,
    batch_results: bool,
    management_group: bool,
    policies: tuple[Path, ...],
    profile: str | None,
    quiet: bool,
) -> None:
    """Print the least that an identity needs to audit, as Azure role definitions.

    Every right is one to read: no keys, no documents, no results, nothing that changes anything. Two roles, because
    Azure keeps rights on settings and on data apart. Assign the first at the subscriptions, the second there or at
    the Document Intelligence accounts. Contacts nothing.

    \b
    auditor role --plane control --scope /subscriptions/GUID > control.json
    az role definition create --role-definition control.json
    auditor role --plane data --scope /subscriptions/GUID > data.json
    az role definition create --role-definition data.json

    \b
    auditor role --format bicep > roles.bicep
    az deployment sub create --location westeurope --template-file roles.bicep

    az takes one role at a time, so ask for one plane; JSON of both is an array of the two.
    """
    types = audit.prepare(audit.Choice(policies, profile or "strict")).types if policies or profile else None
    planes = ("control", "data") if plane == "both" else (plane,)
    made = roles(Wish(types, planes, scopes, inspect_blobs, batch_results, management_group))
    if not made:
        if not quiet:
            click.echo("these rules need no right on data", err=True)
        return
    click.echo(FORMATS[format_name](made))
    if quiet:
        return
    if any(item.reads_content for item in made):
        click.echo(f"warning: {BLOBS_WARNING}", err=True)
    if any(item.data_actions and item.at_management_group for item in made):
        click.echo("warning: Azure may refuse to assign a role with data actions at a management group.", err=True)
    if not scopes and format_name != "bicep":
        click.echo("note: replace the placeholder of the scope, or name one with --scope.", err=True)
