"""The media socket with a real client on a real port."""

import asyncio
import contextlib
import json
import logging
import struct
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Origin

from xcord.media import server as server_module
from xcord.media.flow import MOST_RATE
from xcord.media.server import MediaServer
from xcord.media.slots import Key, Slots, i420_length

from .test_batches import decode

PAGES = 4321
ORIGIN = f"http://127.0.0.1:{PAGES}"
A: Key = ("a", "camera", 0)
B: Key = ("b", "camera", 0)
SOON = 60.0


class World:
    """A server with the ticket ``t`` for the window ``main``, which shows A."""

    def __init__(self) -> None:
        self.slots = Slots()
        self.slots.open(1)
        self.server = MediaServer(self.slots, PAGES)
        self.server.admit("t", "main")
        self.server.show("main", frozenset({A}))

    def put(self, fill: int, key: Key = A, width: int = 2, height: int = 2) -> None:
        data = bytes([fill]) * i420_length(width, height)
        assert self.slots.put(key, 1, f"sid of {key[0]}", width, height, data, 0.0)

    def open(self, origin: str | None = ORIGIN, host: str = "127.0.0.1") -> connect:
        uri = f"ws://{host}:{self.server.port}/"
        return connect(
            uri,
            host="127.0.0.1",
            port=self.server.port,
            origin=None if origin is None else Origin(origin),
            compression=None,
            max_size=None,
            proxy=None,
            ping_interval=None,
        )

    @asynccontextmanager
    async def page(self, ticket: str = "t") -> AsyncIterator["Page"]:
        async with self.open() as socket:
            await socket.send(json.dumps({"ticket": ticket}))
            yield Page(socket)


