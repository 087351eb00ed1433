"""Voice activity: is somebody speaking into the microphone? Pure; time is counted in frames of 10 ms."""

from __future__ import annotations

from collections import deque

from .frames import Block

PRE_ROLL = 2  # frames before the opening that are sent as well, so that no word loses its first sound


class Activity:
    """Passes frames from the moment at which the level reaches the threshold until it was below it for a
    while.

    :param threshold: dBFS of a frame's RMS.
    :param hold: seconds.
    """

    def __init__(self, threshold: float = -50.0, hold: float = 0.3) -> None:
        self.threshold, self.hold = threshold, hold
        self.open = False
        self._quiet = 0
        self._before: deque[Block] = deque(maxlen=PRE_ROLL)

    def reset(self) -> None:
        """Closed, and nothing of before is kept: what comes next was captured under another permission."""
        self.open, self._quiet = False, 0
        self.forget()

    def forget(self) -> None:
        """There is a gap: what was before it does not belong to what comes."""
        self._before.clear()

    def admit(self, frame: Block, dbfs: float) -> list[Block]:
        """The frames to send now: none, this one, or this one after those just before it."""
        if dbfs >= self.threshold:
            self._quiet = 0
            passed = [*self._before, frame]
            self._before.clear()
            self.open = True
            return passed
        self._quiet += 1
        if self.open and self._quiet * 10 <= self.hold * 1000:
            return [frame]
        self.open = False
        self._before.append(frame)
        return []
