"""The SDK alone in bench `audio`: a frame into an `AudioSource`, a frame out of an `AudioStream`, no device.

Reads one line of JSON (``url``, ``tokens`` of two), says ``{"ready": true}`` once it sends, and answers the
next line with ``{"said": [..], "heard": [..]}``: the moments (``time.monotonic()``) at which each burst was
there, and at which it came out.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from typing import Any

import numpy as np
from livekit import rtc
from tests.bench.monitor import BURST_EVERY, RATE, Onsets, burst

FRAME = RATE // 100


async def hear(track: Any, onsets: Onsets) -> None:
    async for event in rtc.AudioStream(track, sample_rate=RATE, num_channels=1):
        samples = np.frombuffer(event.frame.data, np.int16)
        onsets.take(samples, time.monotonic() + len(samples) / RATE)


async def speak(source: rtc.AudioSource, said: list[float]) -> None:
    samples = np.zeros(int(RATE * BURST_EVERY) // FRAME * FRAME)
    samples[: len(burst())] = burst()
    data = (samples * 32767).astype(np.int16)
    start = time.monotonic()
    for number in itertools.count():
        # A frame is there when its last sample is, as from a microphone.
        await asyncio.sleep(max(0.0, start + (number + 1) / 100 - time.monotonic()))
        at = number * FRAME % len(data)
        if at == 0:
            said.append(start + number / 100)
        await source.capture_frame(rtc.AudioFrame(data[at : at + FRAME].tobytes(), RATE, 1, FRAME))


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    ear, mouth, onsets, said = rtc.Room(), rtc.Room(), Onsets(), list[float]()
    tasks: list[asyncio.Task[None]] = []
    ear.on("track_subscribed", lambda track, *_: tasks.append(asyncio.ensure_future(hear(track, onsets))))
    await ear.connect(asked["url"], asked["tokens"][0])
    await mouth.connect(asked["url"], asked["tokens"][1])
    source = rtc.AudioSource(RATE, 1, queue_size_ms=100)
    track = rtc.LocalAudioTrack.create_audio_track("voice", source)
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE, dtx=False)
    await mouth.local_participant.publish_track(track, options)
    tasks.append(asyncio.ensure_future(speak(source, said)))
    print(json.dumps({"ready": True}), flush=True)
    await loop.run_in_executor(None, sys.stdin.readline)
    print(json.dumps({"said": said, "heard": onsets.times}), flush=True)
    for task in tasks:
        task.cancel()
    await mouth.disconnect()
    await ear.disconnect()


if __name__ == "__main__":
    asyncio.run(run())
