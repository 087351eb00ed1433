"""Focus: one tile large, the others in a strip below or beside it."""

from __future__ import annotations

from collections.abc import Sequence

from xcord import Placement, Tile, ViewMode, Viewport

from .tiles import fitting

ASPECT = 16 / 9
GAP = 8
"""CSS pixels between tiles and around them."""
PART = 0.15
"""How much of the stage's height a tile of the strip takes, within the next two."""
LOWEST, HIGHEST = 72, 144
"""CSS pixels."""
WIDEST = 2.4
"""A camera is cropped to no more than this aspect."""

Box = tuple[float, float, float, float]


def arrange(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
    """The strip lies where it leaves the large tile larger; a small stage has none."""
    width, height = viewport.width, viewport.height
    if width <= 0 or height <= 0 or not tiles:
        return []
    large = next((tile for tile in tiles if tile.focus), tiles[0])
    others = [tile for tile in tiles if tile is not large]
    gap = min(GAP, width // 8, height // 8)
    room, cells = _split(width, height, gap, len(others), large)
    placements = [_place(large, _inside(room, large), viewport)]
    strip = fitting(others, len(cells))
    return placements + [_place(tile, cell, viewport) for tile, cell in zip(strip, cells, strict=True)]


MODE = ViewMode("focus", "Focus", arrange, turns="others")


def _split(width: float, height: float, gap: float, others: int, large: Tile) -> tuple[Box, list[Box]]:
    """Where the large tile may be, and the cells of the strip."""
    across = min(max(LOWEST, PART * height), HIGHEST)
    along = across * ASPECT
    whole = (gap, gap, width - 2 * gap, height - 2 * gap)
    below = (gap, gap, width - 2 * gap, height - across - 3 * gap)
    beside = (gap, gap, width - along - 3 * gap, height - 2 * gap)
    if not others or max(_size(below, large), _size(beside, large)) < along:
        return whole, []
    if _size(below, large) >= _size(beside, large):
        count = min(others, int((width - gap) // (along + gap)))
        first = (width - count * along - (count - 1) * gap) / 2
        top = height - across - gap
        return below, [(first + at * (along + gap), top, along, across) for at in range(count)]
    count = min(others, int((height - gap) // (across + gap)))
    first = (height - count * across - (count - 1) * gap) / 2
    left = width - along - gap
    return beside, [(left, first + at * (across + gap), along, across) for at in range(count)]


def _size(room: Box, tile: Tile) -> float:
    """The width that the tile has in there, whole and undistorted."""
    return min(room[2], room[3] * tile.aspect)


def _inside(room: Box, tile: Tile) -> Box:
    """A screen is shown whole in all of the room; of a camera some may be cropped to fill it."""
    left, top, width, height = room
    if tile.kind == "screen":
        return room
    wide, high = min(width, height * WIDEST), min(height, width * 3 / 4)
    return left + (width - wide) / 2, top + (height - high) / 2, wide, high


def _place(tile: Tile, box: Box, viewport: Viewport) -> Placement:
    left, top, width, height = box
    return Placement(
        user=tile.user,
        kind=tile.kind,
        n=tile.n,
        x=left / viewport.width,
        y=top / viewport.height,
        width=width / viewport.width,
        height=height / viewport.height,
        fit="contain" if tile.kind == "screen" else "cover",
    )
