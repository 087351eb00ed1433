"""Invites: codes that make whoever has one a member."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from ..errors import Refused
from ..tables import Invite, Member

MOST_AT_ONCE = 100  # per server
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"  # none that look alike
_LENGTH = 14  # 81 bits


@dataclass(frozen=True)
class Known:
    """An invite that can be accepted."""

    code: str
    server: uuid.UUID
    created_by: uuid.UUID
    expires_at: datetime | None
    uses_left: int | None


_KNOWN = (Invite.code, Invite.server_id, Invite.created_by, Invite.expires_at, Invite.uses_left)


async def create(
    db: AsyncConnection, server: uuid.UUID, by: uuid.UUID, lasts: int | None, uses: int | None
) -> Known:
    """A new one; ``lasts`` in seconds. The server must be locked.

    :raises Refused: ``limit_reached``.
    """
    if len(await every(db, server)) >= MOST_AT_ONCE:
        raise Refused("limit_reached")
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    expires = None if lasts is None else func.now() + timedelta(seconds=lasts)  # the clock that ends it
    row = {"code": code, "server_id": server, "created_by": by, "expires_at": expires, "uses_left": uses}
    return Known(*(await db.execute(insert(Invite).values(**row).returning(*_KNOWN))).one())


async def every(db: AsyncConnection, server: uuid.UUID) -> list[Known]:
    """A server's invites that are good, the newest first."""
    query = select(*_KNOWN).where(Invite.server_id == server, *_good()).order_by(Invite.created_at.desc())
    return [Known(*row) for row in (await db.execute(query)).all()]


async def server_of(db: AsyncConnection, code: str) -> uuid.UUID:
    """Where an invite leads.

    :raises Refused: ``no_such_invite``, also for one that has ended.
    """
    found = (await db.execute(select(Invite.server_id).where(Invite.code == code, *_good()))).scalar()
    if found is None:
        raise Refused("no_such_invite")
    return found


async def use(db: AsyncConnection, code: str) -> None:
    """Counts one use; of two who come for the last one, one is refused.

    :raises Refused: ``no_such_invite``.
    """
    one_less = update(Invite).where(Invite.code == code, *_good()).values(uses_left=Invite.uses_left - 1)
    if (await db.execute(one_less.returning(Invite.code))).first() is None:
        raise Refused("no_such_invite")


async def revoke(db: AsyncConnection, server: uuid.UUID, code: str) -> None:
    """It is of no more use.

    :raises Refused: ``no_such_invite``.
    """
    theirs = update(Invite).where(Invite.server_id == server, Invite.code == code, *_good())
    if (await db.execute(theirs.values(revoked_at=func.now()).returning(Invite.code))).first() is None:
        raise Refused("no_such_invite")


def _good() -> tuple[ColumnElement[bool], ...]:
    """Still to be accepted; those of somebody who has left ended with that."""
    still = select(Member.user_id).where(
        Member.server_id == Invite.server_id, Member.user_id == Invite.created_by, Member.role != "member"
    )
    return (
        Invite.revoked_at.is_(None),
        Invite.expires_at.is_(None) | (Invite.expires_at > func.now()),
        Invite.uses_left.is_(None) | (Invite.uses_left > 0),
        still.exists(),
    )
