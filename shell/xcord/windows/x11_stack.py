"""Which windows of an X11 desktop nobody can see, although they are shown: those under a full-screen window,
and those on another desktop. No toolkit tells that.

Asks the window manager's own lists (EWMH) on a connection of its own, so that neither a slow answer nor a
window that is gone in this moment disturbs the toolkit's.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

# Of X11's protocol:
ANY_TYPE, EVENT_MASK = 0, 1 << 11
PROPERTY_CHANGE, PROPERTY_NOTIFY = 1 << 22, 28
STRUCTURE_NOTIFY, CONFIGURE_NOTIFY = 1 << 17, 22
EVERYWHERE = 0xFFFFFFFF  # of _NET_WM_DESKTOP
LONGEST = 4096  # items of a property
ATOMS = (
    "_NET_CLIENT_LIST_STACKING",
    "_NET_CURRENT_DESKTOP",
    "_NET_WM_DESKTOP",
    "_NET_WM_STATE",
    "_NET_WM_STATE_FULLSCREEN",
    "_NET_WM_STATE_HIDDEN",
)


class Rectangle(NamedTuple):
    """In pixels of the whole screen."""

    x: int
    y: int
    width: int
    height: int

    def covers(self, other: Rectangle) -> bool:
        """Nothing of ``other`` lies outside."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and self.x + self.width >= other.x + other.width
            and self.y + self.height >= other.y + other.height
        )


class Client(NamedTuple):
    """A window of the desktop."""

    window: int
    place: Rectangle
    full_screen: bool
    desktop: int = EVERYWHERE


