"""Another subscriber of bench `overlay`, as a process of its own, made with the SDK alone.

Reads one line of JSON (``url``, ``token``, ``hear``: whose sound, may be empty), says ``{"ready": true}``
once it is in the room and hears them, and answers each further line with what it noted, in
``time.monotonic()``: ``{"lit": {identity: [moments]}, "begins": [..], "ends": [..]}``. ``lit`` is when
``active_speakers_changed`` named somebody who was not named before; ``begins`` and ``ends`` are those of
the sound.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from typing import Any

import numpy as np
from livekit import rtc
from tests.bench.edges import RATE, Edges

HEARD_WITHIN = 40.0


class Listener:
    """See the module."""

    def __init__(self, hear: str) -> None:
        self.edges = Edges()
        self.lit: dict[str, list[float]] = {}
        self.heard = asyncio.Event()
        self.room = rtc.Room()
        self._hear, self._speaking = hear, set[str]()
        self._tasks: list[asyncio.Task[None]] = []
        self.room.on("active_speakers_changed", self._speakers)
        self.room.on("track_subscribed", self._subscribed)

    def _speakers(self, speakers: list[Any]) -> None:
        now, named = time.monotonic(), {each.identity for each in speakers}
        for identity in named - self._speaking:
            self.lit.setdefault(identity, []).append(now)
        self._speaking = named

    def _subscribed(self, track: Any, publication: Any, person: Any) -> None:
        if person.identity == self._hear and track.kind == rtc.TrackKind.KIND_AUDIO:
            stream = rtc.AudioStream(track, sample_rate=RATE, num_channels=1, frame_size_ms=10)
            self._tasks.append(asyncio.ensure_future(self._listen(stream)))

    async def _listen(self, stream: Any) -> None:
        async for event in stream:
            samples = np.frombuffer(event.frame.data, np.int16)
            self.edges.take(samples, time.monotonic() + len(samples) / RATE)  # had it been played at once
            self.heard.set()

    async def leave(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.wait_for(self.room.disconnect(), 5)


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    listener = Listener(asked["hear"])
    await listener.room.connect(asked["url"], asked["token"])
    if asked["hear"]:
        await asyncio.wait_for(listener.heard.wait(), HEARD_WITHIN)
    print(json.dumps({"ready": True}), flush=True)
    while await loop.run_in_executor(None, sys.stdin.readline):
        told = {"lit": listener.lit, "begins": listener.edges.begins, "ends": listener.edges.ends}
        print(json.dumps(told), flush=True)
    await listener.leave()


if __name__ == "__main__":
    asyncio.run(run())
