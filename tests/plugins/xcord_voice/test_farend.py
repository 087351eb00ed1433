"""What was played becomes frames for the echo canceller."""

from __future__ import annotations

import numpy as np

from xcord_voice.audio.farend import WAITING, FarEnd
from xcord_voice.audio.frames import FRAME


def test_blocks_of_any_length_become_frames_without_a_gap() -> None:
    far, taken = FarEnd(), []
    played = (np.arange(9600) / 10_000).astype(np.float32)
    for start in range(0, 9600, 700):
        far.tap(played[start : start + 700])
        taken += far.take()
    samples = np.concatenate(taken)
    assert all(len(frame) == FRAME for frame in taken)
    assert len(samples) == 9600 - 9600 % FRAME
    assert np.array_equal(samples, (played[: len(samples)] * 32767).astype(np.int16))


def test_what_nobody_takes_does_not_pile_up() -> None:
    far = FarEnd()
    for _ in range(1000):
        far.tap(np.zeros(960, np.float32))
    assert len(far.take()) == WAITING * 2


def test_a_block_may_be_reused_by_its_owner() -> None:
    far, block = FarEnd(), np.full(FRAME, 0.5, np.float32)
    far.tap(block)
    block[:] = 0.0
    assert far.take()[0].min() == 16383
