"""When a sound began and when it ended, to the sample. Pure: blocks in, and when each ended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
LOUD = 1000  # of 32768: half of what was said, a quarter of it after a fade, and never noise
QUIET_FOR = 0.06  # seconds without a loud sample after which the sound has ended


class Edges:
    """``begins`` and ``ends`` are in seconds of the same clock as the blocks' moments.

    An end is the moment of the last loud sample, and is known when it has been quiet for a while.
    """

    def __init__(self) -> None:
        self.begins: list[float] = []
        self.ends: list[float] = []
        self._last: float | None = None  # of the sound that has not ended

    def take(self, samples: NDArray[np.int16], ended: float) -> None:
        """One block, the next after the last one."""
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
        moments = ended - (len(samples) - loud) / RATE
        if len(moments):
            # Within a block a pause may be as long as in a room, where blocks come late.
            gaps = np.flatnonzero(np.diff(moments) > QUIET_FOR)
            self._hear(float(moments[0]))
            for gap in gaps:
                self._last = float(moments[gap])
                self._hear(float(moments[gap + 1]))
            self._last = float(moments[-1])
        elif self._last is not None and ended - self._last > QUIET_FOR:
            self.ends.append(self._last)
            self._last = None

    def _hear(self, moment: float) -> None:
        if self._last is not None and moment - self._last <= QUIET_FOR:
            return
        if self._last is not None:
            self.ends.append(self._last)
        self.begins.append(moment)
        self._last = moment
