"""Who is being called into which channel, told the same by all instances."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from ...happenings import RING_SECONDS
from ..tables import VoiceSession

# Its time is up, or whoever called has gone without a word.
_OVER = """(r.until <= clock_timestamp() OR NOT EXISTS (SELECT FROM voice_sessions v
    WHERE v.channel_id = r.channel_id AND v.user_id = r.by AND v.left_at IS NULL))"""
_BEGIN = text(f"""
    INSERT INTO rings AS r (channel_id, user_id, by, until)
    VALUES (:channel, :user, :by, clock_timestamp() + interval '{RING_SECONDS} seconds')
    ON CONFLICT (channel_id, user_id) DO UPDATE SET
        by = excluded.by, until = CASE WHEN {_OVER} THEN excluded.until ELSE r.until END
        WHERE r.by = excluded.by OR {_OVER}
    RETURNING greatest(1, ceil(extract(epoch FROM r.until - clock_timestamp())))::int""")
_END = text("""
    DELETE FROM rings r WHERE channel_id = :channel AND user_id = :user AND until > clock_timestamp()
        AND (r.by = :me OR r.user_id = :me)
    RETURNING r.by""")


async def present(db: AsyncConnection, channel: uuid.UUID, users: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Who of some people is in a channel's call."""
    here = (VoiceSession.channel_id == channel, VoiceSession.left_at.is_(None))
    query = select(VoiceSession.user_id).where(*here, VoiceSession.user_id.in_(users))
    return set((await db.execute(query)).scalars())


async def begin(db: AsyncConnection, channel: uuid.UUID, user: uuid.UUID, by: uuid.UUID) -> int | None:
    """Calls somebody. A ring of the same two that is out already goes on as it is.

    :returns: for how many seconds more; ``None`` when somebody else is calling them there.
    """
    row = {"channel": channel, "user": user, "by": by}
    seconds: int | None = (await db.execute(_BEGIN, row)).scalar_one_or_none()
    return seconds


async def end(db: AsyncConnection, channel: uuid.UUID, user: uuid.UUID, me: uuid.UUID) -> uuid.UUID | None:
    """Ends it, as one of the two. Who called; ``None`` when there is no such ring of mine."""
    row = {"channel": channel, "user": user, "me": me}
    by: uuid.UUID | None = (await db.execute(_END, row)).scalar_one_or_none()
    return by
