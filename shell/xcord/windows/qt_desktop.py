"""What lies around the windows, as Qt and X11 see it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer
from PySide6.QtGui import QGuiApplication, QScreen
from PySide6.QtWidgets import QSystemTrayIcon

from ..surroundings import Desktop, Screen
from .capabilities import Facts, limits, session
from .monitors import Monitor, identities
from .x11_front import Front

log = logging.getLogger("xcord.windows")

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
        self._front: Front | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SETTLES_MS)
        self._timer.timeout.connect(self.look)
        app = QGuiApplication.instance()
        assert isinstance(app, QGuiApplication)
        app.screenAdded.connect(self._watch)
        app.screenRemoved.connect(self._settle)
        app.primaryScreenChanged.connect(self._settle)
        for screen in QGuiApplication.screens():
            self._watch(screen)
        if QGuiApplication.platformName() == "xcb":
            self._listen_to_x11()
        self.look()

    def _listen_to_x11(self) -> None:
        try:
            self._front = Front()
        except OSError as error:
            log.warning("which program is in front is not known: %s", error)
            return
        self._notifier = QSocketNotifier(self._front.descriptor, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._heard)

    def _watch(self, screen: QScreen) -> None:
        screen.geometryChanged.connect(self._settle)
        self._settle()

    def _settle(self, *_: object) -> None:
        self._timer.start()

    def _heard(self, *_: object) -> None:
        if self._front is None:
            return
        changed, restacked = self._front.changed()
        if restacked:
            self._restacked()
        if changed and not self._timer.isActive():
            self._timer.start()

    def look(self) -> None:
        """Looks now."""
        screens, front = QGuiApplication.screens(), self._front
        names = identities([_monitor(screen) for screen in screens])
        compositing = front is None or front.composited()
        facts = Facts(
            platform="linux",
            windows=QGuiApplication.platformName().partition("-")[0],
            wayland=session(os.environ)[1],
            compositing=compositing,
            application=front is not None and front.tells_application(),
            tray=QSystemTrayIcon.isSystemTrayAvailable(),
        )
        seen = Desktop(
            screens=tuple(_screen(screen, name) for screen, name in zip(screens, names, strict=True)),
            compositing=compositing,
            application=front.application() if front is not None else "",
            limits=limits(facts),
        )
        if seen != self._told:
            self._told = seen
            self._tell(seen)
        self._heard()  # what was reported while X11 was asked wakes nobody

    def end(self) -> None:
        """Looks no longer."""
        self._timer.stop()
        if self._front is not None:
            self._notifier.setEnabled(False)
            self._front.close()
            self._front = None


def _monitor(screen: QScreen) -> Monitor:
    return Monitor(screen.manufacturer(), screen.model(), screen.serialNumber(), screen.name())


def _screen(screen: QScreen, identity: str) -> Screen:
    place = screen.geometry()
    return Screen(
        id=identity,
        name=screen.model() or screen.name(),
        x=place.x(),
        y=place.y(),
        width=place.width(),
        height=place.height(),
        scale=round(screen.devicePixelRatio() * 100),
        primary=screen == QGuiApplication.primaryScreen(),
    )
