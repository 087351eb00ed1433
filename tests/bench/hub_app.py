"""The hub as the app runs it, with a plugin that passes pings on: a process of its own for bench `hub`.

Prints lines of JSON: the address of page A first, then what page A reports. With ``--stuck`` a window
that never reads is there and a slice changes 200 times a second; then one line tells of the memory.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import tempfile
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

import msgspec
import psutil

from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door, listen
from xcord.messages import PROTOCOL
from xcord.model import Person, Voice
from xcord.plugins import Candidate

PAGES = Path(__file__).parent / "hub_pages"
CHANGES_PER_SECOND = 200
WARM_UP, MEASURED = 10.0, 30.0  # seconds


class Ping(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counted call, or its answer."""

    n: int


class Times(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Microseconds of each round trip."""

    hub: tuple[int, ...]
    channel: tuple[int, ...]


def _plugin(reported: asyncio.Event) -> Any:
    from xcord import hookimpl

    @hookimpl
    def xcord_start(hub: Any) -> Any:
        ping, pong = hub.slice("ping", Ping, Ping(-2)), hub.slice("pong", Ping, Ping(-2))

        async def call(args: Ping, asker: Any) -> None:
            ping.set(args)

        async def answer(args: Ping, asker: Any) -> None:
            pong.set(args)

        async def report(args: Times, asker: Any) -> None:
            print(msgspec.json.encode(args).decode(), flush=True)
            reported.set()

        hub.command("bench.ping", Ping, call)
        hub.command("bench.pong", Ping, answer)
        hub.command("bench.report", Times, report)

    plugin = ModuleType("bench_plugin")
    plugin.xcord_start = xcord_start  # type: ignore[attr-defined]
    return plugin


async def serve(stuck: bool) -> None:
    """Until page A has reported, or until the memory was measured."""
    reported = asyncio.Event()
    async with AsyncExitStack() as ends:
        home = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="xcord-bench-")))
        config = Config(config_dir=home, data_dir=home, runtime_dir=home)
        candidate = Candidate("bench", "bench", "0", lambda: _plugin(reported))
        core = await ends.enter_async_context(running(config, listen(), Door(), [candidate], PAGES))
        if stuck:
            await ends.enter_async_context(_stuck_window(core))
            print(json.dumps(await _flood(core)), flush=True)
        else:
            print(json.dumps(f"{core.address('a', 'a')}&b={quote(core.address('b', 'b'))}"), flush=True)
            await asyncio.wait_for(reported.wait(), 60)


@asynccontextmanager
async def _stuck_window(core: Core) -> Any:
    """A window that said hello and reads nothing any more, with the smallest buffer the kernel gives."""
    token = core.address("stuck", "a").partition("#t=")[2]
    hello = json.dumps(
        {"type": "hello", "page": "a", "protocol": PROTOCOL, "token": token, "secret": ""}
    ).encode()
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.setblocking(False)
    loop = asyncio.get_running_loop()
    await loop.sock_connect(plain, ("127.0.0.1", core.port))
    request = (
        f"GET /ws HTTP/1.1\r\nHost: 127.0.0.1:{core.port}\r\nOrigin: http://127.0.0.1:{core.port}\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    )
    await loop.sock_sendall(plain, request.encode())
    answer = await loop.sock_recv(plain, 4096)
    if b" 101 " not in answer:
        raise RuntimeError("the stuck window was not let in")
    # A masked text frame with a mask of zeros.
    await loop.sock_sendall(plain, bytes([0x81, 0x80 | 126, *len(hello).to_bytes(2), 0, 0, 0, 0]) + hello)
    try:
        yield
    finally:
        plain.close()


async def _flood(core: Core) -> dict[str, Any]:
    """How much memory the process takes more after half a minute of changes that one window never reads."""
    people = tuple(Person(user=f"user-{n}", name=f"Somebody {n}") for n in range(25))
    voice = core.hub.claim_slice("voice", "bench", Voice, Voice())
    process, loop = psutil.Process(), asyncio.get_running_loop()
    began, changes, before = loop.time(), 0, 0
    while loop.time() < began + WARM_UP + MEASURED:
        voice.set(Voice(status="connected", epoch=changes, people=people))
        changes += 1
        if not before and loop.time() > began + WARM_UP:
            before = process.memory_info().rss
        await asyncio.sleep(max(0.0, began + changes / CHANGES_PER_SECOND - loop.time()))
    windows = [state.name for state in core.hub.read("windows").windows if state.connected]
    return {"growth": process.memory_info().rss - before, "changes": changes, "windows": windows}


if __name__ == "__main__":
    asyncio.run(serve("--stuck" in sys.argv))
