"""Where captured sound goes into the SDK.

The SDK's source can have a queue, out of which it takes 10 ms each 10 ms by a clock of its own. That clock is
not the device's: silence is put between where the queue is empty, and what once waits (a late block, a start)
waits for as long as the call lasts. So the queue is left out; then a frame is encoded at once, and who feeds
has to feed for as long as the call lasts (``audio.feeder``).

A frame is one request, made on the capture thread itself. The SDK carries such requests out in their order,
on a thread that does nothing else (livekit/rust-sdks#854). Where the private names are not as expected, the
SDK's public coroutine is used, on the loop.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from livekit import rtc

from .audio.frames import Block, level
from .audio.ring import RATE

log = logging.getLogger("xcord.voice.sdk")

PAUSE = -50.0  # dBFS below which a frame is left out while others wait, so that a pause catches up
WAITING = 6  # frames of 10 ms that may wait for the loop; older ones are dropped
TAKEN_WITHIN = 1.0  # seconds for a frame, in the public way


@functools.cache
def direct() -> bool:
    """Self-test: are the private names there?"""
    try:
        from livekit.rtc import _ffi_client
        from livekit.rtc._proto import ffi_pb2

        request = ffi_pb2.FfiRequest().capture_audio_frame
        buffer = ("data_ptr", "num_channels", "sample_rate", "samples_per_channel")
        return (
            hasattr(request, "source_handle")
            and all(hasattr(request.buffer, name) for name in buffer)
            and hasattr(_ffi_client.FfiClient, "request")
        )
    except (ImportError, AttributeError):
        return False


class MicrophoneSource:
    """Made on the media loop (the SDK's source belongs to one)."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(RATE, 1, queue_size_ms=0)
        self._way: _Way = _Direct(self.source) if direct() else _Public(self.source)

    def feed(self, samples: Block) -> None:
        """10 ms, from any thread, one at a time."""
        self._way.feed(samples)

    def clear(self) -> None:
        """Drops what waits. From any thread."""
        self._way.clear()

    async def aclose(self) -> None:
        """Lets the source go."""
        await self._way.aclose()
        await self.source.aclose()


class _Way(Protocol):
    def feed(self, samples: Block) -> None: ...

    def clear(self) -> None: ...

    async def aclose(self) -> None: ...


class _Direct:
    """Nothing waits. The SDK tells by an event whether it took a frame; nobody waits for that, since it
    refuses only a wrong size or rate, and ``feed`` always sends the same."""

    def __init__(self, source: rtc.AudioSource) -> None:
        from livekit.rtc._ffi_client import FfiClient
        from livekit.rtc._proto import ffi_pb2

        self._source = source
        self._send: Callable[[Any], Any] = FfiClient.instance.request
        self._request = ffi_pb2.FfiRequest()
        self._wanted = self._request.capture_audio_frame
        self._wanted.source_handle = source._ffi_handle.handle
        buffer = self._wanted.buffer
        buffer.sample_rate, buffer.num_channels = RATE, 1

    def feed(self, samples: Block) -> None:
        # The SDK copies them before the request returns.
        self._wanted.buffer.data_ptr = samples.ctypes.data
        self._wanted.buffer.samples_per_channel = len(samples)
        try:
            self._send(self._request)
        except AssertionError:
            # The loop let the source go at this very moment.
            if not self._source._ffi_handle.disposed:
                raise

    def clear(self) -> None:
        pass

    async def aclose(self) -> None:
        pass


class _Public:
    """Frames wait for the loop."""

    def __init__(self, source: rtc.AudioSource) -> None:
        self._source = source
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Block] = deque(maxlen=WAITING)
        self._wake = asyncio.Event()
        self._task = asyncio.ensure_future(self._work())

    def feed(self, samples: Block) -> None:
        self._waiting.append(samples)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._wake.set)

    def clear(self) -> None:
        self._waiting.clear()

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._waiting:
                samples = self._waiting.popleft()
                if not self._waiting or level(samples) > PAUSE:
                    await self._capture(samples)

    async def _capture(self, samples: Block) -> None:
        try:
            async with asyncio.timeout(TAKEN_WITHIN):
                await self._source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, len(samples)))
        except TimeoutError:
            log.warning("the microphone's frame was not taken within %g s", TAKEN_WITHIN)
        except Exception:
            log.exception("the microphone's frame was refused")

    async def aclose(self) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})
