"""What all tables share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DateTime, MetaData, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ROLES = "role IN ('owner', 'moderator', 'member')"


class Base(DeclarativeBase):
    """Names of keys and constraints follow one rule, so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def written() -> Mapped[datetime]:
    """When the row was written, by the database's clock."""
    return mapped_column(DateTime(timezone=True), server_default=func.now())


def moment() -> Mapped[datetime | None]:
    """A point in time, or not yet."""
    return mapped_column(DateTime(timezone=True))
