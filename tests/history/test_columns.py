"""The law of `history verify`: whatever single value of a history is changed, it notices, or no reading uses the value."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from auditor.history.prune import prune
from auditor.history.recall import list_intervals, list_runs, period
from auditor.history.record import record
from auditor.history.store import Store, open_store
from auditor.history.tables import METADATA
from auditor.history.verify import verify
from tests.history.builders import RET, TLS, assessment, container_id, day, judged, store_id
from tests.history.keys import KEY

UNUSED = {
    "intervals.id": "a number that one statement uses to update the row it has just read; nothing refers to it",
    "waivers.id": "the same",
}
"""Columns of which no change is noticed, with the reason why no reading uses them."""
COLUMNS = [column for table in METADATA.sorted_tables for column in table.columns]


@pytest.fixture(scope="module", params=["whole", "pruned"])
def path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every kind of row: intervals that last, that ended, that a cut carried over; waivers of both kinds; signed runs."""
    found = tmp_path_factory.mktemp("history") / "h.db"
    store = open_store(str(found))
    waivers = ({"rule": TLS, "resource": "x", "reason": "because"}, {"rule": TLS, "resource": "y", "reason": "so"})
    audits = [
        assessment(1, {"s": "F", "t": "P", "u": "W", "v": "F"}, waivers=waivers),
        assessment(2, {"s": "F", "t": "P", "u": "W", "v": "P"}, waivers=waivers),
        assessment(3, {"s": "P", "t": "P", "u": "W", "v": "P"}, waivers=waivers[:1]),
        assessment(4, {"s": "P", "u": "F", "v": "P"}, waivers=waivers[:1]),
        assessment(5, [judged(TLS, store_id("u"), "F"), judged(RET, container_id("s", "c"), "U", location=None)]),
    ]
    for number, audit in enumerate(audits, 1):
        record(store, audit, KEY if number > 2 else None)
    if request.param == "pruned":
        assert prune(store, day(3, 0), KEY).runs == 2
    store.close()
    return found


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    opened = open_store(str(path))
    yield opened
    opened.close()


class Seen:
    """A history as one connection sees it, whose changes are never kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        yield self._connection


def others(column: Column[Any], value: object) -> list[object]:
    """What a value may be changed to: other ones of its type, some of the wrong type, and nothing where that may be."""
    if column.type.python_type is int:
        found: list[object] = [1000, "x"]
    else:
        found = [f"{value or ''}x", "", b"\x00"]
    return [item for item in [*found, *([None] if column.nullable else [])] if item != value]


def tampered(store: Store, column: Column[Any]) -> Iterator[tuple[str, Seen]]:
    """Change each value of a column in turn; the history is as it was afterwards."""
    table, name = column.table, column.name
    (key,) = table.primary_key.columns
    with store.reading() as connection:
        rows = connection.execute(select(key.label("key"), column.label("value"))).all()
    for row in rows:
        for other in others(column, row.value):
            with store.reading() as connection:
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                statement = f"UPDATE {table} SET {name} = ? WHERE {key.name} = ?"  # noqa: S608 - names of our own
                try:
                    connection.exec_driver_sql(statement, (other, row.key))
                except IntegrityError:
                    continue  # the database refuses it
                yield f"{row.value!r} became {other!r}", Seen(connection)
                connection.rollback()


def readings(seen: Any) -> tuple[object, ...]:
    return list_runs(seen), list_intervals(seen), period(seen, day(1, 0), day(28))


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_a_change_is_noticed_or_matters_to_nobody(store: Store, column: Column[Any]) -> None:
    assert verify(store).problems == ()
    tried = 0
    for what, seen in tampered(store, column):
        tried += 1
        if str(column) in UNUSED:
            assert readings(seen) == readings(store), what
        else:
            assert verify(seen).problems, what  # type: ignore[arg-type]
    assert tried
    assert verify(store).problems == ()


def test_the_unused_columns_are_columns() -> None:
    assert set(UNUSED) <= {str(column) for column in COLUMNS}
