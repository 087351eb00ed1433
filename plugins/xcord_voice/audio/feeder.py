"""Between the capture thread and LiveKit's source.

When the gate shuts, what waits is dropped from the capture thread, and whatever the SDK might still hold
is cleared, so that a blocked loop cannot delay it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

from .frames import Block, level

log = logging.getLogger("xcord.voice.audio")

PAUSE = (
    -50.0
)  # dBFS below which a frame is left out while others wait: so a pause catches up with a late loop
WAITING = 6  # frames of 10 ms that may wait for the loop; older ones are dropped


class Source(Protocol):
    """Where frames go; ``sdk.MicrophoneSource`` is one."""

    async def feed(self, samples: Block) -> None: ...

    def clear(self) -> None: ...

    def clear_now(self) -> None: ...

    async def aclose(self) -> None: ...


class Feeder:
    """Made on the media loop.

    :param on_level: level of each frame that was fed, in dBFS; None when nothing more comes for now.
    """

    def __init__(
        self, source: Source, may_feed: Callable[[], bool], on_level: Callable[[float | None], None]
    ) -> None:
        self._source, self._may_feed, self._on_level = source, may_feed, on_level
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Block] = deque(maxlen=WAITING)
        self._paused = False
        self._wake = asyncio.Event()
        self._task = asyncio.ensure_future(self._work())
        self.closed = False

    def deliver(self, samples: Block) -> None:
        """On the capture thread: 10 ms."""
        self._paused = False
        self._waiting.append(samples)
        self._call(self._wake.set)

    def skip(self, count: int) -> None:
        """On the capture thread: nobody speaks."""
        if not self._paused:
            self._paused = True
            self._call(self._wake.set)

    def shut(self) -> None:
        """On the capture thread: the gate shut."""
        self._waiting.clear()
        self._source.clear_now()
        self._call(self.clear)

    def clear(self) -> None:
        """On the media loop: forget everything that waits."""
        if not self.closed:
            self._waiting.clear()
            self._source.clear()
            self._on_level(None)

    def halt(self) -> None:
        """On the media loop: nothing is fed after this, whatever the device still delivers."""
        self.clear()
        self.closed = True

    def _call(self, function: Callable[[], None]) -> None:
        if not self.closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                samples = self._waiting.popleft()
                if not self._waiting or level(samples) > PAUSE:
                    await self._feed(samples)
            if self._paused and not self.closed:
                self._on_level(None)

    async def _feed(self, samples: Block) -> None:
        if self.closed or not self._may_feed():
            return
        try:
            async with asyncio.timeout(1.0):
                await self._source.feed(samples)
        except TimeoutError:
            log.warning("the microphone's frame was not taken within 1 s")
        except Exception:
            log.exception("the microphone's frame was refused")
        else:
            self._on_level(level(samples))

    async def aclose(self) -> None:
        """Lets the source go."""
        self.halt()
        self._task.cancel()
        await asyncio.wait({self._task})
        await self._source.aclose()
