"""What a plugin may contribute besides slices and commands: view modes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from .model import Placement, Tile, Viewport

Arrange = Callable[[Sequence[Tile], Viewport], "list[Placement]"]

ARRANGE_WITHIN = 0.05
"""Seconds that a view mode may take for one window."""


Turns = Literal["all", "others", "nothing"]


@dataclass(frozen=True)
class ViewMode:
    """One way to place tiles.

    ``arrange`` is pure and synchronous: tiles in calm order in, placements in fractions 0..1 of the
    window out. A tile without a placement is not shown and costs nothing; it is on a further page. ``turns``
    says who makes way when the page is turned: ``all`` but what is pinned or shared, or only ``others`` than
    the tile with the focus, or ``nothing`` where the mode has no further page.
    """

    name: str
    title: str
    arrange: Arrange
    turns: Turns = "others"


@dataclass(frozen=True)
class ModeEntry:
    """A view mode and the plugin that brought it."""

    mode: ViewMode
    plugin: str


class ViewModes:
    """The live registry of view modes: they come and go with their plugins."""

    def __init__(self) -> None:
        self._entries: tuple[ModeEntry, ...] = ()
        self._callbacks: list[Callable[[], None]] = []

    @property
    def entries(self) -> tuple[ModeEntry, ...]:
        """In the order in which they came."""
        return self._entries

    def check(self, plugin: str, modes: Sequence[ViewMode]) -> None:
        """Whether a plugin may bring these modes, in place of its own of now.

        :raises ValueError: a name is taken, and the newcomer is at fault.
        """
        taken = {entry.mode.name: entry.plugin for entry in self._entries if entry.plugin != plugin}
        for mode in modes:
            if mode.name in taken:
                raise ValueError(
                    f"view mode {mode.name!r} already comes from plugin {taken[mode.name]!r}: "
                    f"plugin {plugin!r} must give it another name"
                )
            taken[mode.name] = plugin

    def add(self, plugin: str, modes: Sequence[ViewMode]) -> None:
        """Adds a plugin's modes.

        :raises ValueError: see :meth:`check`; nothing has changed then.
        """
        self.check(plugin, modes)
        self._change((*self._entries, *(ModeEntry(mode, plugin) for mode in modes)))

    def remove(self, plugin: str) -> None:
        """Takes a plugin's modes away."""
        self._change(tuple(entry for entry in self._entries if entry.plugin != plugin))

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Calls back on every change; returns the function that ends it."""
        self._callbacks.append(callback)
        return lambda: self._callbacks.remove(callback)

    def _change(self, entries: tuple[ModeEntry, ...]) -> None:
        if entries == self._entries:
            return
        self._entries = entries
        for callback in tuple(self._callbacks):
            callback()
