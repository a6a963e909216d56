"""Forgets what is old, and leaves a record of that in the chain, so that the rest can still be verified."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from auditor.history.assessment import moment
from auditor.history.chain import CUT, hash_lines, seal
from auditor.history.covered import carried_line, granted_line, whole_intervals, whole_waivers
from auditor.history.recall import floor_of, runs_of
from auditor.history.sightings import Sightings, restored
from auditor.history.tables import chain, intervals, subjects, texts, waivers

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.engine import Connection

    from auditor.history.store import Store


@dataclass(frozen=True, slots=True)
class Pruned:
    """How much is gone, through which run, and the digest of the cut; nothing was done where `runs` is 0."""

    runs: int
    intervals: int
    through: int | None = None
    digest: str | None = None


def prune(store: Store, before: str, key: Ed25519PrivateKey | None = None) -> Pruned:
    """Remove the runs that began before a time, and the intervals that ended by then.

    What still lasted is carried over with its own times. Runs go in the order of recording, up to the first that is
    newer. The record of the cut is signed if there is a key.
    """
    before = moment(before)
    with store.writing() as connection:
        runs = runs_of(connection)
        old = list(takewhile(lambda run: run.started < before, runs))
        if not old:
            return Pruned(0, 0)
        floor = floor_of(connection)
        through = old[-1].number
        _remember_last_seen(connection, through, Sightings(old, floor.started))
        gone = connection.execute(delete(intervals).where(intervals.c.until_run <= through)).rowcount
        connection.execute(delete(waivers).where(waivers.c.until_run <= through))
        _drop_unused(connection)
        latest = max([floor.started, *(run.started for run in old)])
        digest = _cut(connection, through, {"before": before, "latest": latest, "intervals": gone}, key)
    return Pruned(len(old), gone, through, digest)


def _remember_last_seen(connection: Connection, through: int, seen: Sightings) -> None:
    """Write down when what lasts was last seen, while the runs that tell are still there."""
    columns = (intervals.c.id, intervals.c.anchor, intervals.c.rule, intervals.c.first_run, subjects.c.resource_id)
    query = select(*columns).join(subjects, subjects.c.id == intervals.c.subject)
    query = query.where(intervals.c.first_run <= through)
    rows = []
    for row in connection.execute(query.where(or_(intervals.c.until_run.is_(None), intervals.c.until_run > through))):
        run = seen.last(restored(row.anchor, row.resource_id), row.rule)
        if run is not None and run.number >= row.first_run:
            rows.append({"of": row.id, "run": run.number, "at": run.started})
    if rows:
        changes: dict[str, Any] = {"seen_run": bindparam("run"), "seen_at": bindparam("at")}
        connection.execute(update(intervals).where(intervals.c.id == bindparam("of")).values(changes), rows)


def _drop_unused(connection: Connection) -> None:
    connection.execute(delete(subjects).where(subjects.c.id.not_in(select(intervals.c.subject))))
    connection.execute(delete(texts).where(texts.c.id.not_in(select(intervals.c.message))))


def _cut(connection: Connection, through: int, content: dict[str, Any], key: Ed25519PrivateKey | None) -> str:
    """Remove the records, and write the one that says so."""
    last = connection.execute(select(chain.c.position, chain.c.digest).where(chain.c.run == through)).one()
    head = connection.execute(select(chain.c.position, chain.c.digest).order_by(chain.c.position.desc()).limit(1)).one()
    carried = [
        *(
            carried_line(row)
            for row in connection.execute(whole_intervals().where(intervals.c.first_run <= through)).mappings()
        ),
        *(
            granted_line(row)
            for row in connection.execute(whole_waivers().where(waivers.c.first_run <= through)).mappings()
        ),
    ]
    removed = connection.execute(select(func.count()).where(chain.c.position <= last.position)).scalar_one()
    cut = {"through": through, "position": last.position, "digest": last.digest, "records": removed}
    cut |= {"carried": hash_lines(carried), **content}
    position = head.position + 1
    sealed = seal({"kind": CUT, "position": position, "previous": head.digest, "cut": cut}, key)
    connection.execute(delete(chain).where(chain.c.position <= last.position))
    row = {"position": position, "kind": CUT, "run": None, "started": content["before"], "record": sealed.record}
    connection.execute(insert(chain), row | {"digest": sealed.digest, "signature": sealed.signature})
    return sealed.digest
