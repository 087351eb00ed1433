"""Keeps somebody listening for as long as there is a key to look for. On the hub's loop."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping

from xcord import Clock, HotkeyAction, KeyListener, KeyProblem

from .keeper import Keeper
from .listeners import Choice, Listener, ListenerError, choose, make

log = logging.getLogger("xcord.hotkeys")

FIRST_WAIT, LONGEST_WAIT = 0.5, 30.0  # seconds between two attempts
LOOK = 1.0  # seconds between two looks at a listener that cannot tell of its end
LONG_ENOUGH = 10.0  # seconds after which a listener that dies is tried at once again

Shortcuts = Mapping[HotkeyAction, tuple[str, str]]
"""What the desktop is asked for: each action in words, and the keys that are wished for."""


class Listening:
    """:param show: who listens now, and why nobody better does.
    :param bound: the desktop's own words for the keys that it gives out.
    :param notify: sends a notice.
    """

    def __init__(
        self,
        keeper: Keeper,
        clock: Clock,
        show: Callable[[KeyListener, KeyProblem], None],
        bound: Callable[[dict[HotkeyAction, str]], None],
        notify: Callable[[str], None],
    ) -> None:
        self._keeper, self._clock, self._show, self._bound = keeper, clock, show, bound
        self._notify = notify
        self._shortcuts: Shortcuts = {}
        self._needed = False
        self._changed = asyncio.Event()
        self._lost = False

    def need(self, on: bool, shortcuts: Shortcuts) -> None:
        """Whether anybody has to listen, and for what where the desktop gives out the keys."""
        if (on, shortcuts) != (self._needed, self._shortcuts):
            self._needed, self._shortcuts = on, shortcuts
            self._changed.set()

    def again(self) -> None:
        """The desktop is asked once more, although nothing changed."""
        self._changed.set()

    async def run(self) -> None:
        """Until it is cancelled."""
        wait = FIRST_WAIT
        while True:
            self._changed.clear()
            if not self._needed:
                self._show("off", "")
                await self._changed.wait()
                continue
            began = self._clock.now()
            try:
                await self._listen(choose())
                wait = FIRST_WAIT
            except ListenerError as error:
                self._show("window", error.code)
                if error.code == "died" and not self._lost:
                    self._lost = True
                    self._notify("hotkeys.lost")
                if self._clock.now() - began > LONG_ENOUGH:
                    wait = FIRST_WAIT
                await self._pause(None if error.code in ("no_display", "portal_refused") else wait)
                wait = min(LONGEST_WAIT, wait * 2)

    async def _pause(self, seconds: float | None) -> None:
        """Until something changed, or for so long at most."""
        changed = asyncio.ensure_future(self._changed.wait())
        asleep = asyncio.ensure_future(self._clock.sleep(seconds)) if seconds is not None else None
        try:
            await asyncio.wait({changed, *([asleep] if asleep else ())}, return_when="FIRST_COMPLETED")
        finally:
            for each in (changed, asleep):
                if each is not None:
                    each.cancel()

    def _listens(self, kind: KeyListener) -> None:
        self._show(kind, "")
        if self._lost:
            self._lost = False
            self._notify("hotkeys.returned")

    async def _listen(self, choice: Choice) -> None:
        """Until nobody has to listen any more.

        :raises ListenerError: nobody can, or who did has died.
        """
        if choice.way == "none":
            raise ListenerError(choice.problem)
        if choice.way == "portal":
            await self._ask_desktop()
        else:
            await self._watch_keys(choice)

    async def _watch_keys(self, choice: Choice) -> None:
        loop, dead = asyncio.get_running_loop(), asyncio.Event()

        def died(listener: Listener) -> None:
            self._keeper.died(listener)
            if not loop.is_closed():
                loop.call_soon_threadsafe(dead.set)

        listener = make(choice, self._keeper.take, self._keeper.wanted, died)
        try:
            await asyncio.to_thread(listener.start)
            await asyncio.to_thread(self._keeper.use, listener)
            self._listens("global")
            while self._needed and not dead.is_set() and listener.is_alive():
                self._changed.clear()
                await self._either(dead, None if choice.way == "x11" else LOOK)
        finally:
            await asyncio.to_thread(listener.stop)
            await asyncio.to_thread(self._keeper.use, None)
        if self._needed:
            raise ListenerError("died")

    async def _either(self, dead: asyncio.Event, within: float | None) -> None:
        waiting = {asyncio.ensure_future(each.wait()) for each in (dead, self._changed)}
        try:
            await asyncio.wait(waiting, return_when="FIRST_COMPLETED", timeout=within)
        finally:
            for each in waiting:
                each.cancel()

    async def _ask_desktop(self) -> None:
        from .listeners.portal import Portal

        def bound(keys: dict[HotkeyAction, str]) -> None:
            self._bound(keys)
            self._listens("portal")

        session = asyncio.ensure_future(Portal(self._shortcuts, self._keeper.press, bound).run())
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({session, changed}, return_when="FIRST_COMPLETED")
            if session.done():
                session.result()
        finally:
            changed.cancel()
            session.cancel()
            await asyncio.wait({session})
            self._bound({})
            self._keeper.drop("listener")
