"""A picture of the app's window on a virtual screen."""

from __future__ import annotations

import re
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
    """Where the window is, without its frame, cut to the screen.

    From xwininfo: what xdotool tells counts the frame twice.
    """
    found = _words(screen, "xdotool", "search", "--onlyvisible", "--name", title).split()
    told = _words(screen, "xwininfo", "-id", found[-1]) if found else ""
    numbers = [
        re.search(rf"{what}:\s+(-?\d+)", told)
        for what in ("Absolute upper-left X", "Absolute upper-left Y", "Width", "Height")
    ]
    if not all(numbers):
        return None
    x, y, width, height = (int(number[1]) for number in numbers if number)
    left, top = max(0, x), max(0, y)
    right, bottom = min(screen.width, x + width), min(screen.height, y + height)
    if right - left < 100 or bottom - top < 100:
        return None
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}


def _words(screen: Screen, *command: str) -> str:
    """What a program prints; nothing when it is missing or slow."""
    try:
        done = subprocess.run(command, env=screen.environ, capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout
