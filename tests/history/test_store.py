"""Opening a history: new ones, old ones, and what is none."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, insert, text
from sqlalchemy.exc import IntegrityError

from auditor.errors import HistoryError
from auditor.history.recall import list_intervals, list_runs, period
from auditor.history.record import record
from auditor.history.store import MIGRATIONS, Store, _keep_a_log, _upgrade, migrate, open_store
from auditor.history.tables import METADATA, REVISION, chain, intervals, subjects, texts
from auditor.history.url import history_url
from auditor.history.verify import verify
from tests.history.builders import assessment, day, drawn


def test_the_code_knows_the_newest_migration() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == REVISION


def test_a_new_history_has_the_tables_that_the_code_uses(address: str) -> None:
    store = open_store(address)
    with store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
    store.close()


def test_opening_again_changes_nothing(address: str) -> None:
    for number in (1, 2):
        store = open_store(address)
        record(store, assessment(number, {"s": "F"}))
        store.close()
    store = open_store(address)
    assert drawn(list_intervals(store)) == {"s": "F1-2"}
    store.close()


def test_a_history_of_the_schema_before_is_brought_up_to_date(address: str) -> None:
    """Written as the code of that time did: without the columns and tables that came later."""
    engine = create_engine(history_url(address))
    with engine.begin() as connection:
        migrate(connection, "", "0001")
        donor = _donor()
        for table in (chain, subjects, texts, intervals):
            rows = [
                {key: value for key, value in row.items() if not key.startswith("seen_")} for row in donor[table.name]
            ]
            connection.execute(insert(table), rows)
    engine.dispose()
    store = open_store(address)
    assert drawn(list_intervals(store)) == {"s": "F1-1>2 P2-2"}
    assert verify(store).problems == ()
    record(store, assessment(3, {"s": "F"}, waivers=({"rule": "x"},)))
    assert drawn(list_intervals(store)) == {"s": "F1-1>2 P2-2>3 F3-3"}
    assert period(store, day(3), day(4)).waivers == ({"rule": "x"},)
    assert verify(store).problems == ()
    store.close()


def _donor() -> dict[str, list[dict[str, object]]]:
    """The rows of a history of two runs."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(str(Path(folder) / "donor.db"))
        record(store, assessment(1, {"s": "F"}))
        record(store, assessment(2, {"s": "P"}))
        with store.reading() as connection:
            rows = {
                table.name: [dict(row) for row in connection.execute(table.select()).mappings()]
                for table in (chain, subjects, texts, intervals)
            }
        store.close()
    return rows


def test_another_runner_may_have_been_faster_to_bring_it_up_to_date(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter([None, REVISION])
    monkeypatch.setattr("auditor.history.store._revision", lambda _connection: next(answers))
    _upgrade(store)
    assert next(answers, "asked twice") == "asked twice"


class Refusing:
    """A connection that refuses some times."""

    def __init__(self, times: int, words: str = "database is locked") -> None:
        self.times = times
        self.words = words

    def execute(self, _statement: str) -> None:
        self.times -= 1
        if self.times >= 0:
            raise sqlite3.OperationalError(self.words)


def test_write_ahead_mode_is_tried_until_nobody_else_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.history.store.time.sleep", lambda _seconds: None)
    connection = Refusing(3)
    _keep_a_log(connection, pause=0.001)
    assert connection.times == -1
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        _keep_a_log(Refusing(100), pause=20)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        _keep_a_log(Refusing(1, "readonly"))


def test_a_history_of_a_later_version_is_refused(address: str) -> None:
    store = open_store(address)
    with store.writing() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    store.close()
    with pytest.raises(HistoryError, match="another version"):
        open_store(address)


def test_tables_of_somebody_else_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE chain (x)")
    with pytest.raises(HistoryError, match="no history"):
        open_store(str(path))


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "h.db"
    path.write_text("not a database, but quite a long text all the same\n" * 40, encoding="utf-8")
    with pytest.raises(HistoryError, match="not a database"):
        open_store(str(path))


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(HistoryError, match="cannot be made"):
        open_store(str(tmp_path / "file" / "below" / "h.db"))


def test_folders_are_made(tmp_path: Path) -> None:
    open_store(str(tmp_path / "new" / "folder" / "h.db")).close()
    assert (tmp_path / "new" / "folder" / "h.db").exists()


def test_reading_needs_a_history(tmp_path: Path) -> None:
    with pytest.raises(HistoryError, match="there is no history"):
        open_store(str(tmp_path / "h.db"), create=False)
    assert not (tmp_path / "h.db").exists()


def test_a_server_that_is_not_there_is_an_error_without_the_password() -> None:
    with pytest.raises(HistoryError) as caught:
        open_store("postgresql://me:secret@localhost:1/audits?connect_timeout=2")
    assert "secret" not in str(caught.value)


def test_our_own_mistakes_keep_their_traceback(address: str) -> None:
    store = open_store(address)
    row = {"id": 1, "sha256": "0", "text": "twice"}
    with pytest.raises(IntegrityError), store.writing() as connection:
        connection.execute(insert(texts), [row, row])
    store.close()


def test_who_reads_sees_one_state(address: str) -> None:
    store, other = open_store(address), open_store(address)
    record(store, assessment(1, {"s": "F"}))
    with store.reading() as connection:
        before = connection.execute(text("SELECT count(*) FROM chain")).scalar()
        record(other, assessment(2, {"s": "P"}))
        assert connection.execute(text("SELECT count(*) FROM chain")).scalar() == before == 1
    assert len(list_runs(store)) == 2
    store.close()
    other.close()


def test_a_damaged_record_is_an_error_that_names_it(store: Store) -> None:
    record(store, assessment(1, {"s": "F"}))
    with store.writing() as connection:
        connection.execute(text("UPDATE chain SET record = '{}'"))
    with pytest.raises(HistoryError, match="record 1"):
        list_runs(store)
