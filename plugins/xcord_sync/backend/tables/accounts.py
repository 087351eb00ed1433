"""Who may come in: accounts, their logins and pictures."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import ROLES, Base, written


class User(Base):
    """An account. ``role`` is the role on this server end as a whole; ``password_hash`` is Argon2id;
    ``avatar`` is the hash of a picture in ``avatars``, or empty."""

    __tablename__ = "users"
    __table_args__ = (CheckConstraint(ROLES, name="role"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(64))
    avatar: Mapped[str] = mapped_column(String(512), server_default="")
    role: Mapped[str] = mapped_column(String(16))
    password_hash: Mapped[str] = mapped_column(String(256))
    created_at: Mapped[datetime] = written()


class LoginToken(Base):
    """A login on a device. Only the SHA-256 of the opaque token is kept."""

    __tablename__ = "login_tokens"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    device: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = written()
    used_at: Mapped[datetime] = written()


class Avatar(Base):
    """A person's picture; ``hash`` is its SHA-256 in hex, by which it is fetched."""

    __tablename__ = "avatars"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), index=True)
    type: Mapped[str] = mapped_column(String(16))
    content: Mapped[bytes]
    created_at: Mapped[datetime] = written()
