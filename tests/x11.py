"""Keys as from a keyboard, on an X11 screen (XTEST)."""

from __future__ import annotations

import ctypes
import time


class Display:
    """One connection to a screen, for one thread.

    :param name: X11's, for example ``:7``.
    :raises OSError: no screen answers, or it cannot be asked.
    """

    def __init__(self, name: str) -> None:
        self.x = ctypes.CDLL("libX11.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.pointer = ctypes.c_void_p(self.x.XOpenDisplay(name.encode()))
        if not self.pointer:
            raise OSError(f"no X11 screen answers at {name}")

    def close(self) -> None:
        self.x.XCloseDisplay(self.pointer)


class Keyboard:
    """Keys by name, as X11 names them (``F8``)."""

    def __init__(self, display: str) -> None:
        self._display = Display(display)
        self._test = ctypes.CDLL("libXtst.so.6")
        self._display.x.XStringToKeysym.restype = ctypes.c_ulong

    def turn(self, key: str, down: bool) -> float:
        """Press or let go; when that was, in `time.monotonic()`."""
        x, pointer = self._display.x, self._display.pointer
        symbol = ctypes.c_ulong(x.XStringToKeysym(key.encode()))
        code = x.XKeysymToKeycode(pointer, symbol) & 0xFF
        if not code:
            raise OSError(f"there is no key {key}")
        at = time.monotonic()
        self._test.XTestFakeKeyEvent(pointer, code, int(down), ctypes.c_ulong(0))
        x.XSync(pointer, 0)
        return at

    def close(self) -> None:
        self._display.close()
