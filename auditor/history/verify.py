"""Holds a history against its own records: what was changed, removed or moved, and where."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from auditor.history.chain import CUT, RUN, Sealed, hash_lines, sha256, signed_by
from auditor.history.covered import (
    begun_line,
    carried_line,
    ended_line,
    granted_line,
    lapsed_line,
    whole_intervals,
    whole_waivers,
)
from auditor.history.recall import Floor
from auditor.history.tables import METADATA, chain, intervals, subjects, texts, waivers
from auditor.model.resource import resource_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy.engine import Connection

    from auditor.history.store import Store
    from auditor.model.reading import Json


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it. `problems` are sentences; `signed_through` is the last run that a good signature covers.

    A signature covers its own record and, through the chain, all records before it. `signers` are public keys.
    """

    runs: int
    head: str | None
    problems: tuple[str, ...]
    signed_through: int | None
    last_run: int | None
    signers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Entry:
    position: int
    kind: str
    run: int | None
    started: str
    sealed: Sealed
    data: dict[str, Any]

    @property
    def name(self) -> str:
        return f"run {self.run}" if self.kind == RUN else f"the cut at position {self.position}"


def verify(store: Store, trusted: str | None = None, expected: str | None = None) -> Verification:
    """Recompute all hashes and signatures. With `trusted`, a public key, only its signatures count.

    With `expected`, a digest that was noted elsewhere, the record of that digest must be there: the one thing that
    tells whether the newest records were cut off, or everything was made anew.
    """
    with store.reading() as connection:
        misfits = tuple(_misfits(connection))
        if misfits:  # no reading of the history gets past them, and no check of the rest does
            return Verification(0, None, misfits, None, None, ())
        entries, problems = _entries(connection)
        floor, carried = _floor(entries)
        problems += _links(entries, floor)
        problems += [problem for entry in entries for problem in _own(entry, trusted)]
        problems += _changes(connection, entries, floor, carried)
        problems += _derived(connection)
        problems += _premature(connection, floor)
    signed = [entry for entry in entries if _well_signed(entry, trusted)]
    problems += [
        f"{entry.name}: no signature covers it, and there are signatures before it"
        for entry in entries
        if entry.kind == CUT and signed and entry.position > signed[-1].position
    ]
    if expected is not None and expected.lower() not in {entry.sealed.digest for entry in entries}:
        problems.append(f"no record has the digest {expected}: it was removed, or the history was made anew")
    covered = [entry.run for entry in entries if signed and entry.run and entry.position <= signed[-1].position]
    numbers = [entry.run for entry in entries if entry.run is not None]
    return Verification(
        runs=len(numbers),
        head=entries[-1].sealed.digest if entries else None,
        problems=tuple(problems),
        signed_through=max(covered, default=None),
        last_run=max(numbers, default=None),
        signers=tuple(sorted({str(entry.data.get("signer")) for entry in signed})),
    )


def _entries(connection: Connection) -> tuple[list[_Entry], list[str]]:
    """The records that can be read, in order, and what is to be said of those that cannot."""
    found, problems = [], []
    for row in connection.execute(select(chain).order_by(chain.c.position)):
        sealed = Sealed(row.record, row.digest, row.signature)
        try:
            data = json.loads(row.record)
        except ValueError:
            data = None
        entry = _Entry(row.position, row.kind, row.run, row.started, sealed, data if isinstance(data, dict) else {})
        if not entry.data:
            problems.append(f"{entry.name}: its record is damaged")
        found.append(entry)
    return found, problems


def _floor(entries: Sequence[_Entry]) -> tuple[Floor, dict[str, Any]]:
    """Where the chain begins, by the last cut, and what that says; a cut that is none is no beginning."""
    cuts = [entry.data.get("cut") for entry in entries if entry.kind == CUT]
    cut = cuts[-1] if cuts else None
    if not isinstance(cut, dict) or not all(isinstance(cut.get(name), int) for name in ("through", "position")):
        return Floor(), {}
    return Floor(cut["through"], str(cut.get("latest"))), cut


def _links(entries: Sequence[_Entry], floor: Floor) -> Iterator[str]:
    """Whether each record follows the one before, and none is missing."""
    before: _Entry | None = None
    cut = _floor(entries)[1]
    position, run = int(cut.get("position", 0)), floor.run
    for entry in entries:
        if entry.position != position + 1:
            yield f"{_span(run + 1, entry.run, 'run')} missing before {entry.name} ({entry.position - position - 1} records)"
        wanted = cut.get("digest") if before is None else before.sealed.digest
        if entry.data and entry.position == position + 1 and entry.data.get("previous") != wanted:
            who = "what was pruned" if before is None and cut else "the beginning" if before is None else before.name
            yield f"{entry.name} does not follow {who}: one of the two was changed, replaced or moved"
        before, position, run = entry, entry.position, entry.run or run


def _span(first: int, following: int | None, noun: str) -> str:
    if following is None or following <= first:
        return "records are"
    return f"{noun} {first} is" if following == first + 1 else f"{noun}s {first} to {following - 1} are"


