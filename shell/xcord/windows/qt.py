"""Linux: pywebview on Qt and QtWebEngine. Nothing of Qt is loaded before :meth:`QtWindows.run`.

Of pywebview this uses the windows and the loop. Its bridge into Python is taken out of every page: a page
has one door, the hub's socket.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..tray_state import TrayState
from ..window_spec import WindowSpec
from . import screen
from .creation import create_window
from .layer import QUIT_BOUND, Why, WindowEvents, WindowLayer, Wish
from .qt_crashes import Crashes
from .qt_delete import delete
from .qt_environment import prepare

if TYPE_CHECKING:
    from PySide6.QtCore import QObject

    from .qt_cover import Cover
    from .qt_desktop import DesktopWatch
    from .qt_full_screen import FullScreen
    from .qt_overlay import Overlay
    from .qt_signals import Signals
    from .qt_tray import Tray

log = logging.getLogger("xcord.windows")


class QtWindows(WindowLayer):
    """Windows, tray and signals on Qt."""

    _tray: Tray  # from run() on

    def __init__(self, events: WindowEvents, language: str = "en") -> None:
        screen.check(os.environ)
        super().__init__(events, language)
        self._windows: dict[str, Any] = {}  # pywebview's Window by our name
        self._ending: set[str] = set()  # windows that close for good
        self._seen: dict[str, bool] = {}
        self._crashes = Crashes()
        self._overlays: dict[str, Overlay] = {}
        self._courier: Any = None
        self._full: FullScreen | None = None
        self._signals: Signals | None = None
        self._cover: Cover | None = None
        self._desktop: DesktopWatch | None = None
        self._quit_asked = False

    def run(self) -> None:
        """See :meth:`WindowLayer.run`."""
        first = self._take_first()
        prepare(os.environ)
        from .qt_toolkit import load_toolkit

        webview, view = load_toolkit()
        from PySide6.QtWidgets import QApplication

        from .qt_courier import Courier, route_messages
        from .qt_engine import start_engine
        from .qt_full_screen import FullScreen
        from .qt_page import Page, private_profile
        from .qt_signals import Signals
        from .qt_tray import ICON, Tray

        route_messages()
        app = QApplication.instance() or QApplication(["xcord"])
        app.setApplicationName("xcord")
        app.setQuitOnLastWindowClosed(False)  # type: ignore[attr-defined]
        self._signals = Signals(app, partial(self._ask_to_quit, "signal"))
        self._signals.take_over()
        self._courier = Courier()
        self._full = FullScreen(self.events.left_full_screen)
        ask_to_quit = partial(self._ask_to_quit, "tray")
        self._tray = Tray(self.events, self.language, partial(self._show, "main"), ask_to_quit)
        self.events.loaded()
        start_engine(app)
        Page.profile_of_all = private_profile()
        view.BrowserView.WebPage = Page
        for spec, url in first:
            self._create(spec, url)
        self._courier.send(self._now_running)
        try:
            webview.start(gui="qt", icon=str(ICON), private_mode=True)
        finally:
            self._tear_down(view)

    def _send(self, work: Callable[[], None]) -> None:
        self._courier.send(work)

    # -- on the GUI thread -------------------------------------------------------------------------

    def _open(self, spec: WindowSpec, url: str) -> None:
        if spec.name in self._windows:
            self._load(spec.name, url)
            self._show(spec.name)
            return
        window = self._create(spec, url)
        import webview.platforms.qt as view

        # create_window() does these two lines itself, but only when called from another thread.
        window._initialize(view)
        view.create_window(window)  # type: ignore[no-untyped-call]

    def _create(self, spec: WindowSpec, url: str) -> Any:
        from .qt_page import ground

        hidden = self.start_hidden and spec.name == "main"
        window = create_window(spec, url, background_color=ground(), hidden=hidden)
        window.events.before_show += partial(self._dress, spec, window)
        window.events.closing += partial(self._closing, spec.name)
        self._windows[spec.name] = window
        return window

    def _dress(self, spec: WindowSpec, window: Any) -> None:
        """The window exists and its page does not run yet: take pywebview's bridge out, watch the rest."""
        from .qt_courier import Visibility

        name = spec.name

        if self._signals is not None:
            self._signals.take_over()
        native = window.native
        page = native.webview.page()
        page.loadFinished.disconnect(native.on_load_finished)
        page.setWebChannel(None)
        delete(native.channel, native.profile, native.request_interceptor)  # made by pywebview, unused here
        page.renderProcessTerminated.connect(lambda status, code: self._page_died(name, status.name))
        native.visibility = Visibility(native, partial(self._visible, name))
        if spec.overlay:
            from .qt_overlay import Overlay

            self._overlays[name] = Overlay(native, self._wish(name), partial(self.events.took_input, name))

    def _show(self, name: str) -> None:
        if overlay := self._overlays.get(name):
            overlay.show()
        elif window := self._windows.get(name):
            native = window.native
            native.showNormal() if native.isMinimized() else native.show()
            native.raise_()
            native.activateWindow()

    def _full_screen(self, name: str, on: bool) -> None:
        if (window := self._windows.get(name)) and self._full:
            self._full.set(name, window.native, on)

    def _fulfil(self, name: str, wish: Wish) -> None:
        if overlay := self._overlays.get(name):
            overlay.fulfil(wish)

    def _observe(self) -> None:
        from .qt_desktop import DesktopWatch

        if self._desktop is None:
            self._desktop = DesktopWatch(self._courier, self.events.desktop, self._raise_overlays)

    def _raise_overlays(self) -> None:
        for overlay in self._overlays.values():
            overlay.rise()

    def _hide(self, name: str) -> None:
        if window := self._windows.get(name):
            window.native.hide()

    def _close(self, name: str) -> None:
        if window := self._windows.get(name):
            self._ending.add(name)
            window.native.close()

    def _load(self, name: str, url: str) -> None:
        from PySide6.QtCore import QUrl

        if window := self._windows.get(name):
            window.native.webview.setUrl(QUrl(url))

    def _set_language(self, language: str) -> None:
        super()._set_language(language)
        self._tray.set_language(language)

    def _set_tray(self, state: TrayState) -> None:
        self._tray.set_state(state)

    def _tell(self, title: str, more: str) -> None:
        self._tray.tell(title, more)

    def _quit(self) -> None:
        from PySide6.QtCore import QCoreApplication

        for window in self._windows.values():
            window.native.hide()
        QCoreApplication.exit(0)

    def _now_running(self) -> None:
        super()._now_running()
        from .qt_cover import Cover

        self._cover = Cover(self._courier, lambda: [w.native.visibility for w in self._windows.values()])
        if self.start_hidden:
            self._visible("main", False)
            self._tray.begin_alone(self._windows["main"].native.showMinimized)
        else:
            self._tray.begin()

    def _ask_to_quit(self, why: Why) -> None:
        if self._quit_asked:
            log.warning("asked to quit again: leaving at once")
            self._quit()
            return
        self._quit_asked = True
        self._later(int(QUIT_BOUND * 1000), self._quit)
        for window in self._windows.values():
            window.native.hide()
        self.events.quit_asked(why)

    def _closing(self, name: str) -> bool:
        """pywebview asks; False keeps the window."""
        from PySide6.QtGui import QGuiApplication

        if name in self._ending or name != "main":
            native = self._windows[name].native
            # Not left to Python: its garbage collector may run on any thread, and Chromium ends the
            # process when a page is deleted on a thread that is not its own (test_qt: closed windows).
            self._later(0, partial(delete, native))
            self._forget(name)
            return True
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication) and app.isSavingSession():
            self._ask_to_quit("session")
            return False
        if not self._to_tray:
            self._ask_to_quit("window")
        else:
            self.events.put_away(self._tray.put_away(self._windows[name].native))
        return False

    def _forget(self, name: str) -> None:
        self._ending.discard(name)
        self._windows.pop(name, None)
        self._seen.pop(name, None)
        if self._overlays.pop(name, None):
            self._set_wish(name, takes_input=False)
        if self._full:
            self._full.forget(name)
        self.events.closed(name)

    def _visible(self, name: str, visible: bool) -> None:
        if name in self._windows and self._full:
            self._full.look(name, self._windows[name].native)
        if name in self._windows and self._seen.get(name) != visible:
            self._seen[name] = visible
            # A minimised window's page is not told by Qt, and would go on drawing.
            self._windows[name].native.webview.page().setVisible(visible)
            self.events.visible(name, visible)

    def _page_died(self, name: str, how: str) -> None:
        # A moment later, for Ctrl-C in a terminal reaches the pages' processes before it makes us quit.
        wait = max(0.1, self._crashes.wait(name))
        self._later(int(wait * 1000), partial(self._tell_lost, name, how))

    def _tell_lost(self, name: str, how: str) -> None:
        if name in self._windows and not self._quit_asked:
            log.error("the page of window %s died (%s) and is loaded again", name, how)
            self.events.page_lost(name)

    def _later(self, milliseconds: int, work: Callable[[], None]) -> None:
        from PySide6.QtCore import QTimer

        context: QObject = self._courier
        QTimer.singleShot(milliseconds, context, work)

    def _tear_down(self, view: Any) -> None:
        """Pages go before their profile, or Chromium complains and sometimes crashes."""
        from .qt_page import Page

        self._tray.remove()
        for watch in (self._cover, self._desktop):
            if watch:
                watch.end()
        for native in list(view.BrowserView.instances.values()):
            native.visibility.end()
            delete(native)
        delete(Page.profile_of_all)
        if self._signals:
            self._signals.close()
