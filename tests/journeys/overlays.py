"""The overlay of a whole app as journeys see it: what is told of it, and its pixels on the screen."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from typing import Any

from tests.guests.stack import App
from tests.screen import Screen

NAMES = ["overlay", "windows", "voice", "speaking"]


@contextlib.contextmanager
def shown(app: App) -> Iterator[dict[str, Any]]:
    """The overlay is open and painted."""
    app.ask("overlay.show", on=True)
    try:
        yield app.wait("the overlay", NAMES, lambda s: (state(s) or {}).get("connected"), 30.0)
    finally:
        app.ask("overlay.show", on=False)
        app.wait("no overlay", NAMES, lambda s: state(s) is None, 20.0)


def state(slices: dict[str, Any], name: str = "overlay") -> dict[str, Any] | None:
    return next((dict(each) for each in slices["windows"]["windows"] if each["name"] == name), None)


def own(slices: dict[str, Any]) -> dict[str, Any]:
    return dict(slices["overlay"]["windows"]["overlay"])


def newest(slices: dict[str, Any]) -> dict[str, Any]:
    """What the overlay's page has measured."""
    return dict(slices["measure"]["reports"].get("overlay", {}))


def pixels(screen: Screen, rect: dict[str, Any]) -> list[tuple[int, int, int]]:
    """What the screen shows there."""
    import mss

    with mss.MSS(display=screen.display) as eye:
        area = {"left": rect["x"], "top": rect["y"], "width": rect["width"], "height": rect["height"]}
        shot = eye.grab(area)
    return [tuple(pixel) for row in shot.pixels for pixel in row]  # type: ignore[misc]


def accents(found: list[tuple[int, int, int]]) -> int:
    """Pixels in the light of who speaks: #3fd8b2, or what is seen of it through the overlay's opacity."""
    return sum(
        green > 185 and red < 120 and 130 < blue < 215 and green - blue > 15 for red, green, blue in found
    )


def lies(screen: Screen) -> tuple[int, int]:
    """Where the overlay's real window is."""
    search = (
        "xdotool",
        "search",
        "--onlyvisible",
        "--name",
        "^xcord overlay$",
        "getwindowgeometry",
        "--shell",
    )
    found = subprocess.run(
        search, env=screen.environ, capture_output=True, text=True, timeout=10, check=False
    ).stdout
    values = dict(line.split("=", 1) for line in found.splitlines() if "=" in line)
    return int(values.get("X", -1)), int(values.get("Y", -1))


def drag(screen: Screen, start: tuple[int, int], end: tuple[int, int]) -> None:
    """What lies at a point of the screen is moved by the mouse, in two steps."""
    middle = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
    steps = [["mousemove", str(x), str(y)] for x, y in (start, middle, end)]
    words = [*steps[0], "mousedown", "1", *steps[1], *steps[2], "mouseup", "1"]
    subprocess.run(["xdotool", *words], env=screen.environ, check=True, timeout=10)
