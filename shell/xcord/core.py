"""The app without its windows: everything that lives on the hub loop, put together in one place."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .bridge import Media
from .config import Config
from .desk import Desk, add_own_options
from .door import Door, address
from .errors import PluginFault
from .gate import Gate
from .handle import Shell
from .hub import Hub
from .options import OptionTable
from .page_files import WEB
from .plugin_files import PluginFiles
from .plugins import Candidate, PluginSet, find
from .settings import Settings
from .supervisor import Supervisor
from .views import ViewModes
from .watchdog import Watchdog

if TYPE_CHECKING:
    from .media.server import MediaServer

log = logging.getLogger("xcord.core")


@dataclass(frozen=True)
class Core:
    """What the windows, the control socket and tests need of a running app."""

    hub: Hub
    door: Door
    desk: Desk
    supervisor: Supervisor
    media: Media
    port: int
    watchdog: Watchdog

    def address(self, window: str, page: str, *, watch_only: bool = False) -> str:
        """A new address for a page; its token is used once, unless it is for watching."""
        token = self.door.issue(window, page, watch_only=watch_only)
        return address(self.port, page, token)


@contextlib.asynccontextmanager
async def running(
    config: Config,
    listener: socket.socket,
    door: Door,
    candidates: list[Candidate] | None = None,
    web: Path = WEB,
    before_plugins: Callable[[Core], Awaitable[None]] | None = None,
    ended: asyncio.Event | None = None,
    gate: Gate | None = None,
) -> AsyncIterator[Core]:
    """The app for as long as the block lasts; leaving it leaves the room first.

    :param listener: bound and listening on loopback.
    :param candidates: the plugins to load; all that are installed by default.
    :param before_plugins: awaited when pages are served, everything is claimed and no life is entered yet.
    :param ended: set when the app is to end; plugins that are still starting then are not waited for.
    :param gate: the microphone's; one of its own by default.
    """
    from .media.server import MediaServer
    from .media.slots import Slots
    from .screen import Screen
    from .server import PageServer

    files = PluginFiles(config.plugins_dir)  # first: what is saved while plugins are loaded is seen later
    plugins = PluginSet(config.off)
    plugins.load(find(config.plugins_dir) if candidates is None else candidates)
    hub = Hub(is_stranger=plugins.is_stranger)
    table = OptionTable()
    add_own_options(table)
    settings = Settings(config.config_dir, table)
    slots = Slots()
    media = Media(slots)
    media.start()
    shell = Shell(hub, settings, ViewModes(), media, gate or Gate(), config)
    desk = Desk(hub, settings, lambda: supervisor, shell.windows, measure=config.measure)
    supervisor = Supervisor(shell, plugins, table)
    watchdog = Watchdog(lambda loop, stack, files: _blame(hub, plugins, loop, stack, files))
    watchdog.watch("hub", hub._loop, threading.get_ident())
    pictures = MediaServer(slots, listener.getsockname()[1])
    async with _serving(media, pictures):
        screen = Screen(hub, pictures)
        # Before a page can come: it sees all slices.
        supervisor.wire_all(plugins.left_off(settings.get("app.plugins"), config.on))
        presence = desk.windows.note_presence
        server = PageServer(hub, door, web, listener, screen.ticket, presence, shell.pictures)
        async with server.running():
            watchdog.start()
            core = Core(hub, door, desk, supervisor, media, server.port, watchdog)
            try:
                if before_plugins is not None:
                    await before_plugins(core)
                await _start_unless(ended or asyncio.Event(), core, settings)
                gc.freeze()  # looking through all that plugins imported takes longer than a frame of sound
                async with _reloading(files, shell, plugins, supervisor, desk):
                    yield core
            finally:
                await supervisor.stop_all()
                watchdog.stop()
                hub.workers.close()
    media.stop()


@contextlib.asynccontextmanager
async def _reloading(
    files: PluginFiles, shell: Shell, plugins: PluginSet, supervisor: Supervisor, desk: Desk
) -> AsyncIterator[None]:
    if not files.there:
        yield
        return
    from .reloading import Reloading

    async with files.watched(shell.hub.clock, Reloading(shell, plugins, supervisor, desk.refresh).take):
        yield


async def _start_unless(ended: asyncio.Event, core: Core, settings: Settings) -> None:
    if ended.is_set():
        return
    starting, ending = asyncio.ensure_future(_start(core, settings)), asyncio.ensure_future(ended.wait())
    try:
        await asyncio.wait({starting, ending}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        ending.cancel()
        starting.cancel()
    await asyncio.wait({starting})
    if not starting.cancelled():
        starting.result()


async def _start(core: Core, settings: Settings) -> None:
    if settings.problem is not None:
        name, params = settings.problem
        core.hub.notify(name, **params)
    await core.supervisor.enter_all()
    core.desk.refresh()
    core.desk.offer_rejoin()
    await core.desk.look_at_desktop()


@contextlib.asynccontextmanager
async def _serving(media: Media, pictures: MediaServer) -> AsyncIterator[None]:
    await media.run(pictures.start())
    try:
        yield
    finally:
        await media.run(pictures.stop())


def _blame(hub: Hub, plugins: PluginSet, loop: str, stack: str, files: list[str]) -> str:
    """Names who blocks a loop: the innermost frame that belongs to a plugin."""
    log.error("the %s loop is blocked:\n%s", loop, stack)
    culprit = next((name for file in reversed(files) if (name := _plugin_of(plugins, file))), None)
    message = f"the {loop} loop was blocked by " + (f"plugin {culprit!r}" if culprit else "the shell itself")
    hub.report(PluginFault(culprit or "shell", "loop_blocked", message, loop=loop))
    return message


def _plugin_of(plugins: PluginSet, file: str) -> str | None:
    for plugin in plugins.loaded():
        home = getattr(plugin.module, "__file__", None)
        if home is None:
            continue
        place = os.path.dirname(home) + os.sep if os.path.basename(home) == "__init__.py" else home
        if file == place or (place.endswith(os.sep) and file.startswith(place)):
            return plugin.name
    return None
