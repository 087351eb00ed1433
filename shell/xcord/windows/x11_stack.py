"""Which windows of an X11 desktop nobody can see, although they are shown: those under a full-screen window,
and those on another desktop. No toolkit tells that; the window manager's own lists (EWMH) do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .x11 import CONFIGURE_NOTIFY, PROPERTY_NOTIFY, X11

EVERYWHERE = 0xFFFFFFFF  # of _NET_WM_DESKTOP
ATOMS = (
    "_NET_CLIENT_LIST_STACKING",
    "_NET_CURRENT_DESKTOP",
    "_NET_WM_DESKTOP",
    "_NET_WM_STATE",
    "_NET_WM_STATE_FULLSCREEN",
    "_NET_WM_STATE_HIDDEN",
)


class Rectangle(NamedTuple):
    """In pixels of the whole screen."""

    x: int
    y: int
    width: int
    height: int

    def covers(self, other: Rectangle) -> bool:
        """Nothing of ``other`` lies outside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.x + self.width >= other.x + other.width
            and self.y + self.height >= other.y + other.height
        )


class Client(NamedTuple):
    """A window of the desktop."""

    window: int
    place: Rectangle
    full_screen: bool
    desktop: int = EVERYWHERE


def unseen(window: int, stack: Sequence[Client], desktop: int) -> bool:
    """Whether nothing can be seen of a window.

    :param stack: all that are not minimised, the topmost last; one that is not among them may be seen.
    :param desktop: the one that is shown.
    """
    here = [client for client in stack if client.desktop in (desktop, EVERYWHERE)]
    if window not in {client.window for client in here}:
        return window in {client.window for client in stack}
    at = next(index for index, client in enumerate(here) if client.window == window)
    return any(above.full_screen and above.place.covers(here[at].place) for above in here[at + 1 :])


class Stack:
    """The desktop's windows, read anew each time. On one thread.

    :raises OSError: there is no X11 screen, or its library is missing.
    """

    def __init__(self) -> None:
        self._x11 = X11(ATOMS)
        self._x11.watch(self._x11.root)
        self._x11.flush()

    @property
    def descriptor(self) -> int:
        """Readable when something may have changed."""
        return self._x11.descriptor

    def changed(self) -> bool:
        """Whether anything that matters was reported since the last call."""
        mine = set(self._x11.atoms.values())
        return any(
            kind == CONFIGURE_NOTIFY or (kind == PROPERTY_NOTIFY and atom in mine)
            for kind, atom in tuple(self._x11.reported())
        )

    def unseen(self, windows: Sequence[int]) -> frozenset[int]:
        """Those of which nothing can be seen now."""
        stack = list(self._clients(frozenset(windows)))
        desktop = next(iter(self._x11.property(self._x11.root, "_NET_CURRENT_DESKTOP")), 0)
        return frozenset(window for window in windows if unseen(window, stack, desktop))

    def close(self) -> None:
        """Lets the connection go."""
        self._x11.close()

    def _clients(self, ours: frozenset[int]) -> Iterator[Client]:
        x11 = self._x11
        hidden, full = x11.atoms["_NET_WM_STATE_HIDDEN"], x11.atoms["_NET_WM_STATE_FULLSCREEN"]
        for window in x11.property(x11.root, "_NET_CLIENT_LIST_STACKING"):
            x11.watch(window, moves=window in ours)
            state = x11.property(window, "_NET_WM_STATE")
            if full in state:
                x11.watch(window, moves=True)
            if hidden in state or (place := x11.place(window)) is None:
                continue
            desktop = next(iter(x11.property(window, "_NET_WM_DESKTOP")), EVERYWHERE)
            yield Client(window, Rectangle(*place), full in state, desktop)
