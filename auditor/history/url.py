"""Where a history is: what `--history` takes becomes an address that SQLAlchemy knows."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from auditor.errors import UsageError, how_to_install

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT: Final = "default"
_SQLITE: Final = "sqlite"
_POSTGRESQL: Final = frozenset({"postgresql", "postgres"})
_HINT: Final = "Name a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE."


def default_file() -> Path:
    """The SQLite file in the folder that the platform has for data of ours."""
    return Path(platformdirs.user_data_dir("docintel-auditor", appauthor=False)) / "history.db"


def history_url(text: str | None, installed: Callable[[str], object] = find_spec) -> URL:
    """Read what the user gave: nothing or `default`, a file, or a URL of SQLite or PostgreSQL.

    Raises `UsageError` for any other database, and where the driver of PostgreSQL is not installed.
    """
    if not text or text == DEFAULT:
        return URL.create(_SQLITE, database=str(default_file()))
    if "://" not in text:
        return URL.create(_SQLITE, database=str(Path(text).expanduser()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:  # the text may hold a password
        raise UsageError("the URL of the history cannot be read", _HINT) from error
    if url.drivername == _SQLITE:
        if not url.database or url.database == ":memory:":
            raise UsageError("a history in memory is gone when the command ends", _HINT)
        return url
    if url.drivername.partition("+")[0] in _POSTGRESQL:
        if installed("psycopg") is None:
            raise UsageError("the driver of PostgreSQL is not installed", how_to_install("postgres"))
        return url.set(drivername="postgresql+psycopg")
    raise UsageError(f"a history in {url.drivername} is not supported", _HINT)
