"""What all instances count together: attempts with credentials, and seats in channels with a limit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Makes the tables. Unlogged: a crash of the database may empty them, which opens a window once."""
    op.create_table(
        "attempts",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("times", ARRAY(_MOMENT), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_attempts")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_attempts_until"), "attempts", ["until"])
    op.create_table(
        "seats",
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("channel_id", "user_id", name=op.f("pk_seats")),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Removes them."""
    op.drop_table("seats")
    op.drop_table("attempts")
