"""The microphone: from the device's thread through the gate to the call.

Muted means that nothing captured is fed. The gate is asked on the capture thread for each block and again
just before a frame is handed to the SDK; when it shuts, what waits is dropped and the SDK's own queue (at
most 50 ms) is cleared from the capture thread, so that a blocked loop cannot delay it.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..speaking import decibels
from .ring import RATE

log = logging.getLogger("xcord.voice.audio")

Block = NDArray[np.int16]

FRAME = RATE * 20 // 1000
WAITING = 3  # frames that may wait for the loop; older ones are dropped
LATE = 0.08  # seconds behind its time at which a block counts as old
SETTLE = 0.3  # seconds of steady lateness after which it is the device's new normal
LEAK = 0.0005  # the clock of a device may run this much faster than ours


class Lateness:
    """Tells old sound from new by its arrival. Pure.

    After a stall a device delivers in a burst what it recorded meanwhile, perhaps while the gate was shut.
    """

    def __init__(self) -> None:
        self._samples = 0
        self._base: float | None = None
        self._last = 0.0
        self._window: tuple[float, float, float] | None = None

    def late(self, now: float, count: int) -> bool:
        """True if the block of ``count`` samples that arrives now was captured well before."""
        self._samples += count
        offset = now - self._samples / RATE
        if self._base is None:
            self._base, self._last = offset, now
            return False
        self._base += (now - self._last) * LEAK
        self._last = now
        if offset <= self._base:
            self._base = offset
        late = offset - self._base
        if late <= LATE:
            self._window = None
            return False
        return not self._settled(now, late)

    def _settled(self, now: float, late: float) -> bool:
        """Steady lateness is no backlog: samples were lost, or the device changed its pace."""
        started, least, most = self._window or (now, late, late)
        least, most = min(least, late), max(most, late)
        if most - least > LATE / 2:
            started, least, most = now, late, late
        self._window = (started, least, most)
        if now - started < SETTLE or self._base is None:
            return False
        self._base += least
        self._window = None
        return True


class Intake:
    """On the capture thread: blocks of any length in, frames that may be fed out.

    :param may_feed: the gate.
    :param deliver: takes a frame; must not block.
    :param shut: called when the gate shuts; must not block.
    """

    def __init__(
        self, may_feed: Callable[[], bool], deliver: Callable[[Block], None], shut: Callable[[], None]
    ) -> None:
        self._may_feed, self._deliver, self._shut = may_feed, deliver, shut
        self._lateness = Lateness()
        self._rest: Block = np.zeros(0, np.int16)
        self._open = False

    def take(self, block: Block, now: float) -> None:
        """One block of the device, at its arrival (monotonic seconds)."""
        late = self._lateness.late(now, len(block))
        if not self._may_feed():
            if self._open:
                self._open = False
                self._rest = self._rest[:0]
                self._shut()
            return
        if not self._open:
            # This block began while the gate was shut.
            self._open = True
            return
        if late:
            self._rest = self._rest[:0]
            return
        samples = np.concatenate((self._rest, block)) if len(self._rest) else block
        for start in range(0, len(samples) - FRAME + 1, FRAME):
            self._deliver(samples[start : start + FRAME])
        self._rest = samples[len(samples) - len(samples) % FRAME :].copy()


class Source(Protocol):
    """Where frames go; ``sdk.MicrophoneSource`` is one."""

    async def feed(self, samples: Block) -> None: ...

    def clear(self) -> None: ...

    def clear_now(self) -> None: ...

    async def aclose(self) -> None: ...


class Feeder:
    """Between the capture thread and the source. Made on the media loop.

    :param on_level: level of each frame that was fed, in dBFS; None when the gate shut.
    """

    def __init__(
        self, source: Source, may_feed: Callable[[], bool], on_level: Callable[[float | None], None]
    ) -> None:
        self._source, self._may_feed, self._on_level = source, may_feed, on_level
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Block] = deque(maxlen=WAITING)
        self._wake = asyncio.Event()
        self._task = asyncio.ensure_future(self._work())
        self._closed = False

    def deliver(self, frame: Block) -> None:
        """On the capture thread."""
        self._waiting.append(frame)
        self._call(self._wake.set)

    def shut(self) -> None:
        """On the capture thread: the gate shut."""
        self._waiting.clear()
        self._source.clear_now()
        self._call(self.clear)

    def clear(self) -> None:
        """On the media loop: forget everything that waits."""
        if not self._closed:
            self._waiting.clear()
            self._source.clear()
            self._on_level(None)

    def halt(self) -> None:
        """On the media loop: nothing is fed after this, whatever the device still delivers."""
        self.clear()
        self._closed = True

    def _call(self, function: Callable[[], None]) -> None:
        if not self._closed and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                frame = self._waiting.popleft()
                if self._closed or not self._may_feed():
                    continue
                try:
                    async with asyncio.timeout(1.0):
                        await self._source.feed(frame)
                except TimeoutError:
                    log.warning("the microphone's frame was not taken within 1 s")
                    continue
                except Exception:
                    log.exception("the microphone's frame was refused")
                    continue
                samples = frame.astype(np.float32) / 32768
                self._on_level(decibels(float(samples @ samples) / len(samples)))

    async def aclose(self) -> None:
        """Lets the source go."""
        self.halt()
        self._task.cancel()
        await asyncio.wait({self._task})
        await self._source.aclose()
