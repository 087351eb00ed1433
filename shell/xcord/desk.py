"""The shell's own slices and commands: settings, plugins, links, and what pages measure."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec

from .calls import Asker
from .errors import CommandError
from .figures import Measure, PageReport
from .hub import SHELL, Hub
from .links import invite_in
from .messages import PROTOCOL
from .model import App, Settings
from .options import Option, OptionTable
from .requests import Nothing, OpenLink, SetPlugin, SetSetting
from .residence import Residence
from .settings import Settings as Store
from .supervisor import Supervisor
from .window_desk import WindowDesk
from .window_spec import MAIN, WindowSpecs

ALERTS = ("called", "moved", "removed", "banned", "lost")  # what may become a desktop notification
TOASTS = ("join", "leave", "returned")


def add_own_options(table: OptionTable) -> None:
    """Declares the shell's settings."""
    languages, themes = Literal["auto", "en", "tr"], Literal["auto", "dark", "light"]
    for name, kind, default, help in (
        ("app.language", languages, "auto", "Language of the pages; auto follows the system."),
        ("app.theme", themes, "auto", "Colours of the pages; auto follows the system."),
        ("app.plugins", dict[str, bool], {}, "Plugins switched on or off in the settings, by name."),
        ("app.close_to_tray", bool, True, "The app goes on when its main window is closed."),
        ("app.hints", tuple[str, ...], (), "Hints that were shown and are not repeated."),
        *((f"app.notifications.{kind}", bool, True, f"Desktop notification: {kind}.") for kind in ALERTS),
        *((f"app.toasts.{kind}", bool, True, f"Message in the window's corner: {kind}.") for kind in TOASTS),
    ):
        table.add(Option(name, SHELL, kind, default, help))


class Desk:
    """One per app. ``windows`` has its own words."""

    def __init__(
        self,
        hub: Hub,
        store: Store,
        supervisor: Callable[[], Supervisor],
        specs: WindowSpecs,
        *,
        measure: bool,
    ) -> None:
        from importlib.metadata import version

        self._hub, self._store, self._supervisor, self._measuring = hub, store, supervisor, measure
        self.windows = WindowDesk(hub, specs)
        self.painted = asyncio.Event()  # set when the first page has drawn its first snapshot
        self._app = hub.claim_slice(
            "app", SHELL, App, App(version=version("xcord"), protocol=PROTOCOL, measure=measure)
        )
        self._residence = Residence(hub, self.tell_app)
        self._settings = hub.claim_slice("settings", SHELL, Settings, Settings(store.values()))
        if measure:
            self._measure = hub.claim_slice("measure", SHELL, Measure, Measure())
        for name, args, handler in (
            ("settings.set", SetSetting, self._set_setting),
            ("plugins.set", SetPlugin, self._set_plugin),
            ("app.quit", Nothing, self._quit),
            ("app.open_link", OpenLink, self._open_link),
            ("page.painted", Nothing, self._note_painted),
            ("page.report", PageReport, self._take_report),
        ):
            hub.claim_command(name, SHELL, args, handler)

    def refresh(self) -> None:
        """Publishes the settings again, after plugins came or went."""
        self._settings.set(Settings(self._store.values()))

    def offer_rejoin(self) -> None:
        """Offers the channel in which the last run ended; nobody joins by itself."""
        self._set_rejoin(self._last_channel())

    def _last_channel(self) -> str:
        channel: str = self._store.values().get("voice.last_channel", "")
        return channel

    async def look_at_desktop(self) -> None:
        """Sees how xcord lives on this desktop."""
        await self._residence.look()

    def tell_app(self, **fields: Any) -> None:
        """Sets fields of slice ``app``."""
        self._app.set(msgspec.structs.replace(self._app.value, **fields))

    async def _open_link(self, args: OpenLink, asker: Asker) -> None:
        if self.windows.control is not None and args.link:
            self.windows.control.open(MAIN)
        try:
            link = invite_in(args.link) if args.link else ""
        except CommandError:
            self._hub.notify("app.bad_link")  # whoever clicked it sees no terminal
            raise
        self.tell_app(link=link)

    def _set_rejoin(self, channel: str) -> None:
        self.tell_app(rejoin=channel)

    async def _quit(self, args: Nothing, asker: Asker) -> None:
        self.windows.needed().quit()

    # -- settings and plugins -----------------------------------------------------------------------------

    async def _set_setting(self, args: SetSetting, asker: Asker) -> None:
        await self._store.set(args.name, args.value)
        self.refresh()
        if self._last_channel() != self._app.value.rejoin:
            self._set_rejoin("")  # joined somewhere, or left on purpose: there is nothing to go back to

    async def _set_plugin(self, args: SetPlugin, asker: Asker) -> None:
        await self._supervisor().set(args.name, args.on)
        await self._store.set("app.plugins", {**self._store.get("app.plugins"), args.name: args.on})
        self.refresh()
        if args.on:
            self.offer_rejoin()

    # -- measuring ----------------------------------------------------------------------------------------

    async def _note_painted(self, args: Nothing, asker: Asker) -> None:
        self.painted.set()
        if self._measuring and asker.name == "main" and not self._measure.value.painted_at_ms:
            now = round(time.time() * 1000)
            self._measure.set(Measure(painted_at_ms=now, reports=self._measure.value.reports))

    async def _take_report(self, args: PageReport, asker: Asker) -> None:
        if not self._measuring:
            raise CommandError("not_measuring", "start xcord with --measure to take figures")
        old = self._measure.value
        reports = {**old.reports, asker.name: args}
        self._measure.set(Measure(painted_at_ms=old.painted_at_ms, reports=reports))
