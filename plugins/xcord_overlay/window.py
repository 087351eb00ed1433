"""Brings one overlay's window to where it should be, by the fewest of the shell's commands."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from xcord import CommandError, Handle, PlaceWindow, SetOpacity, ShowWindow, TakeInput

from .place import Rect

WITHIN = 10.0
"""Seconds that the shell has for each."""


class Wanted(NamedTuple):
    """``rect`` is ``None`` while no screen is known."""

    open: bool = False
    rect: Rect | None = None
    input: bool = False
    opacity: int = 100


class Window:
    """One window. ``problem`` is the code of the first thing that was refused since it was opened."""

    def __init__(self, hub: Handle, name: str) -> None:
        self.hub, self.name = hub, name
        self.problem = ""
        self.opened = False
        self._told = Wanted()
        self._seen = False

    async def bring(self, wanted: Wanted) -> None:
        """Asks for what differs from what was asked before; returns when all of it is answered."""
        if not wanted.open:
            if self.opened:
                self.forget()
                await self._ask("window.close", ShowWindow(self.name))
            return
        if not self.opened:
            self.problem = ""
        told, self._told = self._told if self.opened else None, wanted
        if wanted.rect is not None and (told is None or wanted.rect != told.rect):
            await self._ask("window.place", PlaceWindow(self.name, *wanted.rect))
        if told is None or wanted.opacity != told.opacity:
            await self._ask("window.opacity", SetOpacity(self.name, wanted.opacity))
        if told is None or wanted.input != told.input:
            await self._ask("window.take_input", TakeInput(self.name, wanted.input))
        if not self.opened:
            self.opened = True
            await self._ask("window.show", ShowWindow(self.name))

    def see(self, present: bool) -> bool:
        """Whether somebody else closed the window, now that it is there or not."""
        gone = self.opened and self._seen and not present
        self._seen = present
        if gone:
            self.forget()
        return gone

    def forget(self) -> None:
        """It is not open any more; all that was asked is void."""
        self.opened, self._told = False, Wanted()

    async def _ask(self, name: str, args: msgspec.Struct) -> None:
        try:
            await self.hub.ask(name, args, timeout=WITHIN)
        except CommandError as error:
            self.problem = self.problem or error.code
