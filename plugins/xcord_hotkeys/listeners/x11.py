"""X11: raw events of XInput 2 tell every key and button of the whole screen, down and up, also while somebody
grabs them.

With python-xlib and not with pynput, which stands on it here. As of pynput 1.8.2 its mouse listener is woken
by each move of the mouse; a stopped listener lives on until the next key (moses-palmer/pynput#75, #281,
#583); a key has another name once Shift is down, so that its key-up is missed; evdev, which it brings, needs
a compiler to be installed. The RECORD extension that it uses also tells each repeat of a held key, and keeps
what it has until some other client is answered. Raw events have neither fault.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import struct
import threading
from collections.abc import Callable, Collection
from typing import Any

from xcord import KeyProblem

from .kinds import Edge, ListenerError, Take, Wanted
from .x11_names import MASKS, names_of

log = logging.getLogger("xcord.hotkeys.x11")

WITHIN = 5.0  # seconds for the X server
RAW = struct.Struct("=HII")  # device, time, key or button: how a raw event's own part begins
GENERIC, MAPPING = 35, 34
KEY_DOWN, KEY_UP, BUTTON_DOWN, BUTTON_UP = 13, 14, 15, 16
EVENTS = sum(1 << kind for kind in (KEY_DOWN, KEY_UP, BUTTON_DOWN, BUTTON_UP))
WHEEL = range(4, 8)
MASTERS = 1  # XInput's name for the pointers and keyboards that people see
VERSION = (2, 2)  # who says less is told of no key-up while another client has grabbed


class X11Listener:
    """Two connections: the thread waits at one for events; the other asks.

    :param display: X11's name of the screen.
    :param died: called once, on the thread, when it ends.
    """

    def __init__(self, display: str, take: Take, wanted: Wanted, died: Callable[[X11Listener], None]) -> None:
        self._name, self._take, self._wanted, self._died = display, take, wanted, died
        self._names: dict[int, str] = {}
        self._ready, self._asking = threading.Event(), threading.Lock()
        self._problem: KeyProblem = "no_display"
        self._stopped = False
        self._thread: threading.Thread | None = None
        self._events: Any = None
        self._control: Any = None

    def start(self) -> None:
        """See ``Listener``."""
        self._thread = threading.Thread(target=self._run, name="hotkeys-x11", daemon=True)
        self._thread.start()
        if not self._ready.wait(WITHIN) or self._problem:
            self.stop()
            raise ListenerError(self._problem or "no_listener")

    def is_alive(self) -> bool:
        """See ``Listener``. The thread is what counts: it ends with the connection."""
        return self._thread is not None and self._thread.is_alive() and not self._stopped

    # -- its thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._prepare()
        except Exception as error:  # noqa: BLE001 whatever python-xlib meets, keys cannot be seen
            log.warning("keys cannot be seen: %s", type(error).__name__)
            self._close()
            self._ready.set()
            return
        self._problem = ""
        self._ready.set()
        try:
            while True:
                self._understand(self._events.next_event())
        except Exception as error:  # noqa: BLE001 the connection is gone, in whichever way
            if not self._stopped:
                log.warning("the X server is gone: %s", type(error).__name__)
        finally:
            self._stopped = True
            self._died(self)
            self._close()

    def _prepare(self) -> None:
        from Xlib.display import Display
        from Xlib.ext import xinput

        self._events, self._control = Display(self._name), Display(self._name)
        self._problem = "no_xinput"
        for display in (self._events, self._control):
            opcode = display.display.get_extension_major(xinput.extname)
            version = dict(zip(("major_version", "minor_version"), VERSION, strict=True))
            xinput.XIQueryVersion(display=display.display, opcode=opcode, **version)
        self._names = names_of(self._control)
        self._events.screen().root.xinput_select_events([(MASTERS, EVENTS)])
        self._events.sync()

    def _understand(self, event: Any) -> None:
        try:
            if event.type == MAPPING:
                with self._asking:
                    self._names = names_of(self._control)
            elif event.type == GENERIC and isinstance(event.data, bytes):
                self._see(event.evtype, RAW.unpack_from(event.data)[2])
        except (LookupError, ValueError, TypeError, struct.error) as error:
            log.error("a key was not understood: %s", type(error).__name__)  # and is not named

    def _see(self, kind: int, detail: int) -> None:
        if kind in (KEY_DOWN, KEY_UP):
            name = self._names.get(detail, "")
        elif kind in (BUTTON_DOWN, BUTTON_UP) and detail not in WHEEL:
            name = f"mouse{detail}"
        else:
            return
        wanted = self._wanted()
        if not name or (wanted is not None and name not in wanted):
            return
        down = kind in (KEY_DOWN, BUTTON_DOWN)
        self._take(Edge(name, down, self._modifiers() if down else frozenset()))

    def _modifiers(self) -> frozenset[str]:
        with self._asking:
            state = self._control.screen().root.query_pointer().mask
        return frozenset(modifier for modifier, mask in MASKS.items() if state & mask)

    # -- asking ----------------------------------------------------------------------------------------

    def down(self, keys: Collection[str]) -> frozenset[str] | None:
        """See ``Listener``. A key that this keyboard does not have is not known to be up."""
        buttons = {name for name in keys if name.startswith("mouse")}
        with self._asking:
            display = self._control
            if display is None:
                return None
            while display.pending_events():
                display.next_event()
            pressed = self._buttons(display) if buttons else set()
            if len(buttons) < len(keys):
                pressed |= self._keys(display)
        unknown = set(keys) - buttons - set(self._names.values())
        return frozenset(keys) & (pressed | unknown)

    def _keys(self, display: Any) -> set[str]:
        bits = display.query_keymap()
        return {name for code, name in self._names.items() if bits[code >> 3] >> (code & 7) & 1}

    @staticmethod
    def _buttons(display: Any) -> set[str]:
        """The protocol's own question knows five buttons only; the sixth and further are XInput's."""
        from Xlib.ext import xinput

        classes = [each for device in display.xinput_query_device(MASTERS).devices for each in device.classes]
        states = [each.state for each in classes if each.type == xinput.ButtonClass]
        return {f"mouse{n + 1}" for state in states for n in range(len(state)) if state[n]}

    # -- the end ---------------------------------------------------------------------------------------

    def stop(self) -> None:
        """See ``Listener``. Blocks until the thread has ended, a second at most."""
        self._stopped = True
        events = self._events
        with contextlib.suppress(OSError, AttributeError):  # never opened, or gone already
            events.display.socket.shutdown(socket.SHUT_RDWR)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(1.0)

    def _close(self) -> None:
        with self._asking:
            control, self._control = self._control, None
        for display in (control, self._events):
            if display is not None:
                with contextlib.suppress(Exception):  # python-xlib's own, where the connection is gone
                    display.close()
