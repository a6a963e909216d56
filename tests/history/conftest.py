"""Histories to try: in an SQLite file, and in a real PostgreSQL that is started for the tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.history.store import Store, open_store
from tests.history.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What `--history` takes, for each kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "history.db")
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty history in an SQLite file."""
    opened = open_store(str(tmp_path / "history.db"))
    yield opened
    opened.close()
