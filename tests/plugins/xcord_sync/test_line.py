"""What is an outage of the database, and what is a fault of our own."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import asyncpg
import pytest
from sqlalchemy import bindparam, text
from sqlalchemy.exc import DBAPIError
from tests.plugins.xcord_sync.presence import body_of, event
from tests.waits import PATIENCE

from xcord_sync.backend.presence.applier import Applier, Full
from xcord_sync.backend.presence.counters import Counters
from xcord_sync.backend.presence.line import OUTAGE, Line, dsn
from xcord_sync.backend.presence.told import read
from xcord_sync.backend.presence.webhooks import Received
from xcord_sync.backend.store import Store, is_outage


@pytest.fixture
async def line(url: str) -> AsyncIterator[Line]:
    found = Line(url)
    yield found
    await found.close()


async def test_a_connection_that_the_database_ends_is_an_outage_and_is_made_again(
    line: Line, url: str
) -> None:
    other = await asyncpg.connect(dsn(url))

    async def use_it_dead() -> None:
        async with line.use() as db:
            pid = await db.fetchval("SELECT pg_backend_pid()")
            await other.execute("SELECT pg_terminate_backend($1, 10000)", pid)
            async with asyncio.timeout(PATIENCE):
                while not db.is_closed():
                    with contextlib.suppress(asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError):
                        await db.fetchval("SELECT 1")
            await db.fetchval("SELECT 1")  # asyncpg says InterfaceError here

    with pytest.raises(OUTAGE):
        await use_it_dead()
    async with line.use() as db:
        assert await db.fetchval("SELECT 1") == 1
    await other.close()


async def test_what_was_asked_wrongly_is_no_outage(line: Line) -> None:
    with pytest.raises(asyncpg.DataError) as wrong_value:
        async with line.use() as db:
            await db.fetchval("SELECT $1::int", "seven")
    with pytest.raises(asyncpg.InterfaceError) as two_at_once:
        async with line.use() as db:
            await asyncio.gather(db.fetchval("SELECT pg_sleep(0.1)"), db.fetchval("SELECT 1"))
    for caught in (wrong_value, two_at_once):
        assert not isinstance(caught.value, OUTAGE)
    async with line.use() as db:
        assert await db.fetchval("SELECT 1") == 1


async def test_a_webhook_that_cannot_be_written_is_told_as_a_fault_and_stops_the_keeping_of_none_after_it(
    url: str,
) -> None:
    await (await Store.open(url)).close()
    applier = Applier(url, Counters(), lambda _: None)
    body = body_of(event("participant_joined", "PA_1"))
    good = Received("EV_good", "participant_joined", body, None, read(body))
    bad = Received("EV_bad", "participant_joined", body, "yesterday", read(body))  # type: ignore[arg-type]
    keeping = asyncio.ensure_future(applier.keep())
    with pytest.raises(Full):
        await applier.take(bad)
    with pytest.raises(asyncpg.DataError):  # so that whoever keeps this part alive tells it
        await asyncio.wait_for(keeping, PATIENCE)
    keeping = asyncio.ensure_future(applier.keep())
    await applier.take(good)
    keeping.cancel()
    await asyncio.wait({keeping})
    await applier.close()


async def test_a_wrong_value_of_a_request_is_a_fault_and_not_an_outage(url: str) -> None:
    store = await Store.open(url)
    wrong = text("SELECT CAST(:n AS integer)").bindparams(bindparam("n", "seven"))
    with pytest.raises(DBAPIError) as caught:
        async with store.change() as db:
            await db.execute(wrong)
    assert not is_outage(caught.value)

    async def end_it() -> None:
        async with store.change() as db:
            await db.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    with pytest.raises(DBAPIError) as gone:
        await end_it()
    assert is_outage(gone.value)
    await store.close()
