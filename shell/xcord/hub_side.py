"""The hub's half of the app, on its own thread: it comes up, serves pages, and looks after the windows.

The hub serves as soon as it can; plugins start when the first picture is painted.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import socket
import sys
from collections import Counter
from collections.abc import Callable

from .background import Background
from .calls import Asker
from .config import Config
from .control import Later, answerer
from .core import Core, running
from .door import Door, address
from .errors import CommandError
from .gate import Gate
from .instance import Instance
from .requests import OpenLink
from .surroundings import Desktop
from .window_spec import MAIN, WindowSpec
from .windows import Place, WindowLayer

log = logging.getLogger("xcord.hub_side")

PICTURE_WITHIN = 5.0  # seconds for the first painted window before plugins start regardless


class HubSide:
    """Made and run on its thread; :meth:`soon` may be called from any, all else on the hub's loop."""

    def __init__(
        self,
        config: Config,
        instance: Instance,
        door: Door,
        listener: socket.socket,
        layer: WindowLayer,
        *,
        microphone: Gate,
        on_quit: Callable[[], None],
    ) -> None:
        self._config, self._instance, self._door = config, instance, door
        self._listener, self._layer = listener, layer
        self._microphone, self._on_quit = microphone, on_quit
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._core: Core | None = None
        self._control = Later()
        self._open: dict[str, WindowSpec] = {MAIN.name: MAIN}
        self._ending: Counter[str] = Counter()  # windows that we closed and whose end was not told yet
        self._background: Background | None = None
        self._early: list[Callable[[HubSide], None]] = []  # told before there was a hub to tell it

    def run(self) -> None:
        """Returns when the app is to end and all has ended."""
        asyncio.set_event_loop(self._loop)
        living = self._loop.create_task(self._live())
        try:
            while not living.done():
                try:
                    self._loop.run_until_complete(living)
                except SystemExit:  # asyncio lets that of any task out; a plugin's must not end the app
                    log.exception("a task called sys.exit(); the app goes on")
            living.result()
        finally:
            self._loop.close()

    def soon(self, tell: Callable[[HubSide], None]) -> None:
        """From any thread to the hub's loop."""
        with contextlib.suppress(RuntimeError):  # it has ended, and there is nothing to look after any more
            self._loop.call_soon_threadsafe(tell, self)

    @property
    def is_up(self) -> bool:
        """Whether pages are served; before that plugins are loaded on the loop, which takes its time."""
        return self._core is not None

    @property
    def blocked_by(self) -> str:
        """Who blocked the loop last, in words; from any thread."""
        return self._core.watchdog.reason if self._core is not None else ""

    async def _live(self) -> None:
        self._instance.serve(self._control.answer)
        async with running(
            self._config,
            self._listener,
            self._door,
            before_plugins=self._first_picture,
            ended=self._stop,
            gate=self._microphone,
        ) as core:
            if not self._stop.is_set():
                core.desk.windows.open_all()
            lock = asyncio.ensure_future(self._watch_lock(core))
            if self._config.watch:
                print(f"Watch at {core.address('watch', 'main', watch_only=True)}", flush=True)
            if self._config.link and not self._stop.is_set():
                with contextlib.suppress(CommandError):  # the window says why
                    await core.hub.ask("app.open_link", OpenLink(self._config.link), Asker("shell", "app"))
            await self._stop.wait()
            lock.cancel()
            await asyncio.to_thread(self._instance.close)
        if self._background is not None:
            await self._background.close()

    @staticmethod
    async def _watch_lock(core: Core) -> None:
        windows = core.desk.windows
        if sys.platform != "linux":
            windows.note_no_lock()
            return
        from .session_lock import watch

        await watch(windows.note_locked, windows.note_no_lock, core.hub.clock)

    async def _first_picture(self, core: Core) -> None:
        """Waits until the window is painted, will not be, or is not wanted any more."""
        self._core = core
        core.desk.windows.control = self
        self._background = Background(core.hub, core.desk, self._layer, measure=self._config.measure)
        for tell in self._early:
            tell(self)
        ends = {asyncio.ensure_future(event.wait()) for event in (core.desk.painted, self._stop)}
        patience = 0 if self._config.hidden else PICTURE_WITHIN
        await asyncio.wait(ends, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        self._control.begin(answerer(core.hub, self._loop))
        gc.freeze()  # what was imported stays for good: the collector need not look at it again and again
        gc.enable()
        self._layer.observe()

    def _address(self, spec: WindowSpec) -> str:
        token = self._door.issue(spec.name, spec.page)
        return address(self._listener.getsockname()[1], spec.page, token)

    # -- what the windows tell ----------------------------------------------------------------------------

    def note_visible(self, name: str, on: bool) -> None:
        """A window is to be seen, or is not."""
        if self._core is None:
            self._early.append(lambda hub: hub.note_visible(name, on))
        else:
            self._core.desk.windows.note_visible(name, on)

    def note_left_full_screen(self, name: str) -> None:
        """A window has the whole screen no more."""
        if self._core is not None:
            self._core.desk.windows.note_full_screen(name, False)

    def note_closed(self, name: str) -> None:
        """A window is gone for good."""
        if self._ending[name]:
            self._ending[name] -= 1  # it may be open again by now
            return
        self._let_go(name)
        if self._core is not None:
            self._core.desk.windows.note_closed(name)

    def _let_go(self, name: str) -> None:
        self._open.pop(name, None)
        self._door.revoke(name)

    def note_took_input(self, name: str) -> None:
        """An overlay got what was not meant for it."""
        if self._core is not None:
            self._core.desk.windows.note_took_input(name)

    def note_desktop(self, desktop: Desktop) -> None:
        """Screens, compositor or the program in front have changed."""
        if self._core is not None:
            self._core.desk.windows.note_desktop(desktop)

    def background(self, tell: Callable[[Background], None]) -> None:
        """What concerns the tray, while there is something to show in it."""
        if self._background is None:
            self._early.append(lambda hub: hub.background(tell))
        else:
            tell(self._background)

    def reload(self, name: str) -> None:
        """A window's page died."""
        if (spec := self._open.get(name)) is not None:
            self._layer.load(name, self._address(spec))

    # -- WindowControl: asked by commands -----------------------------------------------------------------

    def open(self, spec: WindowSpec) -> None:
        """See ``WindowControl``."""
        if spec.name not in self._open:
            self._open[spec.name] = spec
            self._layer.open(spec, self._address(spec))
        self._layer.show(spec.name)

    def hide(self, name: str) -> None:
        """See ``WindowControl``."""
        self._layer.hide(name)

    def close(self, name: str) -> None:
        """See ``WindowControl``."""
        if name in self._open:
            self._ending[name] += 1
            self._let_go(name)
            self._layer.close(name)

    def full_screen(self, name: str, on: bool) -> None:
        """See ``WindowControl``."""
        self._layer.full_screen(name, on)

    def place(self, name: str, x: int, y: int, width: int, height: int) -> None:
        """See ``WindowControl``."""
        self._layer.place(name, Place(x, y, width, height))

    def take_input(self, name: str, on: bool) -> None:
        """See ``WindowControl``."""
        self._layer.take_input(name, on)

    def opacity(self, name: str, percent: int) -> None:
        """See ``WindowControl``."""
        self._layer.opacity(name, percent)

    def quit(self) -> None:
        """See ``WindowControl``."""
        self._on_quit()
        self._stop.set()
