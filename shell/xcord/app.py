"""The composition root: the GUI on the main thread, the hub loop in its own, and the one crossing.

What is imported before the first picture decides how long it takes, and threads do not make imports quicker:
they fight for the interpreter. So first the hub comes up and serves pages, then the toolkit is loaded and the
window opens, and plugins start when it is painted.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import locale
import logging
import threading
from collections.abc import Callable
from typing import Any

from .calls import Asker
from .config import Config
from .control import Later, answerer
from .core import Core, running
from .door import Door, listen
from .errors import CommandError
from .hub import SHELL
from .instance import Instance, hand_over
from .requests import OpenLink
from .views import WindowSpec
from .windows import WindowEvents, window_layer

log = logging.getLogger("xcord.app")

MAIN = WindowSpec("main", "main")
SERVING_WITHIN = 15.0  # seconds for the hub before the window opens regardless
PICTURE_WITHIN = 5.0  # seconds for the first painted window before plugins start regardless
END_WITHIN = 5.0  # seconds for the hub's thread once the windows are gone


class App:
    """One run with windows."""

    def __init__(self, config: Config, held: Instance) -> None:
        self._config, self._instance = config, held
        self._door = Door()
        self._listener = listen(config.port)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._serving = threading.Event()
        self._core: Core | None = None
        self._control = Later()
        self._specs: dict[str, WindowSpec] = {MAIN.name: MAIN}
        self._problem: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="hub-loop", daemon=True)
        self._layer = window_layer(
            WindowEvents(
                ready=lambda: None,
                quit_asked=lambda why: self._soon(self._stop.set),
                visible=lambda name, on: self._soon(lambda: self._desk_do("note_visible", name, on)),
                closed=lambda name: self._soon(lambda: self._on_closed(name)),
                page_lost=lambda name: self._soon(lambda: self._reload(name)),
            ),
            _language("auto"),
        )

    def run(self) -> int:
        """Opens the main window and returns the exit code when everything has ended."""
        self._layer.open(MAIN, self._address(MAIN))
        self._thread.start()
        self._serving.wait(SERVING_WITHIN)
        try:
            if self._problem is None:
                self._layer.run()
        finally:
            self._soon(self._stop.set)
            self._thread.join(END_WITHIN)
        if self._problem is not None:
            raise self._problem
        if self._thread.is_alive():
            log.error("the hub did not end within %g s after the windows", END_WITHIN)
            return 1
        return 0

    # -- on the hub's thread ------------------------------------------------------------------------------

    def _work(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._live())
        except BaseException as problem:  # noqa: BLE001 it is raised again on the main thread
            self._problem = problem
        finally:
            self._serving.set()
            self._layer.quit()

    async def _live(self) -> None:
        self._instance.serve(self._control.answer)
        async with running(
            self._config,
            self._listener,
            self._door,
            before_plugins=self._first_picture,
            ended=self._stop,
        ) as core:
            if not self._stop.is_set():
                self._open_plugin_windows(core)
            core.hub.watch(SHELL, self._on_settings, "settings")
            if self._config.watch:
                print(f"Watch at {core.address('watch', 'main', watch_only=True)}", flush=True)
            if self._config.link and not self._stop.is_set():
                with contextlib.suppress(CommandError):  # the window says why
                    await core.hub.ask("app.open_link", OpenLink(self._config.link), Asker("shell", "app"))
            await self._stop.wait()
            await asyncio.to_thread(self._instance.close)

    async def _first_picture(self, core: Core) -> None:
        """Lets the window open, and waits until it is painted, will not be, or is not wanted any more."""
        self._core = core
        core.desk.windows_control = self
        self._serving.set()
        ends = {asyncio.ensure_future(event.wait()) for event in (core.desk.painted, self._stop)}
        await asyncio.wait(ends, timeout=PICTURE_WITHIN, return_when=asyncio.FIRST_COMPLETED)
        for end in ends:
            end.cancel()
        self._control.begin(answerer(core.hub, self._loop))
        gc.freeze()  # what was imported stays for good: the collector need not look at it again and again
        gc.enable()

    def _open_plugin_windows(self, core: Core) -> None:
        for spec in core.supervisor.windows():
            self._specs[spec.name] = spec
            self._layer.open(spec, self._address(spec))

    def _on_settings(self, name: str, value: Any) -> None:
        if value is not None:
            self._layer.set_language(_language(value.values.get("app.language", "auto")))

    def _address(self, spec: WindowSpec) -> str:
        token = self._door.issue(spec.name, spec.page)
        return f"http://127.0.0.1:{self.port}/{spec.page}.html#t={token}"

    def _reload(self, name: str) -> None:
        if (spec := self._specs.get(name)) is not None:
            self._layer.load(name, self._address(spec))

    def _on_closed(self, name: str) -> None:
        self._door.revoke(name)
        self._desk_do("forget_window", name)

    def _desk_do(self, method: str, *args: Any) -> None:
        if self._core is not None:
            getattr(self._core.desk, method)(*args)

    # -- WindowControl: asked by commands -----------------------------------------------------------------

    def show(self, name: str) -> None:
        """See ``WindowControl``."""
        spec = self._specs.get(name)
        if spec is None:
            return
        if self._core is not None and name not in {
            state.name for state in self._core.hub.read("windows").windows
        }:
            self._layer.open(spec, self._address(spec))
        self._layer.show(name)

    def close(self, name: str) -> None:
        """See ``WindowControl``: the main window is hidden, it is the way back into the app."""
        if name == MAIN.name:
            self._layer.hide(name)
        else:
            self._layer.close(name)

    def quit(self) -> None:
        """See ``WindowControl``."""
        self._stop.set()

    # -- the crossing -------------------------------------------------------------------------------------

    def _soon(self, function: Callable[[], None]) -> None:
        """From any thread to the hub's loop."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)


def run(config: Config) -> int:
    """``xcord run``: shows the running app if there is one, starts it otherwise.

    :raises SetupError: something is missing on this machine.
    """
    held = Instance.claim(config.runtime_dir)
    if held is None:
        link = {"ask": "app.open_link", "args": {"link": config.link}}
        hand_over(config.runtime_dir, link if config.link else {"ask": "window.show"})
        print("xcord is running already; its window was shown.")
        return 0
    return App(config, held).run()


def _language(chosen: str) -> str:
    if chosen != "auto":
        return chosen
    return "tr" if (locale.getlocale()[0] or "").lower().startswith(("tr", "turkish")) else "en"
