"""Which view mode is used: what suits what there is to see, unless the user chose another one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from xcord import ModeEntry, Tile, Viewport

from . import pip

AUTO = "auto"
FALLBACK = "gallery"


def natural(tiles: Sequence[Tile]) -> str:
    """Focus while something is pinned or somebody else shares a screen, else gallery."""
    return "focus" if any(tile.pinned or (tile.presenting and not tile.me) for tile in tiles) else FALLBACK


def natural_in(viewport: Viewport, suits: str) -> str:
    """Picture in picture where the stage is small, else what suits."""
    return pip.MODE.name if pip.suits(viewport) else suits


def settled(chosen: str, suits: Collection[str]) -> str:
    """What remains of a choice: gallery, chosen against what suits, holds until that is gallery everywhere.

    So whoever puts a share aside gets the next one large again, while any other choice stays.
    """
    return AUTO if chosen == FALLBACK and set(suits) == {FALLBACK} else chosen


def choose(wanted: str, modes: Sequence[ModeEntry], broken: Collection[ModeEntry] = ()) -> ModeEntry | None:
    """The wanted mode, else gallery; ``None`` if neither is there and works."""
    for name in (wanted, FALLBACK):
        for entry in modes:
            if entry.mode.name == name and entry not in broken:
                return entry
    return None
