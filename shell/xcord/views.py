"""What a plugin may contribute besides slices and commands: view modes and windows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .model import Placement, Tile, Viewport

Arrange = Callable[[Sequence[Tile], Viewport], "list[Placement]"]


@dataclass(frozen=True)
class ViewMode:
    """One way to place tiles.

    ``arrange`` is pure and synchronous: tiles in calm order in, placements in fractions 0..1 of the
    window out. A tile without a placement is not shown and costs nothing.
    """

    name: str
    title: str
    arrange: Arrange


@dataclass(frozen=True)
class WindowSpec:
    """A window that the shell opens: ``name`` is its key everywhere, ``page`` the page it shows."""

    name: str
    page: str
    title: str = "xcord"
    width: int = 1200
    height: int = 760
    min_width: int = 420
    min_height: int = 320
    frameless: bool = False
    transparent: bool = False
    on_top: bool = False
    focus: bool = True
