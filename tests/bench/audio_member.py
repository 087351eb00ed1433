"""One member of a call in bench `audio`, as a process of its own: the app's voice, or `rtc.PlatformAudio`.

Reads one line of JSON (``kind``: ours or platform, ``url``, ``token``, ``others``, ``options``), says
``{"ready": true}`` when it hears the others (and, where it may, is heard), and answers each further line with
``{"cpu": seconds, "underruns": n, "arrivals": [..]}``: CPU time of this process, underruns, and when each
burst came out of the SDK (``time.monotonic()`` of its first sample, had it been played at once).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from livekit import rtc
from numpy.typing import NDArray
from tests.bench.monitor import RATE, Onsets

import xcord_voice
import xcord_voice.life
from xcord.clock import MonotonicClock
from xcord.media.slots import Slots
from xcord.testing import running, threaded_media

READY_WITHIN = 40.0


class Ears:
    """What the app's sound of this process can tell."""

    def __init__(self) -> None:
        self.sound: Any = None
        self.onsets = Onsets()

    @property
    def underruns(self) -> int:
        return int(self.sound.mixer.underruns) if self.sound else 0

    def install(self, bursts: bool) -> None:
        make_parts = xcord_voice.life.make_parts

        def noticed(sound: Any, *rest: Any) -> Any:
            self.sound, push = sound, sound.mixer.push

            def watched(key: str, samples: NDArray[np.int16]) -> bool:
                now = time.monotonic()
                self.onsets.take(samples, now + len(samples) / RATE)
                return bool(push(key, samples))

            if bursts:
                sound.mixer.push = watched
            return make_parts(sound, *rest)

        xcord_voice.life.make_parts = noticed  # type: ignore[assignment]


@contextlib.asynccontextmanager
async def ours(asked: dict[str, Any], ears: Ears) -> AsyncIterator[None]:
    ears.install(asked["bursts"])
    with threaded_media(Slots()) as media:
        async with running(
            xcord_voice, clock=MonotonicClock(), media=media, options=asked["options"]
        ) as world:
            await world.ask("voice.join", {"url": asked["url"], "token": asked["token"]})
            await world.until(
                lambda: (
                    len(world.read("voice").people) > asked["others"]
                    and world.read("voice").microphone == ("on" if asked["speaks"] else "denied")
                ),
                timeout=READY_WITHIN,
            )
            yield
            await world.ask("voice.leave", {})


@contextlib.asynccontextmanager
async def platform(asked: dict[str, Any]) -> AsyncIterator[None]:
    room, audio = rtc.Room(), rtc.PlatformAudio()
    await room.connect(asked["url"], asked["token"])
    source = audio.create_audio_source() if asked["speaks"] else None
    if source is not None:
        track = rtc.LocalAudioTrack.create_audio_track("voice", source)
        options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE)
        await room.local_participant.publish_track(track, options)
    async with asyncio.timeout(READY_WITHIN):
        while len(_heard(room)) < asked["others"]:  # noqa: ASYNC110 the SDK sends its own events
            await asyncio.sleep(0.05)
    yield
    await room.disconnect()
    if source is not None:
        source.close()
    audio.close()


def _heard(room: rtc.Room) -> list[Any]:
    people = room.remote_participants.values()
    return [track for person in people for track in person.track_publications.values() if track.track]


async def run() -> None:
    loop = asyncio.get_running_loop()
    asked = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    ears = Ears()
    async with ours(asked, ears) if asked["kind"] == "ours" else platform(asked):
        print(json.dumps({"ready": True}), flush=True)
        while await loop.run_in_executor(None, sys.stdin.readline):
            told = {"cpu": time.process_time(), "underruns": ears.underruns, "arrivals": ears.onsets.times}
            print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(run())
