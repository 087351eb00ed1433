"""Gallery: everybody equally large, as large as the stage allows."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from xcord import Placement, Tile, ViewMode, Viewport

from .tiles import fitting

ASPECT = 16 / 9
GAP = 8
"""CSS pixels between tiles and around them."""
LEAST_WIDTH = 160
"""CSS pixels; below this nobody can be told from anybody, so the last in order are not placed."""


def arrange(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
    """Place tiles in cells of 16:9 in reading order, the last row centred.

    As many as fit at ``LEAST_WIDTH`` are placed (see ``fitting``), one at least; without area, none.
    """
    if viewport.width <= 0 or viewport.height <= 0:
        return []
    gap = min(GAP, viewport.width // 8, viewport.height // 8)
    width, height = viewport.width - gap, viewport.height - gap
    shown = fitting(tiles, _capacity(width, height, gap))
    if not shown:
        return []
    columns = best_columns(len(shown), width, height, gap)
    rows = ceil(len(shown) / columns)
    cell = _cell(columns, rows, width, height, gap)
    across, down = cell + gap, cell / ASPECT + gap
    top = (height - rows * down) / 2 + gap
    placements = []
    for index, tile in enumerate(shown):
        row, column = divmod(index, columns)
        in_row = min(columns, len(shown) - row * columns)
        left = (width - in_row * across) / 2 + gap
        placements.append(
            Placement(
                user=tile.user,
                kind=tile.kind,
                n=tile.n,
                x=(left + column * across) / viewport.width,
                y=(top + row * down) / viewport.height,
                width=cell / viewport.width,
                height=cell / ASPECT / viewport.height,
                fit="contain" if tile.kind == "screen" else "cover",
            )
        )
    return placements


MODE = ViewMode("gallery", "Gallery", arrange, turns="all")


def best_columns(count: int, width: float, height: float, gap: float = 0) -> int:
    """The number of columns that makes ``count`` tiles largest; of equals, the fullest last row."""

    def worth(columns: int) -> tuple[float, int, int]:
        rows = ceil(count / columns)
        return round(_cell(columns, rows, width, height, gap), 6), -columns * rows, -columns

    return max(range(1, count + 1), key=worth)


def _cell(columns: int, rows: int, width: float, height: float, gap: float) -> float:
    return min(width / columns - gap, (height / rows - gap) * ASPECT)


def _capacity(width: float, height: float, gap: float) -> int:
    columns = int(width // (LEAST_WIDTH + gap))
    rows = int(height // (LEAST_WIDTH / ASPECT + gap))
    return max(1, columns) * max(1, rows)
