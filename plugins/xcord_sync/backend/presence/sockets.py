"""The apps that listen on this instance: who may see what, and a bounded queue for each."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

import msgspec

from ... import contract
from .counters import Counters
from .fanout import Seen
from .line import Line

MOST_WAITING = 2000  # messages that an app has not taken yet


@dataclass(eq=False)
class Listener:
    """One socket of one login. ``closing``: the close code with which it should end."""

    user: uuid.UUID
    token_hash: bytes
    channels: frozenset[uuid.UUID] = frozenset()
    servers: frozenset[str] = frozenset()
    closing: int = 0
    stale: bool = False
    waiting: deque[tuple[int, bytes]] = field(default_factory=deque)
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def view(self) -> str:
        """Changes when the channels that the login may see change."""
        return hashlib.sha256(b"".join(sorted(each.bytes for each in self.channels))).hexdigest()[:16]

    def offer(self, message: bytes, seq: int = 0) -> None:
        """Has it sent. One that does not take what is sent loses its socket, not its place in time."""
        if len(self.waiting) >= MOST_WAITING:
            self.end(4003)
        elif not self.closing:
            self.waiting.append((seq, message))
            self.woken.set()

    def end(self, code: int) -> None:
        """Has it closed; only the first code counts."""
        self.closing = self.closing or code
        self.woken.set()

    def look_again(self) -> None:
        """What it may see may have changed."""
        self.stale = True
        self.woken.set()


class Sockets:
    """All listeners of this instance, found by what concerns them."""

    def __init__(self, counters: Counters) -> None:
        self._counters = counters
        self._all: set[Listener] = set()
        self._by_channel: dict[str, set[Listener]] = {}
        self._by_user: dict[str, set[Listener]] = {}
        self._by_server: dict[str, set[Listener]] = {}

    def __len__(self) -> int:
        return len(self._all)

    def of(self, user: str) -> int:
        """How many sockets a user has here."""
        return len(self._by_user.get(user, ()))

    def add(self, listener: Listener) -> None:
        """From now on it is told what happens."""
        self._all.add(listener)
        self._by_user.setdefault(str(listener.user), set()).add(listener)

    def see(self, listener: Listener, channels: Iterable[uuid.UUID], servers: Iterable[str]) -> None:
        """Sets what it may see."""
        self._unsee(listener)
        listener.channels, listener.servers = frozenset(channels), frozenset(servers)
        if listener in self._all:
            for channel in listener.channels:
                self._by_channel.setdefault(str(channel), set()).add(listener)
            for server in listener.servers:
                self._by_server.setdefault(server, set()).add(listener)

    def remove(self, listener: Listener) -> None:
        """It is gone."""
        self._all.discard(listener)
        self._unsee(listener)
        _drop(self._by_user, str(listener.user), listener)
        if listener.closing == 4003:
            self._counters.count("slow_sockets")

    def _unsee(self, listener: Listener) -> None:
        for channel in listener.channels:
            _drop(self._by_channel, str(channel), listener)
        for server in listener.servers:
            _drop(self._by_server, server, listener)

    # -- what happens --------------------------------------------------------------------------------

    def changed(self, changes: list[Seen]) -> None:
        """Costs by those who may see it, not by those who are online."""
        self._counters.count("changes", len(changes))
        for each in changes:
            if listeners := self._by_channel.get(each.channel):
                message = encoded(each)
                for listener in tuple(listeners):
                    listener.offer(message, each.seq)

    def said(self, user: str, message: bytes) -> None:
        """Words for one person."""
        for listener in tuple(self._by_user.get(user, ())):
            listener.offer(message)

    def said_of(self, server: str, but: str, message: bytes) -> None:
        """Words for all who see a server, but one person."""
        for listener in tuple(self._by_server.get(server, ())):
            if str(listener.user) != but:
                listener.offer(message)

    def servers_changed(self, servers: list[str], users: list[str]) -> None:
        """The directory of all who see the servers is another, and that of the users."""
        told: set[Listener] = set()
        for server in servers or [""]:
            message = msgspec.json.encode(contract.DirectoryChanged(server=server))
            concerned = set(self._by_server.get(server, ()))
            for user in users:
                concerned |= self._by_user.get(user, set())
            for listener in concerned:
                listener.offer(message)
            told |= concerned
        for listener in told:
            listener.look_again()

    def logins_ended(self, user: str) -> None:
        """Some of a user's; each socket looks whether its own is among them."""
        for listener in tuple(self._by_user.get(user, ())):
            listener.look_again()

    def anew(self, missed: bool) -> None:
        """What happened meanwhile is unknown: everybody comes back and asks."""
        for listener in tuple(self._all):
            if missed:
                listener.end(1012)
            else:
                listener.look_again()


def encoded(change: Seen) -> bytes:
    """As it goes to an app."""
    return msgspec.json.encode(
        contract.Changed(seq=change.seq, channel=change.channel, user=change.user, here=change.here)
    )


@dataclass(frozen=True)
class Sight:
    """What a login may see; ``None`` in its place when it has ended."""

    channels: frozenset[uuid.UUID]
    servers: frozenset[str]


async def sight(line: Line, user: uuid.UUID, token_hash: bytes) -> Sight | None:
    """Looks it up."""
    async with line.use() as db:
        rows = await db.fetch(
            """SELECT m.server_id, c.id FROM login_tokens t
               LEFT JOIN members m ON m.user_id = t.user_id
               LEFT JOIN channels c ON c.server_id = m.server_id
               WHERE t.token_hash = $1 AND t.user_id = $2""",
            token_hash,
            user,
        )
    if not rows:
        return None
    return Sight(
        frozenset(row[1] for row in rows if row[1] is not None),
        frozenset(str(row[0]) for row in rows if row[0] is not None),
    )


async def snapshot(line: Line, listener: Listener) -> contract.Snapshot:
    """Everybody whom it may see. One statement reads both, so ``seq`` fits the people."""
    async with line.use() as db:
        rows = await db.fetch(
            """SELECT n.seq, s.channel_id, s.user_id
               FROM (SELECT coalesce(max(seq), 0) AS seq FROM presence_changes) n
               LEFT JOIN voice_sessions s ON s.left_at IS NULL AND s.channel_id = ANY($1::uuid[])
               ORDER BY s.channel_id, s.joined_at""",
            list(listener.channels),
        )
    people = tuple(
        contract.ChannelPeople(channel=str(channel), people=tuple(dict.fromkeys(str(r[2]) for r in inside)))
        for channel, inside in groupby(rows, key=lambda row: row[1])
        if channel is not None
    )
    return contract.Snapshot(seq=rows[0][0], view=listener.view, channels=people)


def _drop(index: dict[str, set[Listener]], key: str, listener: Listener) -> None:
    found = index.get(key)
    if found is not None:
        found.discard(listener)
        if not found:
            del index[key]
