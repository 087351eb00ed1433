"""A camera, or a shared screen, that replays a loop on the wall clock, without encoding anything."""

from __future__ import annotations

import asyncio
import time

from livekit import rtc
from livekit.rtc._proto import room_pb2 as room_proto
from livekit.rtc._proto import video_frame_pb2 as video_proto
from livekit.rtc.encoded_video import EncodedVideoFrame

from .loop import Loop

KEY = video_proto.EncodedFrameType.ENCODED_FRAME_KEY
DELTA = video_proto.EncodedFrameType.ENCODED_FRAME_DELTA
LATE_SECONDS = 1.0


class Replay:
    """Feeds ``source`` frame after frame; ``sent`` and ``rejected`` count what became of them."""

    def __init__(self, loop: Loop) -> None:
        spec = loop.spec
        self.loop = loop
        self.source = rtc.EncodedVideoSource(spec.width, spec.height)
        self.sent = self.rejected = 0
        self._whole = False  # whether the receivers' picture comes from the loop, not from its twin

    def track(self) -> rtc.LocalVideoTrack:
        """The track to publish, with :meth:`options`."""
        name = "screen" if self.loop.spec.screen else "camera"
        return rtc.LocalVideoTrack.create_video_track(name, self.source)

    def options(self) -> rtc.TrackPublishOptions:
        spec, sources = self.loop.spec, rtc.TrackSource
        return rtc.TrackPublishOptions(
            source=sources.SOURCE_SCREENSHARE if spec.screen else sources.SOURCE_CAMERA,
            simulcast=False,
            video_codec=video_proto.VideoCodec.VP8,
            video_encoder=room_proto.VideoEncoderBackend.ENCODER_BACKEND_PRE_ENCODED,
            video_encoding=rtc.VideoEncoding(max_framerate=spec.fps, max_bitrate=spec.kilobits * 1000),
        )

    async def run(self) -> None:
        """Send until cancelled; after a pause of the machine it goes on with the present frame."""
        fps, shift = self.loop.spec.fps, self.loop.spec.offset_ms / 1000
        n = int((time.time() - shift) * fps) + 1
        while True:
            wait = n / fps + shift - time.time()
            if wait < -LATE_SECONDS:
                n = int((time.time() - shift) * fps) + 1
                continue
            await asyncio.sleep(max(0.0, wait))
            self._send(n)
            n += 1

    def _send(self, n: int) -> None:
        spec, at = self.loop.spec, n % len(self.loop.frames)
        key = at in self.loop.keys
        if n % 3 == 0 and self.source.take_feedback().keyframe_requested:
            self._whole = False
        self._whole = self._whole or key
        data = self.loop.frames[at] if self._whole else self.loop.twin[at]
        accepted = self.source.capture_frame(
            EncodedVideoFrame(
                data,
                spec.width,
                spec.height,
                video_proto.VideoCodec.VP8,
                KEY if key or not self._whole else DELTA,
                int(n * 1_000_000 / spec.fps),
            )
        )
        self.sent += 1
        self.rejected += not accepted
        self._whole = self._whole and accepted  # after a lost frame, deltas would build on nothing
