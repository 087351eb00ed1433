"""Windows and macOS: pynput. Written after its source and the systems' documentation; untried on either.

Its thread's ``running`` says nothing (it stays true when the thread has died): ``is_alive`` does. A callback
that raises ends the listener, and a slow one makes Windows remove the hook, so nothing here waits or raises.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Collection
from typing import Any

from ..keys import SIDES, name_of
from .kinds import Edge, ListenerError, Take, Wanted

log = logging.getLogger("xcord.hotkeys.hooks")

WITHIN = 5.0  # seconds for the hooks
BUTTONS = {"left": "mouse1", "middle": "mouse2", "right": "mouse3", "x1": "mouse8", "x2": "mouse9"}
KEYS = {
    "esc": "escape",
    "print_screen": "print",
    "cmd_l": "super_l",
    "cmd_r": "super_r",
    "cmd": "super_l",
    "ctrl": "ctrl_l",
    "shift": "shift_l",
    "alt": "alt_l",
}
APPLE = (
    (0, "asdfhgzxcv"),
    (11, "bqweryt123465=97-80]ou[ip"),
    (37, "lj'k;\\,/nm."),
)
"""Runs of macOS's key codes: they say where a key lies, so each is called as on a US keyboard."""
ON_APPLE = {start + at: sign for start, run in APPLE for at, sign in enumerate(run)}


def key_name(key: Any, platform: str = sys.platform) -> str:
    """A pynput key's name. By its code where it has one: what it writes depends on Shift and Ctrl."""
    if (named := getattr(key, "name", None)) is not None:
        return KEYS.get(str(named), str(named))
    code, character = getattr(key, "vk", None), getattr(key, "char", None)
    if code is None:
        return name_of(character) if character else ""
    if platform == "win32":
        if 0x30 <= code <= 0x39 or 0x41 <= code <= 0x5A:
            return chr(code).lower()
        if 0x60 <= code <= 0x69:
            return f"num{code - 0x60}"
    elif code in ON_APPLE:
        return ON_APPLE[code]
    return f"key{code}"


class HookListener:
    """See ``X11Listener``; modifiers are remembered here, for these systems do not tell them with a key."""

    def __init__(self, take: Take, wanted: Wanted, died: Callable[[HookListener], None]) -> None:
        self._take, self._wanted, self._died = take, wanted, died
        self._modifiers: set[str] = set()
        self._threads: list[Any] = []
        self._stopped = False

    def start(self) -> None:
        """See ``Listener``."""
        try:
            from pynput import keyboard, mouse
        except Exception as error:
            log.warning("keys cannot be seen: %s", type(error).__name__)
            raise ListenerError("no_listener") from error
        keys = keyboard.Listener(
            on_press=lambda key: self._key(key, True), on_release=lambda key: self._key(key, False)
        )
        buttons = mouse.Listener(on_click=lambda x, y, button, down: self._button(button, down))
        self._threads = [keys, buttons]
        for thread in self._threads:
            thread.start()
        ready = threading.Thread(target=lambda: [thread.wait() for thread in self._threads], daemon=True)
        ready.start()
        ready.join(WITHIN)
        if sys.platform == "darwin" and not getattr(keys, "IS_TRUSTED", True):
            self.stop()
            raise ListenerError("no_permission")
        if ready.is_alive() or not self.is_alive():
            self.stop()
            raise ListenerError("no_listener")

    def is_alive(self) -> bool:
        """See ``Listener``."""
        return not self._stopped and all(thread.is_alive() for thread in self._threads)

    def _key(self, key: Any, down: bool) -> None:
        self._see(key_name(key), down)

    def _button(self, button: Any, down: bool) -> None:
        self._see(BUTTONS.get(getattr(button, "name", ""), ""), down)

    def _see(self, name: str, down: bool) -> None:
        try:
            modifiers = frozenset(SIDES[each] for each in self._modifiers if each != name)
            if name in SIDES:
                (self._modifiers.add if down else self._modifiers.discard)(name)
            wanted = self._wanted()
            if name and not self._stopped and (wanted is None or name in wanted):
                self._take(Edge(name, down, modifiers))
        except Exception as error:  # noqa: BLE001 whoever listens must live on; no key is named
            log.error("a key was not understood: %s", type(error).__name__)

    def down(self, keys: Collection[str]) -> frozenset[str] | None:
        """See ``Listener``. Nothing here asks the system, so the longest hold is what is left."""
        return None

    def stop(self) -> None:
        """See ``Listener``."""
        self._stopped = True
        for thread in self._threads:
            thread.stop()
