"""The newest frame of each track. Pure and thread-safe; it knows neither sockets nor LiveKit.

A frame gets in only for the epoch that is open, and only from the stream that may fill its key: once a
key was dropped, what the dropped stream still delivers is refused. (A forgotten SDK stream goes on with
*another person's* pictures; see ``test_a_dropped_stream_cannot_come_back``.)
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple

Key = tuple[str, str, int]
"""User, kind (``camera`` or ``screen``) and number, as in ``Placed``."""

LARGEST_SIDE = 8192
LONGEST_GAP = 1000.0
REMEMBERED = 1024
"""Dropped streams that are remembered within an epoch."""


class Frame(NamedTuple):
    """One I420 picture.

    ``serial`` rises with each accepted frame; ``life`` is the serial of the first frame since its key was
    last empty, so two frames of one life belong together; ``delivered`` is in epoch milliseconds;
    ``interval`` is how many milliseconds lie between frames of this life, smoothed, 0 when not yet known.
    """

    serial: int
    life: int
    width: int
    height: int
    data: memoryview
    delivered: float
    interval: float = 0.0


def i420_length(width: int, height: int) -> int:
    """Bytes of a picture; odd sizes round the colour planes up."""
    return width * height + 2 * ((width + 1) // 2) * ((height + 1) // 2)


class Slots:
    """The table. ``on_frame`` is called after each change, in the thread that made it.

    It gets the key of a new picture, or None when something is gone.
    """

    def __init__(self) -> None:
        self.on_frame: Callable[[Key | None], None] | None = None
        self.accepted = 0
        self.refused = 0
        self._lock = threading.Lock()
        self._epoch: int | None = None
        self._frames: dict[Key, Frame] = {}
        self._sources: dict[Key, str] = {}
        self._dropped: dict[tuple[Key, str], None] = {}

    def open(self, epoch: int) -> None:
        """Accept frames of ``epoch`` alone from now on; everything older is gone."""
        self._begin(epoch)

    def close(self) -> None:
        """Accept nothing any more; everything is gone."""
        self._begin(None)

    def admit(self, key: Key, epoch: int, sid: str) -> bool:
        """Let the stream ``sid`` fill ``key``, also when it was dropped before; False for a wrong epoch.

        Needed only to resume a dropped stream or to replace one that was not dropped: the first stream of
        a key is admitted by its first frame.
        """
        with self._lock:
            if epoch != self._epoch:
                return False
            self._dropped.pop((key, sid), None)
            changed = self._sources.get(key) != sid and self._frames.pop(key, None) is not None
            self._sources[key] = sid
        if changed:
            self._tell(None)
        return True

    def put(
        self,
        key: Key,
        epoch: int,
        sid: str,
        width: int,
        height: int,
        data: bytes | bytearray | memoryview,
        delivered: float,
    ) -> bool:
        """Make this the newest frame of ``key``; False when it may not be shown.

        ``sid`` names the stream (for example participant sid and track sid); ``data`` is I420 without gaps,
        kept and not copied, so it must not change afterwards; ``delivered`` is in epoch milliseconds.
        """
        view = memoryview(data).cast("B")
        fits = (
            0 < width <= LARGEST_SIDE
            and 0 < height <= LARGEST_SIDE
            and len(view) == i420_length(width, height)
        )
        with self._lock:
            mine = self._sources.get(key, sid) == sid and (key, sid) not in self._dropped
            if epoch != self._epoch or not mine or not fits:
                self.refused += 1
                return False
            self.accepted += 1
            before = self._frames.get(key)
            life = before.life if before is not None else self.accepted
            interval = _interval(before, delivered) if before is not None else 0.0
            self._sources[key] = sid
            self._frames[key] = Frame(self.accepted, life, width, height, view, delivered, interval)
        self._tell(key)
        return True

    def drop(self, key: Key) -> None:
        """The track is gone or off: forget its frame, and refuse what its stream still delivers."""
        with self._lock:
            source = self._sources.pop(key, None)
            if source is not None:
                self._dropped[key, source] = None
                if len(self._dropped) > REMEMBERED:
                    del self._dropped[next(iter(self._dropped))]
            gone = self._frames.pop(key, None) is not None
        if gone:
            self._tell(None)

    def newest(self, keys: Iterable[Key]) -> dict[Key, Frame]:
        """The newest frame of each of ``keys`` that has one."""
        with self._lock:
            return {key: frame for key in keys if (frame := self._frames.get(key)) is not None}

    def _begin(self, epoch: int | None) -> None:
        with self._lock:
            if epoch == self._epoch:
                return
            self._epoch = epoch
            self._frames.clear()
            self._sources.clear()
            self._dropped.clear()
        self._tell(None)

    def _tell(self, key: Key | None) -> None:
        told = self.on_frame  # may be taken away by another thread at any moment
        if told is not None:
            told(key)


def _interval(before: Frame, delivered: float) -> float:
    gap = min(delivered - before.delivered, LONGEST_GAP)
    if gap <= 0:
        return before.interval
    return before.interval + (gap - before.interval) / 8 if before.interval else gap
