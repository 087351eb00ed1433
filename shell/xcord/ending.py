"""Sees to it that the app ends although its hub stands still."""

from __future__ import annotations

import threading
from collections.abc import Callable

STILL = 4.0
"""Seconds without an answer of the hub's loop after which nobody waits for it any more. Leaving a call in
good order may take longer, and the loop answers meanwhile; a busy machine holds it up for a second."""
EVERY = 0.5


class Ending:
    """Watches the hub from the moment that the app is to end.

    :param ask: has the hub's loop call a function soon; false while there is no loop that could.
    :param stuck: called at most once, from a thread of its own: the loop has not answered for so long.
    """

    def __init__(self, ask: Callable[[Callable[[], None]], bool], stuck: Callable[[], None]) -> None:
        self._ask, self._stuck = ask, stuck
        self._over, self._begun = threading.Event(), threading.Lock()

    def begin(self) -> None:
        """The app is to end. May be called again, and from any thread."""
        if self._begun.acquire(blocking=False):
            threading.Thread(target=self._work, name="ending", daemon=True).start()

    def over(self) -> None:
        """The hub has ended."""
        self._over.set()

    def _work(self) -> None:
        while not self._over.is_set():
            answered = threading.Event()
            if self._ask(answered.set) and not answered.wait(STILL):
                if not self._over.is_set():
                    self._stuck()
                return
            self._over.wait(EVERY)
