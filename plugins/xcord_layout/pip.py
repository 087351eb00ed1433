"""Picture in picture: the focus fills a small stage, and one more tile lies in its corner."""

from __future__ import annotations

from collections.abc import Sequence

from xcord import Placement, Tile, ViewMode, Viewport

WIDEST, HIGHEST = 340, 400
"""CSS pixels. Up to here a stage is small, and this mode suits it: Element Call's figures."""
ASPECT = 16 / 9
GAP = 6
"""CSS pixels between the corner's tile and the edges."""
PART = 0.3
"""How much of the stage's width and of its height the corner's tile takes at most."""
LEAST_WIDTH = 56
"""CSS pixels; where it would be smaller there is none."""
MOST_WIDTH = 240


def arrange(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
    """What is pinned besides the focus goes before me into the corner; nobody else is shown."""
    if viewport.width <= 0 or viewport.height <= 0 or not tiles:
        return []
    large = next((tile for tile in tiles if tile.focus), tiles[0])
    others = [tile for tile in tiles if tile is not large]
    placements = [_place(large, 0, 0, 1, 1)]
    small = next((tile for tile in others if tile.pinned), None) or next(
        (tile for tile in others if tile.me and tile.kind != "screen"), None
    )
    width = min(PART * viewport.width, PART * viewport.height * ASPECT, MOST_WIDTH)
    if small is not None and width >= LEAST_WIDTH:
        across, down = width / viewport.width, width / ASPECT / viewport.height
        # At the top left: names, quality and what one can do with a tile lie in the other corners.
        placements.append(_place(small, GAP / viewport.width, GAP / viewport.height, across, down, z=1))
    return placements


def suits(viewport: Viewport) -> bool:
    """A stage so small that there is room for one person."""
    return viewport.width <= WIDEST and viewport.height <= HIGHEST


def _place(tile: Tile, x: float, y: float, width: float, height: float, z: int = 0) -> Placement:
    return Placement(
        user=tile.user,
        kind=tile.kind,
        n=tile.n,
        x=x,
        y=y,
        width=width,
        height=height,
        fit="contain" if tile.kind == "screen" else "cover",
        z=z,
    )


MODE = ViewMode("pip", "Picture in picture", arrange, turns="nothing")
