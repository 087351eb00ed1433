"""What a window is; light, for the first one opens before the hub is loaded."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WindowSpec:
    """A window that the shell opens: ``name`` is its key everywhere, ``page`` the page it shows."""

    name: str
    page: str
    title: str = "xcord"
    width: int = 1200
    height: int = 760
    min_width: int = 280
    min_height: int = 180
    frameless: bool = False
    transparent: bool = False
    on_top: bool = False
    focus: bool = True


MAIN = WindowSpec("main", "main")
