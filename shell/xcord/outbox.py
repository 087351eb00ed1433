"""What one window still has to be sent: the newest value of each slice, never a backlog.

Pure: the session takes frames out when the socket has room, so a stuck window costs bounded memory
and delays nobody.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from .messages import Change, Check, Notice, Result, encode

NOTICES = 64  # the oldest are dropped and counted
RESULTS = 1024  # a window that asks and never reads is closed


class Encoded:
    """Canonical JSON of the slices' values, encoded once per change and shared by all windows."""

    def __init__(self, read: Callable[[str], Any]) -> None:
        self._read = read
        self._cache: dict[str, tuple[Any, bytes]] = {}

    def get(self, name: str) -> bytes | None:
        """The present value, or ``None`` if the slice is gone."""
        value = self._read(name)
        if value is None:
            self._cache.pop(name, None)
            return None
        cached = self._cache.get(name)
        if cached is None or cached[0] is not value:
            cached = (value, encode(value))
            self._cache[name] = cached
        return cached[1]


class Outbox:
    """Of one connection. ``held`` is what the window holds once all frames so far have arrived."""

    def __init__(self, encoded: Encoded) -> None:
        self._encoded = encoded
        self._dirty: dict[str, None] = {}
        self._notices: deque[tuple[str, dict[str, Any]]] = deque()
        self._results: deque[Result] = deque()
        self.held: dict[str, bytes] = {}
        self.frame = 0
        self.dropped_notices = 0
        self.unchecked = False

    def start(self, names: list[str]) -> dict[str, msgspec.Raw]:
        """Begins anew with a snapshot of these slices; frames count from 0 again."""
        self._dirty.clear()
        self.frame = 0
        self.unchecked = True
        self.held = {name: value for name in names if (value := self._encoded.get(name)) is not None}
        return {name: msgspec.Raw(value) for name, value in self.held.items()}

    def touch(self, name: str) -> None:
        """A slice changed or is gone."""
        self._dirty[name] = None

    def add_notice(self, name: str, params: dict[str, Any]) -> None:
        """Queues a notice; beyond the bound the oldest one is dropped."""
        if len(self._notices) >= NOTICES:
            self._notices.popleft()
            self.dropped_notices += 1
        self._notices.append((name, params))

    def add_result(self, result: Result) -> bool:
        """Queues an answer; false if the window does not read its answers."""
        self._results.append(result)
        return len(self._results) <= RESULTS

    def take(self) -> list[bytes]:
        """All frames that are due: one change, then answers (their effects came before), then notices."""
        frames = [] if (change := self._take_change()) is None else [change]
        frames += [encode(result) for result in self._results]
        self._results.clear()
        while self._notices:
            name, params = self._notices.popleft()
            frames.append(encode(Notice(self._next(), name, params)))
        return frames

    def _take_change(self) -> bytes | None:
        slices: dict[str, msgspec.Raw] = {}
        gone: list[str] = []
        for name in self._dirty:
            value = self._encoded.get(name)
            if value == self.held.get(name):
                continue
            if value is None:
                del self.held[name]
                gone.append(name)
            else:
                self.held[name] = value
                slices[name] = msgspec.Raw(value)
        self._dirty.clear()
        if not slices and not gone:
            return None
        self.unchecked = True
        return encode(Change(frame=self._next(), slices=slices, gone=gone))

    def take_check(self) -> bytes:
        """A check over what the window holds."""
        self.unchecked = False
        return encode(Check(self._next(), digest(self.held)))

    def _next(self) -> int:
        self.frame += 1
        return self.frame


def digest(held: dict[str, bytes]) -> str:
    """crc32, eight hex digits, of ``{"name":value,...}`` with sorted names and canonical values."""
    body = b",".join(encode(name) + b":" + held[name] for name in sorted(held))
    return f"{zlib.crc32(b'{' + body + b'}'):08x}"
