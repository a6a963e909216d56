"""What the audits of a period covered: days, subscriptions, gaps by reason, and what they judged by."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.report.period.period_report import Change, Day, GapRow, ScopeRow
from auditor.report.period.timeline import worse
from auditor.report.period.watch import DAY, moment_of, scope_key, seconds_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from auditor.history.period import Run, State
    from auditor.model.reading import Json
    from auditor.report.period.period_report import Lapse, What
    from auditor.report.period.watch import Watch


def calendar(parts: Iterable[Sequence[State | None]], days: int) -> tuple[State | None, ...]:
    """The worst of several rows of days."""
    worst: list[State | None] = [None] * days
    for part in parts:
        for day, state in enumerate(part):
            if state is not None:
                worst[day] = worse(worst[day], state)
    return tuple(worst)


def days(runs: Sequence[Run], worst: Sequence[State | None], lapses: Sequence[Lapse], watch: Watch) -> tuple[Day, ...]:
    """Every day of the period, with the lapses that were open at its end."""
    audits: defaultdict[int, list[Run]] = defaultdict(list)
    for run in runs:
        audits[watch.day_of(seconds_of(run.started))].append(run)
    open_at = _open_at_ends(lapses, watch)
    return tuple(
        Day(
            date=moment_of((watch.first_day + day) * DAY)[:10],
            audits=len(audits[day]),
            complete=sum(run.complete for run in audits[day]),
            worst=worst[day],
            open=open_at[day] if audits[day] else None,
        )
        for day in range(watch.days)
    )


def _open_at_ends(lapses: Sequence[Lapse], watch: Watch) -> list[int]:
    """How many lapses were open in the last second of each day."""
    steps = [0] * (watch.days + 1)
    for lapse in lapses:
        steps[max(watch.day_of(seconds_of(lapse.first_seen)), 0)] += 1
        if lapse.ended is not None:
            steps[watch.day_of(seconds_of(lapse.ended))] -= 1
    counted, number = [], 0
    for step in steps[:-1]:
        number += step
        counted.append(number)
    return counted


def scopes(runs: Sequence[Run], watch: Watch) -> tuple[ScopeRow, ...]:
    """Each subscription (or file) that an audit looked at."""
    named: dict[str, str] = {}
    seen: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        for scope in run.scope:
            key = scope_key(scope)
            named.setdefault(key, scope)
            seen[key].append(run)
    rows = []
    for key, scope in sorted(named.items()):
        looking = seen[key]
        gaps = [run for run in looking if any(scope_key(_subscription(gap[0])) == key for gap in run.unseen)]
        on = {watch.day_of(seconds_of(run.started)) for run in looking}
        rows.append(ScopeRow(scope, len(looking), len(on), len(gaps), looking[-1].started))
    return tuple(rows)


def _subscription(scope: str) -> str:
    """The subscription in which a gap lies; a gap elsewhere names itself."""
    parts = scope.split("/")
    return "/".join(parts[:3]) if scope.lower().startswith("/subscriptions/") else scope


def gaps(runs: Sequence[Run]) -> tuple[GapRow, ...]:
    """What could not be read, by reason; what most audits lacked comes first."""
    found: defaultdict[tuple[str, str], list[tuple[Run, str]]] = defaultdict(list)
    for run in runs:
        for scope, operation, reason in run.unseen:
            found[reason, operation].append((run, scope))
    rows = [
        GapRow(
            reason=reason,
            operation=operation,
            audits=len({run.number for run, _ in where}),
            scopes=tuple(sorted({scope for _, scope in where})),
            first=where[0][0].started,
            last=where[-1][0].started,
        )
        for (reason, operation), where in found.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.audits, row.reason, row.operation)))


def changes(runs: Sequence[Run]) -> tuple[Change, ...]:
    """What the audits judged by, where it changed from one to the next of the same kind."""
    by_kind: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        by_kind[run.kind].append(run)
    found = [change for of_kind in by_kind.values() for one, two in pairwise(of_kind) for change in _between(one, two)]
    return tuple(sorted(found, key=lambda change: change.run))


def _between(one: Run, two: Run) -> list[Change]:
    names = sorted({*one.parameters, *two.parameters})
    looked_at: list[tuple[What, str, Json, Json]] = [
        ("profile", "profile", one.profile, two.profile),
        *(("rule added", rule, None, rule) for rule in sorted({*two.rules} - {*one.rules})),
        *(("rule removed", rule, rule, None) for rule in sorted({*one.rules} - {*two.rules})),
        *(("parameter", name, one.parameters.get(name), two.parameters.get(name)) for name in names),
        ("wording of rules", "SHA-256", one.policy_hash, two.policy_hash),
        ("tool", "version", one.tool, two.tool),
    ]
    return [
        Change(two.number, two.started, what, name, before, after)
        for what, name, before, after in looked_at
        if before != after
    ]
