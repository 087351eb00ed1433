"""The tray icon on Qt: shows what ``tray_look`` says, and tells what was clicked."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from ..tray_state import PutAway, TrayState
from .layer import WindowEvents
from .qt_tray_icon import icon
from .tray_look import GROUPS, Item, Look, look_of

ICON = Path(__file__).with_name("xcord.png")
DELAY = 1500  # ms after the GUI runs: the icon must not hold up the first picture
WITHIN = 15_000  # ms that a desktop which has just started may take for its tray
LOOK_AGAIN = 500  # ms between two looks for it


class Tray(QObject):
    """Made with the windows, seen from :meth:`begin` on. What nobody changed is not drawn again.

    :param show: bring the main window to the front; neither this nor ``leave`` needs the hub.
    """

    def __init__(
        self, events: WindowEvents, language: str, show: Callable[[], None], leave: Callable[[], None]
    ) -> None:
        super().__init__()
        self._events, self._language, self._clicked = events, language, {"show": show, "quit": leave}
        self._state = TrayState()
        self._look: Look | None = None
        self._actions: dict[str, QAction] = {}
        self._lines: list[QAction] = []
        self._icon: QSystemTrayIcon | None = None

    def begin(self) -> None:
        """Soon put the icon into the tray; where there is none yet, it goes there when one comes."""
        QTimer.singleShot(DELAY, self, self._appear)

    def begin_alone(self, otherwise: Callable[[], None]) -> None:
        """The icon is all that is to be seen of the app; ``otherwise`` is called if no tray comes for it."""
        self._appear()
        self._await_place(WITHIN, otherwise)

    def put_away(self, window: QWidget) -> PutAway:
        """Take a window off the screen, so that there is a way back to it."""
        if self._available():
            window.hide()
            return "tray"
        window.showMinimized()
        return "task_bar"

    def _appear(self) -> None:
        self._icon = QSystemTrayIcon(self)
        self._menu = QMenu()
        for group in GROUPS:
            self._lines.append(self._menu.addSeparator())
            for name in group:
                self._actions[name] = action = self._menu.addAction("")
                action.triggered.connect(partial(self._click, name))
        self._icon.setContextMenu(self._menu)
        trigger = QSystemTrayIcon.ActivationReason.Trigger
        self._icon.activated.connect(lambda why: self._clicked["show"]() if why == trigger else None)
        self._icon.messageClicked.connect(self._clicked["show"])
        self._draw()
        self._icon.show()
        self._available()

    def _await_place(self, patience: int, otherwise: Callable[[], None]) -> None:
        """Ask for ``patience`` ms whether there is a tray: at log-in the app may be there before it."""
        if self._available():
            return
        if patience <= 0:
            otherwise()
        else:
            QTimer.singleShot(LOOK_AGAIN, self, lambda: self._await_place(patience - LOOK_AGAIN, otherwise))

    def _available(self) -> bool:
        """Whether the desktop shows tray icons now (GNOME does not without an extension); it may change."""
        there = QSystemTrayIcon.isSystemTrayAvailable()
        self._events.tray_there(there)
        return there

    def set_state(self, state: TrayState) -> None:
        """What the call is like."""
        self._state = state
        self._draw()

    def set_language(self, language: str) -> None:
        """Translate everything."""
        self._language = language
        self._draw()

    def tell(self, title: str, more: str) -> None:
        """A balloon beside the icon."""
        if self._icon is not None and self._available():
            self._icon.showMessage(title, more, icon("idle"))

    def remove(self) -> None:
        """Take the icon away."""
        if self._icon is not None:
            self._icon.hide()

    def _click(self, name: str) -> None:
        item = self._look.items.get(name) if self._look else None
        if name in self._clicked:
            self._clicked[name]()
        elif item is not None:
            _dress(self._actions[name], item)  # Qt has ticked it already; that is the hub's to say
            self._events.tray_asked(item.command, dict(item.args))

    def _draw(self) -> None:
        if self._icon is None or (look := look_of(self._state, self._language)) == self._look:
            return
        before, self._look = self._look, look
        if before is None or before.icon != look.icon:
            self._icon.setIcon(icon(look.icon))
        self._icon.setToolTip(look.tooltip)
        for name, action in self._actions.items():
            action.setVisible(name in look.items)
            if (item := look.items.get(name)) is not None:
                _dress(action, item)
        seen = [any(name in look.items for name in group) for group in GROUPS]
        for at, line in enumerate(self._lines):
            line.setVisible(seen[at] and any(seen[:at]))


def _dress(action: QAction, item: Item) -> None:
    action.setText(item.text)
    action.setCheckable(item.checked is not None)
    action.setChecked(bool(item.checked))
