"""Tells what a history knows: its runs, and how everything was in a stretch of time."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select

from auditor.errors import HistoryError
from auditor.history.assessment import moment
from auditor.history.chain import CUT, RUN, Sealed, run_of
from auditor.history.covered import whole_intervals, whole_waivers
from auditor.history.period import Interval, Period
from auditor.history.sightings import Sightings, restored
from auditor.history.tables import chain, intervals, waivers
from auditor.model.finding import fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.engine import Connection

    from auditor.history.period import Run
    from auditor.history.store import Store
    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Floor:
    """Where the history begins after it was pruned: the last run that is gone, and the latest start among those."""

    run: int = 0
    started: str = ""


def list_runs(store: Store) -> tuple[Run, ...]:
    """All runs, in the order in which they were recorded."""
    with store.reading() as connection:
        return tuple(runs_of(connection))


def list_intervals(store: Store) -> tuple[Interval, ...]:
    """All intervals, sorted by rule, resource and time."""
    with store.reading() as connection:
        return load_intervals(connection, runs_of(connection))


def period(store: Store, since: str, until: str) -> Period:
    """What happened from `since` (inclusive) to `until` (exclusive): the runs that began then, the intervals that overlap.

    What is said of an interval is what is known now, not what was known when the period ended.
    """
    since, until = moment(since), moment(until)
    with store.reading() as connection:
        runs = runs_of(connection)
        found = load_intervals(connection, runs, since, until)
        granted = _waivers(connection, since, until)
    within = tuple(run for run in runs if since <= run.started < until)
    return Period(since, until, within, found, granted)


def _waivers(connection: Connection, since: str, until: str) -> tuple[Mapping[str, Json], ...]:
    """What was waived at some time between: each waiver once, however often it came and went."""
    query = whole_waivers().where(or_(waivers.c.until.is_(None), waivers.c.until > since), waivers.c.first_seen < until)
    found = [json.loads(content) for content in sorted({row.content for row in connection.execute(query)})]
    return tuple(sorted(found, key=lambda item: (str(item.get("rule")), str(item.get("resource")))))


def load_intervals(
    connection: Connection, runs: Sequence[Run], since: str | None = None, until: str | None = None
) -> tuple[Interval, ...]:
    """The intervals that overlap a stretch of time, or all; sorted by rule, resource and time."""
    seen = Sightings(runs, floor_of(connection).started)
    query = whole_intervals()
    if since is not None:
        query = query.where(or_(intervals.c.until.is_(None), intervals.c.until > since))
    if until is not None:
        query = query.where(intervals.c.first_seen < until)
    found = [_interval(row, seen) for row in connection.execute(query)]
    return tuple(sorted(found, key=lambda item: (item.rule, item.resource_id.lower(), item.first_run)))


def _interval(row: Any, seen: Sightings) -> Interval:
    last_run, last_seen = row.last_run or row.seen_run, row.last_seen or row.seen_at
    if row.until_run is None:
        run = seen.last(restored(row.anchor, row.resource_id), row.rule)
        if run is not None and run.number >= row.first_run:
            last_run, last_seen = run.number, run.started
    return Interval(
        rule=row.rule,
        fingerprint=fingerprint(row.rule, row.resource_id),
        resource_id=row.resource_id,
        resource_type=row.type,
        resource_name=row.name,
        location=row.location,
        severity=row.severity,
        state=row.state,
        first_seen=row.first_seen,
        last_seen=last_seen or row.first_seen,
        first_run=row.first_run,
        last_run=last_run or row.first_run,
        until=row.until,
        ending=row.ending,
        last_known=row.last_known,
        message=row.text,
        until_run=row.until_run,
    )


def runs_of(connection: Connection) -> list[Run]:
    """The runs that a history holds. Raises `HistoryError` where a record is none."""
    query = select(chain.c.position, chain.c.record, chain.c.digest, chain.c.signature)
    found = []
    for row in connection.execute(query.where(chain.c.kind == RUN).order_by(chain.c.position)):
        try:
            found.append(run_of(Sealed(row.record, row.digest, row.signature)))
        except (ValueError, KeyError, TypeError) as error:
            raise HistoryError(
                f"record {row.position} of the history is damaged", "`auditor history verify` tells what else is."
            ) from error
    return found


def floor_of(connection: Connection) -> Floor:
    """Where the history begins, as its last cut says."""
    query = select(chain.c.record).where(chain.c.kind == CUT).order_by(chain.c.position.desc()).limit(1)
    record = connection.execute(query).scalar()
    if record is None:
        return Floor()
    cut = json.loads(record)["cut"]
    return Floor(cut["through"], cut["latest"])
