"""The interface sounds: made here, so that there are no files and nobody's rights. Pure but for the cache."""

from __future__ import annotations

import functools
from typing import Literal, get_args

import numpy as np

from .ring import RATE, Samples

Chime = Literal["join", "leave", "mute", "unmute", "shut", "lost", "returned", "ring", "test"]
CHIMES: tuple[Chime, ...] = get_args(Chime)

ATTACK = 0.006  # seconds
LOUDNESS = 0.35  # of full scale, at full volume
NOTES: dict[Chime, tuple[tuple[float, float, float], ...]] = {
    "join": ((0.0, 587.3, 0.22), (0.09, 880.0, 0.3)),
    "leave": ((0.0, 880.0, 0.22), (0.09, 587.3, 0.3)),
    "mute": ((0.0, 392.0, 0.16), (0.06, 293.7, 0.18)),
    "unmute": ((0.0, 293.7, 0.16), (0.06, 392.0, 0.18)),
    "shut": ((0.0, 293.7, 0.1), (0.1, 293.7, 0.1), (0.2, 220.0, 0.3)),
    "lost": ((0.0, 440.0, 0.3), (0.16, 349.2, 0.3), (0.32, 261.6, 0.5)),
    "returned": ((0.0, 261.6, 0.3), (0.16, 349.2, 0.3), (0.32, 440.0, 0.5)),
    "ring": ((0.0, 523.3, 0.7), (0.16, 659.3, 0.7), (0.48, 523.3, 0.7), (0.64, 659.3, 0.8)),
    "test": ((0.0, 523.3, 0.5), (0.18, 659.3, 0.5), (0.36, 784.0, 0.5), (0.54, 1046.5, 0.9)),
}
"""Each note: when it begins (seconds), how high (Hz), how long it rings (seconds). Rising is good news."""


@functools.cache
def sound_of(chime: Chime) -> Samples:
    """Mono at 48 kHz; begins and ends at zero."""
    notes = NOTES[chime]
    whole = np.zeros(round(max(begin + length for begin, _, length in notes) * RATE), np.float64)
    for begin, hertz, length in notes:
        time = np.arange(round(length * RATE)) / RATE
        wave = np.sin(2 * np.pi * hertz * time) + 0.25 * np.sin(4 * np.pi * hertz * time)
        shape = np.minimum(time / ATTACK, 1.0) * np.exp(-time * 5 / length) * (1 - time / length)
        start = round(begin * RATE)
        whole[start : start + len(time)] += wave * shape
    samples: Samples = (whole * (LOUDNESS / np.abs(whole).max())).astype(np.float32)
    samples.setflags(write=False)
    return samples
