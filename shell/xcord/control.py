"""What the control socket may ask of the hub: a command, or slices to read."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from typing import Any

import msgspec

from .calls import Asker
from .errors import CommandError
from .hub import Hub
from .instance import Answer, refusal
from .model import Plugins

ASKER = Asker("control", "cli")
ASK_TIMEOUT = 30.0  # seconds that a command may take
STARTING_WITHIN = 8.0  # seconds for the app to begin to answer; less than callers wait
HUB_TIMEOUT = 55.0  # seconds (a start and a command) after which the hub counts as blocked


class Request(msgspec.Struct, forbid_unknown_fields=True):
    """Either ``ask`` with ``args``, or ``read``."""

    ask: str = ""
    args: dict[str, Any] = {}
    read: tuple[str, ...] = ()


def answerer(hub: Hub, loop: asyncio.AbstractEventLoop) -> Callable[[bytes], bytes]:
    """What :meth:`Instance.serve` wants: bytes in, bytes out, from any thread, bounded."""

    def answer(message: bytes) -> bytes:
        try:
            request = msgspec.json.decode(message, type=Request)
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError, UnicodeDecodeError) as error:
            return refusal("bad_request", f"not a request: {error}")
        if bool(request.ask) == bool(request.read):
            return refusal("bad_request", "a request has either ask or read")
        future = asyncio.run_coroutine_threadsafe(_answer(hub, request), loop)
        try:
            return future.result(HUB_TIMEOUT)
        except concurrent.futures.TimeoutError:
            future.cancel()
            return refusal("hub_blocked", f"the app did not answer within {HUB_TIMEOUT:g} s")
        except concurrent.futures.CancelledError:
            return refusal("ending", "the app is ending")

    return answer


class Later:
    """Lets callers wait while the app starts. ``answer`` may be called from any thread."""

    def __init__(self) -> None:
        self._ready = threading.Event()
        self._answer: Answer | None = None

    def begin(self, answer: Answer) -> None:
        """From now on ``answer`` answers, also those who wait already."""
        self._answer = answer
        self._ready.set()

    def answer(self, message: bytes) -> bytes:
        """What :meth:`Instance.serve` wants."""
        self._ready.wait(STARTING_WITHIN)
        if self._answer is None:
            return refusal("starting", "xcord is starting and does not answer yet: try again in a moment")
        return self._answer(message)


async def _answer(hub: Hub, request: Request) -> bytes:
    if request.read:
        slices = {name: hub.slices[name].value for name in request.read if name in hub.slices}
        return msgspec.json.encode({"ok": True, "slices": slices})
    try:
        await _until_started(hub, request.ask)
        await hub.ask(request.ask, request.args, ASKER, timeout=ASK_TIMEOUT)
    except CommandError as error:
        return refusal(error.code, str(error), error.params)
    return b'{"ok":true}'


async def _until_started(hub: Hub, name: str) -> None:
    """Waits while the plugin that answers the command is starting, as the supervisor bounds it."""
    news = asyncio.Event()
    stop = hub.listen(lambda changed, _: news.set() if changed == "plugins" else None)
    try:
        while (command := hub.commands.get(name)) is not None and _starts(hub.read("plugins"), command.owner):
            news.clear()
            await news.wait()
    finally:
        stop()


def _starts(plugins: Plugins | None, owner: str) -> bool:
    return plugins is not None and any(
        plugin.name == owner and plugin.state == "starting" for plugin in plugins.plugins
    )
