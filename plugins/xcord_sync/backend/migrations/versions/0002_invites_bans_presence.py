"""Pictures, user limits, invites, bans, the audit, and who is in which call."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _now(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False)


def _moment(name: str) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _text(name: str, length: int, default: str | None = None) -> sa.Column[str]:
    kind = sa.String(length) if length else sa.Text()
    return sa.Column(name, kind, server_default=default, nullable=False)


def _reference(table: str, column: str, to: str, then: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}")
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=name, ondelete=then)


def _key(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    """Makes the tables; every channel has no limit at first."""
    op.add_column("channels", sa.Column("user_limit", sa.Integer(), server_default="0", nullable=False))
    _accounts()
    _places()
    _presence()


def _accounts() -> None:
    op.create_table(
        "avatars",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _text("hash", 64),
        _text("type", 16),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _now("created_at"),
        _reference("avatars", "user_id", "users"),
        _key("avatars", "user_id"),
    )
    _index("avatars", "hash")


def _places() -> None:
    op.create_table(
        "invites",
        _text("code", 32),
        sa.Column("server_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        _moment("expires_at"),
        sa.Column("uses_left", sa.Integer(), nullable=True),
        _now("created_at"),
        _moment("revoked_at"),
        _reference("invites", "server_id", "servers"),
        _reference("invites", "created_by", "users"),
        _key("invites", "code"),
    )
    _index("invites", "server_id")
    op.create_table(
        "bans",
        sa.Column("server_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        _text("reason", 256, ""),
        _now("created_at"),
        _reference("bans", "server_id", "servers"),
        _reference("bans", "user_id", "users"),
        _reference("bans", "by", "users", "SET NULL"),
        _key("bans", "server_id", "user_id"),
    )
    _index("bans", "user_id")
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        _now("at"),
        sa.Column("actor", sa.Uuid(), nullable=True),
        _text("action", 32),
        _text("subject", 64, ""),
        sa.Column("server_id", sa.Uuid(), nullable=True),
        sa.Column("detail", JSONB(), server_default="{}", nullable=False),
        _key("audit", "id"),
    )
    _index("audit", "server_id", "id")


def _presence() -> None:
    op.create_table(
        "voice_sessions",
        _text("room_sid", 0),
        _text("participant_sid", 0),
        _text("room", 0),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _text("device", 0),
        _now("joined_at"),
        _moment("left_at"),
        _text("source", 16),
        sa.CheckConstraint("source IN ('webhook', 'reconcile')", name=op.f("ck_voice_sessions_source")),
        _key("voice_sessions", "room_sid", "participant_sid"),
    )
    here = sa.text("left_at IS NULL")
    for column in ("channel_id", "user_id"):
        name = op.f(f"ix_voice_sessions_here_{column}")
        op.create_index(name, "voice_sessions", [column], postgresql_where=here)
    op.create_table(
        "webhook_events",
        _text("id", 0),
        _text("kind", 0),
        _text("room", 0, ""),
        _text("room_sid", 0, ""),
        _text("participant_sid", 0, ""),
        _moment("created_at"),
        _now("received_at"),
        _moment("applied_at"),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        _key("webhook_events", "id"),
    )
    op.create_index(
        op.f("ix_webhook_events_waiting_received_at"),
        "webhook_events",
        ["received_at"],
        postgresql_where=sa.text("applied_at IS NULL"),
    )
    op.create_table(
        "presence_changes",
        sa.Column("seq", sa.BigInteger(), sa.Identity(), nullable=False),
        _now("at"),
        sa.Column("channel_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        _text("device", 0),
        _text("kind", 16),
        _key("presence_changes", "seq"),
    )
    _index("presence_changes", "at")


def downgrade() -> None:
    """Removes them, with all they hold. Nobody keeps a picture that can no longer be fetched."""
    tables = (
        "presence_changes", "webhook_events", "voice_sessions", "audit", "bans", "invites", "avatars",
    )  # fmt: skip
    for table in tables:
        op.drop_table(table)
    op.drop_column("channels", "user_limit")
    op.execute("UPDATE users SET avatar = ''")
