"""Which Qt windows have the whole screen because they asked for it, and when that ends unasked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

FULL = Qt.WindowState.WindowFullScreen


class FullScreen:
    """One per app; lives on the GUI thread."""

    def __init__(self, left: Callable[[str], None]) -> None:
        self._left = left
        self._asked: set[str] = set()

    def set(self, name: str, window: QWidget, on: bool) -> None:
        """A maximised window is maximised again afterwards."""
        self._asked = self._asked | {name} if on else self._asked - {name}
        state = window.windowState()
        window.setWindowState(state | FULL if on else state & ~FULL)

    def look(self, name: str, window: QWidget) -> None:
        """Something about the window's state has changed."""
        if name in self._asked and not window.isFullScreen():
            self._asked.remove(name)
            self._left(name)

    def forget(self, name: str) -> None:
        """The window is gone."""
        self._asked.discard(name)
