"""A real panel with a system tray on a virtual screen, and the icons in it."""

from __future__ import annotations

import contextlib
import itertools
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import mss
from tests.screen import Screen

PATIENCE = 30.0  # seconds
CONFIGURATION = """
panel_items = S
panel_position = bottom right horizontal
panel_size = 200 40
systray_padding = 4 4 8
systray_icon_size = 32
panel_layer = top
background_color = #14191c 100
panel_background_id = 1
"""


@dataclass(frozen=True)
class Panel:
    """``click`` and ``colour`` are about the one icon in it."""

    screen: Screen
    _sides: Iterator[int] = field(default_factory=lambda: itertools.cycle((-1, 1)))

    def icon(self) -> tuple[int, int, int]:
        """Where the icon is: left, top, and how wide and high, in pixels; when there is one."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for window in self._do("search", "--onlyvisible", "--class", "xcord").split():
                told = self._do("getwindowgeometry", "--shell", window)
                found = dict(line.split("=") for line in told.split())
                if found and int(found["WIDTH"]) == int(found["HEIGHT"]) <= 64:
                    return int(found["X"]), int(found["Y"]), int(found["WIDTH"])
            time.sleep(0.05)
        raise AssertionError("no icon in the tray")

    def click(self, button: int = 1) -> None:
        """Click the icon, in turns left and right of its middle: two clicks in one place are a double click,
        which opens no menu."""
        left, top, size = self.icon()
        across = left + size // 2 + next(self._sides) * size // 3
        self._do("mousemove", str(across), str(top + size // 2), "click", str(button))

    def choose(self, step: int) -> None:
        """Open the icon's menu and choose its item of that number, from 1, as one does by keys.

        Clicks again where nothing opens, as one would: one click in twenty was lost on the way from openbox
        by tint2 to Qt when a window had just left the screen, and the next one opened the menu.
        """
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.click(3)
            if self._menu_within(5):
                self._do("key", *["Down"] * step, "Return")
                return
        raise AssertionError("no menu was opened")

    def ground(self) -> str:
        """The colour of the icon's tile, near its left edge."""
        left, top, size = self.icon()
        with mss.MSS(display=self.screen.display) as eye:
            seen = eye.grab({"left": left + 3, "top": top + size // 2, "width": 1, "height": 1}).pixel(0, 0)
        return "#{:02x}{:02x}{:02x}".format(*seen)

    def await_ground(self, colour: str) -> None:
        """Wait until the icon has that colour."""
        until = time.monotonic() + PATIENCE
        while (seen := self.ground()) != colour:
            assert time.monotonic() < until, f"the icon is {seen} and not {colour}"
            time.sleep(0.05)

    def _menu_within(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for window in self._do("search", "--onlyvisible", "--class", "xcord").split():
                told = subprocess.run(
                    ["xprop", "-id", window, "_NET_WM_WINDOW_TYPE"],
                    env=self.screen.environ, capture_output=True, text=True, timeout=PATIENCE, check=False,
                ).stdout  # fmt: skip
                if "MENU" in told:
                    return True
            time.sleep(0.05)
        return False

    def _do(self, *words: str) -> str:
        command = ["xdotool", *words]
        return subprocess.run(
            command, env=self.screen.environ, capture_output=True, text=True, timeout=PATIENCE, check=False
        ).stdout


@contextlib.contextmanager
def panel(screen: Screen, folder: Path) -> Iterator[Panel]:
    """tint2 with nothing but a tray, as long as the block lasts."""
    assert shutil.which("tint2"), "tint2 is missing. Run: apt-get install tint2"
    configuration = folder / "tint2rc"
    configuration.write_text(CONFIGURATION)
    with (folder / "tint2.log").open("wb") as log:
        process = subprocess.Popen(
            ["tint2", "-c", str(configuration)], env=screen.environ, stdout=log, stderr=log
        )
    try:
        yield Panel(screen)
    finally:
        process.terminate()
        process.wait(PATIENCE)