def unseen(window: int, stack: Sequence[Client], desktop: int) -> bool:
    """Whether nothing can be seen of a window.

    :param stack: all that are not minimised, the topmost last; one that is not among them may be seen.
    :param desktop: the one that is shown.
    """
    here = [client for client in stack if client.desktop in (desktop, EVERYWHERE)]
    if window not in {client.window for client in here}:
        return window in {client.window for client in stack}
    at = next(index for index, client in enumerate(here) if client.window == window)
    return any(above.full_screen and above.place.covers(here[at].place) for above in here[at + 1 :])


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class Stack:
    """The desktop's windows, read anew each time. On one thread.

    :raises OSError: there is no X11 screen, or its library is missing.
    """

    def __init__(self) -> None:
        self._x = x = ctypes.CDLL("libxcb.so.1")
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = (ctypes.c_void_p,)
        for name in (
            *("xcb_connect", "xcb_get_setup", "xcb_intern_atom_reply", "xcb_get_property_reply"),
            *("xcb_get_property_value", "xcb_get_geometry_reply", "xcb_translate_coordinates_reply"),
            "xcb_poll_for_event",
        ):
            getattr(x, name).restype = ctypes.c_void_p
        for name in ("intern_atom", "get_property", "get_geometry", "translate_coordinates"):
            getattr(x, f"xcb_{name}").restype = _Cookie
        self._connection = ctypes.c_void_p(x.xcb_connect(None, None))
        if x.xcb_connection_has_error(self._connection):
            self.close()
            raise OSError("no X11 screen answers")
        self._root = self._find_root()
        self._atoms = {name: self._atom(name) for name in ATOMS}
        self._watch(self._root)
        x.xcb_flush(self._connection)

    @property
    def descriptor(self) -> int:
        """Readable when something may have changed."""
        return int(self._x.xcb_get_file_descriptor(self._connection))

    def changed(self) -> bool:
        """Whether anything that matters was reported since the last call."""
        some, mine = False, set(self._atoms.values())
        while event := self._x.xcb_poll_for_event(self._connection):
            kind, atom = struct.unpack_from("=B7xI", ctypes.string_at(event, 12))
            kind &= 0x7F  # without the mark of those that a client sent: moves are told by the window manager
            some = some or kind == CONFIGURE_NOTIFY or (kind == PROPERTY_NOTIFY and atom in mine)
            self._free(event)
        return some

    def unseen(self, windows: Sequence[int]) -> frozenset[int]:
        """Those of which nothing can be seen now."""
        stack = list(self._clients(frozenset(windows)))
        desktop = next(iter(self._property(self._root, "_NET_CURRENT_DESKTOP")), 0)
        return frozenset(window for window in windows if unseen(window, stack, desktop))

    def close(self) -> None:
        """Lets the connection go."""
        self._x.xcb_disconnect(self._connection)

    def _clients(self, ours: frozenset[int]) -> Iterator[Client]:
        hidden, full = self._atoms["_NET_WM_STATE_HIDDEN"], self._atoms["_NET_WM_STATE_FULLSCREEN"]
        for window in self._property(self._root, "_NET_CLIENT_LIST_STACKING"):
            self._watch(window, moves=window in ours)
            state = self._property(window, "_NET_WM_STATE")
            if full in state:
                self._watch(window, moves=True)
            if hidden in state or (place := self._place(window)) is None:
                continue
            desktop = next(iter(self._property(window, "_NET_WM_DESKTOP")), EVERYWHERE)
            yield Client(window, place, full in state, desktop)

    def _watch(self, window: int, *, moves: bool = False) -> None:
        """Has changes of its properties reported, and of its place; the error of one that is gone is one more
        event."""
        mask = (ctypes.c_uint32 * 1)(PROPERTY_CHANGE | (STRUCTURE_NOTIFY if moves else 0))
        self._x.xcb_change_window_attributes(self._connection, window, EVENT_MASK, mask)

    def _find_root(self) -> int:
        class Screens(ctypes.Structure):
            _fields_ = (
                ("data", ctypes.POINTER(ctypes.c_uint32)),
                ("rem", ctypes.c_int),
                ("at", ctypes.c_int),
            )

        setup = ctypes.c_void_p(self._x.xcb_get_setup(self._connection))
        self._x.xcb_setup_roots_iterator.restype = Screens
        return int(self._x.xcb_setup_roots_iterator(setup).data[0])

    def _atom(self, name: str) -> int:
        cookie = self._x.xcb_intern_atom(self._connection, 0, len(name), name.encode())
        reply = self._reply("intern_atom", cookie, 12)
        return int(struct.unpack_from("=I", reply, 8)[0]) if reply else 0

    def _property(self, window: int, name: str) -> tuple[int, ...]:
        """Its 32-bit items; none if the window or the property is not there."""
        x = self._x
        cookie = x.xcb_get_property(self._connection, 0, window, self._atoms[name], ANY_TYPE, 0, LONGEST)
        reply = x.xcb_get_property_reply(self._connection, cookie, None)
        if not reply:
            return ()
        try:
            head = ctypes.string_at(reply, 32)
            width, count = head[1], struct.unpack_from("=I", head, 16)[0]
            if width != 32:
                return ()
            value = ctypes.string_at(x.xcb_get_property_value(ctypes.c_void_p(reply)), 4 * count)
            return struct.unpack(f"={count}I", value)
        finally:
            self._free(reply)

    def _place(self, window: int) -> Rectangle | None:
        x = self._x
        size = self._reply("get_geometry", x.xcb_get_geometry(self._connection, window), 24)
        asked = x.xcb_translate_coordinates(self._connection, window, self._root, 0, 0)
        at = self._reply("translate_coordinates", asked, 16)
        if size is None or at is None:
            return None
        (x_at, y_at), (width, height) = struct.unpack_from("=hh", at, 12), struct.unpack_from("=HH", size, 16)
        return Rectangle(x_at, y_at, width, height)

    def _reply(self, request: str, cookie: Any, length: int) -> bytes | None:
        reply = getattr(self._x, f"xcb_{request}_reply")(self._connection, cookie, None)
        if not reply:
            return None
        try:
            return ctypes.string_at(reply, length)
        finally:
            self._free(reply)
