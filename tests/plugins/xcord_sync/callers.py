"""Apps as the server end meets them: an events socket, and a call at the real SFU."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import jsonschema_rs
import websockets
from livekit import rtc
from tests.plugins.xcord_sync.served import Served
from tests.plugins.xcord_sync.world import DOCUMENT

from xcord_voice.room import LAST_WORDS

PATIENCE = 20.0
_SOCKET = DOCUMENT["paths"]["/v1/events"]["get"]["x-websocket"]
_DOCUMENTED = jsonschema_rs.validator_for({**DOCUMENT, **_SOCKET["server"]})


@dataclass
class Ear:
    """An events socket. ``said`` is all that it was told; ``people`` what an app would show."""

    socket: websockets.ClientConnection
    said: list[dict[str, Any]] = field(default_factory=list)
    people: dict[str, set[str]] = field(default_factory=dict)
    view: str = ""
    seq: int = 0

    async def hear(self) -> dict[str, Any]:
        """The next message; it is as the OpenAPI document says."""
        async with asyncio.timeout(PATIENCE):
            told: dict[str, Any] = json.loads(await self.socket.recv())
        _DOCUMENTED.validate(told)
        self.said.append(told)
        if told["type"] == "snapshot":
            self.people = {each["channel"]: set(each["people"]) for each in told["channels"]}
        if told["type"] == "changed":
            here = self.people.setdefault(told["channel"], set())
            (here.add if told["here"] else here.discard)(told["user"])
        self.seq, self.view = told.get("seq", self.seq), told.get("view", self.view)
        return told

    async def until(self, type: str, **wanted: Any) -> dict[str, Any]:
        """Listens until a message is of that type and holds all of ``wanted``."""
        async with asyncio.timeout(PATIENCE):
            while True:
                told = await self.hear()
                if told["type"] == type and wanted.items() <= told.items():
                    return told

    async def sees(self, channel: str, *users: str) -> None:
        """Listens until exactly those users are in the channel."""
        async with asyncio.timeout(PATIENCE):
            while self.people.get(channel, set()) != set(users):
                await self.hear()

    async def closed(self) -> int:
        """Listens until the end; its code."""
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    await self.hear()
        except websockets.ConnectionClosed as end:
            return end.rcvd.code if end.rcvd else 1006


@asynccontextmanager
async def listening(served: Served, token: str, *, header: bool = False, **hello: Any) -> AsyncIterator[Ear]:
    """An events socket of a login."""
    address = served.address.replace("http", "ws") + "/v1/events"
    headers = {"Authorization": f"Bearer {token}"} if header else {}
    said = {"type": "hello", **({} if header else {"token": token}), **hello}
    async with websockets.connect(
        address, additional_headers=headers, proxy=None, open_timeout=PATIENCE
    ) as socket:
        await socket.send(json.dumps(said))
        yield Ear(socket)


async def ended(call: Call, within: float = PATIENCE) -> None:
    """Waits until the SFU has put them out."""
    async with asyncio.timeout(within):
        await call.ended.wait()


def join(served: Served, token: str, channel: str, device: str = "desk") -> dict[str, Any]:
    """What a connection to the SFU needs."""
    answer = served.ask("POST", f"/v1/channels/{channel}/join", token, device=device)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@dataclass
class Call:
    """A connection to the SFU. ``packets``: topics of data from the server end; ``reason`` when it ended."""

    room: rtc.Room
    packets: list[str] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    reason: str = ""


@asynccontextmanager
async def in_call(ticket: dict[str, Any]) -> AsyncIterator[Call]:
    """Connects; leaves at the end."""
    room = rtc.Room()
    call = Call(room)

    def packet(data: rtc.DataPacket) -> None:
        if data.participant is None:
            call.packets.append(data.topic or "")

    def ended(reason: Any) -> None:
        call.reason = rtc.DisconnectReason.Name(reason)
        call.ended.set()

    room.on("data_received", packet)
    room.on("disconnected", ended)
    await room.connect(ticket["url"], ticket["token"])
    try:
        yield call
    finally:
        await leave(room)


async def leave(room: rtc.Room) -> None:
    """As voice does: what the SDK still tells, such as its addresses, goes first (``LAST_WORDS``)."""
    if room.isconnected():
        await asyncio.sleep(LAST_WORDS)
    await room.disconnect()


async def eventually(true: Callable[[], Awaitable[bool]], within: float = PATIENCE) -> float:
    """Waits until something holds, asking again and again; how long it took, in seconds."""
    begun = time.monotonic()
    while not await true():
        assert time.monotonic() - begun < within, "it did not come to hold"
        await asyncio.sleep(0.05)
    return time.monotonic() - begun


def counters(served: Served) -> dict[str, float]:
    """The figures of ``/metrics``, by name and label."""
    token = json.loads((served.data / "serve.json").read_text())["metrics_token"]
    lines = served.ask("GET", "/metrics", token).text.splitlines()
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines if line[0] != "#"}


async def soon_once(within: float, measured: Callable[[], Awaitable[float]], tries: int = 8) -> float:
    """Measures again until it took less than ``within`` seconds: what is quick is so now and then on a busy
    machine too, and what is slow never is."""
    took = [await measured()]
    for _ in range(tries - 1):
        if min(took) < within:
            break
        took.append(await measured())
    assert min(took) < within, f"never within {within} s: {took}"
    return min(took)
