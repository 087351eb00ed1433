"""What the windows show, and what of it must be received. Pure.

A window that is hidden or has no size shows nothing. A page that only watches shows what ``main`` shows and
asks for nothing more.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .model import Demand, Kind, Placed, Stage, Viewport, Want

MAIN = "main"
FULL = 10_000
LARGEST = (7680, 4320)
"""No window is larger, in device pixels, whatever a page says."""

Key = tuple[str, str, int]


def demand(stage: Stage, viewports: Mapping[str, Viewport], watching: Collection[str] = ()) -> Demand:
    """Each video track that a window shows, at the size of its largest tile in device pixels.

    :param viewports: by window; a placement in a window without a viewport is not shown.
    :param watching: the watch-only windows; they add nothing.
    """
    largest: dict[tuple[str, Kind], tuple[int, int]] = {}
    for window, placed in stage.windows.items():
        viewport = viewports.get(window)
        if window in watching or viewport is None or not _shows(viewport):
            continue
        for tile in placed:
            if not _video(tile):
                continue
            width, height = size(tile, viewport)
            before = largest.get((tile.user, tile.kind), (0, 0))
            largest[tile.user, tile.kind] = (max(before[0], width), max(before[1], height))
    return Demand(tracks=tuple(Want(user, kind, *largest[user, kind]) for user, kind in sorted(largest)))


def shown(
    stage: Stage, viewports: Mapping[str, Viewport], watching: Collection[str] = ()
) -> dict[str, frozenset[Key]]:
    """The video keys that each window shows: for every window with a viewport, and every watching one."""
    keys = {
        window: frozenset(
            (tile.user, tile.kind, tile.n)
            for tile in stage.windows.get(window, ())
            if _shows(viewport) and _video(tile)
        )
        for window, viewport in viewports.items()
        if window not in watching
    }
    main = frozenset((tile.user, tile.kind, tile.n) for tile in stage.windows.get(MAIN, ()) if _video(tile))
    return keys | dict.fromkeys(watching, main)


def size(tile: Placed, viewport: Viewport) -> tuple[int, int]:
    """A tile in device pixels, rounded up, at least 1 and at most a large screen."""
    across, down = LARGEST
    return (
        _clamp(-(-viewport.width * viewport.scale * tile.width // (100 * FULL)), across),
        _clamp(-(-viewport.height * viewport.scale * tile.height // (100 * FULL)), down),
    )


def _shows(viewport: Viewport) -> bool:
    return viewport.visible and viewport.width > 0 and viewport.height > 0 and viewport.scale > 0


def _video(tile: Placed) -> bool:
    return tile.kind != "avatar" and tile.width > 0 and tile.height > 0


def _clamp(value: int, most: int) -> int:
    return max(1, min(value, most))
