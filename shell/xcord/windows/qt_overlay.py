"""A Qt window that lies above everything, takes no focus, and lets clicks through.

On X11 it is an override-redirect window: the window manager does not know it, so it is on all desktops, in
no list, and may lie above a full-screen window, which one that is merely *on top* may not. On Wayland the
compositor decides about all that, see ``capabilities``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from .layer import Wish

log = logging.getLogger("xcord.windows")

THROUGH = Qt.WindowType.WindowTransparentForInput
FLAGS = (
    Qt.WindowType.FramelessWindowHint
    | Qt.WindowType.WindowStaysOnTopHint
    | Qt.WindowType.WindowDoesNotAcceptFocus
    | THROUGH
)
UNMANAGED = Qt.WindowType.BypassWindowManagerHint
LAST_EVENTS = 0.5  # s after the end of edit mode in which its last events may still come
INPUT = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
        QEvent.Type.KeyPress,
        QEvent.Type.FocusIn,
        QEvent.Type.Enter,
        QEvent.Type.DragEnter,
    }
)


class Overlay(QObject):
    """Makes a window an overlay; it must not have been shown yet.

    :param took_input: called once, after the window was hidden, when it is given input that should have gone
        to whatever lies beneath.
    :param now: monotonic seconds.
    """

    def __init__(
        self,
        window: QWidget,
        wish: Wish,
        took_input: Callable[[], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(window)
        self.now = now
        self._window, self._wish, self._took_input = window, wish, took_input
        self._armed_from = 0.0
        unmanaged = UNMANAGED if QGuiApplication.platformName() == "xcb" else Qt.WindowType.Tool
        window.setWindowFlags(window.windowFlags() | FLAGS | unmanaged)
        window.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        window.setAcceptDrops(False)
        window.setMinimumSize(1, 1)
        window.installEventFilter(self)
        self.fulfil(wish)

    def fulfil(self, wish: Wish) -> None:
        """Place, opacity, and whether clicks go through, without hiding the window."""
        if self._wish.takes_input and not wish.takes_input:
            self._armed_from = self.now() + LAST_EVENTS
        self._wish = wish
        if wish.place is not None and (place := QRect(*wish.place)) != self._window.geometry():
            self._window.setGeometry(place)
        self._window.setWindowOpacity(wish.percent / 100)
        if handle := self._window.windowHandle():
            handle.setFlag(THROUGH, not wish.takes_input)

    def show(self) -> None:
        """Shows it on top of everything and activates nothing."""
        self._window.show()
        self._window.raise_()

    def rise(self) -> None:
        """Something else came to the top. On top already, this changes nothing, nor is anything drawn."""
        if self._window.isVisible():
            self._window.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Qt's name for it. The native window under the widget gets input first; it is there from the first
        showing on, and a new one takes its place when flags of the widget change."""
        kind = event.type()
        if watched is self._window:
            if kind in (QEvent.Type.Show, QEvent.Type.WinIdChange) and (
                handle := self._window.windowHandle()
            ):
                handle.installEventFilter(self)
                handle.setFlag(THROUGH, not self._wish.takes_input)
        elif kind in INPUT and not self._wish.takes_input and self.now() >= self._armed_from:
            self._withdraw(kind)
            return True
        return False

    def _withdraw(self, kind: QEvent.Type) -> None:
        if self._window.isVisible():
            log.error("an overlay was given input (%s) that is not its own, and is hidden", kind.name)
            self._window.hide()
            self._took_input()
