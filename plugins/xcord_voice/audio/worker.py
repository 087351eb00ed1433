"""A thread for calls that may hang. It is a daemon, so a dead sound server does not keep the app alive."""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

log = logging.getLogger("xcord.voice.audio")

T = TypeVar("T")

Jobs = queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None]


class Worker:
    """Calls functions one after the other; answers on the loop that asked. There is a thread from the first
    call until ``leave``, and another from the next call on."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: Jobs | None = None
        self._thread: threading.Thread | None = None

    def call(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        """What ``function`` returns or raises. Nobody has to wait for it."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            self._thread = threading.Thread(target=_work, args=(self._jobs,), name=self._name, daemon=True)
            self._thread.start()
        self._jobs.put((function, future))
        return future

    async def ask(self, function: Callable[[], T], otherwise: T, within: float) -> T:
        """``otherwise`` if it does not answer within some seconds or fails; a device that it opens too late,
        or that nobody waits for any more, is closed."""
        asked = self.call(function)
        try:
            done, _ = await asyncio.wait({asked}, timeout=within)
        except asyncio.CancelledError:
            asked.add_done_callback(_close_late)
            raise
        if not done:
            log.warning("the sound system did not answer within %g s", within)
            asked.add_done_callback(_close_late)
            self.leave()  # whatever it hangs in, the next call must not wait behind it
            return otherwise
        if (error := asked.exception()) is not None:
            log.error("the sound system failed", exc_info=error)
            return otherwise
        result: T = asked.result()
        return result

    def leave(self) -> None:
        """The thread ends after what was asked so far; nobody waits for that."""
        if self._jobs is not None:
            self._jobs.put(None)
            self._jobs = None

    async def aclose(self, within: float = 0.5) -> None:
        """The thread ends after what was asked so far; returns when it has, or after ``within`` seconds."""
        self.leave()
        thread, deadline = self._thread, time.monotonic() + within
        while thread is not None and thread.is_alive() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.002)


def _work(jobs: Jobs) -> None:
    while (job := jobs.get()) is not None:
        function, future = job
        try:
            result, error = function(), None
        except Exception as raised:  # noqa: BLE001 it belongs to whoever asked
            result, error = None, raised
        loop = future.get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_settle, future, result, error)


def _settle(future: asyncio.Future[Any], result: Any, error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _close_late(asked: asyncio.Future[Any]) -> None:
    """Above all, no microphone stays open."""
    late: Any = None if asked.exception() is not None else asked.result()
    if hasattr(late, "close"):
        threading.Thread(target=late.close, name="voice-sound-late", daemon=True).start()
