"""When the database is compared with the SFU's lists, and what then counts. The lists are staged."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.plugins.xcord_sync.callers import eventually
from tests.plugins.xcord_sync.test_ledger import here, take, webhook
from tests.plugins.xcord_sync.world import KEY

from xcord_sync.backend.presence import life, reconcile
from xcord_sync.backend.presence.book import Key, Session, apply
from xcord_sync.backend.presence.counters import Counters
from xcord_sync.backend.presence.life import presence
from xcord_sync.backend.presence.line import Line
from xcord_sync.backend.presence.reconcile import Reconciler
from xcord_sync.backend.presence.sfu import NoAnswer, Sfu
from xcord_sync.backend.presence.signals import signal_of
from xcord_sync.backend.presence.webhooks import Received
from xcord_sync.backend.store import Store

NEVER = 3600.0  # seconds until it would be its turn
People = dict[Key, Session]


def joined(sid: str) -> Received:
    return webhook("participant_joined", sid, user=uuid.uuid5(uuid.NAMESPACE_OID, sid))


def people(*sids: str) -> People:
    """Somebody for each sid, in a call."""
    events = [joined(sid).event for sid in sids]
    return apply({}, [found for each in events if each and (found := signal_of(each))]).written


class Lists(Sfu):
    """An SFU that gives these lists one after the other, and the last one for ever. ``seen`` runs when that
    one was read."""

    def __init__(self, *lists: People | NoAnswer) -> None:
        super().__init__("ws://127.0.0.1:9", lambda: KEY)
        self.lists = list(lists)
        self.seen: Callable[[], Awaitable[object]] = lambda: asyncio.sleep(0)

    async def everybody(self) -> People:
        last = len(self.lists) == 1
        told = self.lists[0] if last else self.lists.pop(0)
        if isinstance(told, NoAnswer):
            raise told
        if last:
            await self.seen()
        return told

    async def remove(self, room: str, identity: str) -> bool:
        return True


class Anybody:
    """Sends nobody away."""

    async def check(self, everybody: object) -> None:
        return


@pytest.fixture
async def line(url: str) -> AsyncIterator[Line]:
    await (await Store.open(url)).close()
    found = Line(url)
    yield found
    await found.close()


@pytest.fixture
async def compared(url: str, line: Line) -> AsyncIterator[Callable[[Lists], Reconciler]]:
    """Makes a reconciler that nothing else wakes."""
    made: list[Reconciler] = []

    def make(lists: Lists) -> Reconciler:
        made.append(Reconciler(url, lists, Anybody(), Counters(), lambda _: None, NEVER))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for each in made:
        await each.close()


async def sids(line: Line) -> list[str]:
    return sorted(session.participant_sid for session in await here(line))


async def test_it_compares_at_its_start_as_soon_as_the_sfu_answers(
    line: Line, compared: Callable[[Lists], Reconciler]
) -> None:
    await take(line, joined("PA_stale"))
    running = asyncio.ensure_future(compared(Lists(NoAnswer("not yet"), people("PA_1"))).run())

    async def right() -> bool:
        return await sids(line) == ["PA_1"]

    await eventually(right)
    running.cancel()
    await asyncio.wait({running})


async def test_it_compares_after_notices_could_not_be_heard(
    url: str, line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = Lists(people("PA_1"))
    monkeypatch.setattr(life, "Sfu", lambda *_: lists)
    async with presence(url, "ws://127.0.0.1:9", lambda: KEY, dict, NEVER) as watched:

        async def calm() -> bool:
            """Its start is over: one comparison of its own, one since it hears notices."""
            return watched.counters.others["reconcile_passes"] == 2

        async def right() -> bool:
            return await sids(line) == ["PA_2"]

        await eventually(calm)
        assert await sids(line) == ["PA_1"]
        lists.lists = [people("PA_2")]  # and no webhook says so
        async with line.use() as db:
            await db.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        await eventually(right)


async def test_what_a_second_look_does_not_show_is_not_corrected(
    line: Line, compared: Callable[[Lists], Reconciler]
) -> None:
    await take(line, joined("PA_1"))
    lists = Lists(people("PA_2"), people("PA_1"))
    assert await compared(lists).compare() == 0
    assert len(lists.lists) == 1
    assert await sids(line) == ["PA_1"]


async def test_it_does_not_matter_what_the_sfus_clock_says(
    line: Line, compared: Callable[[Lists], Reconciler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "SECOND_LOOK", 0)
    lists = Lists(people("PA_1"), people("PA_1"))
    lists.seen = lambda: take(line, webhook("participant_left", "PA_1", at=int(time.time()) - 60))
    assert await compared(lists).compare() == 0, "the lists were older than the word that they have left"
    assert await sids(line) == []
    await take(line, webhook("participant_left", "PA_2", at=int(time.time()) + 60))
    assert await compared(Lists(people("PA_2"))).compare() == 1, "the lists are newer than the word"
    assert await sids(line) == ["PA_2"]
