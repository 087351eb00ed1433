"""A page as far as the app can tell: connected, with a stage, and sure that it holds what the hub holds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import zlib
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from xcord.core import Core
from xcord.messages import PROTOCOL

encode = msgspec.json.Encoder(order="sorted").encode
STAGE = {"width": 1200, "height": 700, "scale": 100, "visible": True}


class Page:
    """The main window's. ``differs`` counts how often its state was not the hub's."""

    def __init__(self, core: Core) -> None:
        self._core, self._secret = core, ""
        self._held: dict[str, Any] = {}
        self.differs = 0

    async def __aenter__(self) -> Page:
        self._work = asyncio.ensure_future(self._live())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._work.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._work

    async def _live(self) -> None:
        token = self._core.door.issue("main", "main")
        while True:
            with contextlib.suppress(WebSocketException, OSError):
                origin: Any = f"http://127.0.0.1:{self._core.port}"
                address = f"ws://127.0.0.1:{self._core.port}/ws"
                async with connect(
                    address, origin=origin, compression=None, proxy=None, max_size=None
                ) as socket:
                    hello = {"type": "hello", "token": token, "secret": self._secret, "page": "main"}
                    await socket.send(json.dumps({**hello, "protocol": PROTOCOL}))
                    await self._converse(socket)
            await asyncio.sleep(0.1)

    async def _converse(self, socket: ClientConnection) -> None:
        frame = 0
        async for text in socket:
            message = json.loads(text)
            kind = message["type"]
            if kind == "snapshot":
                self._held, self._secret, frame = message["slices"], message["secret"], 0
                asked = {"type": "command", "id": 1, "name": "stage.viewport", "args": STAGE}
                await socket.send(json.dumps(asked))
                continue
            if kind == "result":
                continue
            if message["frame"] != frame + 1 or (kind == "check" and message["hash"] != self._hash()):
                self.differs += kind == "check"
                await socket.send(json.dumps({"type": "resync", "frame": frame}))
                continue
            frame = message["frame"]
            if kind == "change":
                self._held.update(message["slices"])
                for name in message["gone"]:
                    self._held.pop(name, None)

    def _hash(self) -> str:
        body = b",".join(encode(name) + b":" + encode(self._held[name]) for name in sorted(self._held))
        return f"{zlib.crc32(b'{' + body + b'}'):08x}"
