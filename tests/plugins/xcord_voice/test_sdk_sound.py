"""The sound of others from the SDK's own thread, and the public way in its place."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import numpy as np
import pytest
from livekit import rtc
from numpy.typing import NDArray
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import caller, eventually, tone_level

from xcord_voice import sdk_frames, sdk_sound


async def track_of(room: rtc.Room) -> Any:
    """The first sound that can be received there."""

    def found() -> Any:
        people = room.remote_participants.values()
        tracks = [each.track for person in people for each in person.track_publications.values()]
        return next((track for track in tracks if track is not None), None)

    return await eventually(found)


def test_the_pinned_sdk_offers_what_is_needed() -> None:
    assert sdk_frames.direct()


@pytest.mark.parametrize("direct", [True, False])
async def test_both_ways_deliver_the_voice_and_nothing_after_the_close(
    livekit: LiveKit, monkeypatch: pytest.MonkeyPatch, direct: bool
) -> None:
    monkeypatch.setattr(sdk_sound, "direct", lambda: direct)
    frames, threads = list[NDArray[np.int16]](), set[str]()

    def heard(samples: NDArray[np.int16]) -> None:
        frames.append(samples.copy())
        threads.add(threading.current_thread().name)

    room = rtc.Room()
    async with caller(livekit, "ann:phone") as ann:
        await ann.speak(440)
        await room.connect(livekit.url, livekit.token("me:desk", "r"))
        stream = sdk_sound.hear(await track_of(room), heard, 20)
        await eventually(lambda: frames and tone_level(np.concatenate(frames[-20:]), 440) > -14)
        assert {len(frame) for frame in frames} == {960}
        assert ("MainThread" in threads) != direct
        await stream.aclose()
        count = len(frames)
        await asyncio.sleep(0.3)
        assert len(frames) == count
        await room.disconnect()


async def test_one_who_fails_is_left_out_and_the_other_still_hears(
    livekit: LiveKit, caplog: pytest.LogCaptureFixture
) -> None:
    frames = list[int]()

    def fails(samples: NDArray[np.int16]) -> None:
        raise ValueError("no")

    room = rtc.Room()
    async with caller(livekit, "ann:phone") as ann:
        await ann.speak(440)
        await room.connect(livekit.url, livekit.token("me:desk", "r"))
        track = await track_of(room)
        takers = (fails, lambda samples: frames.append(len(samples)))
        streams = [sdk_sound.hear(track, taker, 10) for taker in takers]
        await eventually(lambda: len(frames) >= 50)
        assert caplog.text.count("was not taken") == 1
        assert set(frames) == {480}
        for stream in streams:
            await stream.aclose()
        await room.disconnect()
