"""May the microphone be fed? Asked by the capture thread for every block; when in doubt, no.

Open microphone: fed unless muted or deafened. Push to talk: fed only while two deadlines lie ahead, one
renewed by the living key listener and one by the hub's heartbeat, so that a dead listener, a lost
key-up or a stalled loop shuts the microphone by itself.

Sound arrives after it was captured. So the gate also tells since when it is open, and whoever feeds drops
what is older.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

Mode = Literal["open", "ptt"]


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
        self._since = 0.0

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        with self._lock:
            now = self._now()
            was_open = self._open(now)
            yield
            if not was_open and self._open(now):
                self._since = now

    def set_shut(self, reason: str, on: bool) -> None:
        """Keeps the gate shut for a reason (``muted``, ``deafened``); all reasons must be gone to open."""
        with self._changing():
            (self._shut_for.add if on else self._shut_for.discard)(reason)

    def set_muted(self, on: bool) -> None:
        """The user's wish; the first call also ends the shut state of the start."""
        with self._changing():
            (self._shut_for.add if on else self._shut_for.discard)("muted")
            self._shut_for.discard("start")

    def set_mode(self, mode: Mode) -> None:
        """Open microphone or push to talk. A change forgets a held key."""
        with self._changing():
            self._mode = mode
            self._key_until = 0.0

    @property
    def mode(self) -> Mode:
        """The present mode."""
        return self._mode

    def renew_key(self, until: float) -> None:
        """The living key listener: the key is down, and this holds until ``until`` (monotonic seconds)."""
        with self._changing():
            self._key_until = until

    def renew_hub(self, until: float) -> None:
        """The hub's heartbeat."""
        with self._changing():
            self._hub_until = until

    def may_feed(self) -> bool:
        """True only if a captured block may be sent now."""
        with self._lock:
            return self._open(self._now())

    def open_since(self) -> float | None:
        """Since when it is open without a break (monotonic seconds); None if it is shut."""
        with self._lock:
            return self._since if self._open(self._now()) else None

    def _open(self, now: float) -> bool:
        if self._shut_for:
            return False
        return self._mode == "open" or (now < self._key_until and now < self._hub_until)
