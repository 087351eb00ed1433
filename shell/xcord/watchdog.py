"""Sees a loop that is blocked for a second and names who blocks it."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

log = logging.getLogger("xcord.watchdog")

BLOCKED_AFTER = 1.0  # seconds


@dataclass
class Watched:
    """One loop. ``answered`` and ``asked`` are monotonic seconds."""

    name: str
    loop: asyncio.AbstractEventLoop
    thread: int
    answered: float
    asked: float = 0.0
    told: bool = False
    waiting: bool = field(default=False)


class Watchdog:
    """A thread that asks each loop for a sign of life.

    :param blame: called from the watchdog's thread with (loop name, stack as text, innermost frames'
        file names, outermost first) once per blockage; what it returns is ``reason`` from then on.
    """

    def __init__(self, blame: Callable[[str, str, list[str]], str], limit: float = BLOCKED_AFTER) -> None:
        self._blame, self._limit = blame, limit
        self.reason = ""
        self._loops: list[Watched] = []
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="watchdog", daemon=True)

    def watch(self, name: str, loop: asyncio.AbstractEventLoop, thread: int) -> None:
        """Adds a loop that runs in the thread with that identifier."""
        self._loops.append(Watched(name, loop, thread, time.monotonic()))

    def start(self) -> None:
        """Starts watching."""
        self._thread.start()

    def stop(self) -> None:
        """Stops watching."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(2.0)

    def _work(self) -> None:
        while not self._stop.wait(self._limit / 2):
            for watched in self._loops:
                self._look(watched)

    def _look(self, watched: Watched) -> None:
        now = time.monotonic()
        if not watched.waiting:
            watched.waiting, watched.told, watched.asked = True, False, now
            try:
                watched.loop.call_soon_threadsafe(self._answer, watched)
            except RuntimeError:  # the loop is closed: the app is ending
                self._loops.remove(watched)
        elif not watched.told and now - watched.asked >= self._limit:
            watched.told = True
            frame = sys._current_frames().get(watched.thread)
            if frame is not None:
                self.reason = self._blame(watched.name, "".join(traceback.format_stack(frame)), _files(frame))

    @staticmethod
    def _answer(watched: Watched) -> None:
        watched.waiting = False
        watched.answered = time.monotonic()


def _files(frame: FrameType | None) -> list[str]:
    files = []
    while frame is not None:
        files.append(frame.f_code.co_filename)
        frame = frame.f_back
    return files[::-1]
