"""Removes from calls who may not (any longer) be there, and tells them why before.

A removal ends no token: somebody may come back with a valid one. So everybody who comes is looked at, and
everybody who is there at each comparison; ``since``, when they asked for the call, tells somebody who
comes back with an old token from somebody who was let in again.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Iterable, Sequence

import msgspec

from ... import contract
from . import ledger
from .book import Session, takeovers
from .counters import Counters
from .fanout import Fanout
from .line import OUTAGE, Line
from .sfu import NoAnswer, Sfu

log = logging.getLogger("xcord.server")

MOVED = "xcord.moved"  # the topic by which a call is told the same
GATHER_SECONDS = 0.05  # who comes meanwhile is looked at together, once apps have been told of their coming
HEARD_SECONDS = 0.2  # for the word to arrive before the removal
CALLED_SECONDS = 5.0  # for an app to move by itself
TRIES = 3

# Who is there needs no seat any more (``queries.joining``).
_REASONS = """
    WITH sat AS (
        DELETE FROM seats s USING unnest($1::uuid[], $2::uuid[]) AS given (channel, usr)
        WHERE s.channel_id = given.channel AND s.user_id = given.usr)
    SELECT given.at, CASE
        WHEN c.id IS NULL THEN 'no_such_channel'
        WHEN b.user_id IS NOT NULL THEN 'banned'
        WHEN m.user_id IS NULL THEN 'no_member'
        ELSE 'removed' END AS reason
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) WITH ORDINALITY AS given (channel, usr, since, at)
    LEFT JOIN channels c ON c.id = given.channel
    LEFT JOIN members m ON m.server_id = c.server_id AND m.user_id = given.usr
    LEFT JOIN bans b ON b.server_id = c.server_id AND b.user_id = given.usr
    WHERE c.id IS NULL OR m.user_id IS NULL OR b.user_id IS NOT NULL OR EXISTS (
        SELECT 1 FROM audit a WHERE a.server_id = c.server_id AND a.action = 'person.remove'
            AND a.subject = given.usr::text AND a.detail->>'channel' = given.channel::text
            AND a.at > given.since AND a.at > now() - interval '25 hours') OR EXISTS (
        SELECT 1 FROM audit a WHERE a.server_id IS NULL AND a.action = 'account.sign_out'
            AND a.subject = given.usr::text AND a.at > given.since AND a.at > now() - interval '25 hours')"""


class Warden:
    """One per instance; it looks at who came by the webhooks that this instance applied."""

    def __init__(self, url: str, sfu: Sfu, fanout: Fanout, counters: Counters) -> None:
        self._line, self._sfu, self._fanout, self._counters = Line(url), sfu, fanout, counters
        self._work: set[asyncio.Task[None]] = set()
        self._came: list[Session] = []
        self._here: dict[uuid.UUID, list[Session]] = {}  # of who came, as the newest batch left it

    def look(self, came: Sequence[Session], here: Iterable[Session]) -> None:
        """In the background: whether those who came may stay, and whose call on another device ends."""
        if not came:
            return
        if not self._came:
            self._begin(self._gather())
        self._came += came
        sessions = list(here)
        self._here.update({each.user: [] for each in sessions})
        for each in sessions:
            self._here[each.user].append(each)

    async def check(self, everybody: Sequence[Session]) -> None:
        """The same for all at once, to its end."""
        await self._look(list(everybody), list(everybody))

    async def expel(self, channels: Sequence[uuid.UUID], user: uuid.UUID | None, reason: str) -> None:
        """Begins to end calls; what does not succeed is found again by the next comparison."""
        try:
            found = await ledger.of_people(self._line, channels, user)
        except OUTAGE as error:
            log.warning("nobody could be removed yet (%s)", type(error).__name__)
            return
        for session in found:
            self._begin(self._remove(session, reason))

    async def sign_out(self, user: uuid.UUID) -> None:
        """Begins to end all calls of an account. Without a word: its apps hear that their login has ended.
        Who does not listen is put out all the same."""
        try:
            found = await ledger.of_account(self._line, user)
        except OUTAGE as error:
            log.warning("whoever signed out could not be put out yet (%s)", type(error).__name__)
            return
        for session in found:
            self._begin(self._out(session))

    async def call(self, sessions: Sequence[Session], to: uuid.UUID) -> None:
        """Asks apps to move to another channel; who does not is removed from the old one."""
        for session in sessions:
            word = contract.Called(device=session.device, channel=str(session.channel), to=str(to))
            await self._fanout.say(str(session.user), msgspec.json.encode(word))
            self._begin(self._see_off(session))

    async def tell_muted(self, sessions: Sequence[Session], source: str) -> None:
        """So that their apps show what was done to them."""
        for each in sessions:
            word = contract.Muted(device=each.device, channel=str(each.channel), source=source)
            await self._say(each, msgspec.json.encode(word))

    async def close(self) -> None:
        """Leaves undone what takes longer."""
        for task in self._work:
            task.cancel()
        if self._work:
            await asyncio.wait(self._work, timeout=2)
        await self._line.close()

    def _begin(self, work: object) -> None:
        assert asyncio.iscoroutine(work)
        task = asyncio.ensure_future(work)
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def _gather(self) -> None:
        await asyncio.sleep(GATHER_SECONDS)
        came, self._came = self._came, []
        here, self._here = self._here, {}
        still = {session.key: session for theirs in here.values() for session in theirs}
        await self._look([each for each in came if each.key in still], list(still.values()))

    async def _look(self, came: list[Session], here: list[Session]) -> None:
        try:
            reasons = await self._reasons(came)
        except OUTAGE as error:
            log.warning("who came could not be looked at yet (%s)", type(error).__name__)
            return
        gone = {session.key for session, _ in reasons}
        over = takeovers(session for session in here if session.key not in gone)
        work = [self._remove(session, reason) for session, reason in reasons]
        work += [self._move(each.old, each.new) for each in over]
        await asyncio.gather(*work)

    async def _reasons(self, sessions: list[Session]) -> list[tuple[Session, str]]:
        async with self._line.use() as db:
            rows = await db.fetch(
                _REASONS,
                [session.channel for session in sessions],
                [session.user for session in sessions],
                [session.since for session in sessions],
            )
        return [(sessions[row["at"] - 1], row["reason"]) for row in rows]

    async def _remove(self, session: Session, reason: str) -> None:
        word = contract.Removed(device=session.device, channel=str(session.channel), reason=reason)
        await self._say(session, msgspec.json.encode(word))
        await self._out(session)

    async def _move(self, old: Session, new: Session) -> None:
        word = contract.Moved(
            device=old.device, channel=str(old.channel), to_device=new.device, to_channel=str(new.channel)
        )
        await self._say(old, msgspec.json.encode(word))
        try:
            await self._sfu.tell(old.room, _identity(old), MOVED)
        except NoAnswer as error:
            log.warning("a device could not be told that its call was moved: %s", error)
        await self._out(old)

    async def _see_off(self, session: Session) -> None:
        await asyncio.sleep(CALLED_SECONDS)
        try:
            there = await ledger.of_people(self._line, [session.channel], session.user)
        except OUTAGE:
            return
        if session.key in {each.key for each in there}:
            await self._out(session)

    async def _say(self, session: Session, message: bytes) -> None:
        try:
            await self._fanout.say(str(session.user), message)
        except OUTAGE as error:
            log.warning("a person could not be told what was done (%s)", type(error).__name__)

    async def _out(self, session: Session) -> None:
        await asyncio.sleep(HEARD_SECONDS)
        for attempt in range(TRIES):
            try:
                if await self._sfu.remove(session.room, _identity(session)):
                    self._counters.count("removals")
                return
            except NoAnswer as error:
                self._counters.count("sfu_failures")
                log.warning("a removal was not carried out: %s", error)
            await asyncio.sleep(0.3 * 2**attempt)


def _identity(session: Session) -> str:
    return f"{session.user}:{session.device}"
