"""What the loudspeaker plays, on its way to the echo canceller."""

from __future__ import annotations

from collections import deque

import numpy as np

from .frames import FRAME, NONE, Block
from .ring import Samples

WAITING = 64  # blocks of a playing device that may wait, about a second; older ones are dropped


class FarEnd:
    """``tap`` on the playing device's thread, the rest on the capture thread."""

    def __init__(self) -> None:
        self._blocks: deque[Samples] = deque(maxlen=WAITING)
        self._rest: Block = NONE

    def tap(self, played: Samples) -> None:
        """These samples are played next."""
        self._blocks.append(played.copy())

    def take(self) -> list[Block]:
        """Everything that was played since the last call, in whole frames."""
        pieces = [self._rest]
        while self._blocks:
            pieces.append((np.clip(self._blocks.popleft(), -1.0, 1.0) * 32767).astype(np.int16))
        samples = np.concatenate(pieces)
        whole = len(samples) - len(samples) % FRAME
        self._rest = samples[whole:]
        return [samples[start : start + FRAME] for start in range(0, whole, FRAME)]
