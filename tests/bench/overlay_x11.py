"""Bench `overlay` on X11: when a window was painted (XDamage), on a connection of its own."""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator

from tests.x11 import Display

NON_EMPTY = 3  # XDamageReportNonEmpty: one event until what was damaged is taken
QUIET = 0.2  # seconds between two looks for the end


class _Damaged(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("drawable", ctypes.c_ulong),
        ("damage", ctypes.c_ulong),
    )


class _Event(ctypes.Union):
    _fields_ = (("type", ctypes.c_int), ("damaged", _Damaged), ("pad", ctypes.c_long * 24))


@contextlib.contextmanager
def repaints(display: str, window: int) -> Iterator[list[float]]:
    """When something of a window was painted, in `time.monotonic()`; what lies within a turn counts once."""
    connection = Display(display)
    damage = ctypes.CDLL("libXdamage.so.1")
    first, errors = ctypes.c_int(), ctypes.c_int()
    if not damage.XDamageQueryExtension(connection.pointer, ctypes.byref(first), ctypes.byref(errors)):
        connection.close()
        raise OSError("this screen tells no damage (XDamage)")
    damage.XDamageCreate.restype = ctypes.c_ulong
    damage.XDamageCreate(connection.pointer, ctypes.c_ulong(window), NON_EMPTY)
    times: list[float] = []
    ended = threading.Event()

    def seen(event: _Event) -> bool:
        """The next event is taken; whether it says that something was painted."""
        connection.x.XNextEvent(connection.pointer, ctypes.byref(event))
        if event.type != first.value:
            return False
        none = ctypes.c_ulong(0)
        damage.XDamageSubtract(connection.pointer, ctypes.c_ulong(event.damaged.damage), none, none)
        connection.x.XFlush(connection.pointer)
        return True

    # A server calls the whole window damaged when it is asked to watch it, painted or not.
    connection.x.XSync(connection.pointer, 0)
    while connection.x.XPending(connection.pointer):
        seen(_Event())

    def watch() -> None:
        x, pointer, event = connection.x, connection.pointer, _Event()
        descriptor = x.XConnectionNumber(pointer)
        while not ended.is_set():
            if not x.XPending(pointer):
                select.select([descriptor], [], [], QUIET)
                continue
            if seen(event):
                times.append(time.monotonic())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield times
    finally:
        ended.set()
        watcher.join(5)
        connection.close()


def find_window(display: str, title: str) -> int:
    """The visible window of a title, also one that no window manager knows.

    :raises LookupError: there is none.
    """
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", f"^{title}$"],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    if not found.stdout.split():
        raise LookupError(f"no window is titled {title!r}")
    return int(found.stdout.split()[-1])
