"""The least of a system tray: owns the selection by which programs find one, sees icons ask for a place."""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable, Iterator


class _ClientMessage(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", ctypes.c_long * 5),
    )


class _Event(ctypes.Union):
    _fields_ = (("type", ctypes.c_int), ("client", _ClientMessage), ("pad", ctypes.c_long * 24))


@contextlib.contextmanager
def tray_host(display_name: str) -> Iterator[Callable[[float], bool]]:
    """Yields ``docked(seconds)``: whether an icon asked for a place within that time."""
    x11 = ctypes.CDLL("libX11.so.6")
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = ctypes.c_void_p(x11.XOpenDisplay(display_name.encode()))
    x11.XDefaultRootWindow.restype = ctypes.c_ulong
    root = ctypes.c_ulong(x11.XDefaultRootWindow(display))
    x11.XCreateSimpleWindow.restype = ctypes.c_ulong
    window = ctypes.c_ulong(x11.XCreateSimpleWindow(display, root, 0, 0, 24, 24, 0, 0, 0))
    x11.XInternAtom.restype = ctypes.c_ulong

    def atom(name: bytes) -> ctypes.c_ulong:
        return ctypes.c_ulong(x11.XInternAtom(display, name, 0))

    x11.XSetSelectionOwner(display, atom(b"_NET_SYSTEM_TRAY_S0"), window, ctypes.c_ulong(0))
    x11.XSync(display, 0)
    wanted = atom(b"_NET_SYSTEM_TRAY_OPCODE").value

    def docked(seconds: float) -> bool:
        until = time.monotonic() + seconds
        event = _Event()
        while time.monotonic() < until:
            while x11.XPending(display):
                x11.XNextEvent(display, ctypes.byref(event))
                if event.type == 33 and event.client.message_type == wanted and event.client.data[1] == 0:
                    return True
            time.sleep(0.02)
        return False

    try:
        yield docked
    finally:
        x11.XDestroyWindow(display, window)
        x11.XCloseDisplay(display)
