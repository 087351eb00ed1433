"""The microphone's volume, after all processing, or gain control would undo it."""

from __future__ import annotations

import numpy as np

from .frames import Block

FULL = 32767.0
KNEE = 0.8 * FULL  # what is louder is bent softly, so that nothing is cut off above full scale


class Volume:
    """``percent`` may be set at any time, from any thread; each frame goes there without a click."""

    def __init__(self) -> None:
        self.percent = 100
        self._before = 100

    def apply(self, frame: Block) -> Block:
        """The frame as loud as wanted."""
        before, after = self._before, self.percent
        self._before = after
        if before == after == 100:
            return frame
        gain = np.linspace(before / 100, after / 100, len(frame), dtype=np.float32)
        louder = frame.astype(np.float32) * gain
        size = np.abs(louder)
        over = size > KNEE
        if over.any():
            bent = KNEE + (FULL - KNEE) * np.tanh((size[over] - KNEE) / (FULL - KNEE))
            louder[over] = np.copysign(bent, louder[over])
        return louder.astype(np.int16)
