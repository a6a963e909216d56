"""The tables of a history. What Alembic makes of them, step by step, stands in `migrations/versions`.

An interval names its resource and its message by number, because a thousand intervals share a few of them. It holds its
own times, so that it still says when it began after the run that opened it was pruned.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

REVISION: Final = "0002"
"""The newest migration: the schema that this code reads and writes."""

METADATA: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

chain: Final = Table(
    "chain",
    METADATA,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("run", Integer, nullable=True, unique=True),
    Column("started", String(32), nullable=False),
    Column("record", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("signature", String(128), nullable=True),
)
"""One row a record, as it was hashed, byte for byte: `kind` is run or cut."""

subjects: Final = Table(
    "subjects",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("resource_key", Text, nullable=False),
    Column("resource_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("location", Text, nullable=True),
)
"""A resource as it was written at one time."""

texts: Final = Table(
    "texts",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("text", Text, nullable=False),
)
"""Messages of findings, each once."""

intervals: Final = Table(
    "intervals",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("subject", ForeignKey("subjects.id"), nullable=False),
    Column("anchor", Text, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("last_known", String(16), nullable=True),
    Column("message", ForeignKey("texts.id"), nullable=False),
    Column("first_run", Integer, nullable=False),
    Column("first_seen", String(32), nullable=False),
    Column("last_run", Integer, nullable=True),
    Column("last_seen", String(32), nullable=True),
    Column("until_run", Integer, nullable=True),
    Column("until", String(32), nullable=True),
    Column("ending", String(16), nullable=True),
    Column("seen_run", Integer, nullable=True),
    Column("seen_at", String(32), nullable=True),
)
"""`anchor` holds the subscriptions that a run must have had in its scope to have judged this (see `sightings`), and is
empty where that is the one that the resource lies in.

`last_run` and `last_seen` are empty while it lasts: the runs tell. What those that were pruned told stands in `seen_run`
and `seen_at`.
"""

waivers: Final = Table(
    "waivers",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("content", Text, nullable=False),
    Column("first_run", Integer, nullable=False),
    Column("first_seen", String(32), nullable=False),
    Column("until_run", Integer, nullable=True),
    Column("until", String(32), nullable=True),
)
"""A waiver that was in force: from the first run that had it to the first that had it no more."""

Index(None, intervals.c.until_run)
Index(None, subjects.c.resource_key)
