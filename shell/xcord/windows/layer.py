"""What the app asks of its windows, and what it is told; the same on every platform.

Everything but :meth:`WindowLayer.run` may be called from any thread: it is queued to the GUI thread and
returns at once. What is asked before the GUI runs is done when it does.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from ..tray_state import PutAway, TrayState
from ..window_spec import WindowSpec

if TYPE_CHECKING:
    from ..surroundings import Desktop

log = logging.getLogger("xcord.windows")

Why = Literal["tray", "window", "signal", "session"]


class Place(NamedTuple):
    """Where a window is, in device-independent pixels of the whole desktop."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Wish:
    """How an overlay is to be, open or not."""

    place: Place | None = None
    percent: int = 100
    takes_input: bool = False


QUIT_BOUND = 15.0
"""Seconds that the app has after ``quit_asked`` to leave in good order; then the windows end regardless."""


@dataclass(frozen=True)
class WindowEvents:
    """What the layer tells. Called on a GUI thread: cross over to the hub and return at once.

    ``loaded``: the toolkit is there, and from now on the GUI thread leaves the interpreter to others most
    of the time. ``ready``: the GUI runs. ``quit_asked``: somebody wants the app to end (tray menu, main
    window closed, signal, log-out); leave the call, then call :meth:`WindowLayer.quit`. ``visible``: a
    window is to be seen or is not (hidden, minimised). ``left_full_screen``: a window lost the whole screen
    unasked (to the window manager, say). ``closed``: a window is gone for good. ``page_lost``: a page's
    process died; answer with :meth:`WindowLayer.load` and an address with a fresh token. ``put_away``: the
    main window was closed and the app goes on. ``tray_there``: whether the desktop shows tray icons, as
    often as that was looked at. ``tray_asked``: the tray's menu wants a command of the hub. ``took_input``:
    an overlay got the mouse or keys although it should not, and was hidden. ``desktop``: see
    :meth:`WindowLayer.observe`.
    """

    loaded: Callable[[], None]
    ready: Callable[[], None]
    quit_asked: Callable[[Why], None]
    visible: Callable[[str, bool], None]
    left_full_screen: Callable[[str], None]
    closed: Callable[[str], None]
    page_lost: Callable[[str], None]
    took_input: Callable[[str], None]
    desktop: Callable[[Desktop], None]
    put_away: Callable[[PutAway], None]
    tray_there: Callable[[bool], None]
    tray_asked: Callable[[str, dict[str, Any]], None]


