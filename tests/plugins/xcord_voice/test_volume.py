"""The microphone's volume: exact, without a click, never cut off at full scale."""

from __future__ import annotations

import numpy as np
import pytest
from tests.plugins.xcord_voice.callers import tone, tone_level
from tests.plugins.xcord_voice.clicks import clicks

from xcord_voice.audio.chain import Chain
from xcord_voice.audio.farend import FarEnd
from xcord_voice.audio.frames import FRAME, Block
from xcord_voice.audio.ring import RATE


def through(chain: Chain, samples: Block) -> Block:
    return np.concatenate([chain.process(samples[at : at + FRAME]) for at in range(0, len(samples), FRAME)])


@pytest.mark.parametrize("percent", [0, 50, 100, 150, 200])
def test_it_is_exact_and_moves_without_a_click(percent: int) -> None:
    chain, said = Chain(FarEnd()), tone(440, 0, RATE, 0.25)
    before = through(chain, said)
    assert np.array_equal(before, said)
    chain.volume.percent = percent
    after = through(chain, said)
    wanted = 20 * np.log10(max(0.25 * percent / 100, 1e-6))
    assert tone_level(after[2 * FRAME :], 440) == pytest.approx(wanted, abs=0.1)
    assert clicks(np.concatenate((before, after))) == []


def test_a_loud_voice_is_bent_and_not_cut_off() -> None:
    chain = Chain(FarEnd())
    chain.volume.percent = 200
    loud = through(chain, tone(440, 0, RATE, 0.9))[2 * FRAME :]
    assert 0.9 * 32767 < np.abs(loud).max() <= 32767
    assert clicks(loud) == []
