"""A picture of the app's window on a virtual screen."""

from __future__ import annotations

import subprocess
from pathlib import Path

import mss
import mss.tools
from tests.screen import Screen

TITLE = "^xcord$"


def shoot_window(screen: Screen, path: Path, title: str = TITLE) -> None:
    """Write the window's content as a PNG; the whole screen when the window cannot be found."""
    place = _place(screen, title)
    with mss.MSS(display=screen.display) as eye:
        shot = eye.grab(place or eye.monitors[0])
        mss.tools.to_png(shot.rgb, shot.size, output=str(path))


def _place(screen: Screen, title: str) -> dict[str, int] | None:
    """Where the window is, cut to the screen."""
    try:
        told = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", title, "getwindowgeometry", "--shell"],
            env=screen.environ,
            capture_output=True,
            text=True,
            timeout=10,
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = dict(line.split("=", 1) for line in told.splitlines() if "=" in line)
    try:
        x, y, width, height = (int(found[key]) for key in ("X", "Y", "WIDTH", "HEIGHT"))
    except (KeyError, ValueError):
        return None
    left, top = max(0, x), max(0, y)
    right, bottom = min(screen.width, x + width), min(screen.height, y + height)
    if right - left < 100 or bottom - top < 100:
        return None
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}
