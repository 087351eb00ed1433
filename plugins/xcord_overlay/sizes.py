"""How large an overlay is: as its page draws it, in device-independent pixels. Pure.

``webui/src/windows/Overlay.svelte`` has the same figures; ``tests/journeys/test_overlay.py`` holds one to
the other.
"""

from __future__ import annotations

from xcord import Content, Overlay, Screen

from .place import MARGIN, Size

WIDTH = 240
ROW = 40  # one person
LINE = 28  # the number of those who have no room, and what is wrong with the call
STAGE = Size(320, 180)
PANEL = Size(344, 280)
"""The controls of edit mode, which no scale makes smaller; their height comes on top of the content's."""
LEAST, MOST = 50, 250  # percent


def size_of(overlay: Overlay, scale: int) -> Size:
    """The content's, at a scale in percent."""
    lines = int(overlay.more > 0) + int(overlay.trouble != "")
    if overlay.content == "stage":
        width, height = STAGE.width, STAGE.height + LINE * int(overlay.trouble != "")
    else:
        width, height = WIDTH, ROW * max(1, len(overlay.people)) + LINE * lines
    return Size(_scaled(width, scale), _scaled(height, scale))


def scale_for(content: Content, width: int) -> int:
    """The scale at which the content is so wide."""
    whole = STAGE.width if content == "stage" else WIDTH
    return max(LEAST, min(MOST, round(100 * width / whole)))


def fitting(overlay: Overlay, scale: int, screen: Screen) -> int:
    """The scale that is wished, or the largest at which the content fits on the screen."""
    whole = size_of(overlay, scale)
    across = (screen.width - 2 * MARGIN) / whole.width
    down = (screen.height - 2 * MARGIN) / whole.height
    return max(10, int(scale * min(1.0, across, down)))


def with_panel(size: Size) -> Size:
    """Of the window while it is edited."""
    return Size(max(size.width, PANEL.width), size.height + PANEL.height)


def _scaled(length: int, percent: int) -> int:
    return -(-length * percent // 100)
