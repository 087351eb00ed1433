"""The unit of sound between microphone and call: 10 ms, mono, 48 kHz, 16 bit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..speaking import decibels
from .ring import RATE

Block = NDArray[np.int16]
"""Samples of any number."""

FRAME = RATE // 100
"""Samples of a frame; LiveKit's audio processing takes exactly this."""

NONE: Block = np.zeros(0, np.int16)
SILENCE: Block = np.zeros(FRAME, np.int16)


def level(samples: Block) -> float:
    """RMS in dBFS; -120 for silence."""
    if not len(samples):
        return -120.0
    scaled = samples.astype(np.float32) / np.float32(32768)
    return decibels(float(scaled @ scaled) / len(scaled))
