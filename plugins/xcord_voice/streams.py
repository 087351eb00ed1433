"""Sound and pictures of the others, from the SDK to the mix and to the slots.

The SDK never ends a stream by itself, and a forgotten one goes on with the sound and the pictures of
whoever publishes next (see ``test_a_left_person_shows_nobody_elses_pictures``). So a stream belongs to one
(epoch, participant sid, track sid); once that is closed, nothing it delivers is accepted.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from .audio.mixer import Mixer
from .audio.ring import RATE
from .speaking import OFF, SLICE, decibels

FULL = 32768.0**2  # full scale of 16 bits, squared
PART = round(SLICE * RATE)  # samples


class StreamKey(NamedTuple):
    """What one stream belongs to."""

    epoch: int
    sid: str
    track_sid: str


class Opener(Protocol):
    """Makes streams out of the SDK's tracks; ``sdk`` is one."""

    def hear(self, track: Any, heard: Callable[[NDArray[np.int16]], None], frame_ms: int) -> Any: ...

    def see(self, track: Any, seen: Callable[[int, int, memoryview], None]) -> Any: ...

    async def close_stream(self, stream: Any) -> None: ...


@dataclass
class Entry:
    """An open stream. ``slot`` is its place among the pictures, None for sound."""

    key: StreamKey
    user: str
    stream: Any = None
    slot: tuple[str, str, int] | None = None
    shown: int = 0  # pictures so far


class Streams:
    """All streams of one connection. On the media loop; sound and pictures come on the SDK's thread.

    :param on_level: level of a block of a user's voice, in dBFS, and of its slices if it may be speech (see
        ``speaking``); on the SDK's thread.
    """

    def __init__(
        self,
        opener: Opener,
        slots: Any,
        mixer: Mixer,
        on_level: Callable[[str, float, Iterable[float]], None],
        on_silent: Callable[[str], None],
        frame_ms: int = 20,
    ) -> None:
        self._opener, self._slots, self._mixer = opener, slots, mixer
        self._on_level, self._on_silent = on_level, on_silent
        self._frame_ms = frame_ms
        # A voice that is being taken while its stream is closed must not light up after that.
        self._lock = threading.Lock()
        self._open: dict[StreamKey, Entry] = {}
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def keys(self) -> tuple[StreamKey, ...]:
        """The streams that are accepted now."""
        return tuple(self._open)

    def shown(self) -> dict[str, int]:
        """By track sid, how many pictures of each open video stream have come."""
        return {key.track_sid: entry.shown for key, entry in self._open.items() if entry.slot is not None}

    def open_audio(self, key: StreamKey, user: str, track: Any, *, voice: bool) -> None:
        """``voice`` is false for shared sound, which lets nobody speak."""
        if key in self._open:
            return
        entry = Entry(key, user)
        self._open[key] = entry
        self._mixer.add(_name(key), user, shared=not voice)
        entry.stream = self._opener.hear(track, self._hearing(entry, voice), self._frame_ms)

    def open_video(self, key: StreamKey, slot: tuple[str, str, int], track: Any) -> None:
        """Pictures go to ``slot`` until the stream is closed."""
        if key in self._open:
            return
        entry = Entry(key, slot[0], slot=slot)
        self._open[key] = entry
        self._slots.admit(slot, key.epoch, key.track_sid)
        entry.stream = self._opener.see(track, self._seeing(entry))

    def close(self, key: StreamKey) -> None:
        """From here on nothing of it is accepted; the SDK's part ends in the background."""
        with self._lock:
            entry = self._open.pop(key, None)
        if entry is None:
            return
        if entry.slot is None:
            self._mixer.remove(_name(key))
            self._on_silent(entry.user)
        elif not any(other.slot == entry.slot for other in self._open.values()):
            self._slots.drop(entry.slot)
        closing = asyncio.ensure_future(self._opener.close_stream(entry.stream))
        self._closing.add(closing)
        closing.add_done_callback(self._closing.discard)

    def close_person(self, sid: str) -> None:
        """Everything of one connection."""
        for key in [key for key in self._open if key.sid == sid]:
            self.close(key)

    def close_all(self) -> None:
        """Everything; the call is over."""
        for key in self.keys:
            self.close(key)

    async def closed(self) -> None:
        """Returns when nothing of what was closed is left; bounded by the SDK part's own bounds."""
        if self._closing:
            await asyncio.wait(self._closing, timeout=5.0)

    def _hearing(self, entry: Entry, voice: bool) -> Callable[[NDArray[np.int16]], None]:
        name = _name(entry.key)

        def heard(samples: NDArray[np.int16]) -> None:
            with self._lock:
                if self._open.get(entry.key) is not entry:
                    return
                self._mixer.push(name, samples)
                if voice:
                    self._on_level(entry.user, *levels(samples))

        return heard

    def _seeing(self, entry: Entry) -> Callable[[int, int, memoryview], None]:
        key, slot = entry.key, entry.slot

        def seen(width: int, height: int, pixels: memoryview) -> None:
            # Closed a moment ago: the slots refuse what was dropped.
            if self._open.get(key) is entry:
                entry.shown += 1
                self._slots.put(slot, key.epoch, key.track_sid, width, height, pixels, time.time() * 1000)

        return seen


def levels(samples: NDArray[np.int16]) -> tuple[float, Iterable[float]]:
    """The level of a block in dBFS, and those of its slices, computed as they are looked at; none if it is
    too quiet for one to be speech."""
    floats = samples.astype(np.float32)
    dbfs = decibels(float(floats @ floats) / (FULL * max(1, len(floats))))
    if dbfs < OFF:
        return dbfs, ()
    parts = (floats[at : at + PART] for at in range(0, len(floats) - PART + 1, PART))
    return dbfs, (decibels(float(part @ part) / (FULL * PART)) for part in parts)


def _name(key: StreamKey) -> str:
    return f"{key.epoch}/{key.sid}/{key.track_sid}"
