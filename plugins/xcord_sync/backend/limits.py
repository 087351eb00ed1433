"""Rate limits on credentials: how many attempts in a window of time. Per instance, in memory."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable


class Attempts:
    """At most ``limit`` attempts per key in ``window`` seconds; remembers the ``keys`` seen last."""

    def __init__(
        self, limit: int, window: float, keys: int = 10_000, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit, self._window, self._keys, self._now = limit, window, keys, now
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def begin(self, key: str) -> int:
        """Counts an attempt before it is made, so that a burst at once is counted too.

        :returns: 0 when it may be made, else in how many seconds the next one may.
        """
        now = self._now()
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        while len(self._seen) > self._keys:
            self._seen.popitem(last=False)
        while times and times[0] <= now - self._window:
            times.popleft()
        if len(times) >= self._limit:
            return max(1, math.ceil(times[0] + self._window - now))
        times.append(now)
        return 0

    def forgive(self, key: str) -> None:
        """The newest attempt was a good one and does not count."""
        if times := self._seen.get(key):
            times.pop()
