"""Between the capture thread and LiveKit's source.

The source hands a frame on at once and has no clock of its own: what is not fed is a hole in the stream's
time, after which listeners wait longer for seconds. So the stream never stops, and the device's clock drives
it: what the device gave and nobody may hear is fed as silence of the same length. Where the device gives
nothing at all the media loop's clock does.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Protocol

from .frames import FRAME, SILENCE, Block, level
from .ring import RATE

log = logging.getLogger("xcord.voice.audio")

STILL = 0.1  # seconds without the device after which the loop feeds silence
MOST = 1.0  # seconds of silence that are made up for; of a longer hole the rest stays one


class Source(Protocol):
    """Where frames go; ``sdk_microphone.MicrophoneSource`` is one. From any thread, one at a time; nothing
    blocks."""

    def feed(self, samples: Block) -> None:
        """10 ms of sound."""
        ...

    def clear(self) -> None:
        """Drops what was fed and still waits."""
        ...

    async def aclose(self) -> None: ...


class Feeder:
    """Made on the media loop.

    :param may_feed: asked on the capture thread before each frame.
    :param on_level: level of each frame that was fed, in dBFS; None when nothing more comes for now. Called
        on the media loop.
    :param now: monotonic seconds.
    """

    def __init__(
        self,
        source: Source,
        may_feed: Callable[[], bool],
        on_level: Callable[[float | None], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._may_feed, self._on_level, self._now = source, may_feed, on_level, now
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._owed = 0  # samples that the device gave and the source did not get
        self._fed_at = now()
        self._silent = self._refused = False
        self._task = asyncio.ensure_future(self._watch())
        self.closed = False

    def deliver(self, samples: Block) -> None:
        """On the capture thread: 10 ms."""
        with self._lock:
            if self.closed or not self._may_feed():
                return
            self._feed(samples)
        self._silent = False
        self._tell(level(samples))

    def skip(self, count: int) -> None:
        """On the capture thread: nobody speaks."""
        self._fall_silent()

    def shut(self) -> None:
        """On the capture thread: the gate shut."""
        with self._lock:
            self._source.clear()
        self._fall_silent()

    def advance(self, count: int) -> None:
        """On the capture thread, after each block of so many samples: what was not delivered of it is
        silence."""
        with self._lock:
            self._owed += count
            while self._owed >= FRAME and not self.closed:
                self._feed(SILENCE)

    def clear(self) -> None:
        """On the media loop: forget everything that waits."""
        if not self.closed:
            with self._lock:
                self._source.clear()
            self._on_level(None)

    def halt(self) -> None:
        """On the media loop: nothing is fed after this, whatever the device still delivers."""
        self.clear()
        with self._lock:
            self.closed = True

    def _fall_silent(self) -> None:
        if not self._silent:
            self._silent = True
            self._tell(None)

    def _tell(self, dbfs: float | None) -> None:
        if not self.closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told, dbfs)

    def _told(self, dbfs: float | None) -> None:
        if not self.closed:
            self._on_level(dbfs)

    def _feed(self, samples: Block) -> None:
        """With the lock."""
        # What the loop fed for a device that stood still is not fed again when its late blocks come.
        self._owed = max(self._owed - len(samples), -int(STILL * RATE))
        self._fed_at = self._now()
        try:
            self._source.feed(samples)
        except Exception:
            if not self._refused:
                log.exception("the microphone's frames are refused")
            self._refused = True

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(STILL / 2)
            with self._lock:
                still = 0.0 if self.closed else self._now() - self._fed_at
                for _ in range(int(min(still, MOST) * RATE) // FRAME if still >= STILL else 0):
                    self._feed(SILENCE)

    async def aclose(self) -> None:
        """Lets the source go."""
        self.halt()
        self._task.cancel()
        await asyncio.wait({self._task})
        await self._source.aclose()
