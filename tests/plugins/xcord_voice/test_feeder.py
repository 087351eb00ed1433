"""Between the capture thread and LiveKit's source."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray

from xcord import Gate
from xcord_voice.audio.feeder import Feeder

BLOCK = 480


class Source:
    """Remembers what it was fed."""

    def __init__(self) -> None:
        self.fed: list[int] = []
        self.cleared = 0
        self.closed = False
        self.ready = asyncio.Event()
        self.ready.set()

    async def feed(self, samples: NDArray[np.int16]) -> None:
        await self.ready.wait()
        self.fed.append(int(samples[0]))

    def clear(self) -> None:
        self.cleared += 1

    def clear_now(self) -> None:
        self.cleared += 1

    async def aclose(self) -> None:
        self.closed = True


def block(number: int) -> NDArray[np.int16]:
    return np.full(BLOCK, number, np.int16)


async def test_a_frame_that_waited_while_the_gate_shut_is_not_fed() -> None:
    gate, source, levels = Gate(), Source(), list[float | None]()
    gate.set_muted(False)
    feeder = Feeder(source, gate.may_feed, levels.append)
    source.ready.clear()
    for number in (9001, 9002, 9003):
        feeder.deliver(block(number))
    await asyncio.sleep(0.01)
    gate.set_muted(True)
    source.ready.set()
    await asyncio.sleep(0.01)
    # The first was on its way already; the SDK's own queue, which it is in, is cleared by ``shut``.
    assert source.fed == [9001]
    feeder.shut()
    await asyncio.sleep(0.01)
    assert source.cleared == 2
    assert levels[-1] is None
    await feeder.aclose()
    assert source.closed
    feeder.deliver(block(4))
    await asyncio.sleep(0.01)
    assert source.fed == [9001]


async def test_who_pauses_is_told_after_the_last_of_the_sound() -> None:
    source, levels = Source(), list[float | None]()
    feeder = Feeder(source, lambda: True, levels.append)
    source.ready.clear()
    feeder.deliver(block(9000))
    feeder.deliver(block(9000))
    feeder.skip(BLOCK)
    feeder.skip(BLOCK)
    await asyncio.sleep(0.01)
    assert levels == []
    source.ready.set()
    await asyncio.sleep(0.01)
    assert [level is None for level in levels] == [False, False, True]
    feeder.deliver(block(9000))
    await asyncio.sleep(0.01)
    assert levels[-1] is not None
    await feeder.aclose()


async def test_only_the_newest_60_ms_wait_for_a_blocked_loop() -> None:
    source = Source()
    feeder = Feeder(source, lambda: True, lambda level: None)
    for number in range(50):
        feeder.deliver(block(9000 + number))
    await asyncio.sleep(0.01)
    assert source.fed == [9044, 9045, 9046, 9047, 9048, 9049]
    await feeder.aclose()


async def test_a_pause_catches_up_with_what_a_late_loop_left() -> None:
    source = Source()
    feeder = Feeder(source, lambda: True, lambda level: None)
    for number in (9000, 1, 2, 9001, 3):
        feeder.deliver(block(number))
    await asyncio.sleep(0.01)
    # The last one is the newest, so nothing waits behind it.
    assert source.fed == [9000, 9001, 3]
    await feeder.aclose()
