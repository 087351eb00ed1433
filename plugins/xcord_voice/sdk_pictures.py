"""The pictures of others in I420, on the SDK's thread where that can be had (see ``sdk_frames``).

A picture is not copied: it lies in the SDK's memory, which is let go together with the last view of it.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from livekit import rtc

from .sdk_frames import direct, open_stream

log = logging.getLogger("xcord.voice.sdk")

CAPACITY = 1  # pictures that wait for a blocked loop, in the public way: an older one is of no use

Seen = Callable[[int, int, memoryview], None]
"""Given width, height and I420 bytes without gaps. Called on the SDK's thread, or on the loop in the public
way."""


def see(track: Any, seen: Seen) -> Any:
    """Opens a track's pictures; ``await aclose()`` on what it returns ends it."""
    if not direct():
        return _Queued(track, seen)
    from livekit.rtc._ffi_client import FfiHandle
    from livekit.rtc._proto import ffi_pb2, video_frame_pb2

    def take(frame: Any) -> None:
        info = frame.info
        width, height = info.width, info.height
        length = width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)
        pixels = (ctypes.c_uint8 * length).from_address(info.data_ptr)
        pixels.owner = FfiHandle(frame.handle.id)  # let go with the pixels
        seen(width, height, np.frombuffer(pixels, np.uint8).data)

    request = ffi_pb2.FfiRequest()
    wanted = request.new_video_stream
    wanted.track_handle = track._ffi_handle.handle
    wanted.type = video_frame_pb2.VideoStreamType.VIDEO_STREAM_NATIVE
    wanted.format = video_frame_pb2.VideoBufferType.I420
    wanted.normalize_stride = True
    return open_stream(request, "new_video_stream", take)


class _Queued:
    """The public way: a task on the loop, and a copy of each picture."""

    def __init__(self, track: Any, seen: Seen) -> None:
        self._stream = rtc.VideoStream(track, capacity=CAPACITY, format=rtc.VideoBufferType.I420)
        self._task = asyncio.ensure_future(self._run(seen))

    async def _run(self, seen: Seen) -> None:
        try:
            async for event in self._stream:
                seen(event.frame.width, event.frame.height, memoryview(event.frame.data))
        except Exception:
            log.exception("a stream of pictures failed")

    async def aclose(self) -> None:
        """Nothing comes after this. The SDK does not wake whoever waits, so that one is cancelled."""
        self._task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        await self._stream.aclose()
