"""Keeps slice ``stage``: asks the view mode for each window whenever people or a viewport change.

Nobody's tile moves because somebody talks; only who talks and has no tile gets that of somebody silent.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from xcord import (
    ARRANGE_WITHIN,
    Asker,
    CommandError,
    Expand,
    Handle,
    ModeEntry,
    ModeInfo,
    Pin,
    PluginFault,
    SetMode,
    Settings,
    Speaking,
    Stage,
    Tile,
    TurnPage,
    View,
    Viewport,
    Voice,
    Windows,
)

from . import gallery
from .choice import AUTO, FALLBACK, choose, natural, natural_in, settled
from .pages import Sheet, alone, only, turned
from .seating import Seating
from .tiles import Hiding
from .views import Views

DEADLINE = ARRANGE_WITHIN
"""Seconds that a view mode may take for one window."""
MAIN = "main"


class StageKeeper:
    """One life of the plugin on the hub loop."""

    def __init__(self, hub: Handle) -> None:
        self.hub = hub
        self.slice = hub.slice("stage", Stage, Stage())
        self.seating = Seating()
        self.views = Views()
        self.sheets: dict[str, Sheet] = {}
        self.someone_left = False
        self.broken: set[ModeEntry] = set()
        self.changed = asyncio.Event()
        self.heard = asyncio.Event()
        hub.command("stage.mode", SetMode, self.set_mode)
        hub.command("stage.pin", Pin, self.pin)
        hub.command("stage.page", TurnPage, self.turn_page)
        hub.command("stage.expand", Expand, self.expand)

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
        before = self.seating.order
        self.seating.call(voice or Voice())
        if self.seating.order.room != before.room:
            self.views.begin()
        self.someone_left |= not set(before.users) <= set(self.seating.order.users)
        self.changed.set()

    def on_speaking(self, _name: str, speaking: Speaking | None) -> None:
        """Somebody begins or ends to speak."""
        self.seating.hear(self.hub.clock.now(), speaking.users if speaking else ())
        self.heard.set()

    def on_windows(self, _name: str, windows: Windows | None) -> None:
        """A window came, went, or has another size."""
        self.views.see(windows.windows if windows else ())
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

    async def turn_page(self, args: TurnPage, asker: Asker) -> None:
        """``stage.page``: each window and each mode has a page of its own."""
        window = self.window_of(asker)
        if args.page < 1:
            raise CommandError("bad_arguments", "Pages are counted from 1.")
        self.views.turn(window, self.slice.value.views.get(window, View()).mode, args.page)
        self.changed.set()

    async def expand(self, args: Expand, asker: Asker) -> None:
        """``stage.expand``: one tile alone, in the window that asks."""
        self.views.expand(self.window_of(asker), f"{args.user}/screen" if args.screen else args.user, args.on)
        self.changed.set()

    def window_of(self, asker: Asker) -> str:
        """The window whose stage is meant.

        :raises CommandError: it has none.
        """
        window = asker.name if asker.kind == "window" else MAIN
        if window not in self.views.viewports:
            raise CommandError("not_a_window", "Only a window has a stage.", name=window)
        return window

    # -- what is shown -----------------------------------------------------------------------------

    async def keep(self) -> None:
        """Arrange after each change; changes meanwhile make one further round."""
        while True:
            await self.changed.wait()
            self.changed.clear()
            # A plugin was switched while its mode was asked: we hear of that next.
            with suppress(PluginFault):
                tiles = await self.publish()
                for _ in tiles:  # at most: one change of places brings one speaker into view
                    if not self.seating.promote(self.front(), self.seen(), tiles):
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
        shown = (tile for sheet in self.sheets.values() for tile in sheet.tiles)
        return {tile.user for tile in shown if tile.kind != "screen"}

    def front(self) -> set[str]:
        """Those whose face is on the first page of some window."""
        return {user for sheet in self.sheets.values() for user in sheet.front}

    async def publish(self) -> tuple[Tile, ...]:
        """Arrange every stage with the mode that is due, or with gallery if that one fails."""
        modes = self.hub.view_modes()
        pins = self.hub.option("pins")
        hiding = Hiding(me=self.hub.option("hide_me"), without_video=self.hub.option("hide_without_video"))
        tiles = self.seating.tiles(pins, hiding)
        faces = {tile.user for tile in tiles if tile.kind != "screen"}
        people = self.seating.people
        suits = natural(tiles)
        chosen = str(self.hub.option("mode"))
        viewports = dict(self.views.viewports)
        fitting = {window: natural_in(port, suits) for window, port in viewports.items()}
        if tiles and (left := settled(chosen, {suits, *fitting.values()})) != chosen:
            await self.hub.set_option("mode", left)
            chosen = left
        wanted = fitting if chosen == AUTO else dict.fromkeys(viewports, chosen)
        used = await self.arrange(wanted, viewports, tiles)
        if self.someone_left:  # a page that is gone does not come back by itself when others join
            self.someone_left = False
            self.views.keep(used, self.sheets)
        general = choose(suits if chosen == AUTO else chosen, modes, self.broken)
        self.slice.set(
            Stage(
                mode=general.mode.name if general else FALLBACK,
                chosen=chosen,
                modes=tuple(ModeInfo(each.mode.name, each.mode.title, each.plugin) for each in modes),
                order=tuple(person.user for person in people),
                pins=tuple(pins),
                hidden=tuple(person.user for person in people if person.user not in faces),
                windows={window: sheet.tiles for window, sheet in self.sheets.items()},
                views={
                    window: View(mode=used[window], page=sheet.page, pages=sheet.pages, expanded=sheet.alone)
                    for window, sheet in self.sheets.items()
                },
            )
        )
        return tiles

    async def arrange(
        self, wanted: Mapping[str, str], viewports: Mapping[str, Viewport], tiles: Sequence[Tile]
    ) -> dict[str, str]:
        """Every window's page, with the mode that is wanted or, if it fails, with gallery; returns the modes.

        A mode that fails in one window is used in none.
        """
        modes = self.hub.view_modes()
        while True:
            entries = {window: choose(name, modes, self.broken) for window, name in wanted.items()}
            sheets: dict[str, Sheet] = {}
            for window, entry in entries.items():
                sheet = await self.sheet(entry, window, viewports[window], tiles)
                if sheet is None:
                    break
                sheets[window] = sheet
            else:
                self.sheets = sheets
                return {window: entry.mode.name if entry else FALLBACK for window, entry in entries.items()}

    async def sheet(
        self, entry: ModeEntry | None, window: str, viewport: Viewport, tiles: Sequence[Tile]
    ) -> Sheet | None:
        """One window's page; ``None`` if the mode failed, which is reported.

        :raises PluginFault: the mode's plugin was switched off meanwhile.
        """
        if not tiles or not viewport.width or not viewport.height:
            return Sheet()
        if (tile := self.views.expanded(window, tiles)) is not None:
            return alone(tile)
        if viewport.focus:
            return only(next((tile for tile in tiles if tile.focus), tiles[0]))
        if entry is None:
            return turned(gallery.MODE, tiles, viewport, self.views.page(window, FALLBACK))
        page = self.views.page(window, entry.mode.name)
        try:
            return await self.hub.call(
                entry.plugin, turned, entry.mode, tiles, viewport, page, deadline=DEADLINE
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
