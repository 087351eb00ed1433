"""Servers and channels as one person sees them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from ..tables import Channel, Member, Server


@dataclass(frozen=True)
class Place:
    """A server, and a person's role on it."""

    server: uuid.UUID
    role: str
    channel: uuid.UUID | None = None


async def of_server(db: AsyncConnection, user: uuid.UUID, server: uuid.UUID) -> Place | None:
    """A member's place; ``None`` where there is no such server or the person is no member."""
    query = select(Member.role).where(Member.server_id == server, Member.user_id == user)
    role = (await db.execute(query)).scalar_one_or_none()
    return None if role is None else Place(server, role)


async def of_channel(db: AsyncConnection, user: uuid.UUID, channel: uuid.UUID) -> Place | None:
    """The same, for a channel's server."""
    query = (
        select(Member.server_id, Member.role)
        .join_from(Channel, Member, Member.server_id == Channel.server_id)
        .where(Channel.id == channel, Member.user_id == user)
    )
    row = (await db.execute(query)).first()
    return None if row is None else Place(row.server_id, row.role, channel)


async def seen_by(db: AsyncConnection, user: uuid.UUID) -> list[tuple[Server, str, Sequence[Channel]]]:
    """The servers that a user belongs to, with the user's role and the channels."""
    query = (
        select(Server.id, Server.name, Member.role, Channel.id, Channel.name, Channel.user_limit)
        .join_from(Member, Server, Member.server_id == Server.id)
        .outerjoin(Channel, Channel.server_id == Server.id)
        .where(Member.user_id == user)
        .order_by(Server.created_at, Server.id, Channel.position, Channel.id)
    )
    found: dict[uuid.UUID, tuple[Server, str, list[Channel]]] = {}
    for server, server_name, role, channel, name, limit in (await db.execute(query)).all():
        channels = found.setdefault(server, (Server(id=server, name=server_name), role, []))[2]
        if channel is not None:
            channels.append(Channel(id=channel, name=name, user_limit=limit))
    return list(found.values())
