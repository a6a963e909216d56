"""`auditor scan`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from auditor import audit
from auditor.cli import options
from auditor.cli.resuming import refuse_beside, resumed, tell_stopped, tell_stopped_early
from auditor.cli.statements import find_statements, find_waivers
from auditor.cli.writing import write_reports
from auditor.errors import ExitCode, UsageError
from auditor.model.snapshot import Stopped
from auditor.report.formats import CHARTED, EXPLAINED

if TYPE_CHECKING:
    from auditor.cli.options import Output
    from auditor.cli.recording import Recorder
    from auditor.history.record import Recorded
    from auditor.notification.sending import Target
    from auditor.report.report import Report
    from auditor.statements import Statement


@click.command()
@options.where
@click.option(
    "--save-snapshot", type=click.Path(path_type=Path), metavar="FILE", help="Keep what was read (.jsonl, .gz, .zst)."
)
@click.option(
    "--snapshot", type=click.Path(path_type=Path), metavar="FILE", help="Judge a saved snapshot; contacts nothing."
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Go on with the snapshot of a scan that broke off, and complete it.",
)
@click.option("--no-models", is_flag=True, help="Do not ask the data plane for models; their rules become unknown.")
@click.option("--no-logs", is_flag=True, help="Ask neither logs nor metrics; the rules about practice become unknown.")
@click.option("--no-probe", is_flag=True, help="Make no handshakes with endpoints; their rules become unknown.")
@click.option(
    "--inspect-blobs",
    is_flag=True,
    help="List the blobs of documents containers for the age of the oldest. Takes a right that could read content.",
)
@click.option(
    "--batch-results",
    is_flag=True,
    help="List the batch analyses of 24 hours, which name the containers of documents and results.",
)
@click.option(
    "--executor",
    type=click.Choice(["local", "dask"]),
    default=audit.LOCAL,
    show_default=True,
    help="Who reads Azure: this machine, or the workers of a Dask cluster (`--scheduler`).",
)
@click.option("--scheduler", metavar="ADDRESS", help="The cluster's scheduler: tcp://HOST:8786, or tls://.")
@options.history
@options.signing_key
@options.notify
@options.report_link
@options.models
@options.judging
def scan(
    *,
    subscriptions: tuple[str, ...],
    management_group: str | None,
    cloud: str,
    auth: str | None,
    save_snapshot: Path | None,
    snapshot: Path | None,
    resume: Path | None,
    no_models: bool,
    no_logs: bool,
    no_probe: bool,
    inspect_blobs: bool,
    batch_results: bool,
    executor: str,
    scheduler: str | None,
    history: str | None,
    signing_key: Path | None,
    notify: tuple[str, ...],
    report_link: str | None,
    policies: tuple[Path, ...],
    profile: str,
    settings: dict[str, str],
    scope: str,
    models: Path | None,
    config: Path | None,
    waivers: Path | None,
    fail_on: str,
    fail_on_unknown: bool,
    outputs: tuple[Output, ...],
    quiet: bool,
    no_color: bool,
) -> int:
    """Audit Azure, or a saved snapshot of it. Reads only; changes nothing.

    \b
    auditor scan                                    every subscription that you can see
    auditor scan -s Production -o html=report.html  one subscription, a page to read
    auditor scan --save-snapshot today.jsonl.zst    keep what was read
    auditor scan --snapshot today.jsonl.zst         judge it again, without Azure
    auditor scan --resume today.jsonl.zst           go on where a scan broke off
    auditor scan --history                          record it, and tell what changed since
    """
    outputs = options.check_outputs(outputs)
    judged = audit.prepare(audit.Choice(policies, profile, settings, scope == "all"))
    statements = find_statements(config, models)
    recorder = None if history is None else _recorder(history, signing_key)
    targets = _targets(notify, recorded=recorder is not None) if notify else ()
    granted = find_waivers(waivers, judged.max_waiver_days)
    kept_in, signal = snapshot, 0
    if snapshot is not None:
        refuse_beside("--snapshot", _LIVE, "is for Azure, and --snapshot contacts nothing")
        read = audit.read_saved(snapshot, statements)
    else:
        _check_cluster(executor, scheduler, resume)
        wish = audit.LiveScan(
            subscriptions=subscriptions,
            management_group=management_group,
            cloud=cloud,
            auth=auth,
            no_models=no_models,
            no_logs=no_logs,
            no_probe=no_probe,
            inspect_blobs=inspect_blobs,
            batch_results=batch_results,
            save_to=save_snapshot,
            executor=executor,
            scheduler=scheduler or "",
        )
        found = _collect(
            judged, wish if resume is None else resumed(wish, resume, quiet=quiet), statements, quiet=quiet
        )
        read, kept_in, signal = found.snapshot, found.kept_in, found.signal
    formats = {output.format for output in outputs}
    report = audit.judge_snapshot(
        judged,
        read,
        explain_passes=not formats.isdisjoint(EXPLAINED),
        charts=not formats.isdisjoint(CHARTED),
        waivers=granted,
    )
    write_reports(report, outputs, no_color=no_color, quiet=quiet)
    if signal:
        return tell_stopped(signal, kept_in)
    if recorder is not None:
        recorded = recorder.record(report, read, kept_in, quiet=quiet)
        if targets:
            _notify(report, recorded, targets, report_link)
    if audit.nothing_was_read(read):
        click.echo("error: nothing could be read: every request was refused or failed", err=True)
        click.echo("hint: the report lists what is missing; `Reader` on the subscriptions is enough.", err=True)
        return ExitCode.NOT_AUDITED
    return ExitCode.FINDINGS if audit.fails(report, fail_on, fail_on_unknown=fail_on_unknown) else ExitCode.CLEAN


def _check_cluster(executor: str, scheduler: str | None, resume: Path | None) -> None:
    """Neither of the two is dropped without a word; and a cluster begins anew."""
    if executor != audit.LOCAL and resume is not None:
        raise UsageError(
            f"--resume goes on with a scan on this machine, and --executor {executor} does not",
            "Leave out --executor and --scheduler, or begin anew.",
        )
    if executor != audit.LOCAL and not scheduler:
        raise UsageError(f"--executor {executor} takes --scheduler", "It is the address that `dask scheduler` prints.")
    if executor == audit.LOCAL and scheduler:
        raise UsageError("--scheduler is for a cluster", "Add --executor dask, or leave out --scheduler.")


def _recorder(history: str, signing_key: Path | None) -> Recorder:
    """Open the history before a long scan, not after it."""
    from auditor.cli.recording import Recorder

    return Recorder.opened(history, signing_key)


def _targets(wishes: tuple[str, ...], *, recorded: bool) -> tuple[Target, ...]:
    """Look at whom to tell before a long scan, not after it."""
    from auditor.notification.sending import targets_of

    if not recorded:
        raise UsageError("--notify tells what changed, and only a history knows that", "Add --history.")
    return targets_of(wishes)


def _notify(report: Report, recorded: Recorded, targets: tuple[Target, ...], link: str | None) -> None:
    """Tell the news, if there are any. What does not arrive is said, quiet or not, and fails nothing."""
    from auditor.notification.news import news_of
    from auditor.notification.sending import send

    news = news_of(report, recorded, link)
    for name in send(news, targets) if news is not None else ():
        click.echo(f"notice: the notification did not reach URL {name} of --notify", err=True)


def _collect(
    judged: audit.Audit, wish: audit.LiveScan, statements: tuple[Statement, ...], *, quiet: bool
) -> audit.Collected:
    from auditor.cli.progress import stderr_progress

    if wish.resumed is not None and wish.resumed.whole:
        return audit.complete(wish.resumed, statements)
    try:
        with stderr_progress(quiet=quiet) as progress:
            return audit.collect_live(judged, wish, statements, progress)
    except Stopped as stopped:
        raise click.exceptions.Exit(tell_stopped_early(stopped.signal)) from None


_LIVE: Final = {
    "subscriptions": "--subscription",
    "management_group": "--management-group",
    "auth": "--auth",
    "save_snapshot": "--save-snapshot",
    "resume": "--resume",
    "no_models": "--no-models",
    "no_logs": "--no-logs",
    "no_probe": "--no-probe",
    "inspect_blobs": "--inspect-blobs",
    "batch_results": "--batch-results",
    "executor": "--executor",
    "scheduler": "--scheduler",
}
