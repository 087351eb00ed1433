"""What is known of who locks the screen, from what logind and screen savers said. Pure."""

from __future__ import annotations

AGAIN = (5.0, 10.0, 20.0, 30.0)
"""Seconds between two questions while the screen is locked, for an end that was not told; the last one
repeats."""


def pause(times: int) -> float:
    """Seconds to wait after so many questions that changed nothing."""
    return AGAIN[min(times, len(AGAIN) - 1)]


class Locker:
    """logind's ``Lock`` only asks somebody to lock. From then on the screen counts as locked until
    ``Unlock``, or until whoever locked it, which shows as logind's hint or as a screen saver, has gone."""

    def __init__(self) -> None:
        self.savers: set[str] = set()
        self._hint = self._asked = False
        self._before: frozenset[str] = frozenset()  # savers that were there when it was asked for

    @property
    def logind(self) -> bool:
        """Whether the screen is locked as far as logind is concerned."""
        return self._hint or self._asked

    def ask(self, on: bool) -> None:
        """``Lock`` or ``Unlock``."""
        self._asked, self._before = on, frozenset(self.savers)
        if not on:
            self._hint = False

    def hint(self, on: bool) -> bool:
        """``LockedHint``; whether that is news."""
        if on == self._hint:
            return False
        self._hint, self._asked = on, on and self._asked
        return True

    def saver(self, name: str, on: bool) -> bool:
        """A screen saver is active or not; whether that is news."""
        if on == (name in self.savers):
            return False
        if on:
            self.savers.add(name)
        else:
            self.savers.remove(name)
            self._asked = self._asked and name in self._before
        return True
