"""What the pinned SDK can do but does not offer; its private names stand here and in ``sdk_frames``,
``sdk_sound``, ``sdk_pictures`` and ``sdk_microphone``.

``private_api()`` tells whether they are as expected. Where they are not, the public way is taken:
video is switched by subscription, and its layer chosen by quality.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from functools import partial
from typing import Any, Literal

from livekit import rtc

from . import sdk_pictures, sdk_sound
from .errors import Redactor
from .video.demand import Order
from .video.sizes import TOLERANCE

log = logging.getLogger("xcord.voice.sdk")

RATE = 48_000
SIZE, SWITCH = "update_remote_track_publication_dimension", "enable_remote_track"
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
        names = (SIZE, SWITCH)
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
    logging.getLogger("livekit").addFilter(_Expected())
    for say in (partial(_say_size, NOBODY, SMALLEST), partial(_switch, NOBODY, False)):
        try:
            say()
        except AssertionError:
            continue  # it knows the request, and that there is no such track
        except (AttributeError, TypeError, ValueError) as error:
            log.warning("the SDK refuses track settings: %s", error)
        return "subscription"
    return "settings"


class _Expected(logging.Filter):
    """The native half reports the question of ``video_way`` as an error."""

    def filter(self, record: logging.LogRecord) -> bool:
        return f"_handle: {NOBODY}," not in record.getMessage()


def hide_tokens() -> None:
    """Takes tokens out of the SDK's log lines. Safe to repeat."""
    logger = logging.getLogger("livekit")
    if not any(isinstance(present, Redactor) for present in logger.filters):
        logger.addFilter(Redactor())


def set_video(publication: Any, order: Order) -> int:
    """Receives a video track or not, in the layer that fits; the number of requests, 0 if the track is gone.

    Each of the SDK's requests carries size and switch, both as they stand when a task of its own gets to run,
    nobody answers it, and such tasks overtake each other: a size that was said just before a track was
    switched on could arrive after that and say "off", for good. So everything is said in one request, the
    size, which is never silent; the switch is turned before that, on this side alone.
    """
    try:
        if video_way() == "subscription":
            return _set_publicly(publication, order)
        if publication.track is None:
            return 0  # let go; when it comes back it is new
        _switch(publication.track._ffi_handle.handle, order.on)
        _say_size(publication._ffi_handle.handle, (order.width, order.height) if order.on else SMALLEST)
    except AssertionError:
        # A stale handle: the track was unpublished a moment ago.
        return 0
    return 1


def _switch(track: int, on: bool) -> None:
    _request(SWITCH, track_handle=track, enabled=on)


def _say_size(publication: int, size: tuple[int, int]) -> None:
    _request(SIZE, track_publication_handle=publication, width=size[0], height=size[1])


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


def _request(name: str, **fields: Any) -> None:
    from livekit.rtc._ffi_client import FfiClient
    from livekit.rtc._proto import ffi_pb2

    request = ffi_pb2.FfiRequest()
    message = getattr(request, name)
    for field, value in fields.items():
        setattr(message, field, value)
    FfiClient.instance.request(request)


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
