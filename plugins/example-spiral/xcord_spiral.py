"""Spiral: whoever has the focus takes the larger part of the stage, and the others wind into what is left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xcord import Placement, Tile, ViewMode, Viewport, hookimpl

GOLDEN = (5**0.5 - 1) / 2
"""The part of what is left that the next tile takes."""
LEAST = 56
"""CSS pixels; what is left is not divided into anything narrower."""
GAP = 8
"""CSS pixels between tiles."""

Box = tuple[float, float, float, float]


def arrange(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
    """The spiral turns left, up, right, down; on an upright stage up, left, down, right."""
    upright = viewport.height > viewport.width
    long, short = max(viewport.width, viewport.height), min(viewport.width, viewport.height)
    boxes = spiral(len(tiles), long, short) if short else []
    return [
        _place(tile, (box[1], box[0], box[3], box[2]) if upright else box, viewport)
        for tile, box in zip(chosen(tiles, len(boxes)), boxes, strict=True)
    ]


def spiral(count: int, width: float, height: float) -> list[Box]:
    """Boxes (left, top, width, height) from the largest to the smallest, ``count`` or as many as there are.

    They are in pixels of a stage that lies.
    """
    boxes: list[Box] = []
    left, top, wide, high = 0.0, 0.0, width, height
    for turn in range(count):
        across = turn % 2 == 0
        taken = (wide if across else high) * GOLDEN
        rest = (wide if across else high) - taken
        if turn == count - 1 or rest < LEAST:
            boxes.append((left, top, wide, high))
            break
        before = turn % 4 < 2  # left and up; else the tile lies behind what is left
        box_left = left if before or not across else left + rest
        box_top = top if before or across else top + rest
        boxes.append((box_left, box_top, taken if across else wide, high if across else taken))
        left += taken if before and across else 0
        top += taken if before and not across else 0
        wide, high = (rest, high) if across else (wide, rest)
    return boxes


def chosen(tiles: Sequence[Tile], room: int) -> list[Tile]:
    """Who is shown, the largest first: one change of places, so that everybody else stays where they were.

    A pinned tile beyond the last box takes the place of the last one that is not pinned.
    """
    order = list(tiles)
    focus = next((at for at, tile in enumerate(order) if tile.focus), 0)
    if order:
        order[0], order[focus] = order[focus], order[0]
    shown, rest = order[:room], order[room:]
    giving = [at for at, tile in enumerate(shown) if at and not tile.pinned]
    for tile in rest:
        if tile.pinned and giving:
            shown[giving.pop()] = tile
    return shown


def _place(tile: Tile, box: Box, viewport: Viewport) -> Placement:
    left, top, width, height = box
    gap = min(GAP, width / 8, height / 8)
    return Placement(
        user=tile.user,
        kind=tile.kind,
        n=tile.n,
        x=(left + gap / 2) / viewport.width,
        y=(top + gap / 2) / viewport.height,
        width=(width - gap) / viewport.width,
        height=(height - gap) / viewport.height,
        fit="contain" if tile.kind == "screen" else "cover",
    )


@hookimpl
def xcord_view_modes() -> Iterable[ViewMode]:
    return [ViewMode("spiral", "Spiral", arrange)]
