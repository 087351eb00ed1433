"""Where an overlay lies. Pure.

A place is a screen and two numbers: how far along the room that is left on it, in 1/10000. So an overlay in
a corner stays in it when the screen's resolution, the overlay's size, or the screen itself changes, and it is
always inside a screen. Rectangles are in device-independent pixels of the whole desktop.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from xcord import Corner, Screen

WHOLE = 10_000
MARGIN = 12
"""Pixels between an overlay and the edge of its screen."""
SNAP = 24
"""Pixels from there in which an overlay that is let go moves to it."""


class Rect(NamedTuple):
    """A rectangle on the desktop."""

    x: int
    y: int
    width: int
    height: int


class Size(NamedTuple):
    """Of an overlay's content."""

    width: int
    height: int


class Place(msgspec.Struct, frozen=True):
    """``screen`` is its identity, empty for the primary one. The default is the top left corner."""

    screen: str = ""
    x: int = 0
    y: int = 0


CORNERS: dict[Corner, tuple[int, int]] = {
    "top_left": (0, 0),
    "top": (WHOLE // 2, 0),
    "top_right": (WHOLE, 0),
    "left": (0, WHOLE // 2),
    "right": (WHOLE, WHOLE // 2),
    "bottom_left": (0, WHOLE),
    "bottom": (WHOLE // 2, WHOLE),
    "bottom_right": (WHOLE, WHOLE),
}


def screen_of(place: Place, screens: Sequence[Screen]) -> Screen | None:
    """The place's own screen; while that is away the primary one, else the first."""
    own = next((screen for screen in screens if screen.id == place.screen), None)
    primary = next((screen for screen in screens if screen.primary), None)
    return own or primary or next(iter(screens), None)


def rectangle(place: Place, size: Size, screen: Screen) -> Rect:
    """Where that is: inside the screen, and as large as wished unless the screen is smaller."""
    x, width = _along(place.x, size.width, screen.x, screen.width)
    y, height = _along(place.y, size.height, screen.y, screen.height)
    return Rect(x, y, width, height)


def placed(rect: Rect, screens: Sequence[Screen], *, snap: bool = True) -> Place | None:
    """The place of a rectangle that was put anywhere: on the screen that has its middle, or on the nearest,
    and at its edges if they are near and it is to ``snap``. ``None`` without a screen.
    """
    if not screens:
        return None
    screen = min(screens, key=lambda each: _distance(rect, each))
    near = SNAP if snap else 0
    return Place(
        screen.id,
        _share(rect.x - screen.x, rect.width, screen.width, near),
        _share(rect.y - screen.y, rect.height, screen.height, near),
    )


def cornered(place: Place, corner: Corner, screen: str = "") -> Place:
    """The place in that corner, on the same screen if no other one is named."""
    return Place(screen or place.screen, *CORNERS[corner])


def enlarged(rect: Rect, size: Size, screen: Screen, right: bool, bottom: bool) -> Rect:
    """A rectangle of at least ``size`` in which ``rect`` lies at the right or left, and bottom or top, side.

    It leaves the screen only where it does not fit on it at all.
    """
    width, height = max(rect.width, size.width), max(rect.height, size.height)
    x = rect.x + rect.width - width if right else rect.x
    y = rect.y + rect.height - height if bottom else rect.y
    return Rect(
        _inside(x, width, screen.x, screen.width), _inside(y, height, screen.y, screen.height), width, height
    )


def sides(rect: Rect, screen: Screen) -> tuple[bool, bool]:
    """Whether a rectangle lies in the right and in the lower half of its screen."""
    return (
        2 * rect.x + rect.width > 2 * screen.x + screen.width,
        2 * rect.y + rect.height > 2 * screen.y + screen.height,
    )


def _along(share: int, length: int, start: int, whole: int) -> tuple[int, int]:
    """Position and length on one axis."""
    margin = min(MARGIN, whole // 4)
    length = max(1, min(length, whole - 2 * margin))
    room = whole - 2 * margin - length
    return start + margin + round(room * max(0, min(share, WHOLE)) / WHOLE), length


def _share(offset: int, length: int, whole: int, near: int) -> int:
    """The 1/10000 of the room at which something begins."""
    margin = min(MARGIN, whole // 4)
    room = whole - 2 * margin - max(1, min(length, whole - 2 * margin))
    at = max(0, min(offset - margin, room))
    if at < near and 2 * at <= room:
        at = 0
    elif room - at < near:
        at = room
    return round(at * WHOLE / room) if room else 0


def _distance(rect: Rect, screen: Screen) -> int:
    """From the rectangle's middle to the screen: 0 inside; squared, in half pixels."""
    x = _outside(2 * rect.x + rect.width, 2 * screen.x, 2 * (screen.x + screen.width) - 1)
    y = _outside(2 * rect.y + rect.height, 2 * screen.y, 2 * (screen.y + screen.height) - 1)
    return x * x + y * y


def _outside(at: int, first: int, last: int) -> int:
    return max(first - at, at - last, 0)


def _inside(at: int, length: int, start: int, whole: int) -> int:
    return max(start, min(at, start + whole - length))
