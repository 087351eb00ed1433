"""A voice on its way to the mix: a ring of samples with a waiting length that adapts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

RATE = 48_000
SIZE = RATE  # samples: one second, far above any target
LEAST = RATE * 40 // 1000
MOST = RATE * 160 // 1000
RAISE = RATE * 20 // 1000
SLACK = RATE * 60 // 1000
CALM = RATE * 10  # samples without an underrun after which the target shrinks by one step


class Ring:
    """One producer and one consumer.

    Plays only once ``target`` samples wait; an underrun raises the target, a calm time lowers it, and what
    waits far above it is cut, so that delay never grows.
    """

    def __init__(self) -> None:
        self._samples: Samples = np.zeros(SIZE, np.float32)
        self._read = 0
        self._written = 0
        self._primed = False
        self._calm = 0
        self.target = LEAST
        self.underruns = 0
        self.cut = 0

    @property
    def waiting(self) -> int:
        """Samples that wait."""
        return self._written - self._read

    def push(self, samples: Samples) -> None:
        """Appends; the oldest are lost when nobody pulls."""
        samples = samples[-SIZE:]
        start = self._written % SIZE
        first = min(len(samples), SIZE - start)
        self._samples[start : start + first] = samples[:first]
        self._samples[: len(samples) - first] = samples[first:]
        self._written += len(samples)
        if self.waiting > SIZE // 2:
            self._cut(self.target)

    def pull(self, count: int) -> Samples | None:
        """The next ``count`` samples, padded with silence at an underrun; None while it waits to fill."""
        if not self._primed:
            if self.waiting < max(self.target, count):
                return None
            self._primed = True
        if self.waiting > self.target + SLACK + count:
            self._cut(self.target + count)
        taken = self._take(min(count, self.waiting))
        if len(taken) == count:
            self._calm += count
            if self._calm >= CALM:
                self._calm, self.target = 0, max(LEAST, self.target - RAISE)
            return taken
        self.underruns += 1
        self._primed, self._calm, self.target = False, 0, min(MOST, self.target + RAISE)
        padded: Samples = np.zeros(count, np.float32)
        padded[: len(taken)] = taken * np.linspace(1.0, 0.0, len(taken), dtype=np.float32)
        return padded

    def _take(self, count: int) -> Samples:
        start = self._read % SIZE
        first = min(count, SIZE - start)
        self._read += count
        return np.concatenate((self._samples[start : start + first], self._samples[: count - first]))

    def _cut(self, keep: int) -> None:
        self.cut += self.waiting - keep
        self._read = self._written - keep
