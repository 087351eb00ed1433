"""Windows that only remember what they were asked, for plugins that are run alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .door import Admission
from .window_spec import WindowSpec

if TYPE_CHECKING:
    from .window_desk import WindowDesk


@dataclass
class FakeWindow:
    """What a plugin wished of one window."""

    spec: WindowSpec
    shown: bool = True
    full_screen: bool = False


@dataclass
class FakeOverlay:
    """What a plugin wished of an overlay, open or not. ``place`` is x, y, width and height."""

    place: tuple[int, int, int, int] | None = None
    takes_input: bool = False
    percent: int = 100


class FakeWindows:
    """``open_windows`` by name, with a page that connects at once; ``overlays``: how they are to be."""

    def __init__(self, desk: WindowDesk) -> None:
        self._desk = desk
        self.open_windows: dict[str, FakeWindow] = {}
        self.overlays: dict[str, FakeOverlay] = {}
        self.quit_asked = False

    def open(self, spec: WindowSpec) -> None:
        """See ``WindowControl``."""
        if (window := self.open_windows.get(spec.name)) is None:
            self.open_windows[spec.name] = FakeWindow(spec)
            self._desk.note_presence(Admission(spec.name, spec.page), True)
        else:
            window.shown = True
        self._desk.note_visible(spec.name, True)

    def hide(self, name: str) -> None:
        """See ``WindowControl``."""
        if (window := self.open_windows.get(name)) is not None:
            window.shown = False
            self._desk.note_visible(name, False)

    def close(self, name: str) -> None:
        """See ``WindowControl``."""
        self.open_windows.pop(name, None)
        self.overlay(name).takes_input = False

    def full_screen(self, name: str, on: bool) -> None:
        """See ``WindowControl``."""
        if (window := self.open_windows.get(name)) is not None:
            window.full_screen = on

    def overlay(self, name: str) -> FakeOverlay:
        """How an overlay is to be."""
        return self.overlays.setdefault(name, FakeOverlay())

    def place(self, name: str, x: int, y: int, width: int, height: int) -> None:
        """See ``WindowControl``."""
        self.overlay(name).place = (x, y, width, height)

    def take_input(self, name: str, on: bool) -> None:
        """See ``WindowControl``."""
        self.overlay(name).takes_input = on

    def opacity(self, name: str, percent: int) -> None:
        """See ``WindowControl``."""
        self.overlay(name).percent = percent

    def quit(self) -> None:
        """See ``WindowControl``."""
        self.quit_asked = True
