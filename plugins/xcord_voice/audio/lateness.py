"""How old is sound when it arrives? Pure."""

from __future__ import annotations

from .ring import RATE

LATE = 0.08  # seconds behind its time at which a block counts as old
SETTLE = 0.3  # seconds of steady lateness after which it is the device's new normal
LEAK = 0.0005  # the clock of a device may run this much slower than ours
LEAK_WITHIN = 0.1  # seconds; a pause between two blocks beyond this is a stall and no slow clock


class Lateness:
    """Tells old sound from new by its arrival.

    After a stall a device delivers in a burst what it recorded meanwhile, perhaps while the gate was shut.

    :param started: when the device was asked to record (monotonic seconds).
    """

    def __init__(self, started: float) -> None:
        self._samples = 0
        self._base = self._last = started
        self._window: tuple[float, float, float] | None = None

    def age(self, now: float, count: int) -> float:
        """Seconds by which the block of ``count`` samples that arrives now is behind its time."""
        self._samples += count
        offset = now - self._samples / RATE
        self._base = min(offset, self._base + min(now - self._last, LEAK_WITHIN) * LEAK)
        self._last = now
        late = offset - self._base
        if late <= LATE:
            self._window = None
            return late
        return self._settled(now, late)

    def _settled(self, now: float, late: float) -> float:
        """Steady lateness is no backlog: samples were lost, or the device changed its pace."""
        started, least, most = self._window or (now, late, late)
        least, most = min(least, late), max(most, late)
        if most - least > LATE / 2:
            started, least, most = now, late, late
        self._window = (started, least, most)
        if now - started < SETTLE:
            return late
        self._base += least
        self._window = None
        return late - least
