"""What lies around the windows, as Qt sees it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QGuiApplication, QScreen

from ..surroundings import Desktop, Screen

SETTLES_MS = 50  # a monitor that is plugged in changes several things, one after the other


class DesktopWatch(QObject):
    """Looks when Qt or X11 say that something changed, and never otherwise.

    :param tell: hears what was seen, if it has changed.
    :param restacked: called when another window may have come to the top.
    """

    def __init__(
        self, parent: QObject, tell: Callable[[Desktop], None], restacked: Callable[[], None]
    ) -> None:
        super().__init__(parent)
        self._tell, self._restacked = tell, restacked
        self._told: Desktop | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLES_MS)
        self._timer.timeout.connect(self.look)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._watch)
        app.screenRemoved.connect(lambda screen: self._timer.start())
        app.primaryScreenChanged.connect(lambda screen: self._timer.start())
        for screen in QGuiApplication.screens():
            self._watch(screen)
        self.look()

    def _watch(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(lambda place: self._timer.start())
        self._timer.start()

    def look(self) -> None:
        """Looks now."""
        primary = QGuiApplication.primaryScreen()
        seen = Desktop(
            screens=tuple(_screen(screen, screen == primary) for screen in QGuiApplication.screens())
        )
        if seen != self._told:
            self._told = seen
            self._tell(seen)

    def end(self) -> None:
        """Looks no longer."""
        self._timer.stop()


def _screen(screen: QScreen, primary: bool) -> Screen:
    place = screen.geometry()
    return Screen(
        id=screen.name(),
        name=screen.name(),
        x=place.x(),
        y=place.y(),
        width=place.width(),
        height=place.height(),
        scale=round(screen.devicePixelRatio() * 100),
        primary=primary,
    )
