"""Pictures of others from the SDK's own thread and memory, and the public way in its place."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest
from livekit import rtc
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import caller, eventually
from tests.plugins.xcord_voice.test_sdk_sound import track_of

from xcord_voice import sdk_frames, sdk_pictures

WIDTH, HEIGHT = 320, 180


@pytest.mark.parametrize("direct", [True, False])
async def test_both_ways_deliver_pictures_and_nothing_after_the_close(
    livekit: LiveKit, monkeypatch: pytest.MonkeyPatch, direct: bool
) -> None:
    monkeypatch.setattr(sdk_pictures, "direct", lambda: direct)
    pictures, threads = list[tuple[int, int, int, int]](), set[str]()

    def seen(width: int, height: int, pixels: memoryview) -> None:
        pictures.append((width, height, len(pixels), pixels[width * height // 2]))
        threads.add(threading.current_thread().name)

    room = rtc.Room()
    async with caller(livekit, "ann:phone") as ann:
        await ann.show(200, WIDTH, HEIGHT)
        await room.connect(livekit.url, livekit.token("me:desk", "r"))
        stream = sdk_pictures.see(await track_of(room), seen)
        await eventually(lambda: len(pictures) >= 10)
        width, height, length, grey = pictures[-1]
        assert (width, height, length) == (WIDTH, HEIGHT, WIDTH * HEIGHT * 3 // 2)
        assert abs(grey - 200) < 8
        assert ("MainThread" in threads) != direct
        await stream.aclose()
        count = len(pictures)
        await asyncio.sleep(0.3)
        assert len(pictures) == count
        await room.disconnect()


async def test_the_memory_of_a_picture_lives_as_long_as_somebody_holds_it(
    livekit: LiveKit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from livekit.rtc._ffi_client import FfiHandle

    dropped = list[int]()
    dispose = FfiHandle.dispose

    def noted(handle: FfiHandle) -> None:
        dropped.append(handle.handle)
        dispose(handle)

    monkeypatch.setattr(FfiHandle, "dispose", noted)
    held = list[tuple[int, memoryview]]()

    def seen(width: int, height: int, pixels: memoryview) -> None:
        if len(held) < 5:
            held.append((pixels.obj.base.owner.handle, pixels))  # type: ignore[attr-defined]

    room = rtc.Room()
    async with caller(livekit, "ann:phone") as ann:
        await ann.show(90)
        await room.connect(livekit.url, livekit.token("me:desk", "r"))
        stream = sdk_pictures.see(await track_of(room), seen)
        await eventually(lambda: len(held) == 5)
        await stream.aclose()
        await room.disconnect()
        handles = {handle for handle, _ in held}
        assert not handles & set(dropped)
        assert all(abs(pixels[1000] - 90) < 8 for _, pixels in held)
        held.clear()
        gc.collect()
        assert handles <= set(dropped)


async def test_one_who_fails_is_left_out(livekit: LiveKit, caplog: pytest.LogCaptureFixture) -> None:
    shown = list[int]()

    def fails(width: int, height: int, pixels: memoryview) -> None:
        raise ValueError("no")

    room = rtc.Room()
    async with caller(livekit, "ann:phone") as ann:
        await ann.show(90)
        await room.connect(livekit.url, livekit.token("me:desk", "r"))
        track = await track_of(room)
        streams = [sdk_pictures.see(track, each) for each in (fails, lambda w, h, pixels: shown.append(w))]
        await eventually(lambda: len(shown) >= 10)
        assert caplog.text.count("was not taken") == 1
        for stream in streams:
            await stream.aclose()
        await room.disconnect()
    assert sdk_frames.direct()
