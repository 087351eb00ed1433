"""One thread for calls that may hang. It is a daemon, so a dead sound server does not keep the app alive."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import Any


class Worker:
    """Calls functions one after the other; answers on the loop that asked."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], asyncio.Future[Any]] | None]
        self._jobs = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], Any]) -> asyncio.Future[Any]:
        """What ``function`` returns or raises. Nobody has to wait for it."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._jobs.put((function, future))
        return future

    def leave(self) -> None:
        """The thread ends after what was asked so far; nobody waits for that."""
        self._jobs.put(None)

    async def aclose(self, within: float = 0.5) -> None:
        """The thread ends after what was asked so far; returns when it has, or after ``within`` seconds."""
        self.leave()
        deadline = time.monotonic() + within
        while self._thread.is_alive() and time.monotonic() < deadline:  # noqa: ASYNC110 it has no event
            await asyncio.sleep(0.002)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
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


def close_late(asked: asyncio.Future[Any]) -> None:
    """A device that opens after nobody waits for it any more: above all, no microphone stays open."""
    late: Any = None if asked.exception() is not None else asked.result()
    if hasattr(late, "close"):
        threading.Thread(target=late.close, name="voice-sound-late", daemon=True).start()
