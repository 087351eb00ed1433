"""A camera that encodes as it goes, in simulcast layers: dear, and only for what needs layers."""

from __future__ import annotations

import asyncio
import time

import numpy as np
from livekit import rtc
from livekit.rtc._proto import video_frame_pb2 as video_proto

from .loop import LOOP_MS, Plane, Spec, burn, picture_at

PICTURES = 24  # drawn beforehand; a 720p one is 1.4 MB
LAYERED = Spec(width=1280, height=720, fps=15, kilobits=1700)


class Live:
    """Feeds raw pictures with the clock burnt in. ``sent`` counts them."""

    def __init__(self, spec: Spec = LAYERED) -> None:
        self.spec = spec
        self.source = rtc.VideoSource(spec.width, spec.height)
        self.sent = self.rejected = 0
        self._pictures = [picture_at(spec, LOOP_MS / 1000 * n / PICTURES) for n in range(PICTURES)]

    def track(self) -> rtc.LocalVideoTrack:
        """The track to publish, with :meth:`options`."""
        return rtc.LocalVideoTrack.create_video_track("camera", self.source)

    def options(self) -> rtc.TrackPublishOptions:
        return rtc.TrackPublishOptions(
            source=rtc.TrackSource.SOURCE_CAMERA,
            simulcast=True,
            video_codec=video_proto.VideoCodec.VP8,
            video_encoding=rtc.VideoEncoding(
                max_framerate=self.spec.fps, max_bitrate=self.spec.kilobits * 1000
            ),
        )

    async def run(self) -> None:
        """Send until cancelled; the clock is that of the moment when a frame is handed over."""
        width, height, fps = self.spec.width, self.spec.height, self.spec.fps
        strip: Plane = np.empty(0, np.uint8)
        while True:
            await asyncio.sleep(1 / fps - time.time() % (1 / fps))
            now = int(time.time() * 1000)
            strip = self._pictures[now % LOOP_MS * PICTURES // LOOP_MS]
            burn(strip, width, height, now % LOOP_MS)
            frame = rtc.VideoFrame(width, height, rtc.VideoBufferType.I420, strip.tobytes())
            self.source.capture_frame(frame, timestamp_us=now * 1000)
            self.sent += 1
