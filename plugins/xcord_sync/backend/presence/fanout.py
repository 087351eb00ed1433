"""Brings what happened, on whichever instance, to this one's sockets: PostgreSQL's LISTEN and NOTIFY.

A notice may carry the changes themselves; where their numbers do not follow the last one seen, or it
carries none, they are read from the table, as they are after the connection was lost.
"""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import asyncpg

from ..news import TOPIC as DIRECTORY
from .line import OUTAGE, Line, connect, dsn, told_apart
from .statements import TOPIC

log = logging.getLogger("xcord.server")

ALIVE_EVERY = 10.0
MOST_MISSED = 5000


@dataclass(frozen=True)
class Seen:
    """A numbered change."""

    seq: int
    channel: str
    user: str
    here: bool


@dataclass
class Ears:
    """Who is told, on this loop: changes in their order; words for one user (a JSON message), or for all who
    see a server but one user; that servers changed, with the users whom it concerns though they are no
    members now; that logins of a user ended; and, when notices may have been missed, to look again
    (``anew``, true: changes were missed, too)."""

    changed: Callable[[list[Seen]], None]
    said: Callable[[str, bytes], None]
    said_of: Callable[[str, str, bytes], None]
    servers: Callable[[list[str], list[str]], None]
    logins: Callable[[str], None]
    anew: Callable[[bool], None]


class Fanout:
    """One listening connection per instance."""

    def __init__(self, url: str, ears: Ears) -> None:
        self._dsn, self._ears = dsn(url), ears
        self._line = Line(url)
        self.seq = -1  # the newest change that was told here
        self.listening = asyncio.Event()

    async def run(self) -> None:
        """Listens until it is cancelled; connects again by itself."""
        pause = 0.1
        while True:
            try:
                connection = await connect(self._dsn)
                try:
                    with told_apart(connection):
                        await self._listen(connection)
                finally:
                    connection.terminate()
            except OUTAGE as error:
                if self.listening.is_set():
                    log.warning("the database's notices cannot be heard (%s)", type(error).__name__)
            if self.listening.is_set():
                pause = 0.1
            self.listening.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, 3.0)

    async def say(self, user: str, message: bytes) -> None:
        """Sends a message to all sockets of a user, at whichever instance."""
        await self._notify({"to": user, "say": message.decode()})

    async def close(self) -> None:
        """Hangs up."""
        await self._line.close()

    async def _notify(self, content: dict[str, Any]) -> None:
        async with self._line.use() as db:
            await db.execute("SELECT pg_notify($1, $2)", TOPIC, json.dumps(content, separators=(",", ":")))

    async def _listen(self, connection: asyncpg.Connection[Any]) -> None:
        notices: asyncio.Queue[str | None] = asyncio.Queue()
        connection.add_termination_listener(lambda _: notices.put_nowait(None))
        for topic in (TOPIC, DIRECTORY):
            await connection.add_listener(topic, lambda *told: notices.put_nowait(told[3]))
        first = self.seq < 0
        whole = await self._read(connection)
        self.listening.set()
        self._ears.anew(not whole or first)
        while True:
            try:
                async with asyncio.timeout(ALIVE_EVERY):
                    told = await notices.get()
            except TimeoutError:
                await connection.execute("SELECT 1")
                continue
            if told is None:
                raise ConnectionError("the connection ended")
            await self._told(json.loads(told), connection)

    async def _told(self, notice: dict[str, Any], connection: asyncpg.Connection[Any]) -> None:
        if "changes" in notice:
            changes = [Seen(*each) for each in notice["changes"]]
            if changes and changes[0].seq == self.seq + 1:
                self._pass_on(changes)
            elif (not changes or changes[-1].seq > self.seq) and not await self._read(connection):
                self._ears.anew(True)
        elif "of" in notice:
            self._ears.said_of(notice["of"], notice["but"], notice["say"].encode())
        elif "say" in notice:
            self._ears.said(notice["to"], notice["say"].encode())
        elif "server" in notice:
            self._ears.servers([notice["server"]], notice["users"])
        elif "account" in notice:
            rows = await connection.fetch(
                "SELECT server_id FROM members WHERE user_id = $1", uuid.UUID(notice["account"])
            )
            self._ears.servers([str(row[0]) for row in rows], [notice["account"]])
        elif "logins" in notice:
            self._ears.logins(notice["logins"])

    async def _read(self, connection: asyncpg.Connection[Any]) -> bool:
        """Takes the changes after the last one from the table; whether none can have been missed."""
        newest: int = await connection.fetchval("SELECT coalesce(max(seq), 0) FROM presence_changes")
        if self.seq < 0 or newest < self.seq or newest - self.seq > MOST_MISSED:
            known, self.seq = self.seq, newest
            return known == newest
        rows = await connection.fetch(
            "SELECT seq, channel_id, user_id, kind FROM presence_changes WHERE seq > $1 ORDER BY seq",
            self.seq,
        )
        self._pass_on([Seen(r[0], str(r[1]), str(r[2]), r[3] == "joined") for r in rows])
        return True

    def _pass_on(self, changes: list[Seen]) -> None:
        if changes:
            self.seq = changes[-1].seq
            self._ears.changed(changes)


async def since(line: Line, seq: int, channels: list[uuid.UUID]) -> list[Seen] | None:
    """The changes after ``seq`` in some channels; ``None`` when they are not all kept any more."""
    async with line.use() as db:
        oldest, newest = await db.fetchrow(
            "SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM presence_changes"
        )
        if not oldest - 1 <= seq <= newest or newest - seq > MOST_MISSED:
            return None
        rows = await db.fetch(
            """SELECT seq, channel_id, user_id, kind FROM presence_changes
               WHERE seq > $1 AND channel_id = ANY($2::uuid[]) ORDER BY seq""",
            seq,
            channels,
        )
    return [Seen(row[0], str(row[1]), str(row[2]), row[3] == "joined") for row in rows]
