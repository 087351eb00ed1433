"""How much more than the profile's latency lies ahead of the loudspeaker, by how often it ran dry. Pure.

A callback that comes later than what lies ahead of it is a gap that is heard (under PulseAudio 16 ms late at
30 ms ahead, 26 at 40). A machine that is late again and again gets more: a little more delay instead of
crackling, until it has been calm for long. WebRTC does so too, but never takes it back. A device
is opened anew for that, which is a hole of 50 to 100 ms, so nobody may be speaking just then.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from .engine import Pull
from .ring import RATE, Samples

LATE = 0.4  # of what lies ahead: so much later than its time a callback is a gap
STALL = 0.5  # seconds of a pause that says nothing: the machine slept, or the device is dead
SETTLE = 3.0  # seconds after opening in which callbacks may pause (line.py)
TOGETHER = 8  # callbacks that are looked at together: some devices take up to 80 ms at once, in parts
APART = 0.2  # seconds within which several late ones are one gap
OFTEN, WITHIN = 3, 60.0  # so many gaps in so many seconds are too many
STEP, MOST = 10, 40  # milliseconds
CALM = 300.0  # seconds without a gap after which a step is taken back
PAUSE = 0.3  # seconds of silence in which a device may be opened anew
PATIENCE = 20.0  # seconds for which a pause is waited for
QUIET = 10 ** (-60 / 10)  # mean square that counts as silence: -60 dBFS


class Cushion:
    """Callbacks are told of on the device's thread, everything else is asked on the loop.

    :param now: monotonic seconds.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.extra_ms = 0
        """What the next opening adds to the profile's latency."""
        self._ahead = 0.0  # seconds
        self._opened = now()
        self._calls: list[tuple[float, float]] = []
        self._gaps: list[float] = []
        self._calm_since = self._loud = now()
        self._due_since: float | None = None

    def around(self, pull: Pull, latency_ms: int) -> Pull:
        """For a device that is opened now with that latency: ``pull``, watched."""
        self._ahead = latency_ms / 1000
        self._opened = self._calm_since = self._now()
        self._calls, self._gaps, self._due_since = [], [], None
        return partial(self._watched, pull)

    def _watched(self, pull: Pull, count: int) -> Samples:
        now = self._now()
        self.called(now, count / RATE)
        samples = pull(count)
        if float(samples @ samples) > QUIET * count:
            self._loud = now
        return samples

    def called(self, now: float, seconds: float) -> None:
        """The device took so many seconds of sound."""
        calls = self._calls
        if len(calls) == TOGETHER:
            ahead = sum(taken for _, taken in calls) + LATE * self._ahead
            settled = now - self._opened > SETTLE
            if settled and ahead < now - calls[0][0] < ahead + STALL:
                self._gap(now)
        self._calls = [*calls[1 - TOGETHER :], (now, seconds)]

    def _gap(self, now: float) -> None:
        if not self._gaps or now - self._gaps[-1] > APART:
            self._gaps = [*self._gaps[1 - OFTEN :], now]
        self._calm_since = now

    def due(self, now: float) -> bool:
        """Whether the device is to be opened anew now, with another ``extra_ms``."""
        if (extra := self._wanted(now)) == self.extra_ms:
            self._due_since = None
            return False
        if self._due_since is None:
            self._due_since = now
        if now - self._loud < PAUSE and (extra < self.extra_ms or now - self._due_since < PATIENCE):
            return False
        # Also where nothing is opened for it, since nobody plays any more: one step, not one at each look.
        self.extra_ms, self._gaps, self._calm_since, self._due_since = extra, [], now, None
        return True

    def _wanted(self, now: float) -> int:
        gaps = self._gaps
        if len(gaps) == OFTEN and now - gaps[0] <= WITHIN:
            return min(MOST, self.extra_ms + STEP)
        if now - self._calm_since >= CALM:
            return max(0, self.extra_ms - STEP)
        return self.extra_ms
