"""A voice's ring: waiting length, jitter, drift, backlogs, and no click by any of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.plugins.xcord_voice.callers import tone
from tests.plugins.xcord_voice.clicks import clicks

from xcord_voice.audio import ring as module
from xcord_voice.audio.ring import HURRY, LOW, NORMAL, RATE, SIZE, SLACK, Ring, Samples

BLOCK = 960


class Wave:
    """An endless sum of tones, taken piece by piece."""

    def __init__(self, *hertz: float) -> None:
        self._hertz, self.at = hertz, 0

    def take(self, count: int) -> Samples:
        parts = [tone(hertz, self.at, count, 0.5 / len(self._hertz)) for hertz in self._hertz]
        self.at += count
        return (np.sum(parts, axis=0) / 32768).astype(np.float32)


class Line:
    """A sender and a device, each with a clock of its own, and a ring between them.

    :param ppm: how much faster the sender's clock runs.
    :param late: seconds by which three of fifty frames come late.
    """

    def __init__(
        self, wave: Wave, least: int = NORMAL, *, ppm: float = 0, late: float = 0, block: int = BLOCK
    ) -> None:
        self.time = 0.0
        self.ring = Ring(least, lambda: self.time)
        self._wave, self._block, self._late = wave, block, late
        self._every = block / RATE / (1 + ppm / 1e6)
        self._pushes = self._pulls = 0

    def _push_at(self) -> float:
        return self._pushes * self._every + (self._late if self._pushes % 50 > 46 else 0.0)

    def run(self, seconds: float) -> Samples:
        """What is played meanwhile."""
        out = []
        for _ in range(int(seconds * RATE / self._block)):
            due = self._pulls * self._block / RATE + 0.0037
            while (at := self._push_at()) <= due:
                self.time = max(self.time, at)
                self.ring.push(self._wave.take(self._block))
                self._pushes += 1
            self.time = due
            if (samples := self.ring.pull(self._block)) is not None:
                out.append(samples.copy())
            self._pulls += 1
        return np.concatenate(out)


@pytest.mark.parametrize(("at", "jump"), [(10_000, 0.02), (20_480, 0.3), (33_333, 0.05)])
def test_the_detector_finds_a_jump_and_nothing_else(at: int, jump: float) -> None:
    clean = Wave(440, 1100).take(RATE)
    assert clicks(clean) == []
    broken = clean.copy()
    broken[at:] += jump
    assert len(clicks(broken)) == 1
    assert abs(clicks(broken)[0] - at) < 512


def test_it_waits_until_it_is_filled() -> None:
    ring = Ring(NORMAL, lambda: 0.0)
    ring.push(np.ones(BLOCK, np.float32))
    assert ring.pull(BLOCK) is None
    ring.push(np.ones(BLOCK, np.float32))
    assert ring.pull(BLOCK) is not None


def test_sixteen_bits_become_floats() -> None:
    ring = Ring(0)
    ring.push(np.full(2 * BLOCK, -32768, np.int16), 1 / 32768)
    ring.pull(BLOCK)
    samples = ring.pull(BLOCK)
    assert samples is not None
    assert samples.dtype == np.float32
    assert (samples == -1.0).all()


def test_an_underrun_raises_the_margin_and_calm_lowers_it() -> None:
    line = Line(Wave(440))
    line.run(1)
    line.time += 1.0
    assert any(line.ring.pull(BLOCK) is None for _ in range(1000))
    assert line.ring.underruns == 1
    assert line.ring.margin > NORMAL
    line.run(60)
    assert line.ring.margin == NORMAL


@pytest.mark.parametrize("rest", [0, 1, 3, 100, 239, 240, 241, 959])
def test_an_underrun_makes_no_click_however_little_is_left(rest: int) -> None:
    ring, wave = Ring(0, lambda: 0.0), Wave(317)
    for count in 5 * [BLOCK] + [rest]:
        ring.push(wave.take(count))
    parts = [ring.pull(BLOCK) for _ in range(6)]
    ring.push(wave.take(3 * BLOCK))
    parts += [np.zeros(BLOCK, np.float32), ring.pull(BLOCK), ring.pull(BLOCK)]
    assert clicks(np.concatenate([part for part in parts if part is not None])) == []


@pytest.mark.parametrize("least", [NORMAL, LOW])
@pytest.mark.parametrize("hertz", [(440,), (200, 237, 274, 311, 348)])
@pytest.mark.parametrize("ppm", [2000, -2000])
@pytest.mark.parametrize("block", [480, 960])
def test_clocks_apart_cost_neither_clicks_nor_delay(
    least: int, hertz: tuple[float, ...], ppm: float, block: int
) -> None:
    line = Line(Wave(*hertz), least, ppm=ppm, block=block)
    played = line.run(30)
    assert clicks(played) == []
    assert line.ring.underruns == 0
    assert line.ring.waiting < least + SLACK + 2 * block
    assert (line.ring.cuts if ppm > 0 else line.ring.stretches) > 1


def test_what_waits_follows_the_jitter() -> None:
    calm, line = Line(Wave(440)), Line(Wave(440), late=0.04)
    calm.run(30.5)
    line.run(10)
    before = line.ring.underruns
    line.run(20.5)
    assert line.ring.underruns == before == 1
    assert line.ring.waiting > calm.ring.waiting + 0.03 * RATE


def test_a_backlog_is_cut_at_once_and_without_a_click() -> None:
    wave = Wave(440)
    line = Line(wave)
    first = line.run(2)
    line.ring.push(wave.take(RATE // 3))
    rest = line.run(1)
    assert line.ring.waiting <= NORMAL + HURRY + BLOCK
    assert clicks(np.concatenate((first, rest))) == []


def test_what_came_while_nobody_pulled_is_not_played() -> None:
    ring = Ring()
    for _ in range(1000):
        ring.push(np.ones(BLOCK, np.float32))
    assert ring.waiting <= SIZE
    ring.pull(BLOCK)
    assert ring.waiting <= NORMAL + BLOCK


def test_in_a_pause_all_that_waits_too_long_is_cut_at_once() -> None:
    line = Line(Wave(440))
    line._wave.take = lambda count: np.zeros(count, np.float32)  # type: ignore[method-assign]
    line.run(1)
    line.ring.push(np.zeros(3 * BLOCK, np.float32))
    line.run(3)
    assert line.ring.cuts == 1
    assert line.ring.waiting <= NORMAL + SLACK + BLOCK


@settings(deadline=None)
@given(
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 3000)), max_size=80),
    least=st.integers(0, 4800),
)
def test_whatever_comes_in_whatever_order_is_bounded(steps: list[tuple[bool, int]], least: int) -> None:
    ring, noise = Ring(least), np.random.default_rng(1)
    for push, count in steps:
        if push:
            ring.push(noise.uniform(-1, 1, count).astype(np.float32))
            continue
        samples: NDArray[np.float32] | None = ring.pull(count)
        if samples is not None:
            assert len(samples) == count
            assert np.abs(samples).max(initial=0.0) <= 1.0001
    assert 0 <= ring.waiting <= module.SIZE
