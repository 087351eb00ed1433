"""Who belongs to a server."""

from __future__ import annotations

import uuid

from sqlalchemy import insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..tables import Member


async def follow(db: AsyncConnection, owner: uuid.UUID, user: uuid.UUID) -> None:
    """Makes a user a member of every server of an owner."""
    theirs = select(Member.server_id, literal(user), literal("member"))
    theirs = theirs.where(Member.user_id == owner, Member.role == "owner")
    await db.execute(insert(Member).from_select(["server_id", "user_id", "role"], theirs))
