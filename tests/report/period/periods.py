"""Small periods, written by hand: days are those of July 2026, audits begin at 02:00 UTC."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.history.period import Interval, Period, Run, State
from auditor.report.period.assemble import assemble
from auditor.report.period.period_report import PeriodReport, Title

SCOPE = "/subscriptions/11111111-1111-1111-1111-111111111111"
STORE = f"{SCOPE}/resourceGroups/docs/providers/Microsoft.Storage/storageAccounts/one"
RULE = "DI-TLS-002"


def at(day: int, hour: int = 2) -> str:
    return f"2026-07-{day:02d}T{hour:02d}:00:00Z"


def run(number: int, day: int, hour: int = 2, **other: Any) -> Run:
    usual: dict[str, Any] = {
        "number": number,
        "started": at(day, hour),
        "finished": at(day, hour + 1),
        "kind": "azure",
        "tool": "1",
        "scope": (SCOPE,),
        "profile": "baseline",
        "parameters": {},
        "policy_hash": "p",
        "rules": (RULE,),
        "complete": True,
        "counts": {},
    }
    return Run(**{**usual, **other})


def runs(days: Sequence[int]) -> tuple[Run, ...]:
    """An audit on each of the days; numbers are the days."""
    return tuple(run(day, day) for day in days)


def interval(
    state: State, first: int, last: int, until: int | None = None, until_moment: str | None = None, **other: Any
) -> Interval:
    """Seen so from the audit of one day to that of another, and otherwise on the day `until`."""
    until_moment = until_moment if until is None else at(until)
    usual: dict[str, Any] = {
        "rule": RULE,
        "fingerprint": "f",
        "resource_id": STORE,
        "resource_type": "Microsoft.Storage/storageAccounts",
        "resource_name": "one",
        "location": None,
        "severity": "high",
        "state": state,
        "first_seen": at(first),
        "last_seen": at(last),
        "first_run": first,
        "last_run": last,
        "until": until_moment,
        "ending": None if until_moment is None else "changed",
    }
    return Interval(**{**usual, **other})


def period(
    found: Sequence[Interval], days: Sequence[int] = range(1, 11), first: int = 1, last: int = 10, **other: Any
) -> Period:
    """From the first day to the last, both included."""
    return Period(at(first, 0), at(last + 1, 0), other.pop("runs", runs(days)), tuple(found), **other)


def report(found: Sequence[Interval], *args: Any, **other: Any) -> PeriodReport:
    made = period(found, *args, **other)
    return assemble(made, {}, Title("July", made.since, made.until, interim=False, made=made.until, tool="1"))
