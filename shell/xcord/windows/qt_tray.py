"""The tray icon on Qt: show and quit. What the call adds to it comes from elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from .texts import text

ICON = Path(__file__).with_name("xcord.png")


class Tray:
    """An icon with a menu. ``available()`` is asked when a window closes: a tray may come and go."""

    def __init__(self, language: str, show: Callable[[], None], leave: Callable[[], None]) -> None:
        self._menu = QMenu()
        self._show = QAction(self._menu)
        self._quit = QAction(self._menu)
        self._show.triggered.connect(lambda: show())
        self._quit.triggered.connect(lambda: leave())
        self._menu.addActions([self._show, self._quit])
        self._icon = QSystemTrayIcon(QIcon(str(ICON)))
        self._icon.setToolTip("xcord")
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(
            lambda why: show() if why == QSystemTrayIcon.ActivationReason.Trigger else None
        )
        self.set_language(language)
        self._icon.show()

    def set_language(self, language: str) -> None:
        """Translate the menu."""
        self._show.setText(text(language, "show"))
        self._quit.setText(text(language, "quit"))

    @staticmethod
    def available() -> bool:
        """Whether the desktop shows tray icons now (GNOME does not without an extension)."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def remove(self) -> None:
        """Take the icon away."""
        self._icon.hide()
