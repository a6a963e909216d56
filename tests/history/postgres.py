"""A PostgreSQL of Debian's, started in a scratch folder and reached through a socket there; nothing of it is left."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg

from tests.needs import need

PROGRAMS = Path("/usr/lib/postgresql")
_NUMBERS = count(1)


@dataclass(frozen=True)
class Server:
    """A server that runs; `folder` holds its socket."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def new_database(self) -> str:
        """Make an empty database and return its URL."""
        name = f"history{next(_NUMBERS)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")  # type: ignore[call-overload]
        return self.url(name)


def programs() -> Path:
    """The folder of initdb and pg_ctl, which Debian keeps out of the path."""
    found = shutil.which("pg_ctl")
    versions = sorted(PROGRAMS.glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3].partition(".")[0]))
    chosen = Path(found) if found else versions[-1] if versions else None
    return need(chosen, "PostgreSQL (Debian's package postgresql)").parent


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server, as another user where we are root, which it refuses to run as."""
    tools = programs()
    folder = Path(tempfile.mkdtemp(prefix="auditor-pg-"))
    who: dict[str, object] = {}
    if os.geteuid() == 0:
        user = _somebody()
        os.chown(folder, user.pw_uid, user.pw_gid)
        who = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def run(name: str, *arguments: str) -> None:
        log = folder / "log"
        done = subprocess.run(
            [tools / name, *arguments],
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "HOME": str(folder)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            timeout=100,
            check=False,
            **who,
        )
        assert done.returncode == 0, done.stderr + (log.read_text(encoding="utf-8") if log.exists() else "")

    data = str(folder / "data")
    try:
        run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=30"
        run("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            yield Server(folder)
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "-w", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")
