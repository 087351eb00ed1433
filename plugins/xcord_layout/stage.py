"""Keeps slice ``stage``: asks the view mode for each window whenever people or a viewport change.

Nobody's tile moves because somebody talks; only who talks and has no tile gets that of somebody silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from xcord import (
    ARRANGE_WITHIN,
    Asker,
    CommandError,
    Handle,
    ModeEntry,
    ModeInfo,
    Pin,
    Placed,
    PluginFault,
    SetMode,
    Settings,
    Speaking,
    Stage,
    Tile,
    Viewport,
    Voice,
    Windows,
    placed,
)

from . import gallery
from .choice import AUTO, FALLBACK, choose, natural, settled
from .seating import Seating

DEADLINE = ARRANGE_WITHIN
"""Seconds that a view mode may take for one window."""

Places = dict[str, tuple[Placed, ...]]


class StageKeeper:
    """One life of the plugin on the hub loop."""

    def __init__(self, hub: Handle) -> None:
        self.hub = hub
        self.slice = hub.slice("stage", Stage, Stage())
        self.seating = Seating()
        self.viewports: dict[str, Viewport] = {}
        self.broken: set[ModeEntry] = set()
        self.changed = asyncio.Event()
        self.heard = asyncio.Event()
        hub.command("stage.mode", SetMode, self.set_mode)
        hub.command("stage.pin", Pin, self.pin)

    @asynccontextmanager
    async def life(self) -> AsyncIterator[None]:
        """Watch and publish until left."""
        self.hub.watch(self.on_voice, "voice")
        self.hub.watch(self.on_speaking, "speaking")
        self.hub.watch(self.on_windows, "windows")
        self.hub.watch(self.on_settings, "settings")
        self.hub.watch_view_modes(self.on_view_modes)
        async with asyncio.TaskGroup() as tasks:
            works = (tasks.create_task(self.keep()), tasks.create_task(self.listen()))
            try:
                yield
            finally:
                for work in works:
                    work.cancel()

    # -- what happens ------------------------------------------------------------------------------

    def on_voice(self, _name: str, voice: Voice | None) -> None:
        """Seat the people; without a call there is nobody."""
        self.seating.call(voice or Voice())
        self.changed.set()

    def on_speaking(self, _name: str, speaking: Speaking | None) -> None:
        """Somebody begins or ends to speak."""
        self.seating.hear(self.hub.clock.now(), speaking.users if speaking else ())
        self.heard.set()

    def on_windows(self, _name: str, windows: Windows | None) -> None:
        """Every window that told its size has a stage; a watching page shows that of ``main``."""
        self.viewports = {
            window.name: window.viewport
            for window in (windows.windows if windows else ())
            if window.viewport is not None and not window.watch_only
        }
        self.changed.set()

    def on_settings(self, _name: str, _settings: Settings | None) -> None:
        """The user may have chosen another mode."""
        self.changed.set()

    def on_view_modes(self) -> None:
        """A plugin came or went; its mode, switched on again, gets another chance."""
        self.broken.intersection_update(self.hub.view_modes())
        self.changed.set()

    async def set_mode(self, args: SetMode, _asker: Asker) -> None:
        """``stage.mode``: use this mode from now on, also one that failed before."""
        if args.name != AUTO and all(entry.mode.name != args.name for entry in self.hub.view_modes()):
            raise CommandError("unknown_mode", "There is no such view mode.", name=args.name)
        self.broken = {entry for entry in self.broken if entry.mode.name != args.name}
        await self.hub.set_option("mode", args.name)
        self.changed.set()

    async def pin(self, args: Pin, _asker: Asker) -> None:
        """``stage.pin``: the latest is the last; pinned again it becomes that."""
        key = f"{args.user}/screen" if args.screen else args.user
        pins = [each for each in self.hub.option("pins") if each != key]
        await self.hub.set_option("pins", [*pins, key] if args.on else pins)
        self.changed.set()

    # -- what is shown -----------------------------------------------------------------------------

    async def keep(self) -> None:
        """Arrange after each change; changes meanwhile make one further round."""
        while True:
            await self.changed.wait()
            self.changed.clear()
            with suppress(
                PluginFault
            ):  # a plugin was switched while its mode was asked: we hear of that next
                tiles = await self.publish()
                for _ in tiles:  # at most: one change of places brings one speaker into view
                    if not self.seating.promote(self.seen(), tiles):
                        break
                    tiles = await self.publish()

    async def listen(self) -> None:
        """Look again when speech begins or ends, and when time makes speakers."""
        while True:
            due = self.seating.due()
            waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(self.heard.wait())}
            if due is not None:
                waits.add(asyncio.ensure_future(self.hub.clock.sleep(due - self.hub.clock.now())))
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
            self.heard.clear()
            self.seating.pass_time(self.hub.clock.now())
            self.changed.set()

    def seen(self) -> set[str]:
        """Those whose face has a tile in some window."""
        windows = self.slice.value.windows.values()
        return {tile.user for tiles in windows for tile in tiles if tile.kind != "screen"}

    async def publish(self) -> tuple[Tile, ...]:
        """Arrange every stage with the mode that is due, or with gallery if that one fails."""
        modes = self.hub.view_modes()
        pins = self.hub.option("pins")
        tiles = self.seating.tiles(pins)
        people = self.seating.people
        viewports = dict(self.viewports)
        suits = natural(tiles)
        chosen = str(self.hub.option("mode"))
        if tiles and (left := settled(chosen, suits)) != chosen:
            await self.hub.set_option("mode", left)
            chosen = left
        entry = choose(suits if chosen == AUTO else chosen, modes, self.broken)
        places: Places | None = None
        if entry is not None:
            places = await self.places_of(entry, tiles, viewports)
        if places is None:
            places = {name: placed(gallery.arrange, tiles, port) for name, port in viewports.items()}
        mode = FALLBACK if entry is None or entry in self.broken else entry.mode.name
        self.slice.set(
            Stage(
                mode=mode,
                chosen=chosen,
                modes=tuple(ModeInfo(each.mode.name, each.mode.title, each.plugin) for each in modes),
                order=tuple(person.user for person in people),
                pins=tuple(pins),
                windows=places,
            )
        )
        return tiles

    async def places_of(
        self, entry: ModeEntry, tiles: Sequence[Tile], viewports: dict[str, Viewport]
    ) -> Places | None:
        """Every stage as this mode wants it; ``None`` if it failed, which is reported."""
        places: Places = {}
        for name, port in viewports.items():
            if not tiles or not port.width or not port.height:
                places[name] = ()
                continue
            try:
                places[name] = await self.hub.call(
                    entry.plugin, placed, entry.mode.arrange, tiles, port, deadline=DEADLINE
                )
            except PluginFault as fault:
                if fault.code == "switched_off":
                    raise
                self.broken.add(entry)
                self.hub.report(
                    "view_mode_failed",
                    f"View mode '{entry.mode.name}' of plugin '{entry.plugin}' is replaced by gallery: "
                    f"{fault}. The call goes on; choose the mode again to try it again.",
                    plugin=entry.plugin,
                    mode=entry.mode.name,
                )
                return None
        return places
