"""The engine alone for eight hours of an injected clock, devices apart: no growing delay, memory flat."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

from xcord_voice.audio.limiter import CEILING
from xcord_voice.audio.mixer import Mixer
from xcord_voice.audio.ring import NORMAL, RATE, SLACK, Samples

BLOCK = 9600
HALF_HOURS = 16
LOUD_FOR = 20.0  # seconds of each half hour in which the limiter has to work


class Engine:
    """Somebody whose clock is not the device's, into the mix with its limiter."""

    def __init__(self, ppm: float) -> None:
        self.time = 0.0
        self.mixer = Mixer(lambda: self.time)
        self._every = BLOCK / RATE / (1 + ppm / 1e6)
        self._pushes = self._pulls = 0
        self.peak = 0.0
        self.mixer.add("a", "ann")

    def run(self, seconds: float, said: Samples) -> None:
        for _ in range(int(seconds * RATE / BLOCK)):
            due = self._pulls * BLOCK / RATE + 0.0037
            while (at := self._pushes * self._every) <= due:
                self.time = max(self.time, at)
                self.mixer.push("a", said)
                self._pushes += 1
            self.time = due
            self.peak = max(self.peak, float(self.mixer.pull(BLOCK).max()))
            self._pulls += 1


@pytest.mark.parametrize("ppm", [200, -200])
def test_eight_hours_of_clocks_apart_change_nothing(ppm: float) -> None:
    engine, waits, memory = Engine(ppm), list[int](), list[int]()
    silence = np.zeros(BLOCK, np.float32)
    # Whole periods, so that each block goes on where the one before it ended.
    loud = (2 * np.sin(2 * np.pi * 500 * np.arange(BLOCK) / RATE)).astype(np.float32)
    ring = engine.mixer._voices["a"].ring
    for _ in range(HALF_HOURS):
        engine.run(LOUD_FOR, loud)
        assert 0.9 * CEILING < engine.peak <= CEILING + 1e-6
        engine.run(1800 - LOUD_FOR, silence)
        engine.peak = 0.0
        waits.append(ring.waiting)
        gc.collect()
        memory.append(sys.getallocatedblocks())
    assert ring.underruns == 0
    assert max(waits) <= NORMAL + SLACK + 2 * BLOCK
    assert memory[-1] - memory[1] < 200
    assert engine.mixer._limiter.gain == 1.0
    assert (ring.cuts if ppm > 0 else ring.stretches) > 10
