"""The app with its windows: the GUI on the main thread, the hub in its own.

What is imported before the first picture decides how long it takes, and threads do not make imports
quicker: they fight for the interpreter. So this loads the window toolkit first, alone, and nothing of the
hub. Then the web engine starts, which needs no interpreter, and meanwhile the hub's thread loads and serves.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from .door import Door, address, listen
from .ending import STILL, Ending
from .gate import Gate
from .instance import Instance, hand_over
from .window_spec import MAIN
from .windows import WindowEvents, language_of, window_layer

if TYPE_CHECKING:
    from .background import Background
    from .config import Config
    from .hub_side import HubSide

log = logging.getLogger("xcord.app")

END_WITHIN = 5.0  # seconds for the hub's thread once the windows are gone


class App:
    """One run with windows."""

    def __init__(self, config: Config, held: Instance) -> None:
        self._config, self._instance = config, held
        self._door = Door()
        self._listener = listen(config.port)
        self._problem: BaseException | None = None
        self._microphone = Gate()
        self._ending = Ending(self._ask_hub, self._give_up)
        self._gave_up = False
        self._lock = threading.Lock()
        self._hub: HubSide | None = None
        self._untold: list[Callable[[HubSide], None]] = []
        self._thread = threading.Thread(target=self._work, name="hub-loop", daemon=True)
        self._layer = window_layer(
            WindowEvents(
                loaded=self._thread.start,
                ready=lambda: None,
                quit_asked=lambda why: self._leave(),
                visible=lambda name, on: self._tell(lambda hub: hub.note_visible(name, on)),
                left_full_screen=lambda name: self._tell(lambda hub: hub.note_left_full_screen(name)),
                closed=lambda name: self._tell(lambda hub: hub.note_closed(name)),
                page_lost=lambda name: self._tell(lambda hub: hub.reload(name)),
                took_input=lambda name: self._tell(lambda hub: hub.note_took_input(name)),
                desktop=lambda seen: self._tell(lambda hub: hub.note_desktop(seen)),
                put_away=lambda place: self._behind(lambda it: it.note_put_away(place)),
                tray_there=lambda there: self._behind(lambda it: it.note_tray(there)),
                tray_asked=lambda name, args: self._behind(lambda it: it.ask_for_tray(name, args)),
            ),
            language_of("auto"),
        )
        self._layer.start_hidden = config.hidden

    def run(self) -> int:
        """Opens the main window and returns the exit code when everything has ended.

        :raises SetupError: the window toolkit cannot be loaded, or the hub cannot start.
        """
        port = self._listener.getsockname()[1]
        self._layer.open(MAIN, address(port, MAIN.page, self._door.issue(MAIN.name, MAIN.page)))
        try:
            self._layer.run()
        finally:
            if self._thread.ident is None:
                self._instance.close()
            else:
                self._leave()
                self._thread.join(0 if self._gave_up else END_WITHIN)
            self._listener.close()
        if self._problem is not None:
            raise self._problem
        if self._thread.is_alive():
            if not self._gave_up:
                log.error("the hub did not end within %g s after the windows", END_WITHIN)
            return 1
        return 0

    def _work(self) -> None:
        try:
            from .hub_side import HubSide

            hub = HubSide(
                self._config,
                self._instance,
                self._door,
                self._listener,
                self._layer,
                microphone=self._microphone,
                on_quit=self._shut,
            )
            with self._lock:
                self._hub, untold = hub, self._untold
            for tell in untold:
                hub.soon(tell)
            hub.run()
        except BaseException as problem:  # noqa: BLE001 it is raised again on the main thread
            self._problem = problem
        finally:
            self._ending.over()
            self._layer.quit()

    def _leave(self) -> None:
        self._shut()
        self._tell(lambda hub: hub.quit())

    def _shut(self) -> None:
        """Whoever quits is heard no more from this moment on, and gone soon, whatever the hub does."""
        self._microphone.set_shut("ending", True)
        self._ending.begin()

    def _ask_hub(self, call: Callable[[], None]) -> bool:
        hub = self._hub
        if hub is None or not hub.is_up:
            return False
        hub.soon(lambda _: call())
        return True

    def _give_up(self) -> None:
        reason = (self._hub.blocked_by if self._hub else "") or f"the hub has not answered for {STILL:g} s"
        log.error("ending without the hub, which leaves the call to the server: %s", reason)
        self._gave_up = True
        self._layer.quit()

    def _tell(self, tell: Callable[[HubSide], None]) -> None:
        """From any thread; what is told while the hub is being loaded is kept for it."""
        with self._lock:
            if self._hub is None:
                self._untold.append(tell)
                return
        self._hub.soon(tell)

    def _behind(self, tell: Callable[[Background], None]) -> None:
        self._tell(lambda hub: hub.background(tell))


def run(config: Config) -> int:
    """``xcord run``: shows the running app if there is one, starts it otherwise.

    :raises SetupError: something is missing on this machine.
    """
    held = Instance.claim(config.runtime_dir)
    if held is None:
        if config.hidden and not config.link:
            print("xcord is running already.")
            return 0
        link = {"ask": "app.open_link", "args": {"link": config.link}}
        hand_over(config.runtime_dir, link if config.link else {"ask": "window.show"})
        print("xcord is running already; its window was shown.")
        return 0
    return App(config, held).run()
