"""The probe before each connect: every way in which a server may not answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from tests.parts import free_port

from xcord.reachability import probe

Serve = Callable[[bytes | None], Awaitable[str]]


@pytest.fixture
async def serve() -> AsyncIterator[Serve]:
    servers: list[asyncio.Server] = []
    writers: list[asyncio.StreamWriter] = []

    async def start(answer: bytes | None) -> str:
        async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writers.append(writer)
            await reader.readline()
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


@pytest.mark.parametrize("url", ["", "no url", "ftp://x", "ws://", "ws://host:99999", "ws://[::"])
async def test_an_address_that_is_none(url: str) -> None:
    assert await probe(url) == "bad_address"
