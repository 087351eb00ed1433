"""Where captured sound goes into the SDK: a request on the capture thread, or the public coroutine."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest
from livekit import rtc
from numpy.typing import NDArray
from tests.waits import soon

from xcord_voice import sdk_microphone
from xcord_voice.sdk_microphone import MicrophoneSource

BLOCK = 480
WITHIN = 20.0


def block(number: int) -> NDArray[np.int16]:
    return np.full(BLOCK, number, np.int16)


def test_the_pinned_sdk_takes_frames_from_the_capture_thread() -> None:
    assert sdk_microphone.direct()


async def test_a_source_is_fed_and_cleared_from_any_thread() -> None:
    source = MicrophoneSource()
    await asyncio.to_thread(source.feed, block(1))
    await asyncio.to_thread(source.clear)
    source.clear()
    await source.aclose()


async def test_a_frame_that_comes_while_the_source_is_let_go_is_no_error() -> None:
    """A frame comes on the capture thread, the source ends on the loop."""
    source = MicrophoneSource()
    await source.aclose()
    source.feed(block(1))


# -- the public way ----------------------------------------------------------------------------------


class Taking:
    """Stands for the SDK's source: takes frames while it is ``ready``."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.ready = asyncio.Event()
        self.ready.set()
        self.arrived = asyncio.Event()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        self.arrived.set()
        await soon(self.ready.wait())
        self.taken.append(int(np.frombuffer(frame.data, np.int16)[0]))

    async def aclose(self) -> None: ...


@pytest.fixture
async def taking(monkeypatch: pytest.MonkeyPatch) -> Taking:
    taking = Taking()
    monkeypatch.setattr(sdk_microphone, "direct", lambda: False)
    monkeypatch.setattr(rtc, "AudioSource", lambda *_, **__: taking)
    return taking


async def taken(taking: Taking, count: int) -> list[int]:
    async with asyncio.timeout(WITHIN):
        while len(taking.taken) < count:  # noqa: ASYNC110 the source works by itself
            await asyncio.sleep(0.005)
    return taking.taken


async def test_a_frame_that_waited_while_the_gate_shut_is_not_fed(taking: Taking) -> None:
    source = MicrophoneSource()
    taking.ready.clear()
    source.feed(block(9001))
    async with asyncio.timeout(WITHIN):
        await taking.arrived.wait()
    for number in (9002, 9003):
        await asyncio.to_thread(source.feed, block(number))
    source.clear()
    taking.ready.set()
    source.feed(block(9004))
    # The first was on its way already.
    assert await taken(taking, 2) == [9001, 9004]
    await source.aclose()


async def test_only_the_newest_60_ms_wait_for_a_blocked_loop(taking: Taking) -> None:
    source = MicrophoneSource()
    for number in range(50):
        source.feed(block(9000 + number))
    assert await taken(taking, 6) == [9044, 9045, 9046, 9047, 9048, 9049]
    await source.aclose()


async def test_a_pause_catches_up_with_what_a_late_loop_left(taking: Taking) -> None:
    source = MicrophoneSource()
    for number in (9000, 1, 2, 9001, 3):
        source.feed(block(number))
    # The last one is the newest, so nothing waits behind it.
    assert await taken(taking, 3) == [9000, 9001, 3]
    await source.aclose()


async def test_a_frame_that_the_sdk_refuses_is_told_in_the_log(
    taking: Taking, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(frame: rtc.AudioFrame) -> None:
        taking.taken.append(0)
        raise RuntimeError("no")

    monkeypatch.setattr(taking, "capture_frame", refuse)
    source = MicrophoneSource()
    source.feed(block(1))
    await taken(taking, 1)
    source.feed(block(2))
    await taken(taking, 2)
    assert "refused" in caplog.text
    await source.aclose()
