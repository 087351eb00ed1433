"""Who is in which call, as the SFU told. What it names is text without a limit: it comes from outside."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, SmallInteger, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base, moment, written

_HERE = text("left_at IS NULL")
_WAITING = text("applied_at IS NULL")


class VoiceSession(Base):
    """One connection to one incarnation of a room; ``left_at`` is empty while it lasts.

    Nothing refers to channels and users: an event may come after they were removed.
    """

    __tablename__ = "voice_sessions"
    __table_args__ = (
        CheckConstraint("source IN ('webhook', 'reconcile')", name="source"),
        Index("ix_voice_sessions_here_channel_id", "channel_id", postgresql_where=_HERE),
        Index("ix_voice_sessions_here_user_id", "user_id", postgresql_where=_HERE),
    )

    room_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    participant_sid: Mapped[str] = mapped_column(Text, primary_key=True)
    room: Mapped[str] = mapped_column(Text)
    channel_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]
    device: Mapped[str] = mapped_column(Text)
    joined_at: Mapped[datetime] = written()
    left_at: Mapped[datetime | None] = moment()
    source: Mapped[str] = mapped_column(String(16))


class WebhookEvent(Base):
    """An event of the SFU, as it came; ``applied_at`` is empty until it was acted on."""

    __tablename__ = "webhook_events"
    __table_args__ = (
        Index("ix_webhook_events_waiting_received_at", "received_at", postgresql_where=_WAITING),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    room: Mapped[str] = mapped_column(Text, server_default="")
    room_sid: Mapped[str] = mapped_column(Text, server_default="")
    participant_sid: Mapped[str] = mapped_column(Text, server_default="")
    created_at: Mapped[datetime | None] = moment()
    received_at: Mapped[datetime] = written()
    applied_at: Mapped[datetime | None] = moment()
    payload: Mapped[bytes]


class PresenceChange(Base):
    """A change that clients are told of, kept for an hour for those who come back."""

    __tablename__ = "presence_changes"
    __table_args__ = (Index(None, "at"),)

    seq: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = written()
    channel_id: Mapped[uuid.UUID]
    user_id: Mapped[uuid.UUID]
    device: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(16))


class PresenceVersion(Base):
    """One row; its number grows with everything that is written about who is in which call."""

    __tablename__ = "presence_version"
    __table_args__ = (CheckConstraint("id = 1", name="id"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger)
