"""Somebody else in the call, by the SDK alone: sends a tone and a picture, and tells what comes of the app.

``python -m tests.faults.peer --mute`` for one that only sits there. The join ticket is a line of JSON on
stdin. Ten times a second a line of JSON: level of all that the app says and of its tone, in dBFS.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from typing import Any

import numpy as np
from livekit import rtc
from tests.plugins.xcord_voice.callers import RATE, level, tone, tone_level

from .client import EVERY, MINE, PEERS

WIDTH, HEIGHT, FPS = 320, 180, 15


class Peer:
    """Listens to whoever is the user ``me``."""

    def __init__(self, me: str, hertz: float) -> None:
        self.room, self.me, self.hertz = rtc.Room(), me, hertz
        self.level = self.tone = -120.0
        self.at = 0.0
        self.reconnects = 0
        self.listening: dict[str, asyncio.Task[None]] = {}
        self.room.on("track_subscribed", self._subscribed)
        self.room.on("track_unsubscribed", self._unsubscribed)
        self.room.on("reconnected", self._reconnected)

    def _reconnected(self) -> None:
        self.reconnects += 1

    def _subscribed(self, track: Any, publication: Any, who: Any) -> None:
        if who.identity.partition(":")[0] == self.me and track.kind == rtc.TrackKind.KIND_AUDIO:
            self.listening[publication.sid] = asyncio.ensure_future(self._listen(track))

    def _unsubscribed(self, track: Any, publication: Any, who: Any) -> None:
        if (task := self.listening.pop(publication.sid, None)) is not None:
            task.cancel()

    async def _listen(self, track: Any) -> None:
        stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=100, capacity=5)
        try:
            async for event in stream:
                samples = np.frombuffer(event.frame.data, np.int16)
                self.level, self.tone, self.at = (
                    level(samples),
                    tone_level(samples, self.hertz),
                    time.monotonic(),
                )
        finally:
            await stream.aclose()


async def publish(room: rtc.Room, speaks: asyncio.Event) -> None:
    """A tone and a grey picture, for as long as it is awaited and while ``speaks`` is set."""
    source = rtc.AudioSource(RATE, 1, queue_size_ms=200)
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
    await room.local_participant.publish_track(track, options)
    pictures = rtc.VideoSource(WIDTH, HEIGHT)
    video = rtc.LocalVideoTrack.create_video_track("camera", pictures)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, simulcast=False)
    await room.local_participant.publish_track(video, options)

    async def show() -> None:
        shade = 0
        while await speaks.wait():
            shade = (shade + 7) % 200
            data = bytes([shade]) * (WIDTH * HEIGHT) + bytes([128]) * (WIDTH * HEIGHT // 2)
            pictures.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.I420, data))
            await asyncio.sleep(1 / FPS)

    showing, at = asyncio.ensure_future(show()), 0
    try:
        while await speaks.wait():
            samples = tone(PEERS, at, 960)
            at += 960
            await source.capture_frame(rtc.AudioFrame(samples.tobytes(), RATE, 1, 960))
    finally:
        showing.cancel()


async def obey(peer: Peer, speaks: asyncio.Event) -> None:
    """``hush`` and ``speak`` on stdin; any other line has the SDK reconnect in full; its end ends it all."""
    while line := await asyncio.to_thread(sys.stdin.readline):
        if (word := line.strip()) in ("hush", "speak"):
            (speaks.set if word == "speak" else speaks.clear)()
            continue
        await peer.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)


async def main() -> None:
    """Until stdin ends."""
    ticket = json.loads(sys.stdin.readline())
    peer = Peer(ticket.get("me", ""), ticket.get("hertz", MINE))
    gone = asyncio.Event()
    peer.room.on("disconnected", lambda reason: gone.set())
    try:
        await peer.room.connect(ticket["url"], ticket["token"])
    except rtc.ConnectError:
        raise SystemExit("the peer could not connect") from None
    speaks = asyncio.Event()
    speaks.set()
    sending = None if "--mute" in sys.argv else asyncio.ensure_future(publish(peer.room, speaks))
    ended = asyncio.ensure_future(obey(peer, speaks))
    while not ended.done():
        if gone.is_set() and not ticket.get("stays"):
            break
        fresh = time.monotonic() - peer.at < 0.5
        said = {
            "t": time.monotonic(),
            "level": round(peer.level if fresh else -120.0, 1),
            "tone": round(peer.tone if fresh else -120.0, 1),
            "reconnects": peer.reconnects,
            "gone": gone.is_set(),
        }
        print(json.dumps(said), flush=True)
        await asyncio.sleep(EVERY)
    if sending is not None:
        sending.cancel()
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(peer.room.disconnect(), 5)
    sys.stdout.flush()
    os._exit(0)  # a thread still waits for stdin, and the loop's end would wait for it


if __name__ == "__main__":
    asyncio.run(main())
