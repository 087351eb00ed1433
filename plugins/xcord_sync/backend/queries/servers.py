"""Servers and their channels, changed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import Refused
from ..tables import Channel, Member, Server

MOST_OWNED = 50
MOST_CHANNELS = 200


async def lock(db: AsyncConnection, server: uuid.UUID) -> None:
    """Whoever changes members or channels of a server waits for one another.

    :raises Refused: ``no_such_server``, for it was just deleted.
    """
    query = select(Server.id).where(Server.id == server).with_for_update()
    if (await db.execute(query)).first() is None:
        raise Refused("no_such_server")


async def create(db: AsyncConnection, owner: uuid.UUID, name: str) -> Server:
    """A server without channels, and its owner.

    :raises Refused: ``limit_reached``.
    """
    owned = select(func.count()).where(Member.user_id == owner, Member.role == "owner")
    if (await db.execute(owned)).scalar_one() >= MOST_OWNED:
        raise Refused("limit_reached")
    made = Server(id=uuid.uuid4(), name=name)
    await db.execute(insert(Server).values(id=made.id, name=name))
    await db.execute(insert(Member).values(server_id=made.id, user_id=owner, role="owner"))
    return made


async def rename(db: AsyncConnection, server: uuid.UUID, name: str) -> None:
    """Gives it another name."""
    await db.execute(update(Server).where(Server.id == server).values(name=name))


async def name_of(db: AsyncConnection, server: uuid.UUID) -> str:
    """What it is called; the server must be locked."""
    return str((await db.execute(select(Server.name).where(Server.id == server))).scalar_one())


async def drop(db: AsyncConnection, server: uuid.UUID) -> str:
    """Deletes it with its members, channels, invites and bans; what it was called. It must be locked."""
    gone = delete(Server).where(Server.id == server).returning(Server.name)
    return str((await db.execute(gone)).scalar_one())


async def channels(db: AsyncConnection, server: uuid.UUID) -> list[Channel]:
    """Its channels, in their order."""
    query = select(Channel.id, Channel.name, Channel.user_limit, Channel.position)
    query = query.where(Channel.server_id == server).order_by(Channel.position, Channel.id)
    rows = (await db.execute(query)).all()
    return [
        Channel(id=row.id, name=row.name, user_limit=row.user_limit, position=row.position) for row in rows
    ]


async def add_channel(db: AsyncConnection, server: uuid.UUID, name: str, user_limit: int) -> Channel:
    """A new last channel.

    :raises Refused: ``limit_reached``.
    """
    there = await channels(db, server)
    if len(there) >= MOST_CHANNELS:
        raise Refused("limit_reached")
    position = there[-1].position + 1 if there else 0
    made = Channel(id=uuid.uuid4(), name=name, user_limit=user_limit)
    row = {"id": made.id, "server_id": server, "name": name, "user_limit": user_limit, "position": position}
    await db.execute(insert(Channel).values(**row))
    return made


async def change_channel(db: AsyncConnection, channel: uuid.UUID, **values: str | int) -> None:
    """Other words or another limit."""
    if values:
        await db.execute(update(Channel).where(Channel.id == channel).values(**values))


async def place_channel(db: AsyncConnection, there: Sequence[Channel], channel: uuid.UUID, at: int) -> None:
    """Puts a channel at a place among all of its server, or last where there are not as many."""
    others = [each.id for each in there if each.id != channel]
    others.insert(min(at, len(others)), channel)
    for position, id in enumerate(others):
        await db.execute(update(Channel).where(Channel.id == id).values(position=position))


async def drop_channel(db: AsyncConnection, channel: uuid.UUID) -> None:
    """Deletes it."""
    await db.execute(delete(Channel).where(Channel.id == channel))
