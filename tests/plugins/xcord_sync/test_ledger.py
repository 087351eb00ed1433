"""What several writers at once, and one that hangs, do to each other."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from tests.plugins.xcord_sync.presence import USER, body_of, event
from tests.waits import soon

from xcord_sync.backend.presence import ledger
from xcord_sync.backend.presence.applier import Applier
from xcord_sync.backend.presence.book import Session
from xcord_sync.backend.presence.counters import Counters
from xcord_sync.backend.presence.ledger import Applied
from xcord_sync.backend.presence.line import OUTAGE, Line, dsn, told_apart
from xcord_sync.backend.presence.signals import signal_of
from xcord_sync.backend.presence.statements import ALONE, TOPIC, WRITE, WRITE_IF_GUESSED
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


def elsewhere() -> Received:
    """The same person, on another device in another room: nobody guesses that."""
    return webhook("participant_joined", "PA_0", device="phone", room_sid="RM_0", channel=uuid.uuid4())


async def here(line: Line) -> list[Session]:
    return list((await ledger.everybody(line))[1].values())


async def _nothing() -> object:
    return None


class Interrupted(Line):
    """A writer in whose way another comes, each time between its look and its writing. ``asked``: its
    statements."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.asked: list[str] = []
        self.before = _nothing

    @contextlib.asynccontextmanager
    async def use(self) -> AsyncIterator[Any]:
        async with super().use() as db:
            yield _Watched(db, self.before, self.asked)


class _Watched:
    def __init__(
        self, db: "asyncpg.Connection[Any]", before: Callable[[], Awaitable[object]], asked: list[str]
    ) -> None:
        self._db, self._before, self._asked, self.execute = db, before, asked, db.execute

    async def fetch(self, statement: str, *values: Any) -> Any:
        self._asked.append(statement)
        if statement == WRITE:
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
    await take(line, elsewhere())
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
    found = {session.participant_sid for session in await here(line)}
    assert found == {"PA_0", *["PA_2"] * (times - 1)}


async def test_changes_of_writers_at_once_are_numbered_as_they_are_kept(database: str) -> None:
    lines = [Line(database) for _ in range(3)]
    hearer = await asyncpg.connect(dsn(database))
    heard: asyncio.Queue[str] = asyncio.Queue()
    await hearer.add_listener(TOPIC, lambda *told: heard.put_nowait(told[3]))
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
        await soon(goes_on.wait())

    late.before = before
    await take(line, elsewhere())
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

    await take(line, elsewhere())
    late.before = before
    assert (await take(late, webhook("participant_joined"))).changed == 1
    assert [(await each).changed for each in others] == [1, 1, 1]
    assert {session.user for session in await here(line)} == {USER, *people}
    await watcher.close()


# -- one statement where all is as guessed ---------------------------------------------------------------


async def one_by_one(line: Interrupted, *received: Received) -> list[int]:
    """Takes them; how many statements each needed."""
    needed = []
    for each in received:
        line.asked.clear()
        await take(line, each)
        needed.append(len(line.asked))
    return needed


async def test_who_comes_publishes_and_goes_is_written_by_one_statement_each(
    line: Line, late: Interrupted
) -> None:
    kinds = ("room_started", "participant_joined", "track_published", "participant_left", "room_finished")
    assert await one_by_one(late, *map(webhook, kinds)) == [1] * len(kinds)
    assert set(late.asked) == {WRITE_IF_GUESSED}
    assert await here(line) == []


JOINED = webhook("participant_joined")
OTHER_DAY = {"joined_ms": 1_600_000_000_000}


@pytest.mark.parametrize(
    ("before", "then", "told", "present"),
    [
        ([JOINED], JOINED, (1, 0, 0), ["PA_1"]),  # a replay
        ([JOINED, webhook("participant_left")], webhook("participant_joined"), (0, 1, 0), []),
        ([webhook("room_finished")], webhook("participant_joined"), (0, 1, 0), []),
        ([elsewhere()], webhook("participant_joined"), (0, 0, 1), ["PA_0", "PA_1"]),
        ([], webhook("participant_left"), (0, 0, 0), []),
        ([webhook("participant_joined", **OTHER_DAY)], webhook("participant_left"), (0, 0, 1), []),
        ([webhook("participant_joined", device="phone")], webhook("participant_left"), (0, 0, 1), []),
        ([JOINED, elsewhere()], webhook("participant_left"), (0, 0, 1), ["PA_0"]),
        ([JOINED], webhook("room_finished"), (0, 0, 1), []),
        ([JOINED], webhook("room_finished", room_sid="RM_2"), (0, 0, 0), ["PA_1"]),
    ],
)
async def test_what_is_not_as_guessed_is_looked_at_and_decided_as_ever(
    line: Line, late: Interrupted, before: list[Received], then: Received,
    told: tuple[int, int, int], present: list[str],
) -> None:  # fmt: skip
    for each in before:
        await take(line, each)
    applied = await take(late, then)
    assert late.asked[0] == WRITE_IF_GUESSED
    assert len(late.asked) == 3
    assert (applied.doubled, applied.late, applied.changed) == told
    assert [session.participant_sid for session in await here(line)] == present


async def test_a_replay_of_what_waits_to_be_applied_is_left_to_wait(line: Line, late: Interrupted) -> None:
    await ledger.store(line, [(JOINED, signal_of(JOINED.event) if JOINED.event else None)])
    assert ((await take(late, JOINED)).doubled, len(late.asked)) == (1, 3)
    assert await here(line) == []


async def test_a_guess_that_stops_holding_while_another_writes_is_not_written(
    database: str, line: Line
) -> None:
    busy, watcher = Line(database), await asyncpg.connect(dsn(database))
    async with busy.use() as db:
        await db.execute(ALONE)
        guessing = asyncio.ensure_future(take(line, webhook("participant_joined")))
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        async with asyncio.timeout(PATIENCE):
            while not await watcher.fetchval(waits):
                await asyncio.wait({guessing}, timeout=0.01)
        await db.execute(
            "UPDATE presence_version SET number = number + 1; "
            "INSERT INTO voice_sessions SELECT 'RM_1', '', 'r', gen_random_uuid(), gen_random_uuid(), '', "
            "now(), now(), 'webhook'; COMMIT"
        )
        assert (await guessing).late == 1  # the room was over by then
    assert await here(line) == []
    await busy.close()
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
        await db.execute(ALONE)
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
        await db.execute(ALONE)
        await takes.applier.take(webhook("participant_joined"))
        assert len(await waiting(line)) == 1
        await takes.next()
        assert [session.user for session in await here(line)] == [USER]
        cut_off = (ConnectionError, asyncpg.IdleInTransactionSessionTimeoutError)
        with pytest.raises(cut_off), told_apart(db):
            await db.execute("COMMIT")
    await frozen.close()


@pytest.mark.parametrize("closed", [True, False])
def test_a_connection_of_no_use_is_an_outage_and_a_wrong_question_is_none(closed: bool) -> None:
    connection: Any = SimpleNamespace(is_closed=lambda: closed)
    with pytest.raises(OUTAGE), told_apart(connection):
        raise asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress")
    with pytest.raises(ConnectionError if closed else asyncpg.InterfaceError), told_apart(connection):
        raise asyncpg.InterfaceError("a value of the wrong type, or the connection is closed")
