"""Writes what changed, for people."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Final

import click

from auditor.history.drift import KINDS
from auditor.report.wording import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from auditor.history.drift import Change

_MOST: Final = 20
"""How many changes of a kind are written out; `history diff` without limit has all."""
_STATES: Final = {
    "pass": "passes",
    "fail": "fails",
    "unknown": "unknown",
    "waived": "waived",
    "notSeen": "not seen",
    None: "nothing",
}
_ENDINGS: Final = {
    "gone": "the resource is gone",
    "notApplicable": "the rule does not apply any more",
    "ruleGone": "the rule was taken out",
}


def write_changes(changes: Sequence[Change], *, err: bool = False, most: int | None = _MOST) -> None:
    """Write the counts, and the changes by kind."""
    counted = Counter(item.kind for item in changes)
    found = ", ".join(f"{counted[kind]} {words}" for kind, words in KINDS.items() if counted[kind])
    click.echo(f"changed: {found or 'nothing'}", err=err)
    for kind, group in groupby(changes, key=lambda item: item.kind):
        items = list(group)
        click.echo(f"{KINDS[kind]}:", err=err)
        for item in items[:most]:
            click.echo(f"  {_line(item)}", err=err)
        if most is not None and len(items) > most:
            click.echo(f"  and {len(items) - most} more; `auditor history diff` has all", err=err)


def _line(item: Change) -> str:
    if item.ending is not None:
        how = f"{_STATES[item.before]} before; {_ENDINGS.get(item.ending, item.ending)}"
    else:
        how = f"{_STATES[item.before]} -> {_STATES[item.after]}"
    told = f": {visible(item.message)}" if item.message and item.after in {"fail", "unknown"} else ""
    return f"{visible(item.rule)}  {item.severity:<8}  {visible(item.resource_name)} ({how}){told}"
