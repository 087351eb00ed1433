"""People's pictures."""

from __future__ import annotations

import hashlib
import uuid

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import Refused
from ..tables import Avatar, User


def type_of(content: bytes) -> str:
    """By its first bytes, whatever a request says about it.

    :raises Refused: ``not_a_picture``.
    """
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if content.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    raise Refused("not_a_picture")


async def put(db: AsyncConnection, user: uuid.UUID, content: bytes) -> str:
    """Somebody's picture from now on; its hash.

    :raises Refused: ``not_a_picture``.
    """
    row = {"hash": hashlib.sha256(content).hexdigest(), "type": type_of(content), "content": content}
    new = insert(Avatar).values(user_id=user, **row)
    await db.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=row))
    await db.execute(update(User).where(User.id == user).values(avatar=row["hash"]))
    return str(row["hash"])


async def drop(db: AsyncConnection, user: uuid.UUID) -> None:
    """Somebody has no picture from now on."""
    await db.execute(delete(Avatar).where(Avatar.user_id == user))
    await db.execute(update(User).where(User.id == user).values(avatar=""))


async def find(db: AsyncConnection, hash: str) -> tuple[str, bytes]:
    """Type and content.

    :raises Refused: ``not_found``.
    """
    row = (await db.execute(select(Avatar.type, Avatar.content).where(Avatar.hash == hash).limit(1))).first()
    if row is None:
        raise Refused("not_found")
    return row.type, row.content
