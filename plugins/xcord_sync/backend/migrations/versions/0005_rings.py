"""Who is being called into which channel."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table. Unlogged: a crash of the database may empty it, and rings end by themselves."""
    op.create_table(
        "rings",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "user_id", name=op.f("pk_rings")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Removes it."""
    op.drop_table("rings")
