"""Windows through pywebview's documented calls alone, for platforms without special knowledge.

Written after pywebview's documentation; not tried on Windows or macOS. There is no tray here: closing the
main window minimises it, unless the user wants that to end the app.
"""

from __future__ import annotations

import logging
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import SetupError
from ..tray_state import TrayState
from ..window_spec import WindowSpec
from .creation import create_window
from .layer import QUIT_BOUND, Why, WindowEvents, WindowLayer, Wish

if TYPE_CHECKING:
    from ..surroundings import Desktop

log = logging.getLogger("xcord.windows")


def load_toolkit(remedy: str = "Run: pip install pywebview") -> Any:
    """pywebview.

    :raises SetupError: it cannot be loaded.
    """
    try:
        import webview
    except ImportError as error:
        raise SetupError("no_web_engine", f"pywebview cannot be loaded: {error}.", remedy) from error
    return webview


class PlainWindows(WindowLayer):
    """pywebview's calls are thread-safe, so one worker thread does what the app asks for, in order."""

    gui = ""
    remedy = ""

    def __init__(self, events: WindowEvents, language: str = "en") -> None:
        super().__init__(events, language)
        self._windows: dict[str, Any] = {}
        self._ending: set[str] = set()
        self._full: set[str] = set()  # windows that have the whole screen
        self._overlays: set[str] = set()
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._asked = False

    def run(self) -> None:
        """See :meth:`WindowLayer.run`."""
        first = self._take_first()
        webview = load_toolkit(self.remedy)
        self.events.loaded()
        webview.settings["ALLOW_DOWNLOADS"] = False
        webview.settings["OPEN_EXTERNAL_LINKS_IN_BROWSER"] = False
        self._watch_signals()
        for spec, url in first:
            self._create(spec, url)
        webview.start(self._serve, gui=self.gui, private_mode=True)
        self._work.put(None)

    def _serve(self) -> None:
        """pywebview runs this in a thread of its own once the GUI starts."""
        self._now_running()
        self.events.tray_there(False)
        while (work := self._work.get()) is not None:
            try:
                work()
            except Exception:
                log.exception("work for the windows failed")

    def _send(self, work: Callable[[], None]) -> None:
        self._work.put(work)

    def _open(self, spec: WindowSpec, url: str) -> None:
        if spec.name in self._windows:
            self._load(spec.name, url)
            self._show(spec.name)
        else:
            self._create(spec, url)

    def _create(self, spec: WindowSpec, url: str) -> None:
        place = self._wish(spec.name).place if spec.overlay else None
        minimized = self.start_hidden and spec.name == "main"
        at = {"x": place.x, "y": place.y} if place else {}
        window = create_window(spec, url, minimized=minimized, **at)
        window.events.closing += partial(self._closing, spec.name)
        window.events.closed += partial(self._closed, spec.name)
        window.events.minimized += partial(self.events.visible, spec.name, False)
        window.events.restored += partial(self.events.visible, spec.name, True)
        window.events.shown += partial(self.events.visible, spec.name, True)
        if spec.overlay:
            self._overlays.add(spec.name)
            window.events.before_show += lambda: self._dress_overlay(window.native, self._wish(spec.name))
        self._windows[spec.name] = window

    def _show(self, name: str) -> None:
        if window := self._windows.get(name):
            if name not in self._overlays:
                window.restore()
            window.show()

    def _hide(self, name: str) -> None:
        if window := self._windows.get(name):
            window.hide()
            self.events.visible(name, False)

    def _close(self, name: str) -> None:
        if window := self._windows.get(name):
            self._ending.add(name)
            window.destroy()

    def _full_screen(self, name: str, on: bool) -> None:
        if (window := self._windows.get(name)) and on != (name in self._full):
            window.toggle_fullscreen()
            self._full ^= {name}

    def _fulfil(self, name: str, wish: Wish) -> None:
        if (window := self._windows.get(name)) and name in self._overlays:
            if wish.place is not None:
                window.resize(wish.place.width, wish.place.height)
                window.move(wish.place.x, wish.place.y)
            self._dress_overlay(window.native, wish)

    def _dress_overlay(self, native: Any, wish: Wish) -> None:
        """Makes a window of this platform an overlay as wished; called again with each new wish."""

    def _observe(self) -> None:
        self.events.desktop(self._look_around())

    def _look_around(self) -> Desktop:
        """What lies around the windows. Looked at once: nothing here tells when it changes."""
        import webview

        from ..surroundings import Desktop, Screen
        from .capabilities import Facts, limits

        # pywebview names no monitor, so the order is all that there is to know one again by.
        screens = tuple(
            Screen(id=f"screen-{at}", name="", x=s.x, y=s.y, width=s.width, height=s.height, primary=at == 0)
            for at, s in enumerate(webview.screens)
        )
        return Desktop(screens=screens, limits=limits(Facts(platform=sys.platform)))

    def _load(self, name: str, url: str) -> None:
        if window := self._windows.get(name):
            window.load_url(url)

    def _set_tray(self, state: TrayState) -> None:
        """There is none, and ``tray_there`` said so."""

    def _tell(self, title: str, more: str) -> None:
        log.info("no desktop notifications on this platform: %s", title)

    def _quit(self) -> None:
        for name in tuple(self._windows):
            self._close(name)

    def _closing(self, name: str) -> bool:
        if name == "main" and name not in self._ending:
            if self._to_tray:
                self._send(self._windows[name].minimize)
                self.events.put_away("task_bar")
            else:
                self._ask_to_quit("window")
            return False
        return True

    def _closed(self, name: str) -> None:
        self._windows.pop(name, None)
        self._ending.discard(name)
        self._full.discard(name)
        if name in self._overlays:
            self._overlays.discard(name)
            self._set_wish(name, takes_input=False)
        self.events.closed(name)

    def _ask_to_quit(self, why: Why) -> None:
        if self._asked:
            self.quit()
            return
        self._asked = True
        bound = threading.Timer(QUIT_BOUND, self.quit)
        bound.daemon = True
        bound.start()
        self.events.quit_asked(why)

    def _watch_signals(self) -> None:
        """The C-level handler writes the signal's number to a socket; a thread reads it there, for the
        GUI loop keeps the interpreter from running Python's handlers on the main thread."""
        reading, writing = socket.socketpair()
        writing.setblocking(False)
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        for name in ("SIGINT", "SIGTERM", "SIGBREAK", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: None)

        def read() -> None:
            while reading.recv(1):
                self._ask_to_quit("signal")

        threading.Thread(target=read, name="xcord-signals", daemon=True).start()
        self._sockets = (reading, writing)
