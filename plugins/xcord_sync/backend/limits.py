"""Rate limits on credentials and calls: how many attempts in a window of time, at all instances together."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from sqlalchemy import text

from .store import Store

# One statement, so attempts at once wait for each other at the row. What is older than the window falls out
# each time, so a row holds at most as many moments as the limit allows.
_BEGIN = text("""
    INSERT INTO attempts AS a (key, times, refused, until)
    VALUES (:key, ARRAY[clock_timestamp()], false, clock_timestamp() + make_interval(secs => :window))
    ON CONFLICT (key) DO UPDATE SET (times, refused, until) = (
        SELECT CASE WHEN count(*) < :limit THEN array_append(array_agg(t ORDER BY t), clock_timestamp())
                    ELSE array_agg(t ORDER BY t) END,
               count(*) >= :limit,
               clock_timestamp() + make_interval(secs => :window)
        FROM unnest(a.times) t WHERE t > clock_timestamp() - make_interval(secs => :window))
    RETURNING CASE WHEN refused
        THEN greatest(1, ceil(extract(epoch FROM times[1] - clock_timestamp()) + :window))::int ELSE 0 END""")
_FORGIVE = text(
    "UPDATE attempts SET times = trim_array(times, 1) WHERE key = :key AND cardinality(times) > 0"
)


@dataclass(frozen=True)
class Attempts:
    """At most ``limit`` attempts per key in ``window`` seconds. ``name`` tells what is attempted; keys hold
    addresses, logins and accounts, so only their hash is kept, and no longer than the window."""

    name: str
    limit: int
    window: float

    async def begin(self, store: Store, key: str) -> int:
        """Counts an attempt before it is made, so that a burst at once is counted too.

        :returns: 0 when it may be made, else in how many seconds the next one may.
        """
        async with store.change() as db:
            row = {"key": self._key(key), "limit": self.limit, "window": self.window}
            return int((await db.execute(_BEGIN, row)).scalar_one())

    async def forgive(self, store: Store, key: str) -> None:
        """The newest attempt was a good one and does not count."""
        async with store.change() as db:
            await db.execute(_FORGIVE, {"key": self._key(key)})

    def _key(self, key: str) -> bytes:
        return hashlib.sha256(f"{self.name}\0{key}".encode("utf-8", "replace")).digest()
