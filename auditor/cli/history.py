"""`auditor history`."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli import options
from auditor.errors import ExitCode, UsageError
from auditor.report.json_text import json_text
from auditor.report.wording import plural, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from auditor.history.period import Run
    from auditor.history.store import Store
    from auditor.history.verify import Verification

_SCHEMA = "auditor.history/1"
_form = click.option(
    "-o", "--output", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How."
)


@click.group()
def history() -> None:
    """What past audits found, what changed between them, and that nobody edited it since.

    \b
    auditor history list                                 every audit that `scan --history` recorded
    auditor history diff 2026-10-01                      what changed from then to the last one
    auditor history verify --public-key audit.pem        that nothing was changed, removed or moved
    auditor history prune --before 2024-01-01            forget what is old
    """


@history.command("list")
@options.history_to_read
@_form
def list_(history: str | None, form: str) -> None:
    """List the recorded audits, oldest first."""
    from auditor.history.recall import list_runs

    with _opened(history) as store:
        runs = list_runs(store)
    if form == "json":
        _print_json({"runs": [_run_data(run) for run in runs]})
        return
    click.echo(
        f"{'run':>5}  {'started':<20}  {'fail':>6} {'unknown':>7} {'waived':>6} {'pass':>6}  {'seen':<8}  digest"
    )
    for run in runs:
        counts = " ".join(
            f"{run.counts.get(name, 0):>{width}}"
            for name, width in (("fail", 6), ("unknown", 7), ("waived", 6), ("pass", 6))
        )
        seen = "all" if run.complete else "in part"
        click.echo(f"{run.number:>5}  {run.started:<20}  {counts}  {seen:<8}  {run.digest[:12]}{_signed(run)}")


@history.command()
@click.argument("run", required=False, metavar="[RUN]")
@options.history_to_read
@_form
def show(run: str | None, history: str | None, form: str) -> None:
    """Show one audit, the last by default: a number, or a time (the last that began by then)."""
    from auditor.cli.drift import write_changes
    from auditor.history.drift import drift
    from auditor.history.recall import list_intervals, list_runs

    with _opened(history) as store:
        runs = list_runs(store)
        chosen = _chosen(runs, run, store)
        changes = drift(list_intervals(store), chosen.number - 1, chosen.number)
    if form == "json":
        _print_json({"run": _run_data(chosen), "changes": [_change_data(item) for item in changes]})
        return
    counts = ", ".join(f"{number} {name}" for name, number in chosen.counts.items())
    for name, value in (
        ("run", f"{chosen.number}{_signed(chosen)}"),
        ("time", f"{chosen.started} to {chosen.finished or '(broke off)'}"),
        ("found", counts),
        ("scope", f"{len(chosen.scope)}: {', '.join(chosen.scope)}"),
        ("policy", f"{chosen.profile}, {plural(len(chosen.rules), 'rule')}, {chosen.policy_hash}"),
        ("parameters", ", ".join(f"{key}={value}" for key, value in chosen.parameters.items()) or "none"),
        (
            "not seen",
            plural(len(chosen.unseen), "list") if chosen.unseen else "nothing" if chosen.complete else "the rest",
        ),
        ("snapshot", chosen.snapshot_hash or "not kept"),
        ("digest", chosen.digest),
        ("previous", chosen.previous or "none: this is the first"),
    ):
        click.echo(f"{name:<11} {visible(value)}")
    write_changes(changes, most=None)


@history.command()
@click.argument("earlier", required=False, metavar="[FROM]")
@click.argument("later", required=False, metavar="[TO]")
@options.history_to_read
@_form
def diff(earlier: str | None, later: str | None, history: str | None, form: str) -> None:
    """Tell what is new, fixed, changed, gone or no longer visible between two audits.

    FROM and TO are numbers of runs or times (the last audit that began by then); without them, the last two.
    """
    from auditor.cli.drift import write_changes
    from auditor.history.drift import drift
    from auditor.history.recall import list_intervals, list_runs

    with _opened(history) as store:
        runs = list_runs(store)
        last = _chosen(runs, later, store)
        first = _chosen(runs, earlier, store) if earlier else _before(runs, last)
        changes = drift(list_intervals(store), first.number, last.number)
    if form == "json":
        _print_json({"from": first.number, "to": last.number, "changes": [_change_data(item) for item in changes]})
        return
    click.echo(f"from run {first.number} ({first.started}) to run {last.number} ({last.started})")
    write_changes(changes, most=None)


@history.command()
@options.history_to_read
@click.option(
    "--public-key",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="The key that signatures have to be of, in PEM; without it any key that records name will do.",
)
@click.option("--digest", metavar="HEX", help="A digest noted elsewhere, of which the record has to be there.")
@_form
def verify(history: str | None, public_key: Path | None, digest: str | None, form: str) -> int:
    """Recompute the chain and its signatures; name every record that was changed, removed or moved."""
    from auditor.history.chain import trusted_key
    from auditor.history.verify import verify as verified

    trusted = None if public_key is None else trusted_key(public_key)
    with _opened(history) as store:
        found = verified(store, trusted, digest)
    if form == "json":
        _print_json(_verification_data(found))
    else:
        for problem in found.problems:
            click.echo(f"  {visible(problem)}")
        click.echo(_verdict(found))
    return ExitCode.FINDINGS if found.problems else ExitCode.CLEAN


@history.command()
@click.option("--before", required=True, metavar="DATE", help="Forget the audits that began before it.")
@options.history_to_read
@options.signing_key
@options.quiet
@options.verbose
def prune(before: str, history: str | None, signing_key: Path | None, quiet: bool) -> None:
    """Forget old audits. What still lasts is kept, and a record of the cut, so that the rest can be verified."""
    from auditor.history.chain import signing_key as key_of
    from auditor.history.prune import prune as pruned

    key = key_of(signing_key)
    with _opened(history) as store:
        found = pruned(store, before, key)
    if not quiet:
        cut = f"; the cut has the digest {found.digest}" if found.digest else ""
        click.echo(f"{plural(found.runs, 'run')} and {plural(found.intervals, 'interval')} are gone{cut}", err=True)


@contextmanager
def _opened(address: str | None) -> Iterator[Store]:
    from auditor.history.store import open_store

    store = open_store(address, create=False)
    try:
        yield store
    finally:
        store.close()


def _chosen(runs: Sequence[Run], wish: str | None, store: Store) -> Run:
    """The run of that number, or the last that began by that time; the last of all without a wish."""
    from auditor.history.assessment import moment

    if not runs:
        raise UsageError(f"the history {store.where} holds no audit", "`auditor scan --history` records one.")
    if wish is None:
        return runs[-1]
    if wish.isdecimal():
        found = next((run for run in runs if run.number == int(wish)), None)
    else:
        latest = moment(wish)
        found = next((run for run in reversed(runs) if run.started <= latest), None)
    if found is None:
        raise UsageError(
            f"there is no run {wish} in the history", f"It has the runs {runs[0].number} to {runs[-1].number}."
        )
    return found


def _before(runs: Sequence[Run], last: Run) -> Run:
    index = runs.index(last)
    if index == 0:
        raise UsageError(f"run {last.number} is the first in the history", "There is none before it to compare with.")
    return runs[index - 1]


def _signed(run: Run) -> str:
    return " signed" if run.signature else ""


def _verdict(found: Verification) -> str:
    if found.problems:
        return f"{plural(len(found.problems), 'problem')} in {plural(found.runs, 'run')}: this is not the history that was recorded"
    if found.head is None:
        return "the history is empty"
    if found.signed_through is None:
        signed = "none is signed, so whoever may write here could have made them all anew"
    elif found.signed_through == found.last_run:
        signed = f"a signature covers all of them, by key {', '.join(found.signers)}"
    else:
        signed = f"a signature covers those up to {found.signed_through}, by key {', '.join(found.signers)}"
    return f"{plural(found.runs, 'run')}, nothing changed, missing or moved; {signed}\nhead {found.head}"


def _print_json(data: dict[str, Any]) -> None:
    click.echo(json_text({"schema": _SCHEMA, **data}))


def _run_data(run: Run) -> dict[str, Any]:
    """A run as other programs read it, keys as in the assessment."""
    return {
        "number": run.number,
        "tool": {"name": "auditor", "version": run.tool},
        "source": {"kind": run.kind, "scope": list(run.scope)},
        "started": run.started,
        "finished": run.finished,
        "complete": run.complete,
        "policy": {
            "profile": run.profile,
            "parameters": dict(run.parameters),
            "rules": list(run.rules),
            "sha256": run.policy_hash,
        },
        "summary": dict(run.counts),
        "gaps": [{"scope": scope, "operation": operation, "reason": reason} for scope, operation, reason in run.unseen],
        "snapshot": run.snapshot_hash,
        "digest": run.digest,
        "previous": run.previous,
        "signature": run.signature,
    }


def _change_data(item: Any) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "rule": item.rule,
        "severity": item.severity,
        "fingerprint": item.fingerprint,
        "resource": {"id": item.resource_id, "type": item.resource_type, "name": item.resource_name},
        "before": item.before,
        "after": item.after,
        "ending": item.ending,
        "message": item.message,
    }


def _verification_data(found: Verification) -> dict[str, Any]:
    names = {"signed_through": "signedThrough", "last_run": "lastRun"}
    data = {names.get(name, name): value for name, value in asdict(found).items()}
    return {"intact": not found.problems, **data}
