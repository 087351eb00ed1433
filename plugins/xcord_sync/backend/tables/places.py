"""Where people meet, and who may be there: servers, members, channels, invites, bans, and what was done."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from .base import ROLES, Base, moment, written


class Server(Base):
    """A community with channels and members."""

    __tablename__ = "servers"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = written()


class Member(Base):
    """Who belongs to a server, and as what."""

    __tablename__ = "members"
    __table_args__ = (CheckConstraint(ROLES, name="role"),)

    server_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(16))
    joined_at: Mapped[datetime] = written()


class Channel(Base):
    """A voice channel; its room on the SFU is ``vc_<id>``. ``user_limit`` 0 is none."""

    __tablename__ = "channels"
    __table_args__ = (Index(None, "server_id", "position"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    server_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    user_limit: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = written()


class Invite(Base):
    """A code that makes whoever has it a member, until ``expires_at`` and ``uses_left`` times (``None``:
    for ever, for everybody)."""

    __tablename__ = "invites"

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    server_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("servers.id", ondelete="CASCADE"), index=True)
    created_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    expires_at: Mapped[datetime | None] = moment()
    uses_left: Mapped[int | None]
    created_at: Mapped[datetime] = written()
    revoked_at: Mapped[datetime | None] = moment()


class Ban(Base):
    """Who may not come back to a server."""

    __tablename__ = "bans"

    server_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("servers.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("users.id", ondelete="SET NULL"))
    reason: Mapped[str] = mapped_column(String(256), server_default="")
    created_at: Mapped[datetime] = written()


class Audit(Base):
    """Who did what. It outlives what it names, so nothing in it refers to another table."""

    __tablename__ = "audit"
    __table_args__ = (Index(None, "server_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = written()
    actor: Mapped[uuid.UUID | None]
    action: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(64), server_default="")
    server_id: Mapped[uuid.UUID | None]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
