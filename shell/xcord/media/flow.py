"""What one page is sent next: streams it must know, or a batch, or nothing yet. Pure; time is given.

A slow page loses frames and never time: what waits is always the newest frame of each video, and no more
than two batches are ever under way.
"""

from __future__ import annotations

from typing import NamedTuple

from .batches import Piece, Streams, encode
from .credit import Credit
from .slots import Frame, Key, Slots

RATE = 24.0
"""Batches a second, where no video is quicker than 18 frames a second."""
MOST_RATE = 45.0
"""Batches a second at most, for quicker ones."""
SHARE = 0.75
"""Two batches lie no further apart than this share of the quickest video's interval: with 30 fps beside other
tiles, a fixed 30 batches a second loses a quarter of its frames in unlucky phases."""
LEADS = 4
"""A picture with so many times the bytes of each other one is what people look at. It goes at once and takes
along what waits; the others' time is counted from it, so that they rarely need a batch of their own."""
BESIDE = 1.25
"""Beside a leading video as quick as the batches, the others wait so many of its intervals for it."""
BATCH_FRAMES = 256
BATCH_BYTES = 48 << 20


class Wait(NamedTuple):
    """Nothing to send before ``until`` (None: no limit).

    ``deaf``: nothing that happens changes that, but a new picture of ``but``; ``pictures``: any new one does.
    """

    until: float | None
    deaf: bool = False
    pictures: bool = True
    but: Key | None = None


class Flow:
    """One connection's outflow. ``keys`` is what its window shows and may change at any time."""

    def __init__(self, slots: Slots, keys: frozenset[Key], rate: float = RATE) -> None:
        self.keys = keys
        self.credit = Credit()
        self._slots, self._spacing = slots, 1 / rate
        self._streams = Streams()
        self._sent: dict[Key, int] = {}
        self._due = 0.0
        self._poured = -1 / MOST_RATE

    def step(self, now: float) -> str | list[Piece] | Wait:
        """What to do at ``now``: send this text, send this batch, or wait. Ask again after doing it.

        :raises TimeoutError: the page has acknowledged nothing for too long.
        :raises OverflowError: the connection has used up its numbers and must be replaced.
        """
        frames = self._slots.newest(self.keys)
        if self._streams.update(frames):
            self._sent = {key: serial for key, serial in self._sent.items() if key in frames}
            return self._streams.message()
        if self.credit.expired(now):
            raise TimeoutError
        lead = _lead(frames)
        leads = lead is not None and self._sent.get(lead, 0) < frames[lead].serial
        due = min(self._due, self._poured + 1 / MOST_RATE) if leads else self._due
        if now < due:
            return Wait(due, deaf=True, pictures=False, but=None if leads else lead)
        fresh = self._fresh(frames)
        if not fresh or not self.credit.may_send():
            return Wait(self.credit.deadline(), pictures=not fresh)
        spacing = self._spacing_of(frames, lead)
        kept = now - self._due < spacing and not leads
        self._due = self._due + spacing if kept else now + spacing
        self._poured = now
        self._sent.update((key, frame.serial) for key, frame in fresh)
        batch = ((self._streams.number(key), frame) for key, frame in fresh)
        return encode(self.credit.send(now), batch)

    def _spacing_of(self, frames: dict[Key, Frame], lead: Key | None) -> float:
        if lead is not None:
            beside = BESIDE * frames[lead].interval / 1000
            return beside if self._spacing < beside < 1.6 * self._spacing else self._spacing
        quickest = min((frame.interval for frame in frames.values() if frame.interval), default=0.0) / 1000
        return min(self._spacing, max(SHARE * quickest, 1 / MOST_RATE)) if quickest else self._spacing

    def _fresh(self, frames: dict[Key, Frame]) -> list[tuple[Key, Frame]]:
        """What the page has not been sent yet, within the bounds of one batch; the longest unsent first."""
        waiting = [(key, frame) for key, frame in frames.items() if self._sent.get(key, 0) < frame.serial]
        if len(waiting) <= BATCH_FRAMES and sum(len(frame.data) for _, frame in waiting) <= BATCH_BYTES:
            return waiting
        waiting.sort(key=lambda item: self._sent.get(item[0], 0))
        fresh: list[tuple[Key, Frame]] = []
        size = 0
        for key, frame in waiting[:BATCH_FRAMES]:
            size += len(frame.data)
            if fresh and size > BATCH_BYTES:
                break
            fresh.append((key, frame))
        return fresh


def _lead(frames: dict[Key, Frame]) -> Key | None:
    """The video that leads, if one does."""
    ordered = sorted(frames, key=lambda key: len(frames[key].data))
    if not ordered or (
        len(ordered) > 1 and _bytes(frames, ordered[-1]) < LEADS * _bytes(frames, ordered[-2])
    ):
        return None
    return ordered[-1]


def _bytes(frames: dict[Key, Frame], key: Key) -> int:
    return len(frames[key].data)
