"""Takes an assessment into the history: one transaction, one record in the chain, and only the intervals that change."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from auditor.errors import HistoryError
from auditor.history.assessment import Judged, moment, storable
from auditor.history.chain import RUN, canonical, hash_lines, run_content, seal, sha256
from auditor.history.covered import begun_line, ended_line, granted_line, lapsed_line
from auditor.history.drift import Change, changes_of
from auditor.history.period import Run
from auditor.history.plan import Begun, Step, plan
from auditor.history.recall import floor_of, runs_of
from auditor.history.sightings import Sightings, restored, stored
from auditor.history.tables import chain, intervals, subjects, texts, waivers
from auditor.model.resource import resource_key
from auditor.model.types import subscription_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.engine import Connection

    from auditor.history.assessment import Assessment
    from auditor.history.period import Ending
    from auditor.history.store import Store
    from auditor.model.reading import Json

_AT_ONCE = 500
"""How many values one statement asks for; databases have a limit."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A run as it stands in the history now, and what it changed.

    `left_out` are the subscriptions that the audit before looked at and this one did not: their findings stay as they
    were, which may be a choice, or a right that was lost. `before` is when that audit began; None for the first.
    """

    run: Run
    changes: tuple[Change, ...]
    left_out: tuple[str, ...] = ()
    before: str | None = None


def record(store: Store, assessment: Assessment, key: Ed25519PrivateKey | None = None) -> Recorded:
    """Record an assessment, signed if there is a key. All of it is there when this returns, or nothing."""
    assessment = _clean(assessment)
    with store.writing() as connection:
        runs = runs_of(connection)
        floor = floor_of(connection)
        number = max([floor.run, *(run.number for run in runs)]) + 1
        run = _run(assessment, number)
        seen = Sightings([*runs, run], floor.started)
        steps = plan(_lasting(connection), assessment, run, seen)
        lines = [*_write_steps(connection, steps, run, seen), *_write_waivers(connection, assessment, run)]
        own = frozenset(run.scope)
        before = next((item for item in reversed(runs) if own & frozenset(item.scope)), None)
        left_out = () if before is None else tuple(item for item in before.scope if item not in own)
        began = None if before is None else before.started
        return Recorded(_write_run(connection, run, lines, key), changes_of(steps), left_out, began)


def _clean(assessment: Assessment) -> Assessment:
    """The same in the spelling of the history: times in UTC, keys of subscriptions, texts that every database takes."""
    findings = tuple(
        replace(
            item,
            resource_id=storable(item.resource_id),
            resource_type=storable(item.resource_type),
            resource_name=storable(item.resource_name),
            location=None if item.location is None else storable(item.location),
            message=storable(item.message),
        )
        for item in assessment.findings
    )
    scope = {resource_key(item) for item in assessment.scope}
    if not scope:  # a snapshot made by hand
        places = [*(item.resource_id for item in findings), *(item[0] for item in assessment.unseen)]
        scope = {own for place in places if (own := subscription_of(place)) is not None}
    return replace(
        assessment,
        started=moment(assessment.started),
        finished=None if assessment.finished is None else moment(assessment.finished),
        scope=tuple(sorted(storable(item) for item in scope)),
        rules=tuple(sorted(assessment.rules)),
        findings=findings,
        present=frozenset(resource_key(storable(item)) for item in assessment.present),
    )


def _run(assessment: Assessment, number: int) -> Run:
    if assessment.kind != "azure":
        raise HistoryError(
            "only audits of Azure have a history; this one is of infrastructure files",
            "Leave out --history. What the files say tomorrow stands in version control.",
        )
    return Run(
        number=number,
        started=assessment.started,
        finished=assessment.finished,
        kind=assessment.kind,
        tool=assessment.tool,
        scope=assessment.scope,
        profile=assessment.profile,
        parameters=dict(assessment.parameters),
        policy_hash=assessment.policy_hash,
        rules=assessment.rules,
        complete=assessment.complete,
        counts=dict(assessment.counts),
        unseen=assessment.unseen,
        snapshot_hash=assessment.snapshot_hash,
    )


def _lasting(connection: Connection) -> dict[tuple[str, str], Begun]:
    """The intervals that last, by pair."""
    columns = (
        intervals.c.id,
        intervals.c.rule,
        intervals.c.state,
        intervals.c.last_known,
        intervals.c.severity,
        intervals.c.anchor,
        intervals.c.first_run,
        subjects.c.resource_id,
        subjects.c.type,
        subjects.c.name,
        subjects.c.location,
    )
    query = select(*columns).join(subjects, subjects.c.id == intervals.c.subject).where(intervals.c.until_run.is_(None))
    found = {}
    for row in connection.execute(query):
        judged = Judged(row.rule, row.resource_id, row.type, row.name, row.location, row.severity, "unknown")
        found[judged.pair] = Begun(
            row.id, judged, row.state, restored(row.anchor, row.resource_id), row.first_run, row.last_known
        )
    return found


def _write_steps(connection: Connection, steps: Sequence[Step], run: Run, seen: Sightings) -> list[Json]:
    """Write what changes into the tables; return it as the lines that the record covers."""
    begun = [step.begun for step in steps if step.begun is not None]
    rows = _begun_rows(connection, begun, run)
    closed = [_ended_row(step.ended, step.ending, run, seen) for step in steps if step.ended is not None]
    if closed:
        names = ("last_run", "last_seen", "until_run", "until", "ending")
        changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
        connection.execute(
            update(intervals).where(intervals.c.id == bindparam("of")).values(changes),
            [{"of": row["id"], **{f"new_{name}": row[name] for name in names}} for row in closed],
        )
    if rows:
        connection.execute(insert(intervals), rows)
    return [
        *(begun_line({**row, **_words(item)}) for row, item in zip(rows, begun, strict=True)),
        *map(ended_line, closed),
    ]


def _words(begun: Begun) -> dict[str, Any]:
    """What a row says by number, in words."""
    judged = begun.judged
    return {
        "text": judged.message,
        "resource_id": judged.resource_id,
        "type": judged.resource_type,
        "name": judged.resource_name,
        "location": judged.location,
    }


def _write_waivers(connection: Connection, assessment: Assessment, run: Run) -> list[Json]:
    """Write which waivers are in force for the first time, and which no more; return that as lines, too."""
    given = {canonical(dict(item)) for item in assessment.waivers}
    query = select(waivers).where(waivers.c.until_run.is_(None))
    known = {row["content"]: dict(row) for row in connection.execute(query).mappings()}
    lapsed = [
        known[content] | {"until_run": run.number, "until": run.started} for content in sorted(known.keys() - given)
    ]
    granted = [
        {"id": number, "content": content, "first_run": run.number, "first_seen": run.started}
        for number, content in enumerate(sorted(given - known.keys()), _free(connection, waivers.c.id))
    ]
    for row in lapsed:
        ending = {name: row[name] for name in ("until_run", "until")}
        connection.execute(update(waivers).where(waivers.c.id == row["id"]).values(ending))
    if granted:
        connection.execute(insert(waivers), granted)
    return [*map(granted_line, granted), *map(lapsed_line, lapsed)]


def _ended_row(before: Begun, ending: Ending | None, run: Run, seen: Sightings) -> dict[str, Any]:
    last = seen.last(before.anchor, before.judged.rule, run.number)
    rule, key = before.judged.pair
    at = (None, None) if last is None or last.number < before.first_run else (last.number, last.started)
    return {
        "id": before.id,
        "rule": rule,
        "resource_key": key,
        "first_run": before.first_run,
        "last_run": at[0],
        "last_seen": at[1],
        "until_run": run.number,
        "until": run.started,
        "ending": ending,
    }


def _begun_rows(connection: Connection, begun: Sequence[Begun], run: Run) -> list[dict[str, Any]]:
    subject_ids = _subject_ids(connection, [item.judged for item in begun])
    text_ids = _text_ids(connection, {item.judged.message for item in begun})
    free = _free(connection, intervals.c.id)
    return [
        {
            "id": free + offset,
            "rule": item.judged.rule,
            "subject": subject_ids[_subject(item.judged)],
            "anchor": stored(item.anchor, item.judged.resource_id),
            "severity": item.judged.severity,
            "state": item.state,
            "last_known": item.last_known,
            "message": text_ids[item.judged.message],
            "first_run": run.number,
            "first_seen": run.started,
        }
        for offset, item in enumerate(begun)
    ]


def _subject(judged: Judged) -> tuple[str, str, str, str | None]:
    return judged.resource_id, judged.resource_type, judged.resource_name, judged.location


def _subject_ids(connection: Connection, judged: Sequence[Judged]) -> dict[tuple[str, str, str, str | None], int]:
    wanted = {_subject(item): item.pair[1] for item in judged}
    table = subjects.c
    found = {}
    for keys in _portions(sorted(set(wanted.values()))):
        query = select(table.id, table.resource_id, table.type, table.name, table.location)
        for row in connection.execute(query.where(table.resource_key.in_(keys))):
            found[row.resource_id, row.type, row.name, row.location] = row.id
    new = [item for item in wanted if item not in found]
    rows = [
        dict(
            zip(
                ("id", "resource_key", "resource_id", "type", "name", "location"),
                (number, wanted[item], *item),
                strict=True,
            )
        )
        for number, item in enumerate(new, _free(connection, table.id))
    ]
    if rows:
        connection.execute(insert(subjects), rows)
    return found | {item: row["id"] for item, row in zip(new, rows, strict=True)}


def _text_ids(connection: Connection, wanted: Iterable[str]) -> dict[str, int]:
    by_hash = {sha256(text): text for text in wanted}
    found: dict[str, int] = {}
    for hashes in _portions(sorted(by_hash)):
        for row in connection.execute(select(texts.c.id, texts.c.sha256).where(texts.c.sha256.in_(hashes))):
            found[by_hash[row.sha256]] = row.id
    new = [(name, text) for name, text in sorted(by_hash.items()) if text not in found]
    first = _free(connection, texts.c.id)
    rows = [{"id": number, "sha256": name, "text": text} for number, (name, text) in enumerate(new, first)]
    if rows:
        connection.execute(insert(texts), rows)
    return found | {text: number for number, (_, text) in enumerate(new, first)}


def _free(connection: Connection, column: Any) -> int:
    """The next number in a column; nobody else writes meanwhile."""
    return int(connection.execute(select(func.coalesce(func.max(column), 0))).scalar_one()) + 1


def _portions(items: Sequence[str]) -> Iterable[Sequence[str]]:
    return (items[start : start + _AT_ONCE] for start in range(0, len(items), _AT_ONCE))


def _write_run(connection: Connection, run: Run, lines: Sequence[Json], key: Ed25519PrivateKey | None) -> Run:
    """Write the record of the run, with the hash of the lines and how many there are of each kind."""
    head = connection.execute(
        select(chain.c.position, chain.c.digest).order_by(chain.c.position.desc()).limit(1)
    ).first()
    position = 1 if head is None else head.position + 1
    run = replace(run, previous=None if head is None else head.digest)
    counted = Counter(line[0] for line in lines if isinstance(line, list))
    changes = {name: counted[name] for name in ("begun", "ended", "granted", "lapsed")}
    sealed = seal(run_content(run, position, {**changes, "sha256": hash_lines(lines)}), key)
    row = {"position": position, "kind": RUN, "run": run.number, "started": run.started, "record": sealed.record}
    connection.execute(insert(chain), row | {"digest": sealed.digest, "signature": sealed.signature})
    return replace(run, digest=sealed.digest, signature=sealed.signature)
