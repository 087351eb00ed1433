"""Small Qt objects: work carried to the GUI thread, a window's visibility, Qt's messages."""

from __future__ import annotations

import logging
from collections.abc import Callable

from PySide6.QtCore import (
    QEvent,
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)
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
    """Tells when a window comes to be seen or is hidden, minimised or covered."""

    _TYPES = frozenset({QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.WindowStateChange})

    def __init__(self, window: QWidget, tell: Callable[[bool], None]) -> None:
        super().__init__(window)
        self.window = window
        self._tell = tell
        self._covered = False
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Qt's name for it."""
        if event.type() in self._TYPES:
            self._look()
        return False

    def cover(self, on: bool) -> None:
        """Nothing can be seen of the window although it is shown, or no longer."""
        if self._covered != on:
            self._covered = on
            self._look()

    def _look(self) -> None:
        self._tell(self.window.isVisible() and not self.window.isMinimized() and not self._covered)

    def end(self) -> None:
        """Watch no longer."""
        self.window.removeEventFilter(self)


_LEVELS = {QtMsgType.QtCriticalMsg: logging.ERROR, QtMsgType.QtFatalMsg: logging.CRITICAL}


def route_messages() -> None:
    """Send what Qt would write to stderr to the log; its warnings are mostly about this or that driver."""

    def write(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        logging.getLogger("xcord.qt").log(_LEVELS.get(kind, logging.DEBUG), "%s", message)

    qInstallMessageHandler(write)
