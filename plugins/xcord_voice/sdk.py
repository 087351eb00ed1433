"""What the pinned SDK can do but does not offer; its private names stand here and in ``sdk_frames``,
``sdk_sound`` and ``sdk_pictures``.

``private_api()`` tells whether they are as expected. Where they are not, the public way is taken:
video is switched by subscription, its layer chosen by quality, and a cleared queue waits for the loop.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from types import SimpleNamespace
from typing import Any, Literal

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

from . import sdk_pictures, sdk_sound
from .errors import Redactor
from .video.demand import Order
from .video.sizes import TOLERANCE

log = logging.getLogger("xcord.voice.sdk")

QUEUE_MS = 20
"""Out of its queue the SDK takes 10 ms each 10 ms by a clock of its own, and silence where there is none.
What once waits there (a late block, a start) waits for as long as the call lasts, up to twice this. Without
a queue nothing is sent in a pause, and the listener's side draws the last word out for 400 ms."""
RATE = 48_000
DIMENSION, ENABLE = "update_remote_track_publication_dimension", "enable_remote_track_publication"
NOBODY = 0  # no handle has this number
SMALLEST = (160, 90)  # the size that is said of a track that is off; without one a quality would count


Way = Literal["", "settings", "subscription"]
"""How video is switched: by the SDK's own track-settings requests, which also choose the size, or by its
public functions, which let the track go altogether and know no sizes but a quality."""


@functools.cache
def private_api() -> bool:
    """Self-test: are the private names there?"""
    try:
        from livekit.rtc import _ffi_client
        from livekit.rtc._proto import ffi_pb2

        request = ffi_pb2.FfiRequest()
        fields = request.DESCRIPTOR.fields_by_name
        names = (DIMENSION, ENABLE, "clear_audio_buffer")
        client = _ffi_client.FfiClient
        found = all(name in fields for name in names) and hasattr(client, "instance")
        return found and hasattr(client, "request") and hasattr(_ffi_client.FfiQueue, "unsubscribe")
    except ImportError:
        return False


@functools.cache
def video_way() -> Way:
    """Self-test: which way is in use. Asks the native half too, about a track that does not exist."""
    if not private_api():
        return "subscription"
    nobody: Any = SimpleNamespace(_ffi_handle=SimpleNamespace(handle=NOBODY))
    logging.getLogger("livekit").addFilter(_Expected())
    for name, fields in ((DIMENSION, {"width": 1, "height": 1}), (ENABLE, {"enabled": False})):
        try:
            _request(name, nobody, **fields)
        except AssertionError:
            continue  # it knows the request, and that there is no such track
        except (AttributeError, TypeError, ValueError) as error:
            log.warning("the SDK refuses track settings: %s", error)
        return "subscription"
    return "settings"


class _Expected(logging.Filter):
    """The native half reports the question of ``video_way`` as an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return f"track_publication_handle: {NOBODY}," not in record.getMessage()


def hide_tokens() -> None:
    """Takes tokens out of the SDK's log lines. Safe to repeat."""
    logger = logging.getLogger("livekit")
    if not any(isinstance(present, Redactor) for present in logger.filters):
        logger.addFilter(Redactor())


def set_video(publication: Any, order: Order) -> int:
    """Receives a video track or not, in the layer that fits; the number of requests, 0 if the track is gone.

    The SDK sends size and switch in each of its requests, as they stand when the request leaves, on tasks of
    its own that may overtake each other; and it forgets a size as soon as anything is heard of the publisher
    (a mute, say). So the size is said before a track is switched on, or the full one may be asked for. The
    switch is silent where the SDK thinks that nothing changed; the size never is, so it goes along where the
    server may have forgotten what is off.
    """
    try:
        if video_way() == "subscription":
            return _set_publicly(publication, order)
        if order.on:
            _request(DIMENSION, publication, width=order.width, height=order.height)
            if order.whole:
                _request(ENABLE, publication, enabled=True)
        else:
            _request(ENABLE, publication, enabled=False)
            if order.whole:
                _request(DIMENSION, publication, width=SMALLEST[0], height=SMALLEST[1])
        return 2 if order.whole else 1
    except AssertionError:
        # A stale handle: the track was unpublished a moment ago.
        return 0


def _set_publicly(publication: Any, order: Order) -> int:
    """Never mixed with the above: a quality switches the track on again at the SFU."""
    if order.whole or not order.on:
        publication.set_subscribed(order.on)
    if not (order.on and publication.simulcasted and publication.track is not None):
        return 1
    share = order.height / publication.height if publication.height else 1.0
    quality = rtc.VideoQuality.VIDEO_QUALITY_HIGH
    if TOLERANCE * share <= 1 / 4:
        quality = rtc.VideoQuality.VIDEO_QUALITY_LOW
    elif TOLERANCE * share <= 1 / 2:
        quality = rtc.VideoQuality.VIDEO_QUALITY_MEDIUM
    publication.set_video_quality(quality)
    return 2 if order.whole else 1


def _request(name: str, publication: Any, **fields: Any) -> None:
    from livekit.rtc._ffi_client import FfiClient
    from livekit.rtc._proto import ffi_pb2

    request = ffi_pb2.FfiRequest()
    message = getattr(request, name)
    message.track_publication_handle = publication._ffi_handle.handle
    for field, value in fields.items():
        setattr(message, field, value)
    FfiClient.instance.request(request)


class MicrophoneSource:
    """Where captured sound goes into the SDK. Made on the media loop (``capture_frame`` of a source made
    elsewhere never returns)."""

    def __init__(self) -> None:
        self.source = rtc.AudioSource(RATE, 1, queue_size_ms=QUEUE_MS)

    async def feed(self, samples: NDArray[np.int16]) -> None:
        """Queues samples; waits while the queue is full."""
        await self.source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, len(samples)))

    def clear(self) -> None:
        """Drops what is queued. On the media loop."""
        self.source.clear_queue()

    def clear_now(self) -> None:
        """Drops what is queued, from any thread, also while the media loop is blocked."""
        if not private_api():
            return
        from livekit.rtc._ffi_client import FfiClient
        from livekit.rtc._proto import ffi_pb2

        request = ffi_pb2.FfiRequest()
        request.clear_audio_buffer.source_handle = self.source._ffi_handle.handle
        try:
            FfiClient.instance.request(request)
        except AssertionError:
            # The loop let the source go at this very moment, and its queue with it.
            if not self.source._ffi_handle.disposed:
                raise

    async def aclose(self) -> None:
        """Lets the source go."""
        await self.source.aclose()


def hear(track: Any, heard: sdk_sound.Heard, frame_ms: int) -> Any:
    """A track's sound: mono, 48 kHz, so many milliseconds a frame; see ``sdk_sound``."""
    return sdk_sound.hear(track, heard, frame_ms)


def see(track: Any, seen: sdk_pictures.Seen) -> Any:
    """A track's pictures in I420; see ``sdk_pictures``."""
    return sdk_pictures.see(track, seen)


async def close_stream(stream: Any, within: float = 2.0) -> None:
    """Ends a stream for good; one that does not answer is cut off from the SDK's events by force."""
    try:
        async with asyncio.timeout(within):
            await stream.aclose()
    except TimeoutError:
        log.warning("a media stream did not close within %g s", within)
        public = getattr(stream, "_stream", stream)
        if private_api() and hasattr(public, "_ffi_queue"):
            from livekit.rtc._ffi_client import FfiClient

            public._task.cancel()
            FfiClient.instance.queue.unsubscribe(public._ffi_queue)
