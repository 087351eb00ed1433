"""The probe before each connect: every way in which a server may not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from tests.parts import free_port
from tests.waits import soon

from xcord import reachability
from xcord.reachability import probe

Serve = Callable[[bytes | None], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers: list[asyncio.Server] = []
    writers: list[asyncio.StreamWriter] = []

    async def start(answer: bytes | None) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            await soon(reader.readline())
            if answer is not None:
                writer.write(answer)
                writer.close()

        server = await asyncio.start_server(handle, "127.0.0.1", 0)
        servers.append(server)
        return f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    yield start
    for writer in writers:
        writer.close()
    for server in servers:
        server.close()
        await server.wait_closed()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nOK", ""),
        (b"HTTP/1.1 406 Not Acceptable\r\n\r\n", ""),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "server_error"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "unreachable"),
        (b"", "unreachable"),
    ],
)
async def test_what_the_server_says(serve: Serve, answer: bytes, code: str) -> None:
    url = await serve(answer)
    assert await probe(url) == code


async def test_a_server_that_is_silent_is_given_up_in_time(serve: Serve) -> None:
    url = await serve(None)
    started = time.monotonic()
    assert await probe(url, timeout=0.3) == "timed_out"
    assert time.monotonic() - started < 2


async def test_nobody_listens() -> None:
    assert await probe(f"ws://127.0.0.1:{free_port()}") == "unreachable"


class Road:
    """In the place of TCP: what is sent while ``cut`` is lost, and nobody sends it again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cut, self.knocks, self.third = True, 0, asyncio.Event()
        self._connect = asyncio.open_connection
        monkeypatch.setattr(asyncio, "open_connection", self.connect)

    async def connect(self, host: str, port: int) -> Any:
        self.knocks += 1
        if self.knocks == 3:
            self.third.set()
        if self.cut:
            await asyncio.Event().wait()
        return await self._connect(host, port)


async def test_a_network_that_returns_is_found_although_tcp_still_waits(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reachability, "KNOCK_EVERY", 0.01)
    url = await serve(b"HTTP/1.1 200 OK\r\n\r\n")
    road, before = Road(monkeypatch), asyncio.all_tasks()
    asked = asyncio.ensure_future(probe(url, timeout=60))
    await soon(road.third.wait())
    road.cut = False
    assert await asked == ""
    await asyncio.sleep(0)
    assert [task for task in asyncio.all_tasks() - before if "Road.connect" in repr(task)] == []


async def test_a_black_hole_is_given_up_in_time_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    road, before = Road(monkeypatch), asyncio.all_tasks()
    assert await probe("ws://127.0.0.1:9", timeout=1.0) == "timed_out"
    assert 2 <= road.knocks <= 4
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(("open_at", "code"), [("127.0.0.1", ""), ("", "unreachable")])
async def test_a_host_of_several_addresses_answers_by_any_of_them(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, open_at: str, code: str
) -> None:
    answer = b"HTTP/1.1 200 OK\r\n\r\n"
    port = (await serve(answer)).rpartition(":")[2] if open_at else str(free_port())
    found = [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1")]

    async def resolve(*_: Any, **__: Any) -> Any:
        return found

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolve)
    connect = asyncio.open_connection
    tried: list[str] = []

    async def note(host: str, port: int) -> Any:
        tried.append(host)
        return await connect(host, port)

    monkeypatch.setattr(asyncio, "open_connection", note)
    assert await probe(f"ws://voice.example.org:{port}") == code
    assert tried == ["127.0.0.2", "127.0.0.1"]


@pytest.mark.parametrize("url", ["", "no url", "ftp://x", "ws://", "ws://host:99999", "ws://[::"])
async def test_an_address_that_is_none(url: str) -> None:
    assert await probe(url) == "bad_address"
