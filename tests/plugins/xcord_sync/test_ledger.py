"""What several writers at once, and one that hangs, do to each other."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from tests.plugins.xcord_sync.presence import USER, body_of, event

from xcord_sync.backend.presence import ledger
from xcord_sync.backend.presence.applier import Applier
from xcord_sync.backend.presence.book import Session
from xcord_sync.backend.presence.counters import Counters
from xcord_sync.backend.presence.ledger import Applied
from xcord_sync.backend.presence.line import Line, dsn
from xcord_sync.backend.presence.signals import signal_of
from xcord_sync.backend.presence.told import read
from xcord_sync.backend.presence.webhooks import Received
from xcord_sync.backend.store import Store

PATIENCE = 20.0


def webhook(kind: str, sid: str = "PA_1", **about: Any) -> Received:
    made = event(kind, sid, **about)
    body = body_of(made)
    return Received(made.id, kind, body, None, read(body))


async def take(line: Line, *received: Received) -> Applied:
    batch = [(each, signal_of(each.event) if each.event else None) for each in received]
    return await ledger.take(line, batch)


async def here(line: Line) -> list[Session]:
    return list((await ledger.everybody(line))[1].values())


class Interrupted(Line):
    """A writer in whose way another comes, each time between its look and its writing."""

    before: Callable[[], Awaitable[object]]

    @contextlib.asynccontextmanager
    async def use(self) -> AsyncIterator[Any]:
        async with super().use() as db:
            yield _Watched(db, self.before)


class _Watched:
    def __init__(self, db: "asyncpg.Connection[Any]", before: Callable[[], Awaitable[object]]) -> None:
        self._db, self._before, self.execute = db, before, db.execute

    async def fetch(self, statement: str, *values: Any) -> Any:
        if "UPDATE presence_version" in statement:
            await self._before()
        return await self._db.fetch(statement, *values)


@pytest.fixture
async def database(url: str) -> str:
    """An empty database with the schema in it."""
    await (await Store.open(url)).close()
    return url


@pytest.fixture
async def line(database: str) -> AsyncIterator[Line]:
    found = Line(database)
    yield found
    await found.close()


@pytest.fixture
async def late(database: str) -> AsyncIterator[Interrupted]:
    found = Interrupted(database)
    yield found
    await found.close()


@pytest.mark.parametrize("times", [1, 2])
async def test_a_writer_that_comes_too_late_decides_anew(line: Line, late: Interrupted, times: int) -> None:
    others = [
        webhook("room_finished"),
        webhook("participant_joined", "PA_2", room_sid="RM_2", user=uuid.uuid4()),
    ]
    left = others[:times]

    async def before() -> None:
        if left:
            await take(line, left.pop())

    late.before = before
    applied = await take(late, webhook("participant_joined"))
    assert (applied.late, applied.written) == (1, 0)  # its room had finished meanwhile
    assert [session.participant_sid for session in await here(line)] == ["PA_2"] * (times - 1)


async def test_changes_of_writers_at_once_are_numbered_as_they_are_kept(database: str) -> None:
    lines = [Line(database) for _ in range(3)]
    hearer = await asyncpg.connect(dsn(database))
    heard: asyncio.Queue[str] = asyncio.Queue()
    await hearer.add_listener(ledger.TOPIC, lambda *told: heard.put_nowait(told[3]))
    people = [uuid.uuid4() for _ in range(30)]
    await asyncio.gather(
        *(
            take(lines[at % 3], webhook("participant_joined", f"PA_{at}", user=user))
            for at, user in enumerate(people)
        )
    )
    numbers: list[int] = []
    async with asyncio.timeout(PATIENCE):
        while len(numbers) < len(people):
            numbers += [change[0] for change in json.loads(await heard.get())["changes"]]
    assert numbers == sorted(set(numbers))
    assert {session.user for session in await here(lines[0])} == set(people)
    await hearer.close()
    for each in lines:
        await each.close()


async def test_a_writer_that_hangs_before_it_writes_stops_nobody(line: Line, late: Interrupted) -> None:
    hangs, goes_on = asyncio.Event(), asyncio.Event()

    async def before() -> None:
        hangs.set()
        await goes_on.wait()

    late.before = before
    hanging = asyncio.ensure_future(take(late, webhook("participant_joined", "PA_1")))
    async with asyncio.timeout(PATIENCE):
        await hangs.wait()
    other = uuid.uuid4()
    assert (await take(line, webhook("participant_joined", "PA_2", user=other))).changed == 1
    goes_on.set()
    assert (await hanging).changed == 1
    assert {session.user for session in await here(line)} == {USER, other}


async def test_who_came_too_late_twice_is_let_through_while_the_others_wait(
    line: Line, late: Interrupted, database: str
) -> None:
    watcher = await asyncpg.connect(dsn(database))
    people = [uuid.uuid4() for _ in range(3)]
    others: list[asyncio.Task[Applied]] = []

    async def stuck() -> None:
        """The newest of the others waits for a lock, or is done."""
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(PATIENCE):
            while not others[-1].done() and not await watcher.fetchval(waits):
                await asyncio.wait({others[-1]}, timeout=0.01)

    async def before() -> None:
        user = people[len(others)]
        joined = webhook("participant_joined", f"PA_{user}", user=user)
        others.append(asyncio.ensure_future(take(line, joined)))
        await stuck()

    late.before = before
    assert (await take(late, webhook("participant_joined"))).changed == 1
    assert [(await each).changed for each in others] == [1, 1, 1]
    assert {session.user for session in await here(line)} == {USER, *people}
    await watcher.close()


class Takes:
    """An applier of its own, and what it applied."""

    def __init__(self, url: str) -> None:
        self.applied: asyncio.Queue[Applied] = asyncio.Queue()
        self.applier = Applier(url, Counters(), self.applied.put_nowait)
        self._work = [asyncio.ensure_future(each()) for each in (self.applier.keep, self.applier.work)]

    async def end(self) -> None:
        for each in self._work:
            each.cancel()
        await asyncio.wait(self._work, timeout=5)
        await self.applier.close()

    async def next(self) -> Applied:
        """What was applied next, if anything changed by it."""
        async with asyncio.timeout(PATIENCE):
            while not (applied := await self.applied.get()).changed:
                pass
            return applied


@pytest.fixture
async def takes(database: str) -> AsyncIterator[Takes]:
    found = Takes(database)
    yield found
    await found.end()


async def waiting(line: Line) -> list[str]:
    return [id for id, _ in await ledger.waiting(line, 0)]


async def test_what_comes_while_another_writer_is_long_is_kept_and_applied_afterwards(
    database: str, line: Line, takes: Takes
) -> None:
    busy = Line(database)
    received = webhook("participant_joined")
    async with busy.use() as db:
        await db.execute(ledger.ALONE)
        await takes.applier.take(received)  # it is on disk now, and answered
        assert (await waiting(line), await here(line)) == ([received.id], [])
        await db.execute("COMMIT")
    assert [session.user for session in (await takes.next()).came] == [USER]
    assert (await waiting(line), len(await here(line))) == ([], 1)
    await busy.close()


async def test_an_instance_that_is_frozen_while_it_writes_is_waited_for_only_some_seconds(
    database: str, line: Line, takes: Takes
) -> None:
    frozen = Line(database)
    async with frozen.use() as db:
        await db.execute(ledger.ALONE)
        await takes.applier.take(webhook("participant_joined"))
        assert len(await waiting(line)) == 1
        await takes.next()
        assert [session.user for session in await here(line)] == [USER]
        with pytest.raises((asyncpg.InterfaceError, asyncpg.IdleInTransactionSessionTimeoutError)):
            await db.execute("COMMIT")
    await frozen.close()
