"""What the windows show, and what of it must be received. Pure.

A window that is gone, hidden or without size shows nothing. A page that only watches shows what ``main``
has placed and asks for nothing more.
"""

from __future__ import annotations

from .model import Demand, Kind, Placed, Stage, Viewport, Want, Windows, WindowState

MAIN = "main"
FULL = 10_000
LARGEST = (7680, 4320)
"""No window is larger, in device pixels, whatever a page says."""

Key = tuple[str, str, int]


def derive_demand(stage: Stage, windows: Windows) -> Demand:
    """Each video track that a window shows, at the size of its largest tile in device pixels."""
    largest: dict[tuple[str, Kind], tuple[int, int]] = {}
    for window in windows.windows:
        viewport = _viewport(window)
        if viewport is None or window.watch_only:
            continue
        for tile in _videos(stage, window.name):
            width, height = pixels(tile, viewport)
            before = largest.get((tile.user, tile.kind), (0, 0))
            largest[tile.user, tile.kind] = (max(before[0], width), max(before[1], height))
    return Demand(tracks=tuple(Want(user, kind, *largest[user, kind]) for user, kind in sorted(largest)))


def keys_by_window(stage: Stage, windows: Windows) -> dict[str, frozenset[Key]]:
    """The videos that each window shows; empty for one that shows none."""
    return {window.name: _keys(stage, window) for window in windows.windows}


def pixels(tile: Placed, viewport: Viewport) -> tuple[int, int]:
    """A tile in device pixels, rounded up: at least 1, at most a large screen."""
    across, down = LARGEST
    return (
        _clamp(-(-viewport.width * viewport.scale * tile.width // (100 * FULL)), across),
        _clamp(-(-viewport.height * viewport.scale * tile.height // (100 * FULL)), down),
    )


def _keys(stage: Stage, window: WindowState) -> frozenset[Key]:
    if window.watch_only:
        tiles = _videos(stage, MAIN)
    else:
        tiles = _videos(stage, window.name) if _viewport(window) is not None else ()
    return frozenset((tile.user, tile.kind, tile.n) for tile in tiles)


def _videos(stage: Stage, window: str) -> tuple[Placed, ...]:
    return tuple(
        tile
        for tile in stage.windows.get(window, ())
        if tile.kind != "avatar" and tile.width > 0 and tile.height > 0
    )


def _viewport(window: WindowState) -> Viewport | None:
    """Its stage, if there is anything to see on it."""
    viewport = window.viewport
    if not (window.connected and window.visible) or viewport is None or not viewport.visible:
        return None
    return viewport if min(viewport.width, viewport.height, viewport.scale) > 0 else None


def _clamp(value: int, most: int) -> int:
    return max(1, min(value, most))