class Page:
    """What a page does, bounded in time."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    async def message(self) -> str | bytes:
        async with asyncio.timeout(SOON):
            return await self.socket.recv()

    async def streams(self) -> dict[str, str]:
        text = await self.message()
        assert isinstance(text, str)
        return {number: key["user"] for number, key in json.loads(text)["streams"].items()}

    async def batch(self) -> tuple[int, list[tuple[int, int]]]:
        """Number, and stream and content of each picture."""
        data = await self.message()
        assert isinstance(data, bytes)
        number, frames = decode(data)
        return number, [(stream, picture[0]) for stream, _, _, _, _, picture in frames]

    async def acknowledge(self, number: int) -> None:
        await self.socket.send(struct.pack("<I", number))

    async def left_over(self) -> int:
        """How many messages came before the end and were not read."""
        count = 0
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(SOON):
                while await self.message():
                    count += 1
        return count

    async def end(self) -> tuple[int | None, str | None]:
        async with asyncio.timeout(SOON):
            await self.socket.wait_closed()
        return self.socket.close_code, self.socket.close_reason


@pytest.fixture
async def world() -> AsyncIterator[World]:
    world = World()
    await world.server.start()
    yield world
    async with asyncio.timeout(SOON):
        await world.server.stop()


async def test_a_page_gets_streams_then_frames_then_news(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        assert await page.streams() == {"1": "a"}
        assert await page.batch() == (1, [(1, 1)])
        await page.acknowledge(1)
        world.put(2)
        assert await page.batch() == (2, [(1, 2)])


async def test_a_page_gets_the_last_frame_that_was_there_before_it(world: World) -> None:
    world.put(9)
    async with world.page() as page:
        assert await page.streams() == {"1": "a"}
        assert await page.batch() == (1, [(1, 9)])


async def test_large_pictures_arrive_whole(world: World) -> None:
    async with world.page() as page:
        world.put(5, width=1920, height=1080)
        await page.streams()
        data = await page.message()
        assert isinstance(data, bytes)
        _, frames = decode(data)
        assert frames[0][5] == bytes([5]) * i420_length(1920, 1080)


async def test_a_dropped_key_is_taken_from_the_page_at_once(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        await page.streams()
        await page.batch()
        world.slots.drop(A)
        assert await page.streams() == {}
        assert world.slots.put(A, 1, "another", 2, 2, bytes(6), 0.0)
        assert await page.streams() == {"2": "a"}


async def test_the_shown_keys_follow_the_window(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        world.put(2, B)
        await page.streams()
        await page.batch()
        world.server.show("main", frozenset({B}))
        assert await page.streams() == {"2": "b"}
        assert await page.batch() == (2, [(2, 2)])
        world.server.show("other", frozenset({A}))
        world.server.show("main", frozenset())
        assert await page.streams() == {}


@pytest.mark.parametrize(
    "first", ['{"ticket":"wrong"}', "{}", "junk", '{"ticket":7}', "[]", '{"ticket":"t","x":1}']
)
async def test_a_wrong_ticket_is_refused(world: World, first: str) -> None:
    async with world.open() as socket:
        await socket.send(first)
        assert await Page(socket).end() == (4001, "bad_ticket")
    assert world.server.refused == 1


async def test_a_page_without_a_ticket_is_refused_after_a_while(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "TICKET_WITHIN", 0.05)
    async with world.open() as socket:
        assert await Page(socket).end() == (4001, "bad_ticket")


async def test_a_revoked_ticket_ends_its_page_and_lets_nobody_in(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        await page.streams()
        world.server.revoke("t")
        assert await page.end() == (4001, "revoked")
    async with world.page() as page:
        assert await page.end() == (4001, "bad_ticket")


async def test_a_ticket_serves_one_connection_at_a_time_and_the_newest_wins(world: World) -> None:
    async with world.page() as first:
        world.put(1)
        await first.streams()
        async with world.page() as second:
            assert await first.end() == (4004, "replaced")
            assert await second.streams() == {"1": "a"}
            assert await second.batch() == (1, [(1, 1)])


@pytest.mark.parametrize(
    "origin", [None, "null", "https://evil.example", f"http://localhost:{PAGES}", f"{ORIGIN}1"]
)
async def test_a_foreign_origin_is_refused(world: World, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with world.open(origin):
            pass
    assert refusal.value.response.status_code == 403
    assert world.server.refused == 1


async def test_a_foreign_host_is_refused(world: World) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        async with world.open(host="evil.example"):
            pass
    assert refusal.value.response.status_code == 403


async def test_pages_that_vanish_at_any_moment_disturb_nobody(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.put(1, width=640, height=360)
    for pause in (None, 0, 0, 0.001, 0.002, 0.003):
        socket = await world.open()
        await socket.send(json.dumps({"ticket": "t"}))
        if pause is not None:
            await asyncio.sleep(pause)
        socket.transport.abort()
    async with world.page() as page:
        assert await page.streams() == {"1": "a"}
        await page.batch()
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []


async def test_too_many_connections_are_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MOST_CONNECTIONS", 1)
    async with world.page():
        with pytest.raises(InvalidStatus) as refusal:
            async with world.open():
                pass
    assert refusal.value.response.status_code == 503


async def test_a_message_that_is_too_large_ends_the_connection(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        await page.streams()
        await page.socket.send(bytes(4097))
        assert (await page.end())[0] == 1009


@pytest.mark.parametrize("junk", ["text", b"", b"12345", struct.pack("<I", 0), struct.pack("<I", 77)])
async def test_junk_ends_the_connection(world: World, junk: str | bytes) -> None:
    async with world.page() as page:
        world.put(1)
        await page.streams()
        await page.socket.send(junk)
        assert await page.end() == (4003, "bad_message")


async def test_a_flood_of_acknowledgements_ends_the_connection(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        await page.streams()
        for _ in range(1000):
            await page.acknowledge(1)
        assert await page.end() == (4003, "bad_message")


async def test_a_page_that_never_acknowledges_is_closed_and_delays_no_other(world: World) -> None:
    world.server.admit("u", "main")
    async with world.page("t") as slow, world.page("u") as quick:
        world.put(1, width=640, height=360)
        begun = time.monotonic()
        await slow.streams()
        await quick.streams()
        got = []
        for turn in range(2, 42):
            number, pictures = await quick.batch()
            got.append(pictures[0][1])
            await quick.acknowledge(number)
            world.put(turn, width=640, height=360)
        assert got == list(range(1, 41))
        assert await slow.end() == (4008, "no_acknowledgement")
        assert time.monotonic() - begun >= 1.0
        assert 1 <= await slow.left_over() <= 2


async def test_no_log_holds_a_ticket(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.server.admit("secret-ticket", "main")
    async with world.page("secret-ticket") as page:
        world.put(1)
        await page.streams()
        world.server.revoke("secret-ticket")
        await page.end()
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("xcord")]
    assert ours
    assert not any("secret-ticket" in message for message in ours)


async def test_nothing_new_sends_nothing_and_leaves_the_idle_loop_without_a_timer(world: World) -> None:
    async with world.page() as page:
        world.put(1)
        await page.streams()
        number, _ = await page.batch()
        await page.acknowledge(number)
        world.put(2)
        number, _ = await page.batch()
        await page.acknowledge(number)
        # The second acknowledgement is known to be processed once a third stream message came.
        world.slots.drop(A)
        await page.streams()

        def scheduled() -> list[asyncio.TimerHandle]:
            timers = asyncio.get_running_loop()._scheduled  # type: ignore[attr-defined]
            return [handle for handle in timers if not handle.cancelled()]

        # A batch may be followed by the time until the next one may go, and by nothing after that.
        until = time.monotonic() + SOON
        while scheduled() and time.monotonic() < until:  # noqa: ASYNC110 a timer's end is no event
            await asyncio.sleep(0)
        assert scheduled() == []


async def test_a_batch_rate_above_the_limit_is_never_reached(world: World) -> None:
    async with world.page() as page:
        world.put(0)
        await page.streams()
        begun = time.monotonic()
        for turn in range(1, 16):
            number, _ = await page.batch()
            await page.acknowledge(number)
            world.put(turn)
        assert time.monotonic() - begun >= 14 / MOST_RATE - 0.01


async def test_pictures_wake_the_loop_once_for_all_that_is_sent_together(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [(f"user{number}", "camera", 0) for number in range(9)]
    world.server.show("main", frozenset(keys))
    wakes: list[object] = []
    soon = world.server._soon
    monkeypatch.setattr(world.server, "_soon", lambda what, of: (wakes.append(of), soon(what, of)))

    def put_all(turn: int) -> None:
        for key in keys:
            world.put(turn, key)

    async with world.page() as page:
        await asyncio.to_thread(put_all, 1)
        await page.streams()
        for turn in range(2, 12):
            number, _ = await page.batch()
            await page.acknowledge(number)
            await asyncio.to_thread(put_all, turn)
    assert len(wakes) <= 20


async def test_the_server_stops_although_a_page_does_not_answer() -> None:
    world = World()
    await world.server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", world.server.port)
    writer.write(
        f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{world.server.port}\r\nOrigin: {ORIGIN}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
    )
    async with asyncio.timeout(SOON):
        await reader.readuntil(b"\r\n\r\n")
        await world.server.stop()
    writer.close()


async def test_it_may_be_told_and_asked_before_it_starts_and_after_it_stopped() -> None:
    world = World()
    await world.server.start()
    await world.server.stop()
    world.server.revoke("t")
    world.server.show("main", frozenset())
    world.put(1)


async def test_frames_go_on_while_the_hub_loop_is_blocked() -> None:
    """The server on a loop in a thread of its own, frames from a third thread, this loop blocked."""
    media = asyncio.new_event_loop()
    thread = threading.Thread(target=media.run_forever)
    thread.start()
    world = World()
    got: list[int] = []
    enough = threading.Event()

    async def watch() -> None:
        async with world.page() as page:
            await page.streams()
            while True:
                number, pictures = await page.batch()
                got.append(pictures[0][1])
                await page.acknowledge(number)
                if len(got) == 20:
                    enough.set()

    def deliver() -> None:
        turn = 0
        while not enough.wait(1 / 60):
            turn += 1
            world.put(turn % 250)

    try:
        asyncio.run_coroutine_threadsafe(world.server.start(), media).result(SOON)
        watcher = asyncio.run_coroutine_threadsafe(watch(), media)
        source = threading.Thread(target=deliver)
        source.start()
        assert enough.wait(SOON)  # blocks this, the hub's, loop
        source.join(SOON)
        watcher.cancel()
        asyncio.run_coroutine_threadsafe(world.server.stop(), media).result(SOON)
    finally:
        enough.set()
        media.call_soon_threadsafe(media.stop)
        thread.join(SOON)
        media.close()
    assert got == sorted(got)
