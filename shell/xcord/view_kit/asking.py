"""Asks a view mode as the app does, in a thread of its own: one that never answers holds nobody."""

from __future__ import annotations

import queue
import threading
import time
from typing import Any

from ..model import Placed
from ..placements import placed
from ..views import Arrange
from ..workers import attempted
from .cases import Case

PATIENCE = 5.0
"""Seconds until a mode is given up. It is no judgement of its speed, which a busy machine would spoil."""


class GivenUpError(TimeoutError):
    """A mode did not answer; its thread may run on for ever."""


class Asked:
    """One mode. Calls it with a case and returns what it answered, and how long that took in seconds."""

    def __init__(self, arrange: Arrange) -> None:
        self._arrange = arrange
        self._cases: queue.SimpleQueue[Case | None] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="view-mode", daemon=True).start()

    def __call__(self, case: Case) -> tuple[tuple[Placed, ...], float]:
        """Asks.

        :raises GivenUpError: no answer came.
        :raises Exception: what the mode raised, or ``NonsenseError`` of its answer.
        """
        self._cases.put(case)
        try:
            places, error, seconds = self._answers.get(timeout=PATIENCE)
        except queue.Empty:
            raise GivenUpError(f"did not answer within {PATIENCE:g} s") from None
        if error is not None:
            raise error
        return places, seconds

    def close(self) -> None:
        """Lets the thread end after what it is doing."""
        self._cases.put(None)

    def _work(self) -> None:
        while (case := self._cases.get()) is not None:
            tiles, viewport = case.tiles, case.viewport
            begin = time.perf_counter()
            places, error = attempted(placed, self._arrange, tiles, viewport)
            self._answers.put((places, error, time.perf_counter() - begin))
