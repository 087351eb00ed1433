"""Random people for property tests of modes and pages."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from hypothesis import strategies as st

from xcord import Placed, Placement, Tile

Key = tuple[str, str, int]


def keys(tiles: Sequence[Tile | Placed | Placement]) -> list[Key]:
    """Which tiles these are."""
    return [(tile.user, tile.kind, tile.n) for tile in tiles]


@st.composite
def _crowd(draw: st.DrawFn) -> tuple[Tile, ...]:
    count = draw(st.integers(1, 40))
    flags = st.lists(st.integers(0, count - 1), max_size=4)
    pins, cameras, screens = draw(flags), draw(flags), draw(flags)
    faces = [
        Tile(user=f"u{at}", kind="camera" if at in cameras else "avatar", me=at == 0, pinned=at in pins)
        for at in range(count)
    ]
    tiles = [*faces, *(Tile(user=f"u{at}", kind="screen", presenting=True) for at in sorted(set(screens)))]
    large = draw(st.integers(0, len(tiles) - 1))
    tiles[large] = msgspec.structs.replace(tiles[large], focus=True)
    return tuple(tiles)


crowds = _crowd()
"""One to forty people in calm order, some pinned, some sharing; one tile has the focus."""
