"""Sound and pictures of others, straight from the SDK's thread.

The SDK's streams wake the loop three times for each frame, and ask each open stream whether the frame is its
own: ten people are 500 frames of sound and 5000 questions a second. Here one subscriber takes them all on the
SDK's own thread, so that a loop that is blocked stops nobody's voice either. Where the private names are not
as expected, the SDK's public streams are used (``sdk_sound``, ``sdk_pictures``).
"""

from __future__ import annotations

import asyncio
import ctypes
import functools
import inspect
import logging
import threading
from collections.abc import Callable
from typing import Any

log = logging.getLogger("xcord.voice.sdk")

EVENTS = {"audio_stream_event": "frame", "video_stream_event": "buffer"}
"""The events that bring frames, and what is in them."""

Take = Callable[[Any], None]
"""Given the SDK's message about one frame, whose memory it must let go. Called on the SDK's thread."""


@functools.cache
def direct() -> bool:
    """Self-test: are the private names there?"""
    try:
        from livekit.rtc import _ffi_client
        from livekit.rtc._proto import ffi_pb2

        request, event = ffi_pb2.FfiRequest(), ffi_pb2.FfiEvent()
        sound, picture = event.audio_stream_event, event.video_stream_event
        heard, seen = sound.frame_received.frame, picture.frame_received.buffer
        fields = (
            (
                request.new_audio_stream,
                ("track_handle", "sample_rate", "num_channels", "frame_size_ms", "type"),
            ),
            (request.new_video_stream, ("track_handle", "format", "normalize_stride", "type")),
            (sound, ("stream_handle",)),
            (picture, ("stream_handle",)),
            (heard.handle, ("id",)),
            (seen.handle, ("id",)),
            (heard.info, ("data_ptr", "samples_per_channel", "num_channels")),
            (seen.info, ("data_ptr", "width", "height")),
        )
        return (
            all(hasattr(message, name) for message, names in fields for name in names)
            and "filter_fn" in inspect.signature(_ffi_client.FfiQueue.subscribe).parameters
            and hasattr(_ffi_client.FfiHandle, "dispose")
            and hasattr(_ffi_client.FfiClient.instance._ffi_lib, "livekit_ffi_drop_handle")
        )
    except (ImportError, AttributeError):
        return False


def let_go(handle: int) -> None:
    """The SDK may use a frame's memory again. From any thread."""
    _all().drop(ctypes.c_uint64(handle))


def open_stream(request: Any, kind: str, take: Take) -> Stream:
    """Sends a request for a stream of ``kind``, the name of its field; ``take`` gets its frames."""
    return _all().open(request, kind, take)


class Stream:
    """One track's frames."""

    def __init__(self, owner: Direct, number: int, handle: Any) -> None:
        self._owner, self._number, self._handle = owner, number, handle

    async def aclose(self) -> None:
        """Nothing comes after this."""
        self._owner.close(self._number)
        self._handle.dispose()


class Direct:
    """All streams of this process, by their number in the SDK."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.drop: Callable[[ctypes.c_uint64], Any] = self._client._ffi_lib.livekit_ffi_drop_handle
        self._lock = threading.Lock()
        self._takers: dict[int, Take] = {}
        self._closed: set[int] = set()
        self._opening = 0
        self._early: list[tuple[int, int]] = []
        self._queue: Any = None
        self._threads: set[int] = set()

    def open(self, request: Any, kind: str, take: Take) -> Stream:
        from livekit.rtc._ffi_client import FfiHandle

        with self._lock:
            self._opening += 1
            if self._queue is None:
                self._queue = self._client.queue.subscribe(asyncio.get_running_loop(), self._take)
        try:
            answer: Any = getattr(self._client.request(request), kind)
            handle: int = answer.stream.handle.id
        finally:
            with self._lock:
                self._opening -= 1
        with self._lock:
            self._takers[handle] = take
            mine = [frame for stream, frame in self._early if stream == handle]
            if not self._opening:
                self._early.clear()
        for frame in mine:
            self.drop(ctypes.c_uint64(frame))
        return Stream(self, handle, FfiHandle(handle))

    def close(self, number: int) -> None:
        """The subscription stays, also without streams: nobody else lets go of a frame that is on its way."""
        with self._lock:
            self._takers.pop(number, None)
            self._closed.add(number)

    def _take(self, event: Any) -> bool:
        """The subscription's filter, called on the SDK's thread with each of its events: takes the frames
        that are ours, and lets none into the queue."""
        kind = event.WhichOneof("message")
        if (part := EVENTS.get(kind)) is None:
            return False
        said = getattr(event, kind)
        if said.WhichOneof("message") != "frame_received":
            return False
        self._stay()
        frame = getattr(said.frame_received, part)
        if (take := self._takers.get(said.stream_handle)) is None:
            with self._lock:
                if said.stream_handle in self._closed:
                    self.drop(ctypes.c_uint64(frame.handle.id))
                elif self._opening:
                    # Whose it is will be known when the request returns.
                    self._early.append((said.stream_handle, frame.handle.id))
            return False
        try:
            take(frame)
        except Exception:
            log.exception("a frame was not taken; its stream is left out from now on")
            with self._lock:
                self._takers.pop(said.stream_handle, None)
                self._closed.add(said.stream_handle)
        return False

    def _stay(self) -> None:
        """Keeps Python's state of the SDK's thread, of which there are as many as cores.

        Otherwise Python makes one for each event and throws it away, which maps and unmaps memory each time.
        """
        thread = threading.get_ident()
        if thread not in self._threads:
            self._threads.add(thread)
            ctypes.pythonapi.PyGILState_Ensure()


@functools.cache
def _all() -> Direct:
    from livekit.rtc._ffi_client import FfiClient

    return Direct(FfiClient.instance)
