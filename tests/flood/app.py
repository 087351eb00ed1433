"""``python -m tests.flood.app run``: the real app with other page files, and two who look and ask inside it.

``XCORD_TEST_WEB`` names the folder of the pages, ``XCORD_TEST_ORDERS`` the conductor's port. Counted is, on
the hub, how many commands were begun and how often each was answered, whoever asked and whether or not they
still listen; and whoever has no page (the tray) asks from here.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import websockets

import xcord.hub_side
from xcord import cli
from xcord.calls import Answered, Asker, Call
from xcord.config import Config
from xcord.core import Core, running
from xcord.door import Door
from xcord.errors import CommandError
from xcord.hub import Hub

ASKER = Asker("tray", "tray")


class Answers:
    """How often commands were answered on the hub: by kind of asker, and by name of a plugin."""

    def __init__(self, hub: Hub) -> None:
        self.begun: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.twice = 0
        self._call = hub.call
        hub.call = self._counted  # type: ignore[method-assign]

    def _counted(self, name: str, args: Any, asker: Asker, answered: Answered, timeout: float = 30.0) -> Call:
        times, who = 0, asker.name if asker.kind == "plugin" else asker.kind

        def once(result: Any, error: CommandError | None) -> None:
            nonlocal times
            times += 1
            self.answered[who] += times == 1
            self.twice += times > 1
            answered(result, error)

        call = self._call(name, args, asker, once, timeout)  # raising is an answer, too
        self.begun[who] += 1
        return call


async def obey(core: Core, answers: Answers, port: int) -> None:
    """Takes orders, as a page's probe does, until the conductor goes."""
    tasks: set[asyncio.Task[None]] = set()
    # The conductor may be busy starting this app.
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/", proxy=None, max_size=None, open_timeout=None
    ) as orders:

        async def ask(number: int, name: str, args: dict[str, Any]) -> None:
            code = ""
            try:
                await core.hub.ask(name, args, ASKER)
            except CommandError as error:
                code = error.code
            await orders.send(json.dumps({"type": "answer", "number": number, "code": code}))

        await orders.send(json.dumps({"type": "ready", "window": ASKER.name}))
        async for text in orders:
            order = json.loads(text)
            if order["type"] == "ask":
                for command in order["commands"]:
                    task = asyncio.ensure_future(ask(*command))
                    tasks.add(task)
                    task.add_done_callback(tasks.discard)
            elif order["type"] == "tell":
                told = {"begun": answers.begun, "answered": answers.answered, "twice": answers.twice}
                await orders.send(json.dumps({"type": "seen", "drift": core.door.counters["drift"], **told}))


@contextlib.asynccontextmanager
async def _probed(config: Config, listener: socket.socket, door: Door, **more: Any) -> AsyncIterator[Core]:
    more["web"] = Path(os.environ["XCORD_TEST_WEB"])
    port = int(os.environ["XCORD_TEST_ORDERS"])
    async with running(config, listener, door, **more) as core:
        obeying = asyncio.ensure_future(obey(core, Answers(core.hub), port))
        try:
            yield core
        finally:
            obeying.cancel()
            with contextlib.suppress(asyncio.CancelledError, websockets.WebSocketException, OSError):
                await obeying


def probe_app() -> None:
    """The app that runs in this process has these pages and these two."""
    setattr(xcord.hub_side, "running", _probed)  # noqa: B010 nobody else replaces it


if __name__ == "__main__":
    probe_app()
    sys.exit(cli.main())