class WindowLayer(ABC):
    """The windows of one app. When ``main`` is closed it is hidden behind the tray's icon (minimised, where
    there is no tray), or the app is asked to quit; see :meth:`close_to_tray`."""

    def __init__(self, events: WindowEvents, language: str = "en") -> None:
        self.events = events
        self.language = language
        self.start_hidden = False
        """Set before :meth:`run`: main is not shown at first, or minimised where there is no tray."""
        self._to_tray = True
        self._first: list[tuple[WindowSpec, str]] = []
        self._waiting: list[Callable[[], None]] = []
        self._running = False
        self._gate = threading.Lock()
        self._wishes: dict[str, Wish] = {}  # on the GUI thread

    def open(self, spec: WindowSpec, url: str) -> None:
        """Open a window on ``url``; one that is open already is shown."""
        with self._gate:
            if not self._running:
                self._first.append((spec, url))
                return
        self._post(lambda: self._open(spec, url))

    def show(self, name: str) -> None:
        """Bring a window to the front."""
        self._post(lambda: self._show(name))

    def hide(self, name: str) -> None:
        """Take a window off the screen; its page lives on."""
        self._post(lambda: self._hide(name))

    def close(self, name: str) -> None:
        """End a window and its page."""
        self._post(lambda: self._close(name))

    def full_screen(self, name: str, on: bool) -> None:
        """Let a window have the whole screen, or give it back its place and size."""
        self._post(lambda: self._full_screen(name, on))

    def place(self, name: str, place: Place) -> None:
        """Where an overlay is to be, now or when it opens."""
        self._post(lambda: self._set_wish(name, place=place))

    def take_input(self, name: str, on: bool) -> None:
        """Whether an overlay gets the mouse until it is closed, or lets everything through."""
        self._post(lambda: self._set_wish(name, takes_input=on))

    def opacity(self, name: str, percent: int) -> None:
        """How much of an overlay is to be seen, 10 to 100, now or when it opens."""
        self._post(lambda: self._set_wish(name, percent=max(10, min(100, percent))))

    def observe(self) -> None:
        """Tell by ``desktop`` what lies around the windows, now and whenever it changes."""
        self._post(self._observe)

    def load(self, name: str, url: str) -> None:
        """Let a window show ``url``, for example after its page was lost."""
        self._post(lambda: self._load(name, url))

    def set_language(self, language: str) -> None:
        """The language of the tray; pages translate for themselves."""
        self._post(lambda: self._set_language(language))

    def set_tray(self, state: TrayState) -> None:
        """What the tray shows; nothing where there is none."""
        self._post(lambda: self._set_tray(state))

    def close_to_tray(self, on: bool) -> None:
        """Whether the app goes on when ``main`` is closed."""
        self._to_tray = on

    def tell(self, title: str, more: str) -> None:
        """A message beside the tray's icon, for where nothing better shows one; nothing without a tray."""
        self._post(lambda: self._tell(title, more))

    def quit(self) -> None:
        """End the GUI: :meth:`run` returns."""
        self._post(self._quit)

    @abstractmethod
    def run(self) -> None:
        """Open what was asked for and serve the GUI on the main thread until :meth:`quit`.

        :raises SetupError: the toolkit cannot be loaded; nothing was started then.
        """

    @abstractmethod
    def _send(self, work: Callable[[], None]) -> None:
        """Queue ``work`` to the running GUI thread."""

    @abstractmethod
    def _open(self, spec: WindowSpec, url: str) -> None: ...
    @abstractmethod
    def _show(self, name: str) -> None: ...
    @abstractmethod
    def _hide(self, name: str) -> None: ...
    @abstractmethod
    def _close(self, name: str) -> None: ...
    @abstractmethod
    def _full_screen(self, name: str, on: bool) -> None: ...
    @abstractmethod
    def _load(self, name: str, url: str) -> None: ...
    @abstractmethod
    def _fulfil(self, name: str, wish: Wish) -> None: ...
    @abstractmethod
    def _observe(self) -> None: ...
    @abstractmethod
    def _set_tray(self, state: TrayState) -> None: ...
    @abstractmethod
    def _tell(self, title: str, more: str) -> None: ...
    @abstractmethod
    def _quit(self) -> None: ...

    def _wish(self, name: str) -> Wish:
        return self._wishes.setdefault(name, Wish())

    def _set_wish(self, name: str, **changes: Any) -> None:
        """``_fulfil`` is called for windows that are not open too, and passes over them; and for what was
        wished before, since the desktop moves windows when a monitor goes."""
        self._wishes[name] = wish = replace(self._wish(name), **changes)
        self._fulfil(name, wish)

    def _set_language(self, language: str) -> None:
        self.language = language

    def _post(self, work: Callable[[], None]) -> None:
        with self._gate:
            if not self._running:
                self._waiting.append(work)
                return
        self._send(work)

    def _take_first(self) -> list[tuple[WindowSpec, str]]:
        with self._gate:
            first, self._first = self._first, []
        if not first:
            raise RuntimeError("open a window before run()")
        return first

    def _now_running(self) -> None:
        """The GUI thread takes work from now on; what waited goes first."""
        with self._gate:
            self._running = True
            work, self._waiting = self._waiting, []
            late, self._first = self._first, []
        for spec, url in late:
            self._open(spec, url)
        for waiting in work:
            self._send(waiting)
        self.events.ready()
