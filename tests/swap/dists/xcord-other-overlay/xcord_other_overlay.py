"""Another overlay: the same slice and commands as the built-in one, and a narrow strip on the left of the
first screen. It lists everyone, takes no rules and cannot be moved."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import msgspec

from xcord import (
    ApplyOverlayPreset,
    Asker,
    CommandError,
    Desktop,
    Handle,
    Nothing,
    Overlay,
    OverlayWindow,
    PlaceOverlay,
    PlaceWindow,
    PutOverlay,
    SetOverlayRule,
    ShowWindow,
    Switch,
    Voice,
    WindowSpec,
    hookimpl,
)

STRIP = WindowSpec("overlay", "overlay", "strip", width=60, height=400, overlay=True, open_at_start=False)


class Strip:
    """As high as its screen."""

    def __init__(self, hub: Handle) -> None:
        self.hub = hub
        self.slice = hub.slice("overlay", Overlay, Overlay(names=False))
        for name, args, handler in (
            ("overlay.show", Switch, self.show),
            ("overlay.edit", Switch, self.refuse),
            ("overlay.place", PlaceOverlay, self.refuse),
            ("overlay.put", PutOverlay, self.refuse),
            ("overlay.reset", Nothing, self.refuse),
            ("overlay.preset", ApplyOverlayPreset, self.refuse),
            ("overlay.rule", SetOverlayRule, self.refuse),
        ):
            hub.command(name, args, handler)

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        self.hub.watch(self.look, "voice")
        yield

    def look(self, _name: str, voice: Voice | None) -> None:
        """Runs in this plugin's worker thread; ``set`` may be called from there."""
        people = tuple(person.user for person in voice.people) if voice is not None else ()
        self.slice.set(msgspec.structs.replace(self.slice.value, people=people))

    async def show(self, args: Switch, _asker: Asker) -> None:
        desktop: Desktop | None = self.hub.read("desktop")
        if args.on and desktop is not None and desktop.screens:
            screen = desktop.screens[0]
            place = PlaceWindow("overlay", screen.x, screen.y, 60, screen.height)
            await self.hub.ask("window.place", place)
        await self.hub.ask("window.show" if args.on else "window.close", ShowWindow("overlay"))
        own = OverlayWindow(width=60, height=400)
        self.slice.set(msgspec.structs.replace(self.slice.value, shown=args.on, windows={"overlay": own}))

    async def refuse(self, _args: Any, _asker: Asker) -> None:
        raise CommandError("cannot_here", "A strip stays where it is.")


@hookimpl
def xcord_windows() -> Iterable[WindowSpec]:
    return (STRIP,)


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    return Strip(hub).life()
