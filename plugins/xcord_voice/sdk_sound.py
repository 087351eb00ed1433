"""The sound of others, straight from the SDK's thread into the mix.

The SDK's ``AudioStream`` wakes the loop three times for each frame, and asks each open stream whether the
frame is its own: ten people are 500 frames and 5000 questions a second. Here one subscriber takes them all on
the SDK's own thread, so that a loop that is blocked stops nobody's voice either. Where the private names are
not as expected, ``AudioStream`` is used.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import functools
import inspect
import logging
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

log = logging.getLogger("xcord.voice.sdk")

RATE = 48_000
CAPACITY = 25  # frames that wait for a blocked loop, in the public way

Heard = Callable[[NDArray[np.int16]], None]
"""Given one frame: mono, 48 kHz. Called on the SDK's thread, or on the loop in the public way."""


@functools.cache
def direct() -> bool:
    """Self-test: are the private names there?"""
    try:
        from livekit.rtc import _ffi_client
        from livekit.rtc._proto import ffi_pb2

        request, event = ffi_pb2.FfiRequest().new_audio_stream, ffi_pb2.FfiEvent().audio_stream_event
        frame = event.frame_received.frame
        fields = (
            (request, ("track_handle", "sample_rate", "num_channels", "frame_size_ms", "type")),
            (event, ("stream_handle",)),
            (frame.handle, ("id",)),
            (frame.info, ("data_ptr", "samples_per_channel", "num_channels")),
        )
        return (
            all(hasattr(message, name) for message, names in fields for name in names)
            and "filter_fn" in inspect.signature(_ffi_client.FfiQueue.subscribe).parameters
            and hasattr(_ffi_client.FfiClient.instance._ffi_lib, "livekit_ffi_drop_handle")
        )
    except (ImportError, AttributeError):
        return False


def hear(track: Any, heard: Heard, frame_ms: int) -> Any:
    """Opens a track's sound; ``await aclose()`` on what it returns ends it."""
    return _all().open(track, heard, frame_ms) if direct() else _Queued(track, heard, frame_ms)


class _Stream:
    """One track's sound."""

    def __init__(self, owner: _Direct, number: int, handle: Any) -> None:
        self._owner, self._number, self._handle = owner, number, handle

    async def aclose(self) -> None:
        """Nothing comes after this."""
        self._owner.close(self._number)
        self._handle.dispose()


class _Direct:
    """All sound streams of this process, by their number in the SDK."""

    def __init__(self) -> None:
        from livekit.rtc._ffi_client import FfiClient

        self._client = FfiClient.instance
        self._drop = self._client._ffi_lib.livekit_ffi_drop_handle
        self._lock = threading.Lock()
        self._heard: dict[int, Heard] = {}
        self._opening = 0
        self._early: list[tuple[int, int]] = []
        self._queue: Any = None

    def open(self, track: Any, heard: Heard, frame_ms: int) -> _Stream:
        from livekit.rtc._ffi_client import FfiHandle
        from livekit.rtc._proto import audio_frame_pb2, ffi_pb2

        request = ffi_pb2.FfiRequest()
        wanted = request.new_audio_stream
        wanted.track_handle = track._ffi_handle.handle
        wanted.sample_rate, wanted.num_channels, wanted.frame_size_ms = RATE, 1, frame_ms
        wanted.type = audio_frame_pb2.AudioStreamType.AUDIO_STREAM_NATIVE
        with self._lock:
            self._opening += 1
            if self._queue is None:
                self._queue = self._client.queue.subscribe(asyncio.get_running_loop(), self._take)
        try:
            handle = self._client.request(request).new_audio_stream.stream.handle.id
        finally:
            with self._lock:
                self._opening -= 1
        with self._lock:
            self._heard[handle] = heard
            mine = [frame for stream, frame in self._early if stream == handle]
            if not self._opening:
                self._early.clear()
        for frame in mine:
            self._drop(ctypes.c_uint64(frame))
        return _Stream(self, handle, FfiHandle(handle))

    def close(self, number: int) -> None:
        with self._lock:
            self._heard.pop(number, None)
            queue = None
            if not self._heard and not self._opening:
                queue, self._queue = self._queue, None
        if queue is not None:
            self._client.queue.unsubscribe(queue)

    def _take(self, event: Any) -> bool:
        """The subscription's filter, called on the SDK's thread with each of its events: takes the frames
        that are ours, and lets none into the queue."""
        if event.WhichOneof("message") != "audio_stream_event":
            return False
        said = event.audio_stream_event
        if said.WhichOneof("message") != "frame_received":
            return False
        frame = said.frame_received.frame
        if (heard := self._heard.get(said.stream_handle)) is None:
            with self._lock:
                if self._opening:
                    # Whose it is will be known when the request returns.
                    self._early.append((said.stream_handle, frame.handle.id))
            return False
        try:
            info = frame.info
            size = 2 * info.samples_per_channel * info.num_channels
            samples = np.frombuffer(ctypes.string_at(info.data_ptr, size), np.int16)
            self._drop(ctypes.c_uint64(frame.handle.id))
            heard(samples)
        except Exception:
            log.exception("a frame of sound was not taken; its stream is left out from now on")
            self._heard.pop(said.stream_handle, None)
        return False


@functools.cache
def _all() -> _Direct:
    return _Direct()


class _Queued:
    """The public way: a task on the loop."""

    def __init__(self, track: Any, heard: Heard, frame_ms: int) -> None:
        self._stream = rtc.AudioStream(
            track, sample_rate=RATE, num_channels=1, frame_size_ms=frame_ms, capacity=CAPACITY
        )
        self._task = asyncio.ensure_future(self._run(heard))

    async def _run(self, heard: Heard) -> None:
        try:
            async for event in self._stream:
                heard(np.frombuffer(event.frame.data, np.int16))
        except Exception:
            log.exception("a stream of sound failed")

    async def aclose(self) -> None:
        """Nothing comes after this."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._stream.aclose()
