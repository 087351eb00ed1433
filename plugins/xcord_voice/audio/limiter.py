"""Keeps a sum below full scale without a click: the gain falls before the peak comes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .ring import RATE, Samples

CEILING = 0.97  # full scale is 1.0
AHEAD = RATE * 2 // 1000  # samples: what it looks ahead, and by what it delays
RELEASE = 1.0 / (RATE * 0.4)  # gain that comes back per sample


class Limiter:
    """The gain of a sample is the mean of what the ``AHEAD`` samples up to it need, and each of these needs
    the least of what comes within ``AHEAD`` samples after it; so none gets more than it may have, and the
    gain never steps. Upwards it goes no quicker than ``RELEASE``, or a low tone would be bent."""

    def __init__(self) -> None:
        self._late: Samples = np.zeros(AHEAD, np.float32)
        self._needs = _EASY
        self.gain = 1.0

    def limit(self, mix: Samples) -> Samples:
        """As many samples as are given, ``AHEAD`` samples later, none above ``CEILING``."""
        count = len(mix)
        if not count:
            return mix
        line = np.concatenate((self._late, mix))
        self._late = line[count:]
        quiet = max(float(mix.max()), -float(mix.min())) <= CEILING
        if quiet and self.gain == 1.0 and self._needs is _EASY:
            return line[:count]
        return self._held(line, count)

    def _held(self, line: Samples, count: int) -> Samples:
        needed = CEILING / np.maximum(np.abs(line), CEILING)
        least = lowest(needed, AHEAD + 1)
        rise = np.arange(1, count + 1) * RELEASE
        # The running minimum of what each sample allows, less what has come back since.
        allowed = np.minimum(np.minimum.accumulate(least - rise), self.gain) + rise
        history = np.concatenate((self._needs, np.minimum(allowed, 1.0)))
        self.gain = float(history[-1])
        sums = np.concatenate(([0.0], np.cumsum(history, dtype=np.float64)))
        gains = (sums[AHEAD + 1 :] - sums[1:-AHEAD]) / AHEAD
        kept = history[count:]
        self._needs = _EASY if kept.min() == 1.0 else kept
        return (line[:count] * gains).astype(np.float32)


def lowest(values: NDArray[np.floating[Any]], width: int) -> NDArray[np.floating[Any]]:
    """The least of each ``width`` values in a row, by windows that double."""
    span = 1
    while 2 * span <= width:
        values = np.minimum(values[:-span], values[span:])
        span *= 2
    rest = width - span
    return np.minimum(values[:-rest], values[rest:]) if rest else values


_EASY: Samples = np.ones(AHEAD, np.float32)
