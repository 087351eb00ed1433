"""Directs a flood: hands out commands, counts the answers, reloads pages, compares the states at the end."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import random
import socket
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import websockets
from tests.guests.stack import App

from xcord.errors import CommandError, SetupError
from xcord.messages import encode
from xcord.outbox import digest

from .commands import Command
from .tally import Tally

PER_SECOND = 150  # of each asker; a window may ask 200
BATCH = 3
CLI_AT_ONCE = 3
IN_FLIGHT = 12  # of each asker: a page that is busy drawing is not asked for more
PATIENCE = 90.0  # seconds for what a busy machine may take long for
LOOK_EVERY = 0.2
INSIDE = "tray"


@dataclass
class States:
    """At the end. ``windows`` holds the hash of each page's state, by window."""

    hub: str
    windows: dict[str, str]
    resyncs: int
    """How often a page found that its state differed, since it was loaded."""
    waiting: int
    """Commands of the pages' own that have no answer."""

    @property
    def differing(self) -> int:
        return sum(hash != self.hub for hash in self.windows.values())


@dataclass
class _Page:
    socket: Any
    seen: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)


class Conductor:
    """Bound from the start, so that pages may come before :meth:`listening`. ``port`` is where they go."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.tallies: dict[str, Tally] = {}
        self.loads: dict[str, int] = {}
        self.strays = 0  # answers that a page did not wait for
        self._pages: dict[str, _Page] = {}
        self._news = asyncio.Condition()
        self._numbers = itertools.count(1)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Hears the probes for as long as the block lasts."""
        async with websockets.serve(self._serve, sock=self._listener, max_size=None, compression=None):
            yield

    async def flood(
        self,
        app: App,
        shares: Mapping[str, Sequence[Command]],
        reloads: int,
        seed: int,
        keys: Callable[[], None] = lambda: None,
    ) -> None:
        """Everybody asks what is theirs at once, and is answered.

        :param shares: commands by window, by ``tray``, and by ``cli``.
        :param keys: what presses keys meanwhile.
        :param reloads: how often each window is reloaded meanwhile.
        :raises TimeoutError: somebody was not answered within bounds; the tallies say who.
        """
        dice = random.Random(seed)
        async with asyncio.TaskGroup() as group:
            group.create_task(asyncio.to_thread(keys))
            for name, commands in shares.items():
                if name == "cli":
                    group.create_task(self._command_line(app, commands))
                    continue
                starts = range(BATCH, len(commands), BATCH)
                when = set(dice.sample(starts, min(reloads, len(starts)))) if name != INSIDE else set()
                group.create_task(self._window(name, commands, when))
        await self._until(lambda: not any(tally.waiting for tally in self.tallies.values()))

    async def ready(self, *names: str) -> None:
        """Until the pages of these windows hold the hub's state."""
        try:
            await self._until(lambda: all(name in self._pages for name in names))
        except TimeoutError:
            missing = [name for name in names if name not in self._pages]
            raise TimeoutError(f"there is no page of {missing}; loads so far: {self.loads}") from None

    async def lose(self, name: str, slice: str) -> None:
        """A window's page misses the next change of a slice."""
        await self._order(name, type="lose", slice=slice)

    async def counts(self) -> dict[str, Any]:
        """What was counted on the hub, inside the app."""
        return await self._tell(INSIDE)

    async def compare(self, app: App, windows: Iterable[str], within: float = PATIENCE) -> States:
        """The states once they are the same, or as they are after ``within`` seconds."""
        until = asyncio.get_running_loop().time() + within
        while True:
            seen = {name: await self._tell(name) for name in windows}
            names = sorted({name for each in seen.values() for name in each["names"]})
            slices = await asyncio.to_thread(app.read, *names)
            states = States(
                digest({name: encode(value) for name, value in slices.items()}),
                {name: each["hash"] if each["checked"] else "" for name, each in seen.items()},
                sum(each["resyncs"] for each in seen.values()),
                sum(each["waiting"] for each in seen.values()),
            )
            if not (states.differing or states.waiting) or asyncio.get_running_loop().time() > until:
                return states
            await asyncio.sleep(LOOK_EVERY)

    # -- askers -------------------------------------------------------------------------------------------

    async def _window(self, name: str, commands: Sequence[Command], reloads: set[int]) -> None:
        tally = self._tally(name)
        loop = asyncio.get_running_loop()
        due = loop.time()
        for at in range(0, len(commands), BATCH):
            if at in reloads:
                await self._reload(name)
                due = loop.time()
            batch = [(next(self._numbers), *command) for command in commands[at : at + BATCH]]
            await self._until(lambda: tally.waiting <= IN_FLIGHT - BATCH)
            for number, *_ in batch:
                tally.ask(number)
            await self._order(name, type="ask", commands=batch)
            due = max(due + BATCH / PER_SECOND, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _reload(self, name: str) -> None:
        loads = self.loads[name]
        await self._order(name, type="reload")
        await self._until(lambda: self.loads[name] > loads)

    async def _command_line(self, app: App, commands: Sequence[Command]) -> None:
        tally, waiting = self._tally("cli"), iter(commands)

        def ask(name: str, args: dict[str, Any]) -> str | None:
            try:
                app.ask(name, PATIENCE, **args)
            except CommandError as error:
                return error.code
            except SetupError:
                return None  # it counts as unanswered
            return ""

        async def some() -> None:
            for command in waiting:
                number = next(self._numbers)
                tally.ask(number)
                if (code := await asyncio.to_thread(ask, *command)) is not None:
                    tally.answer(number, code)

        async with asyncio.TaskGroup() as group:
            for _ in range(CLI_AT_ONCE):
                group.create_task(some())

    # -- the probes ---------------------------------------------------------------------------------------

    def _tally(self, name: str) -> Tally:
        return self.tallies.setdefault(name, Tally())

    async def _order(self, name: str, **order: Any) -> None:
        await self.ready(name)
        await self._pages[name].socket.send(json.dumps(order))

    async def _tell(self, name: str) -> dict[str, Any]:
        await self._order(name, type="tell")
        return await asyncio.wait_for(self._pages[name].seen.get(), PATIENCE)

    async def _serve(self, socket: Any) -> None:
        name = ""
        with contextlib.suppress(websockets.ConnectionClosed):
            async for text in socket:
                message = json.loads(text)
                match message.pop("type"):
                    case "ready":
                        name = message["window"]
                        self._come(name, socket)
                    case "answer":
                        self._tally(name).answer(**message)
                    case "stray":
                        self.strays += 1
                    case "seen":
                        self._pages[name].seen.put_nowait(message)
                await self._tell_news()
        if name and (page := self._pages.get(name)) is not None and page.socket is socket:
            del self._pages[name]
            self._tally(name).abandon()
        await self._tell_news()

    def _come(self, name: str, socket: Any) -> None:
        if name in self._pages and self._pages[name].socket is socket:
            return  # it asked for a new snapshot
        self._tally(name).abandon()
        self._pages[name] = _Page(socket)
        self.loads[name] = self.loads.get(name, 0) + 1

    async def _tell_news(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _until(self, true: Any) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(true)
