"""Waivers by change, and when intervals were last seen before a cut."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what waivers and pruning need."""
    op.create_table(
        "waivers",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("first_run", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.String(32), nullable=False),
        sa.Column("until_run", sa.Integer(), nullable=True),
        sa.Column("until", sa.String(32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_waivers"),
    )
    op.add_column("intervals", sa.Column("seen_run", sa.Integer(), nullable=True))
    op.add_column("intervals", sa.Column("seen_at", sa.String(32), nullable=True))
