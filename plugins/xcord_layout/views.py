"""What each window wants to see of the stage: its size, a page for each mode, and what is expanded. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xcord import Tile, Viewport, WindowState

from .pages import Sheet
from .tiles import key_of


class Views:
    """One call's, by the names of windows."""

    def __init__(self) -> None:
        self.viewports: dict[str, Viewport] = {}
        self._pages: dict[tuple[str, str], int] = {}
        self._expanded: dict[str, str] = {}

    def begin(self) -> None:
        """Another call begins on its first pages."""
        self._pages.clear()
        self._expanded.clear()

    def see(self, windows: Sequence[WindowState]) -> None:
        """Every window that told its size has a stage; a watching page shows that of ``main``."""
        names = {window.name for window in windows}
        self._pages = {at: page for at, page in self._pages.items() if at[0] in names}
        self._expanded = {window: key for window, key in self._expanded.items() if window in names}
        self.viewports = {
            window.name: window.viewport
            for window in windows
            if window.viewport is not None and not window.watch_only
        }

    def turn(self, window: str, mode: str, page: int) -> None:
        """The window shows this page of this mode from now on, whether or not there are so many."""
        self._pages[window, mode] = page

    def page(self, window: str, mode: str) -> int:
        """The page that is wanted."""
        return self._pages.get((window, mode), 1)

    def keep(self, modes: Mapping[str, str], sheets: Mapping[str, Sheet]) -> None:
        """People left, and these pages are what remains: more than them is not wanted any more."""
        for window, sheet in sheets.items():
            if sheet.tiles and not sheet.alone and self.page(window, modes[window]) > sheet.page:
                self.turn(window, modes[window], sheet.page)

    def expand(self, window: str, key: str, on: bool) -> None:
        """Shows a tile alone, or no longer; pages stay as they are, so that its end brings back what was."""
        if on:
            self._expanded[window] = key
        elif self._expanded.get(window) == key:
            del self._expanded[window]

    def expanded(self, window: str, tiles: Sequence[Tile]) -> Tile | None:
        """What is shown alone, if it is there."""
        key = self._expanded.get(window)
        return next((tile for tile in tiles if key_of(tile) == key), None)
