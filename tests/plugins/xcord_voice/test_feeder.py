"""Between the capture thread and LiveKit's source."""

from __future__ import annotations

import asyncio
import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from xcord import Gate
from xcord_voice.audio.feeder import MOST, STILL, Feeder

BLOCK = 480
WITHIN = 20.0


class Source:
    """Remembers what it was fed."""

    def __init__(self) -> None:
        self.fed: list[int] = []
        self.cleared = 0
        self.refuses = False
        self.closed = False

    def feed(self, samples: NDArray[np.int16]) -> None:
        assert len(samples) == BLOCK
        if self.refuses:
            raise RuntimeError("not now")
        self.fed.append(int(samples[0]))

    def clear(self) -> None:
        self.cleared += 1

    async def aclose(self) -> None:
        self.closed = True


class Clock:
    """Stands still until it is told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def block(number: int) -> NDArray[np.int16]:
    return np.full(BLOCK, number, np.int16)


async def test_a_frame_that_comes_while_the_gate_is_shut_is_not_fed() -> None:
    gate, source, levels = Gate(), Source(), list[float | None]()
    gate.set_muted(False)
    feeder = Feeder(source, gate.may_feed, levels.append, Clock())
    feeder.deliver(block(9001))
    gate.set_muted(True)
    feeder.deliver(block(9002))
    assert source.fed == [9001]
    feeder.shut()
    await asyncio.sleep(0.01)
    assert source.cleared == 1
    assert levels[-1] is None
    await feeder.aclose()
    assert source.closed
    gate.set_muted(False)
    feeder.deliver(block(4))
    feeder.advance(BLOCK)
    await asyncio.sleep(0.01)
    assert source.fed == [9001]


async def test_who_falls_silent_forgets_what_waits_on_the_way() -> None:
    source, levels = Source(), list[float | None]()
    feeder = Feeder(source, lambda: True, levels.append, Clock())
    feeder.clear()
    assert source.cleared == 1
    assert levels == [None]
    await feeder.aclose()


async def test_who_pauses_is_told_after_the_last_of_the_sound() -> None:
    source, levels = Source(), list[float | None]()
    feeder = Feeder(source, lambda: True, levels.append, Clock())
    feeder.deliver(block(9000))
    feeder.deliver(block(9000))
    feeder.skip(BLOCK)
    feeder.skip(BLOCK)
    assert levels == []
    await asyncio.sleep(0.01)
    assert [level is None for level in levels] == [False, False, True]
    feeder.deliver(block(9000))
    await asyncio.sleep(0.01)
    assert levels[-1] is not None
    await feeder.aclose()


async def test_what_the_device_gave_and_nobody_may_hear_is_fed_as_silence() -> None:
    source = Source()
    feeder = Feeder(source, lambda: True, lambda level: None, Clock())
    feeder.deliver(block(9001))
    feeder.advance(BLOCK)
    feeder.advance(BLOCK)
    feeder.deliver(block(9002))
    feeder.advance(BLOCK)
    assert source.fed == [9001, 0, 9002]
    await feeder.aclose()


@given(st.lists(st.tuples(st.integers(1, 2000), st.booleans()), max_size=60))
def test_the_stream_is_as_long_as_what_the_device_gave(blocks: list[tuple[int, bool]]) -> None:
    """Blocks of any size, of which the gate lets some through and some not."""

    async def run() -> None:
        source = Source()
        feeder = Feeder(source, lambda: True, lambda level: None, Clock())
        waiting = given = 0
        for size, heard in blocks:
            waiting, given = waiting + size if heard else 0, given + size
            while waiting >= BLOCK:
                waiting -= BLOCK
                feeder.deliver(block(9000))
            feeder.advance(size)
            # A frame that is cut out of two blocks came in part with the one before.
            assert -BLOCK < given - BLOCK * len(source.fed) < BLOCK
        await feeder.aclose()

    asyncio.run(run())


async def test_where_the_device_gives_nothing_the_stream_goes_on_by_the_loops_clock() -> None:
    source, clock = Source(), Clock()
    feeder = Feeder(source, lambda: True, lambda level: None, clock)
    clock.now += STILL + 0.05
    async with asyncio.timeout(WITHIN):
        while not source.fed:  # noqa: ASYNC110 the feeder looks by itself
            await asyncio.sleep(0.01)
    assert source.fed == [0] * 15
    clock.now += 60.0
    async with asyncio.timeout(WITHIN):
        while len(source.fed) == 15:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len(source.fed) == 15 + round(MOST * 100)
    await feeder.aclose()


async def test_nothing_is_fed_after_a_halt() -> None:
    source, clock = Source(), Clock()
    feeder = Feeder(source, lambda: True, lambda level: None, clock)
    feeder.halt()
    looked = asyncio.Event()

    def now() -> float:
        looked.set()
        return clock.now + 10.0

    feeder._now = now
    feeder.deliver(block(9000))
    feeder.advance(BLOCK)
    await asyncio.sleep(2 * STILL)
    assert source.fed == []
    assert not looked.is_set()
    await feeder.aclose()


async def test_what_the_loop_fed_is_not_fed_again_when_late_blocks_come() -> None:
    source, clock = Source(), Clock()
    feeder = Feeder(source, lambda: True, lambda level: None, clock)
    clock.now += STILL + 0.001
    async with asyncio.timeout(WITHIN):
        while not source.fed:  # noqa: ASYNC110 the feeder looks by itself
            await asyncio.sleep(0.01)
    assert source.fed == [0] * 10
    for _ in range(10):
        feeder.advance(BLOCK)
    assert source.fed == [0] * 10
    feeder.advance(BLOCK)
    assert source.fed == [0] * 11
    await feeder.aclose()


async def test_a_source_that_refuses_is_told_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    source = Source()
    feeder = Feeder(source, lambda: True, lambda level: None, Clock())
    source.refuses = True
    with caplog.at_level(logging.ERROR):
        for _ in range(3):
            feeder.deliver(block(9000))
    assert len(caplog.records) == 1
    source.refuses = False
    feeder.deliver(block(9001))
    assert source.fed == [9001]
    await feeder.aclose()
