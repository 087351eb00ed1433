"""Tells windows whether they are covered by a full-screen window, or on another desktop (X11 only)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Protocol

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from .x11_stack import Stack

log = logging.getLogger("xcord.windows")

SETTLES_MS = 100  # a window that becomes full screen changes several properties, one after the other


class Coverable(Protocol):
    """One window; ``qt_courier.Visibility`` is one."""

    window: QWidget

    def cover(self, on: bool) -> None: ...


class Cover(QObject):
    """Looks when the desktop says that something changed, and never otherwise.

    :param windows: those of now.
    """

    def __init__(self, parent: QObject, windows: Callable[[], Iterable[Coverable]]) -> None:
        super().__init__(parent)
        self._windows = windows
        self._stack: Stack | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLES_MS)
        self._timer.timeout.connect(self.look)
        if QGuiApplication.platformName() != "xcb":
            return
        try:
            self._stack = Stack()
        except OSError as error:
            log.warning("whether windows are covered is not known: %s", error)
            return
        self._notifier = QSocketNotifier(self._stack.descriptor, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)
        self._timer.start()

    def look(self) -> None:
        """Looks now."""
        if self._stack is None:
            return
        ids = {int(each.window.winId()): each for each in self._windows()}
        unseen = self._stack.unseen(tuple(ids))
        for number, each in ids.items():
            each.cover(number in unseen)
        if self._stack.changed():  # meanwhile; what was read along with the answers wakes nobody
            self._timer.start()

    def _heard(self) -> None:
        if self._stack is not None and self._stack.changed() and not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        """Looks no longer."""
        self._timer.stop()
        if self._stack is not None:
            self._notifier.setEnabled(False)
            self._stack.close()
            self._stack = None
