"""Runs in a chain of records, and intervals of states."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the first tables."""
    op.create_table(
        "chain",
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        sa.Column("started", sa.String(32), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_chain"),
        sa.UniqueConstraint("run", name="uq_chain_run"),
    )
    op.create_table(
        "subjects",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("resource_key", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_subjects"),
    )
    op.create_index("ix_subjects_resource_key", "subjects", ["resource_key"])
    op.create_table(
        "texts",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_texts"),
        sa.UniqueConstraint("sha256", name="uq_texts_sha256"),
    )
    op.create_table(
        "intervals",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("subject", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("severity", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("last_known", sa.String(16), nullable=True),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.String(32), nullable=False),
        sa.Column("last_run", sa.Integer(), nullable=True),
        sa.Column("last_seen", sa.String(32), nullable=True),
        sa.Column("until_run", sa.Integer(), nullable=True),
        sa.Column("until", sa.String(32), nullable=True),
        sa.Column("ending", sa.String(16), nullable=True),
        sa.ForeignKeyConstraint(["message"], ["texts.id"], name="fk_intervals_message"),
        sa.ForeignKeyConstraint(["subject"], ["subjects.id"], name="fk_intervals_subject"),
        sa.PrimaryKeyConstraint("id", name="pk_intervals"),
    )
    op.create_index("ix_intervals_until_run", "intervals", ["until_run"])
