"""`auditor doctor`."""

from __future__ import annotations

import shutil
import sys
from textwrap import wrap
from typing import TYPE_CHECKING, Final

import click

from auditor import audit
from auditor.cli import options
from auditor.doctor import BELOW, Patient, as_json, examine
from auditor.errors import ExitCode
from auditor.report.json_text import json_text
from auditor.report.wording import plural, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from auditor.collectors.rights import Identity
    from auditor.doctor import Diagnosis, Missing, Subscription


@click.command()
@options.where
@options.inspecting_blobs
@options.batch_results
@options.policies
@options.profile
@click.option(
    "-o", "--output", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How to print it."
)
@options.quiet
@options.verbose
def doctor(
    *,
    subscriptions: tuple[str, ...],
    management_group: str | None,
    cloud: str,
    auth: str | None,
    inspect_blobs: bool,
    batch_results: bool,
    policies: tuple[Path, ...],
    profile: str,
    output: str,
    quiet: bool,
) -> int:
    """Say what this identity may read, and which rules would be unknown because of what it may not.

    Signs in as `auditor scan` does and asks Azure, at each subscription, what the identity may do there: through all
    of its roles and groups, and from above. Reads nothing else. Deny assignments and conditions of roles do not show.

    \b
    auditor doctor                        every subscription that you can see
    auditor doctor -s Production -o json  one of them, for other programs
    auditor role                          the roles that grant what is missing

    \b
    Exit codes: 0 all there, 1 something is missing or could not be told,
    2 wrong usage, 3 no sign-in, or no rights could be read anywhere.
    """
    from auditor.cli.progress import stderr_progress

    prepared = audit.prepare(audit.Choice(policies, profile))
    patient = Patient(subscriptions, management_group, cloud, auth, inspect_blobs, batch_results)
    with stderr_progress(quiet=quiet) as progress:
        diagnosis = examine(prepared, patient, progress)
    if output == "json":
        click.echo(json_text(as_json(diagnosis)))
    else:
        width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
        click.echo("\n".join(_page(diagnosis, width)))
    return ExitCode.CLEAN if diagnosis.complete else ExitCode.FINDINGS


_RIGHT: Final = "  "
_RULES: Final = "      "
_FEW: Final = 2
_TOGETHER: Final = "\u00a0"
"""A blank at which no line ends."""


def _page(diagnosis: Diagnosis, width: int) -> Iterator[str]:
    """One table: a row a right that is missing, below it the rules that would be unknown, subscription by subscription."""
    lacks = [lack for item in diagnosis.subscriptions for lack in item.missing]
    yield f"Signed in as {_who(diagnosis.identity)}."
    yield f"Needed by {plural(diagnosis.rules, 'rule')} of the profile {diagnosis.profile}."
    if lacks:
        yield "Below: each right that is missing, and the rules that would be unknown without it, wholly or in part."
    for item in diagnosis.subscriptions:
        yield ""
        yield f"{visible(item.name)} ({item.id.rpartition('/')[2]})"
        yield from _rows(item, diagnosis.rules, width)
    if any(lack.data for lack in lacks):
        yield ""
        yield f"* a right on data: {BELOW}, which cannot be told from here"
    if diagnosis.unread:
        yield ""
    for reason in diagnosis.unread:
        yield f"There may be further subscriptions: {visible(reason)}"
    if lacks:
        yield ""
        yield "`auditor role` prints the roles that grant all of this."


def _rows(item: Subscription, all_rules: int, width: int) -> Iterator[str]:
    if item.unread is not None:
        yield f"{_RIGHT}could not be told: {visible(item.unread)}; every rule may be unknown there"
    elif not item.missing:
        yield f"{_RIGHT}everything is there"
    for lack in item.missing:
        yield f"{_RIGHT}{_right(lack)}"
        text = _in_short(lack.rules, all_rules)
        lines = wrap(text, width, initial_indent=_RULES, subsequent_indent=_RULES, break_on_hyphens=False)
        yield from (line.replace(_TOGETHER, " ") for line in lines)


def _in_short(rules: tuple[str, ...], all_rules: int) -> str:
    """`DI-ACC-003 to 005, DI-TLS-001`: what follows one another in a family stands together."""
    if not rules:
        return "no rule; only signs of which storage accounts hold documents"
    if len(rules) == all_rules:
        return "every rule"
    runs: list[list[str]] = []
    for rule in rules:
        if runs and _follows(runs[-1][-1], rule):
            runs[-1].append(rule)
        else:
            runs.append([rule])
    return ", ".join(
        f"{run[0]}{_TOGETHER}to{_TOGETHER}{run[-1].rpartition('-')[2]}" if len(run) > _FEW else ", ".join(run)
        for run in runs
    )


def _follows(one: str, other: str) -> bool:
    (family, _, number), (its_family, _, next_number) = one.rpartition("-"), other.rpartition("-")
    digits = number.isdecimal() and next_number.isdecimal()
    return family == its_family and digits and int(next_number) == int(number) + 1


def _right(lack: Missing) -> str:
    return f"{lack.action} *" if lack.data else lack.action


def _who(identity: Identity) -> str:
    ids = {
        "object": identity.object_id,
        "application": identity.application_id if identity.kind != "user" else "",
        "tenant": identity.tenant,
    }
    known = ", ".join(f"{name} {visible(value)}" for name, value in ids.items() if value)
    named = f"{identity.kind} {visible(identity.name)}".strip() if identity.name else f"an {identity.kind}"
    if not known and not identity.name:
        return "somebody whom the token does not name"
    return f"{named.replace('an user', 'a user')} ({known})" if known else named
