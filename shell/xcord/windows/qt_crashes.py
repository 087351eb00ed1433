"""How long to wait before a page that died is loaded again: longer if it dies again and again."""

from __future__ import annotations

import time

CALM = 60.0  # s without a crash after which a page is loaded again at once
LONGEST_WAIT = 10.0  # s


class Crashes:
    """By window; one per app."""

    def __init__(self) -> None:
        self._times: dict[str, list[float]] = {}

    def wait(self, name: str) -> float:
        """Notes a crash; the seconds to wait."""
        now = time.monotonic()
        recent = [at for at in self._times.get(name, []) if now - at < CALM]
        self._times[name] = [*recent, now]
        return min(LONGEST_WAIT, 2.0 ** (len(recent) - 1)) if recent else 0.0
