"""Alembic's entry: runs the migrations on the connection, and in the transaction, of `auditor.history.store`."""

from __future__ import annotations

from alembic import context

from auditor.history.tables import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
