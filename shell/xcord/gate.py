"""May the microphone be fed? Asked by the capture thread for every block; when in doubt, no.

Open microphone: fed unless muted or deafened. Push to talk: fed only while two deadlines lie ahead, one
renewed by the living key listener and one by the hub's heartbeat, so that a dead listener, a lost
key-up or a stalled loop shuts the microphone by itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

Mode = Literal["open", "ptt"]

HEARTBEAT_EVERY = 0.05  # seconds between two renewals by the hub
HEARTBEAT_AHEAD = 0.2  # seconds that each renewal lasts


class Gate:
    """Shut until somebody says otherwise. All methods may be called from any thread.

    :param now: monotonic seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._shut_for: set[str] = {"start"}
        self._mode: Mode = "open"
        self._key_until = 0.0
        self._hub_until = 0.0

    def set_shut(self, reason: str, on: bool) -> None:
        """Keeps the gate shut for a reason (``muted``, ``deafened``); all reasons must be gone to open."""
        with self._lock:
            (self._shut_for.add if on else self._shut_for.discard)(reason)

    def set_muted(self, on: bool) -> None:
        """The user's wish; the first call also ends the shut state of the start."""
        with self._lock:
            (self._shut_for.add if on else self._shut_for.discard)("muted")
            self._shut_for.discard("start")

    def set_mode(self, mode: Mode) -> None:
        """Open microphone or push to talk. A change forgets a held key."""
        with self._lock:
            self._mode = mode
            self._key_until = 0.0

    @property
    def mode(self) -> Mode:
        """The present mode."""
        return self._mode

    def renew_key(self, until: float) -> None:
        """The living key listener: the key is down, and this holds until ``until`` (monotonic seconds)."""
        with self._lock:
            self._key_until = until

    def renew_hub(self, until: float) -> None:
        """The hub's heartbeat."""
        with self._lock:
            self._hub_until = until

    def may_feed(self) -> bool:
        """True only if a captured block may be sent now."""
        with self._lock:
            if self._shut_for:
                return False
            if self._mode == "open":
                return True
            now = self._now()
            return now < self._key_until and now < self._hub_until
