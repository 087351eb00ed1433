"""The limiter: never above full scale, no click, no colour where it is not needed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plugins.xcord_voice.callers import tone, tone_level
from tests.plugins.xcord_voice.clicks import clicks

from xcord_voice.audio.limiter import AHEAD, CEILING, Limiter, lowest
from xcord_voice.audio.ring import RATE, Samples


def wave(hertz: float, amplitude: float, seconds: float = 1.0) -> Samples:
    samples = tone(hertz, 0, int(48_000 * seconds), 1.0) / 32767 * amplitude
    return samples.astype(np.float32)


def limited(samples: Samples, block: int = 960) -> Samples:
    limiter = Limiter()
    blocks = [limiter.limit(samples[at : at + block]) for at in range(0, len(samples), block)]
    return np.concatenate(blocks)


def test_what_is_quiet_passes_as_it_is() -> None:
    samples = wave(440, 0.9)
    assert np.array_equal(limited(samples)[AHEAD:], samples[:-AHEAD])


@pytest.mark.parametrize("block", [64, 441, 480, 960, 4800])
@pytest.mark.parametrize("amplitude", [1.0, 2.0, 10.0])
def test_what_is_loud_stays_below_full_scale_without_a_click(block: int, amplitude: float) -> None:
    # It rises and falls within 50 ms, which is no click by itself.
    swell = np.interp(np.arange(3 * RATE) / RATE, (1.0, 1.05, 2.0, 2.05), (0.2, amplitude, amplitude, 0.2))
    loud = (wave(200, 1.0, 3.0) * swell).astype(np.float32)
    out = limited(loud, block)
    assert np.abs(out).max() <= CEILING + 1e-6
    assert clicks(out) == []
    assert tone_level(out[-24_000:], 200) == pytest.approx(20 * np.log10(0.2), abs=0.1)


def test_a_low_tone_is_not_bent() -> None:
    out = limited(wave(100, 3.0))[24_000:]
    assert tone_level(out, 300) < tone_level(out, 100) - 40


@given(values=st.lists(st.floats(0, 1, width=32), min_size=40, max_size=60), width=st.integers(1, 40))
def test_the_lowest_of_each_window_is_found(values: list[float], width: int) -> None:
    found = lowest(np.array(values, np.float32), width)
    assert found.tolist() == [min(values[at : at + width]) for at in range(len(values) - width + 1)]


@settings(deadline=None)
@given(
    blocks=st.lists(st.tuples(st.integers(0, 2000), st.floats(0, 50)), max_size=12),
    seed=st.integers(0, 1000),
)
def test_nothing_is_ever_above_full_scale(blocks: list[tuple[int, float]], seed: int) -> None:
    limiter, noise = Limiter(), np.random.default_rng(seed)
    for count, loud in blocks:
        out = limiter.limit((noise.uniform(-1, 1, count) * loud).astype(np.float32))
        assert len(out) == count
        assert np.abs(out).max(initial=0.0) <= CEILING + 1e-6
