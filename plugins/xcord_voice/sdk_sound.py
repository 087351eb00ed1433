"""The sound of others: mono, 48 kHz, on the SDK's thread where that can be had (see ``sdk_frames``)."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

from .sdk_frames import direct, let_go, open_stream

log = logging.getLogger("xcord.voice.sdk")

RATE = 48_000
CAPACITY = 25  # frames that wait for a blocked loop, in the public way

Heard = Callable[[NDArray[np.int16]], None]
"""Given one frame: mono, 48 kHz. Called on the SDK's thread, or on the loop in the public way."""


def hear(track: Any, heard: Heard, frame_ms: int) -> Any:
    """Opens a track's sound; ``await aclose()`` on what it returns ends it."""
    if not direct():
        return _Queued(track, heard, frame_ms)
    from livekit.rtc._proto import audio_frame_pb2, ffi_pb2

    def take(frame: Any) -> None:
        info = frame.info
        size = 2 * info.samples_per_channel * info.num_channels
        samples = np.frombuffer(ctypes.string_at(info.data_ptr, size), np.int16)
        let_go(frame.handle.id)
        heard(samples)

    request = ffi_pb2.FfiRequest()
    wanted = request.new_audio_stream
    wanted.track_handle = track._ffi_handle.handle
    wanted.sample_rate, wanted.num_channels, wanted.frame_size_ms = RATE, 1, frame_ms
    wanted.type = audio_frame_pb2.AudioStreamType.AUDIO_STREAM_NATIVE
    return open_stream(request, "new_audio_stream", take)


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
