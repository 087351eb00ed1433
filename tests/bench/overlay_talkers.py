"""Other people of bench `overlay`, as a process of their own, made with the SDK alone.

Reads one line of JSON (``url``, ``tokens``), says ``{"ready": true}``, then talks as each further line says
(``{"talk": [0, 1]}``: these from now on, all others are silent) and answers it. Leaves when stdin ends.
Silence is sent as any microphone sends it, with discontinuous transmission.
"""

from __future__ import annotations

import asyncio
import json
import sys

import numpy as np
from livekit import rtc
from tests.guests.voice import RATE, speech

FRAME = RATE // 50
SILENCE = np.zeros(FRAME, np.int16)


class Talker:
    """One person. ``talking`` may change at any time; speech begins anew each time."""

    def __init__(self, number: int) -> None:
        self.talking = False
        self._sound = speech(number)
        self._room = rtc.Room()
        self._feeding: asyncio.Task[None] | None = None

    async def enter(self, url: str, token: str) -> None:
        # A connect() is never cancelled: the SDK would end the process.
        await self._room.connect(url, token, rtc.RoomOptions(auto_subscribe=False))
        source = rtc.AudioSource(RATE, 1, queue_size_ms=40)
        track = rtc.LocalAudioTrack.create_audio_track("voice", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=True)
        await asyncio.wait_for(self._room.local_participant.publish_track(track, options), 20)
        self._feeding = asyncio.ensure_future(self._feed(source))

    async def _feed(self, source: rtc.AudioSource) -> None:
        at = 0
        while True:
            piece = SILENCE
            if self.talking:
                piece = self._sound[at : at + FRAME]
                at = (at + FRAME) % (len(self._sound) - FRAME)
            else:
                at = 0
            await source.capture_frame(rtc.AudioFrame(piece.tobytes(), RATE, 1, FRAME))

    async def leave(self) -> None:
        if self._feeding is not None:
            self._feeding.cancel()
        await asyncio.wait_for(self._room.disconnect(), 5)


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    talkers = [Talker(number) for number in range(len(asked["tokens"]))]
    for talker, token in zip(talkers, asked["tokens"], strict=True):
        await talker.enter(asked["url"], token)
    print(json.dumps({"ready": True}), flush=True)
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        wanted = json.loads(line)["talk"]
        for number, talker in enumerate(talkers):
            talker.talking = number in wanted
        print(json.dumps({"talking": wanted}), flush=True)
    await asyncio.gather(*(talker.leave() for talker in talkers), return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(run())
