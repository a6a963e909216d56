"""The database: opened, brought to the newest schema, and read or written in one transaction at a time."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event, inspect, text
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from auditor.errors import HistoryError
from auditor.history.tables import METADATA, REVISION
from auditor.history.url import history_url
from auditor.model.whole_file import OURS_ALONE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Connection, Engine

_LOG: Final = logging.getLogger(__name__)
BUSY_SECONDS: Final = 60
"""How long a writer waits for another: recording takes a second or two."""
MIGRATIONS: Final = Path(__file__).parent / "migrations"
_LOCK: Final = 0x61756469746F72  # any number does, so long as all use the same
_WRITES: Final = "auditor_writes"


class Store:
    """A history. `reading` sees one state of it throughout; `writing` is alone, and leaves all of its work or nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def where(self) -> str:
        """The address, without the password."""
        url = self._engine.url
        return str(url.database) if self._engine.dialect.name == "sqlite" else url.render_as_string()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the history as it is now, whatever others write meanwhile."""
        level = {} if self._engine.dialect.name == "sqlite" else {"isolation_level": "REPEATABLE READ"}
        with self._explained(), self._engine.connect() as plain:
            connection = plain.execution_options(**level)
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that no other writes beside; what it did is there when the block ends, or else nothing of it."""
        with self._explained(), self._engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                if connection.dialect.name != "sqlite":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
                yield connection

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """What a user can mend becomes a `HistoryError`; what is wrong with our statements stays what it is."""
        try:
            yield
        except (OperationalError, InterfaceError, DatabaseError) as error:
            if type(error) not in {OperationalError, InterfaceError, DatabaseError}:
                raise
            raise HistoryError(
                f"the history {self.where} cannot be used: {_first_line(error.orig)}",
                "Look whether the file or the server is there, is a history, and lets you write; then run again.",
            ) from error


def open_store(address: str | None, *, create: bool = True) -> Store:
    """Open a history by what `--history` says, and bring it to the newest schema.

    Without `create`, a file that is not there is an error and not an empty history.
    """
    url = history_url(address)
    if url.get_backend_name() == "sqlite":
        _make_ready(Path(str(url.database)), create=create)
    store = Store(_engine(url))
    _LOG.info("history: %s", store.where)
    try:
        _upgrade(store)
    except BaseException:
        store.close()
        raise
    return store


def _make_ready(path: Path, *, create: bool) -> None:
    if not create and not path.exists():
        raise HistoryError(f"there is no history {path}", "`auditor scan --history` begins one.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(OURS_ALONE, exist_ok=True)  # SQLite takes an empty file for a new one, and keeps its permissions
    except OSError as error:
        raise HistoryError(
            f"the history {path} cannot be made: {error.strerror or error}", "Name another file with --history."
        ) from error


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    # Python's driver begins transactions when it thinks best, which is too late for the lock and for what is read
    # before it: SQLAlchemy's page on SQLite, "Serializable isolation / Savepoints / Transactional DDL".
    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        _keep_a_log(connection)
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _keep_a_log(connection: Any, pause: float = 0.05) -> None:
    """Switch to write-ahead mode. Where others do so at the same moment, SQLite does not wait but refuses; so we do."""
    for _ in range(int(BUSY_SECONDS / pause)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(pause)
        else:
            return
    raise sqlite3.OperationalError("database is locked")


def _upgrade(store: Store) -> None:
    """Bring the schema up to date, alone; several runners may meet an empty database at the same time."""
    with store.reading() as connection:
        found = _revision(connection)
    if found == REVISION:
        return
    with store.writing() as connection:
        found = _revision(connection)
        if found == REVISION:
            return
        tables = set(inspect(connection).get_table_names())
        if found is None and tables & set(METADATA.tables):
            raise HistoryError(
                f"{store.where} holds tables that are no history", "Name another file or database with --history."
            )
        migrate(connection, store.where)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def migrate(connection: Connection, where: str, revision: str = REVISION) -> None:
    """Run the migrations up to a revision within the transaction of a connection."""
    from alembic import command  # noqa: PLC0415 - only a new or an old history needs it
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util.exc import CommandError  # noqa: PLC0415

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise HistoryError(
            f"the history {where} was written by another version of the auditor: {error}",
            "Update this one: a newer version reads what an older one wrote, not the other way round.",
        ) from error


def _first_line(error: object) -> str:
    return next(iter(str(error).strip().splitlines()), "no reason given")
