"""Scans that were stopped, and scans that go on with what such a one has left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import click

from auditor.errors import UsageError
from auditor.saving import find_resumed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from auditor.audit import LiveScan

_STOPPED: Final = 128
"""Added to the number of the signal, as shells do: 130 for Ctrl-C, 143 for SIGTERM."""
_SCOPE: Final = {"cloud": "--cloud", "subscriptions": "--subscription", "management_group": "--management-group"}


def resumed(wish: LiveScan, file: Path, *, quiet: bool) -> LiveScan:
    """The wish with the scope of the scan that broke off. Whoever names a scope beside it has to name the same."""
    refuse_beside("--resume", {"save_snapshot": "--save-snapshot"}, "names a file, and --resume completes its own")
    found = find_resumed(file)
    for name, option in _SCOPE.items():
        began, now = getattr(found.asked, name), getattr(wish, name)
        if _given(name) and _comparable(began) != _comparable(now):
            raise UsageError(
                f"{option}: the scan in {found.source} was begun with {_words(began)}",
                f"Leave out {option}, or begin anew with --save-snapshot.",
            )
    if not quiet:
        snapshot = found.snapshot
        click.echo(
            f"resume: {found.source}, begun {_ago(found.age)}, holds {len(snapshot.resources)} resources, "
            f"{len(snapshot.reads)} lists and {len(snapshot.gaps)} gaps",
            err=True,
        )
    asked = found.asked
    return replace(
        wish,
        cloud=asked.cloud,
        subscriptions=asked.subscriptions,
        management_group=asked.management_group,
        save_to=found.path,
        resumed=found,
    )


def tell_stopped(signal: int, kept_in: Path | None) -> int:
    """Say on stderr what is left of a scan that was stopped, and what to do with it; the exit code."""
    if kept_in is None:
        click.echo("stopped: the report tells what was read so far, and is partial.", err=True)
        click.echo("hint: with --save-snapshot FILE, a scan that is stopped can be resumed.", err=True)
    else:
        click.echo(f"stopped: what was read so far is in {kept_in} and in the report, which is partial.", err=True)
        click.echo(f"hint: `auditor scan --resume {kept_in}` goes on.", err=True)
    return _STOPPED + signal


def tell_stopped_early(signal: int) -> int:
    """Say that a scan was stopped that had nothing to tell yet; the exit code."""
    click.echo("stopped: nothing was read yet.", err=True)
    return _STOPPED + signal


def refuse_beside(option: str, others: Mapping[str, str], why: str) -> None:
    """Options that make no sense beside another are no good; dropping them would mislead.

    What the configuration says is for all scans, and of no account here.
    """
    for name, other in others.items():
        if _given(name):
            raise UsageError(f"{other} {why}", f"Leave out {other} or {option}.")


def _given(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE


def _comparable(value: str | tuple[str, ...] | None) -> object:
    if isinstance(value, tuple):
        return {item.strip().lower().removeprefix("/subscriptions/") for item in value}
    return value.lower() if value is not None else None


def _words(value: str | tuple[str, ...] | None) -> str:
    if isinstance(value, tuple):
        return ", ".join(value) or "every subscription that it saw"
    return value or "no management group"


def _ago(age: timedelta) -> str:
    minutes = int(age / timedelta(minutes=1))
    return f"{minutes // 60} h {minutes % 60} min ago" if minutes >= 60 else f"{minutes} min ago"  # noqa: PLR2004
