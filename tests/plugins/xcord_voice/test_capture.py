"""The microphone's way: the gate, the backlog of a stall, frames."""

from __future__ import annotations

import asyncio

import numpy as np
from numpy.typing import NDArray

from xcord import Gate
from xcord_voice.audio.capture import FRAME, Feeder, Intake, Lateness


class Device:
    """A microphone whose samples are numbered, so that a test sees which were fed."""

    def __init__(self) -> None:
        self.gate = Gate()
        self.fed: list[int] = []
        self.shuts = 0
        self.sample = 0
        self.intake = Intake(self.gate.may_feed, self._deliver, self._shut)

    def _deliver(self, frame: NDArray[np.int16]) -> None:
        assert len(frame) == FRAME
        self.fed.append(int(frame[0]))

    def _shut(self) -> None:
        self.shuts += 1

    def block(self, number: int, now: float, count: int = FRAME) -> None:
        self.intake.take(np.full(count, number, np.int16), now)

    def run(self, first: int, last: int, start: float) -> None:
        """Blocks in real time."""
        for number in range(first, last):
            self.block(number, start + (number - first) * 0.02)


def test_an_open_gate_feeds_every_frame_and_a_shut_one_none() -> None:
    device = Device()
    device.run(0, 5, 0.0)
    assert device.fed == []
    device.gate.set_muted(False)
    device.run(5, 10, 0.1)
    # The first block began while the gate was shut.
    assert device.fed == [6, 7, 8, 9]
    device.gate.set_muted(True)
    device.run(10, 20, 0.2)
    assert device.fed == [6, 7, 8, 9]
    assert device.shuts == 1


def test_what_was_recorded_while_shut_is_not_fed_after_a_stall() -> None:
    device = Device()
    device.gate.set_muted(False)
    device.run(0, 10, 0.0)
    fed = list(device.fed)
    # Muted at 0.2, the process stalls until 5.2, unmuted at 5.1: the device hands over five seconds at once.
    device.gate.set_muted(True)
    device.gate.set_muted(False)
    for number in range(10, 260):
        device.block(number, 5.2 + (number - 10) * 0.0001)
    late = device.fed[len(fed) :]
    # Only what was recorded in the last 80 ms before the end of the stall.
    assert all(number >= 254 for number in late)
    device.run(260, 300, 5.23)
    assert device.fed[-20:] == list(range(280, 300))


def test_a_device_that_lost_samples_is_not_silent_for_long() -> None:
    lateness = Lateness()
    for count in range(50):
        assert not lateness.late(count * 0.02, FRAME)
    # Two seconds of samples are lost for good: from now on everything is two seconds late.
    verdicts = [lateness.late(3.0 + count * 0.02, FRAME) for count in range(50)]
    assert verdicts.index(False) <= 16
    assert not any(verdicts[verdicts.index(False) :])


def test_a_slow_clock_is_not_lateness() -> None:
    lateness = Lateness()
    # 200 ppm slow for an hour.
    assert not any(lateness.late(count * 0.02 * 1.0002, FRAME) for count in range(180_000))


def test_blocks_of_any_length_become_frames() -> None:
    device = Device()
    device.gate.set_muted(False)
    device.block(1, 0.0, 100)
    for count in range(20):
        device.block(2, 0.01 * count, 480)
    assert len(device.fed) == 10


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


async def test_a_frame_that_waited_while_the_gate_shut_is_not_fed() -> None:
    gate, source, levels = Gate(), Source(), list[float | None]()
    gate.set_muted(False)
    feeder = Feeder(source, gate.may_feed, levels.append)
    source.ready.clear()
    for number in (1, 2, 3):
        feeder.deliver(np.full(FRAME, number, np.int16))
    await asyncio.sleep(0.01)
    gate.set_muted(True)
    source.ready.set()
    await asyncio.sleep(0.01)
    # The first was on its way already; the SDK's own queue, which it is in, is cleared by ``shut``.
    assert source.fed == [1]
    feeder.shut()
    await asyncio.sleep(0.01)
    assert source.cleared == 2
    assert levels[-1] is None
    await feeder.aclose()
    assert source.closed
    feeder.deliver(np.full(FRAME, 4, np.int16))
    await asyncio.sleep(0.01)
    assert source.fed == [1]
