"""Where the hub loop and the media loop meet, and nowhere else.

The media loop is an asyncio loop in a thread of its own: a plugin that blocks the hub does not stop
sound or pictures, and LiveKit's SDK, which ends the process when its loop stalls for 15 s during a
connect (livekit/rust-sdks#1261), is safe from it.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

log = logging.getLogger("xcord.media")

T = TypeVar("T")


class MediaLike(Protocol):
    """What a plugin gets as ``hub.media``; ``slots`` keeps the newest frame of each video."""

    slots: Any

    def run(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Runs on the media loop; await the result on the hub loop. Cancelling waits, cancels nothing."""
        ...


class Media:
    """The media loop and its thread, with the newest frames in ``slots``."""

    def __init__(self, slots: Any) -> None:
        self.slots = slots
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._work, name="media-loop", daemon=True)

    def start(self) -> None:
        """Starts the thread."""
        self.thread.start()

    def _work(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_forever()
        pending = asyncio.all_tasks(self.loop)
        for task in pending:
            task.cancel()
        if pending:
            self.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def submit(self, coroutine: Coroutine[Any, Any, T]) -> Future[T]:
        """Runs on the media loop from any thread."""
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        """Runs on the media loop and answers on the calling loop.

        The waiting may be cancelled, the coroutine goes on: a ``connect()`` must never be cancelled
        (livekit/python-sdks#784).
        """
        return asyncio.ensure_future(asyncio.shield(asyncio.wrap_future(self.submit(coroutine))))

    def stop(self, timeout: float = 5.0) -> bool:
        """Ends the loop; true if its thread ended in time."""
        if not self.thread.is_alive():
            return True
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout)
        if self.thread.is_alive():
            log.warning("the media loop did not end within %g s", timeout)
        return not self.thread.is_alive()