def _own(entry: _Entry, trusted: str | None) -> Iterator[str]:
    """Whether a record is what was hashed and signed, and stands where it was written."""
    if sha256(entry.sealed.record) != entry.sealed.digest:
        yield f"{entry.name}: its record was changed"
    if not entry.data:
        return
    written = entry.data.get("run") if entry.kind == RUN else None
    place = (entry.data.get("kind"), entry.data.get("position"))
    if place != (entry.kind, entry.position):
        yield f"{entry.name}: the record of position {place[1]} stands at position {entry.position}"
    elif isinstance(written, dict) and (written.get("number"), written.get("started")) != (entry.run, entry.started):
        yield f"{entry.name}: its row says another number or time than its record"
    cut = entry.data.get("cut") if entry.kind == CUT else None
    if isinstance(cut, dict) and (None, cut.get("before")) != (entry.run, entry.started):
        yield f"{entry.name}: its row says another number or time than its record"
    signer = entry.data.get("signer")
    if signer is None:
        if entry.sealed.signature is not None:
            yield f"{entry.name}: it has a signature, and its record names no key"
    elif not signed_by(entry.sealed, str(signer)):
        yield f"{entry.name}: its signature is {'missing' if entry.sealed.signature is None else 'wrong'}"
    elif trusted is not None and signer != trusted:
        yield f"{entry.name}: it is signed with another key, {signer}"


def _well_signed(entry: _Entry, trusted: str | None) -> bool:
    signer = entry.data.get("signer")
    return isinstance(signer, str) and signer == (trusted or signer) and signed_by(entry.sealed, signer)


def _changes(connection: Connection, entries: Sequence[_Entry], floor: Floor, cut: dict[str, Any]) -> Iterator[str]:
    """Whether intervals and waivers are as the records of their runs, or the cut, say."""
    lines, carried = _lines(connection, floor)
    known = {entry.run: entry for entry in entries if entry.run is not None and entry.data}
    for number, entry in sorted(known.items()):
        stated = entry.data.get("changes")
        if not isinstance(stated, dict) or stated.get("sha256") != hash_lines(lines[number]):
            yield f"run {number}: what it changed was edited afterwards{_how(stated, lines[number])}"
    for number in sorted(set(lines) - set(known)):
        yield f"run {number}: {len(lines[number])} changes are there, and no record of it"
    if cut and cut.get("carried") != hash_lines(carried):
        yield "what was carried over when the history was pruned was edited afterwards"
    elif carried and not cut:
        yield f"{len(carried)} intervals or waivers began before the first run"


def _lines(connection: Connection, floor: Floor) -> tuple[defaultdict[int, list[Json]], list[Json]]:
    """What is in the tables, by the run whose record covers it, and what the last cut covers."""
    lines: defaultdict[int, list[Json]] = defaultdict(list)
    carried: list[Json] = []
    for query, begun, old, ended in (
        (whole_intervals(), begun_line, carried_line, ended_line),
        (whole_waivers(), granted_line, granted_line, lapsed_line),
    ):
        for row in connection.execute(query).mappings():
            if row["first_run"] > floor.run:
                lines[row["first_run"]].append(begun(row))
            else:
                carried.append(old(row))
            if row["until_run"] is not None:
                lines[row["until_run"]].append(ended(row))
    return lines, carried


def _misfits(connection: Connection) -> Iterator[str]:
    """Values that are not of the type of their column, which SQLite stores without a word."""
    if connection.dialect.name != "sqlite":
        return
    for table in METADATA.sorted_tables:
        wrong = [
            func.typeof(column).not_in(["integer" if column.type.python_type is int else "text", "null"])
            for column in table.columns
        ]
        number = connection.execute(select(func.count()).select_from(table).where(or_(*wrong))).scalar_one()
        if number:
            yield f"table {table.name}: {number} {'row holds' if number == 1 else 'rows hold'} a value of the wrong type"


def _derived(connection: Connection) -> Iterator[str]:
    """Whether the columns that the auditor searches by follow from the values that the records cover."""
    for subject in connection.execute(select(subjects.c.resource_key, subjects.c.resource_id)):
        if subject.resource_key != resource_key(subject.resource_id):
            yield f"resource {subject.resource_id} and its search key differ: one of the two was edited afterwards"
    for text in connection.execute(select(texts.c.id, texts.c.sha256, texts.c.text)):
        if text.sha256 != sha256(text.text):
            yield f"text {text.id} and its hash differ: one of the two was edited afterwards"


def _premature(connection: Connection, floor: Floor) -> Iterator[str]:
    """Whether what lasts has no end, and what no cut carried over has none of a cut's times: no record covers those."""
    ends = (intervals.c.last_run, intervals.c.last_seen, intervals.c.until, intervals.c.ending)
    for table, columns, where, words in (
        (intervals, ends, intervals.c.until_run.is_(None), "no run ended it, and it has an end"),
        (waivers, (waivers.c.until,), waivers.c.until_run.is_(None), "no run ended it, and it has an end"),
        (
            intervals,
            (intervals.c.seen_run, intervals.c.seen_at),
            intervals.c.first_run > floor.run,
            "it was not carried over by a cut, and has the times of one",
        ),
    ):
        wrong = select(table.c.id).where(where, or_(*(column.is_not(None) for column in columns)))
        for row in connection.execute(wrong.order_by(table.c.id)):
            yield f"{table.name[:-1]} {row.id}: {words}"


def _how(stated: object, lines: Sequence[Json]) -> str:
    """How many there are in place of how many, where that differs."""
    if not isinstance(stated, dict):
        return ""
    found = Counter(line[0] for line in lines if isinstance(line, list))
    differing = [
        f"{found[name]} {name} in place of {stated.get(name)}"
        for name in ("begun", "ended", "granted", "lapsed")
        if stated.get(name) != found[name]
    ]
    return f" ({', '.join(differing)})" if differing else ""
