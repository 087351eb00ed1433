"""Who speaks, computed from the signal. Pure: every method is told the time.

LiveKit's ``active_speakers_changed`` is a delta and names muted people after a full reconnect
(livekit/python-sdks#148), so it is not used.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

ON = -45.0  # dBFS at which somebody begins to speak
OFF = -52.0  # dBFS below which somebody falls silent
ATTACK = 0.015  # seconds from one loud block to a later one before it counts, so that a click does not
SLICE = 0.005  # seconds of a block's parts
ROW = 3  # loud slices in a row that count at once: more than a click, and seldom in noise without loud blocks
HOLD = 0.35  # seconds of silence before it ends, so that pauses between words do not


def decibels(mean_square: float) -> float:
    """Level in dBFS of the mean of the squared samples (full scale is 1.0)."""
    return 10.0 * math.log10(mean_square) if mean_square > 1e-12 else -120.0


class Speakers:
    """Levels in, speaking users out."""

    def __init__(self) -> None:
        self._heard: dict[str, tuple[float, float]] = {}
        self._speaking: dict[str, float] = {}
        self._rows: dict[str, int] = {}
        self.users: tuple[str, ...] = ()

    def level(self, user: str, now: float, dbfs: float, slices: Iterable[float] = ()) -> bool:
        """A block of ``user`` had this level; true if ``users`` changed.

        :param slices: the levels of its parts, in order; none where that is not known or all of it is quiet.
            Not looked at while ``user`` speaks.
        """
        if user not in self._speaking and self._in_a_row(user, slices):
            self._speaking[user] = now
            del self._rows[user]
        if dbfs >= ON or (user in self._speaking and dbfs >= OFF):
            first, last = self._heard.get(user, (now, now))
            if now - last > HOLD:
                first = now
            self._heard[user] = (first, now)
            if user in self._speaking or now - first >= ATTACK:
                self._speaking[user] = now
        elif user in self._speaking and now - self._speaking[user] >= HOLD:
            del self._speaking[user]
            self._heard.pop(user, None)
        return self._changed()

    def _in_a_row(self, user: str, slices: Iterable[float]) -> bool:
        row, found = self._rows.get(user, 0) if slices else 0, False
        for dbfs in slices:
            row = row + 1 if dbfs >= ON else 0
            found = found or row >= ROW
        self._rows[user] = row
        return found

    def silent(self, user: str) -> bool:
        """The sound of ``user`` ended (muted, gone); true if ``users`` changed."""
        self._rows.pop(user, None)
        self._speaking.pop(user, None)
        self._heard.pop(user, None)
        return self._changed()

    def clear(self) -> bool:
        """Nobody speaks; true if ``users`` changed."""
        self._rows.clear()
        self._speaking.clear()
        self._heard.clear()
        return self._changed()

    def _changed(self) -> bool:
        users = tuple(sorted(self._speaking))
        changed = users != self.users
        self.users = users
        return changed
