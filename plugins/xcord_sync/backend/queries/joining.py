"""All that decides whether somebody gets a token for a channel, in one statement."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from .logins import LOGIN_LIVES, USE_NOTED_EVERY, Account
from .places import Place

SEAT_SECONDS = 30  # from a token to being in the call; who is slower is counted when they are there

_LOOK = text("""
    SELECT u.id, u.login, u.name, u.avatar, u.role, t.used_at, c.server_id, m.role AS rank,
           coalesce(c.user_limit, 0) AS user_limit, clock_timestamp() AS asked,
           EXISTS (SELECT 1 FROM bans b WHERE b.server_id = c.server_id AND b.user_id = u.id) AS banned
    FROM login_tokens t
    JOIN users u ON u.id = t.user_id
    LEFT JOIN channels c ON c.id = CAST(:channel AS uuid)
    LEFT JOIN members m ON m.server_id = c.server_id AND m.user_id = u.id
    WHERE t.token_hash = :token_hash""")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:channel, 0))")
_SIT = text(f"""
    INSERT INTO seats (channel_id, user_id, until)
    SELECT CAST(:channel AS uuid), CAST(:user AS uuid), now() + interval '{SEAT_SECONDS} seconds'
    WHERE :always OR :most > (SELECT count(*) FROM (
        SELECT user_id FROM voice_sessions WHERE channel_id = :channel AND left_at IS NULL
        UNION SELECT user_id FROM seats WHERE channel_id = :channel AND until > now()) taken
        WHERE user_id <> :user)
    ON CONFLICT (channel_id, user_id) DO UPDATE SET until = excluded.until
    RETURNING until""")


@dataclass(frozen=True)
class Wish:
    """Somebody at a channel's door; ``place`` is ``None`` where there is no such channel for them.

    ``asked`` is when, by the database's clock: which of two calls came later, or a call or a removal, is told
    by it, and the clocks of instances may differ."""

    account: Account
    place: Place | None
    banned: bool
    user_limit: int
    use_due: bool  # that the login is in use should be noted
    asked: datetime


async def look(db: AsyncConnection, token_hash: bytes, channel: uuid.UUID | None) -> Wish | None:
    """Looks everything up; ``None`` when the login has ended."""
    row = (await db.execute(_LOOK, {"token_hash": token_hash, "channel": channel})).first()
    if row is None or row.used_at < row.asked - LOGIN_LIVES:
        return None
    place = None if channel is None or row.rank is None else Place(row.server_id, row.rank, channel)
    due = row.used_at < row.asked - USE_NOTED_EVERY
    return Wish(Account(*row[:5]), place, row.banned, row.user_limit, due, row.asked)


async def sit(db: AsyncConnection, channel: uuid.UUID, user: uuid.UUID, most: int, always: bool) -> bool:
    """Takes a seat in a channel with a limit, for those who are asked at once by all instances in turn;
    ``always``: also beyond the limit. Whether there was one."""
    await db.execute(_LOCK, {"channel": str(channel)})  # the next statement sees what the last one kept
    row = {"channel": channel, "user": user, "most": most, "always": always}
    return (await db.execute(_SIT, row)).first() is not None
