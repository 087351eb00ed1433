"""A page without a browser: it speaks the wire and holds what a window would hold."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from xcord.core import Core
from xcord.messages import PROTOCOL


class Refused(Exception):
    """A command's error; ``code`` is what the page would translate."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error)
        self.code = str(error["code"])


class Page:
    """``slices`` by name, ``notices`` as (name, params)."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._results: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._news = asyncio.Event()
        self.slices: dict[str, Any] = {}
        self.notices: list[tuple[str, dict[str, Any]]] = []

    async def ask(self, command: str, /, **args: Any) -> None:
        """Ask a command and wait for its one answer.

        :raises Refused: it was not done.
        """
        id = next(self._ids)
        result = self._results[id] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"type": "command", "id": id, "name": command, "args": args}))
        answer = await asyncio.wait_for(result, 60)
        if not answer["ok"]:
            raise Refused(answer["error"])

    async def until(self, condition: Callable[[dict[str, Any]], Any], within: float = 60) -> Any:
        """Wait until ``condition(slices)`` holds, and return what it returned."""
        async with asyncio.timeout(within):
            while not (value := condition(self.slices)):
                self._news.clear()
                await self._news.wait()
            return value

    async def listen(self) -> None:
        async for text in self._socket:
            self._take(json.loads(text))
            self._news.set()

    def _take(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "snapshot":
                self.slices = dict(message["slices"])
            case "change":
                self.slices.update(message.get("slices", {}))
                for name in message.get("gone", ()):
                    del self.slices[name]
            case "notice":
                self.notices.append((message["name"], message["params"]))
            case "result":
                self._results.pop(message["id"]).set_result(message)


@asynccontextmanager
async def opened(core: Core, width: int = 1280, height: int = 720) -> AsyncIterator[Page]:
    """The main window's page, connected, with its stage's size told."""
    async with connected(core.address("main", "main")) as page:
        await page.ask("stage.viewport", width=width, height=height)
        yield page


@asynccontextmanager
async def connected(address: str) -> AsyncIterator[Page]:
    """A page at an address of the app, with the token in it; it has its first slices."""
    place, _, token = address.partition("#t=")
    host = place.split("/")[2]
    url, origin = f"ws://{host}/ws", f"http://{host}"
    async with connect(url, origin=origin) as socket:  # type: ignore[arg-type]
        page = Page(socket)
        await socket.send(json.dumps({"type": "hello", "token": token, "page": "main", "protocol": PROTOCOL}))
        listening = asyncio.create_task(page.listen())
        try:
            await page.until(lambda slices: "app" in slices)
            yield page
        finally:
            listening.cancel()
            await asyncio.wait({listening})
