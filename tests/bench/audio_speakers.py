"""Other people of bench `audio`, as a process of their own, made with the SDK alone.

Reads one line of JSON (``url``, ``tokens``, ``say``: words, tone or bursts), says ``{"ready": true}``, and
leaves when stdin ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any

import numpy as np
from livekit import rtc
from numpy.typing import NDArray
from tests.bench.monitor import BURST_EVERY, RATE, burst
from tests.speech import FAR, spoken

FRAME = RATE // 50
TONE = 0.25


def loop_of(say: str, number: int) -> NDArray[np.int16]:
    """What one person says again and again."""
    samples: NDArray[np.floating[Any]]
    if say == "words":
        # No two people begin at the same word, and nobody ever pauses for long.
        words = spoken(FAR, dbfs=-24.0)
        samples = np.roll(words, number * len(words) // 10)
    elif say == "tone":
        samples = TONE * np.sin(2 * np.pi * (440 + 60 * number) * np.arange(RATE) / RATE)
    else:
        samples = np.zeros(int(RATE * BURST_EVERY))
        samples[: len(burst())] = burst()
    samples = samples[: len(samples) // FRAME * FRAME]
    return (samples * 32767).astype(np.int16)


async def speak(url: str, token: str, samples: NDArray[np.int16]) -> None:
    room = rtc.Room()
    await room.connect(url, token)
    source = rtc.AudioSource(RATE, 1, queue_size_ms=60)
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)
    await room.local_participant.publish_track(track, options)

    async def feed() -> None:
        try:
            while True:
                for start in range(0, len(samples), FRAME):
                    piece = samples[start : start + FRAME].tobytes()
                    await source.capture_frame(rtc.AudioFrame(piece, RATE, 1, FRAME))
        finally:
            await room.disconnect()

    _feeding.append(asyncio.ensure_future(feed()))


_feeding: list[asyncio.Task[None]] = []


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    tokens = asked["tokens"]
    await asyncio.gather(
        *(speak(asked["url"], token, loop_of(asked["say"], at)) for at, token in enumerate(tokens))
    )
    print(json.dumps({"ready": True}), flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    for task in _feeding:
        task.cancel()
    await asyncio.wait(_feeding, timeout=5)


if __name__ == "__main__":
    asyncio.run(run())
