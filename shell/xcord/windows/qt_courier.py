"""Small Qt objects: work carried to the GUI thread, and a window's visibility."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

log = logging.getLogger("xcord.windows")


class Courier(QObject):
    """Runs functions on the thread that made it; ``send`` may be called from any."""

    _asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._asked.connect(self._do, Qt.ConnectionType.QueuedConnection)

    def send(self, work: Callable[[], None]) -> None:
        """Queue ``work``; order is kept."""
        self._asked.emit(work)

    @Slot(object)
    def _do(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            log.exception("work for the GUI thread failed")


class Visibility(QObject):
    """Tells when a window comes to be seen or is hidden or minimised."""

    _TYPES = frozenset({QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange})

    def __init__(self, window: QWidget, tell: Callable[[bool], None]) -> None:
        super().__init__(window)
        self._window = window
        self._tell = tell
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Qt's name for it."""
        if event.type() in self._TYPES:
            self._tell(self._window.isVisible() and not self._window.isMinimized())
        return False

    def end(self) -> None:
        """Watch no longer."""
        self._window.removeEventFilter(self)
