"""What all instances count together for a short time. Unlogged tables, emptied by a crash of the database."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import DateTime
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from .base import Base


class Attempt(Base):
    """The moments of attempts with one credential that still count; worth nothing after ``until``."""

    __tablename__ = "attempts"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[bytes] = mapped_column(primary_key=True)
    times: Mapped[list[datetime]] = mapped_column(ARRAY(DateTime(timezone=True)))
    refused: Mapped[bool]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class Ring(Base):
    """Somebody is called into a channel by somebody who is in its call, ``until`` then at most."""

    __tablename__ = "rings"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    channel_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    by: Mapped[uuid.UUID]
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Seat(Base):
    """A place in a channel with a limit, kept for somebody who was given a token and is not there yet."""

    __tablename__ = "seats"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    channel_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
