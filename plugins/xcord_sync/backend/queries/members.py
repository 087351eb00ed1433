"""Who belongs to a server, and as what."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import Refused
from ..tables import Ban, Member, User


@dataclass(frozen=True)
class Person:
    """A member with the role on the server."""

    id: uuid.UUID
    name: str
    avatar: str
    role: str


_PERSON = select(User.id, User.name, User.avatar, Member.role).join_from(
    Member, User, Member.user_id == User.id
)


async def every(db: AsyncConnection, server: uuid.UUID) -> list[Person]:
    """All members, by name."""
    query = _PERSON.where(Member.server_id == server).order_by(User.name, User.id)
    return [Person(*row) for row in (await db.execute(query)).all()]


async def one(db: AsyncConnection, server: uuid.UUID, user: uuid.UUID) -> Person:
    """:raises Refused: ``no_such_member``."""
    query = _PERSON.where(Member.server_id == server, Member.user_id == user)
    row = (await db.execute(query)).first()
    if row is None:
        raise Refused("no_such_member")
    return Person(*row)


async def let_in(db: AsyncConnection, server: uuid.UUID, user: uuid.UUID) -> bool:
    """Makes somebody a member; ``False``: was one already.

    :raises Refused: ``banned``.
    """
    banned = select(Ban.user_id).where(Ban.server_id == server, Ban.user_id == user)
    if (await db.execute(banned)).first() is not None:
        raise Refused("banned")
    known = select(Member.role).where(Member.server_id == server, Member.user_id == user)
    if (await db.execute(known)).first() is not None:
        return False
    await db.execute(insert(Member).values(server_id=server, user_id=user, role="member"))
    return True


async def set_role(db: AsyncConnection, server: uuid.UUID, user: uuid.UUID, role: str) -> None:
    """:raises Refused: ``last_owner``; the server must be locked."""
    if role != "owner":
        await _keep_an_owner(db, server, user)
    theirs = (Member.server_id == server, Member.user_id == user)
    await db.execute(update(Member).where(*theirs).values(role=role))


async def drop(db: AsyncConnection, server: uuid.UUID, user: uuid.UUID) -> None:
    """:raises Refused: ``last_owner``; the server must be locked."""
    await _keep_an_owner(db, server, user)
    await db.execute(delete(Member).where(Member.server_id == server, Member.user_id == user))


async def follow(db: AsyncConnection, owner: uuid.UUID, user: uuid.UUID) -> list[uuid.UUID]:
    """Makes a user a member of every server of an owner; which these are."""
    theirs = select(Member.server_id, literal(user), literal("member"))
    theirs = theirs.where(Member.user_id == owner, Member.role == "owner")
    made = insert(Member).from_select(["server_id", "user_id", "role"], theirs).returning(Member.server_id)
    return list((await db.execute(made)).scalars())


async def _keep_an_owner(db: AsyncConnection, server: uuid.UUID, without: uuid.UUID) -> None:
    owners = (Member.server_id == server, Member.role == "owner", Member.user_id != without)
    if (await db.execute(select(func.count()).where(*owners))).scalar_one() == 0:
        raise Refused("last_owner")
