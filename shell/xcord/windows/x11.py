"""A connection to an X11 screen beside the toolkit's, for what no toolkit tells.

On a connection of its own, neither a slow answer nor a window that is gone in this moment disturbs the
toolkit's. By ctypes over libxcb, which Qt needs anyway.
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterable, Iterator
from typing import Any

# Of X11's protocol:
ANY_TYPE, EVENT_MASK = 0, 1 << 11
PROPERTY_CHANGE, PROPERTY_NOTIFY = 1 << 22, 28
STRUCTURE_NOTIFY, CONFIGURE_NOTIFY = 1 << 17, 22
LONGEST = 4096  # items of a property


class _Cookie(ctypes.Structure):
    _fields_ = (("sequence", ctypes.c_uint),)


class _Screens(ctypes.Structure):
    _fields_ = (("data", ctypes.POINTER(ctypes.c_uint32)), ("rem", ctypes.c_int), ("at", ctypes.c_int))


class X11:
    """Used on one thread. ``atoms`` are those that it was made with, by name.

    :raises OSError: there is no X11 screen, or its library is missing.
    """

    def __init__(self, atoms: Iterable[str]) -> None:
        self._x = x = ctypes.CDLL("libxcb.so.1")
        self._free = ctypes.CDLL(None).free
        self._free.argtypes = (ctypes.c_void_p,)
        for name in (
            *("xcb_connect", "xcb_get_setup", "xcb_intern_atom_reply", "xcb_get_property_reply"),
            *("xcb_get_property_value", "xcb_get_geometry_reply", "xcb_translate_coordinates_reply"),
            *("xcb_poll_for_event", "xcb_get_selection_owner_reply", "xcb_query_extension_reply"),
        ):
            getattr(x, name).restype = ctypes.c_void_p
        for name in (
            *("intern_atom", "get_property", "get_geometry", "translate_coordinates"),
            *("get_selection_owner", "query_extension"),
        ):
            getattr(x, f"xcb_{name}").restype = _Cookie
        x.xcb_setup_roots_iterator.restype = _Screens
        self._screen = ctypes.c_int(0)
        self._connection = ctypes.c_void_p(x.xcb_connect(None, ctypes.byref(self._screen)))
        if x.xcb_connection_has_error(self._connection):
            self.close()
            raise OSError("no X11 screen answers")
        setup = ctypes.c_void_p(x.xcb_get_setup(self._connection))
        self.root = int(x.xcb_setup_roots_iterator(setup).data[0])
        self.atoms = {name: self._atom(name) for name in atoms}

    @property
    def descriptor(self) -> int:
        """Readable when something was reported."""
        return int(self._x.xcb_get_file_descriptor(self._connection))

    @property
    def screen(self) -> int:
        """The number of the screen, which names of selections end with."""
        return self._screen.value

    def watch(self, window: int, *, moves: bool = False) -> None:
        """Has changes of its properties reported, and of its place; the error of one that is gone is one more
        event."""
        mask = (ctypes.c_uint32 * 1)(PROPERTY_CHANGE | (STRUCTURE_NOTIFY if moves else 0))
        self._x.xcb_change_window_attributes(self._connection, window, EVENT_MASK, mask)

    def flush(self) -> None:
        """Sends what was asked without an answer."""
        self._x.xcb_flush(self._connection)

    def reported(self) -> Iterator[tuple[int, int]]:
        """What was reported since the last call: the kind of event, and the atom of a changed property."""
        while event := self._x.xcb_poll_for_event(self._connection):
            kind, atom = struct.unpack_from("=B7xI", ctypes.string_at(event, 12))
            self._free(event)
            yield (
                kind & 0x7F,
                atom,
            )  # without the mark of what a client sent, as window managers tell of moves

    def property(self, window: int, name: str) -> tuple[int, ...]:
        """Its 32-bit items; none if the window or the property is not there."""
        x = self._x
        cookie = x.xcb_get_property(self._connection, 0, window, self.atoms[name], ANY_TYPE, 0, LONGEST)
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

    def owner(self, selection: str) -> int:
        """The window that owns a selection, or 0."""
        asked = self._x.xcb_get_selection_owner(self._connection, self.atoms[selection])
        reply = self._reply("get_selection_owner", asked, 12)
        return int(struct.unpack_from("=I", reply, 8)[0]) if reply else 0

    def place(self, window: int) -> tuple[int, int, int, int] | None:
        """Where it is on the whole screen, in pixels."""
        x = self._x
        size = self._reply("get_geometry", x.xcb_get_geometry(self._connection, window), 24)
        asked = x.xcb_translate_coordinates(self._connection, window, self.root, 0, 0)
        at = self._reply("translate_coordinates", asked, 16)
        if size is None or at is None:
            return None
        x_at, y_at = struct.unpack_from("=hh", at, 12)
        width, height = struct.unpack_from("=HH", size, 16)
        return x_at, y_at, width, height

    def watch_owners(self, *selections: str) -> int | None:
        """Has new owners of selections reported, and owners that go (extension XFixes); the kind of that
        event, or ``None`` where that is not to be had."""
        asked = self._x.xcb_query_extension(self._connection, 6, b"XFIXES")
        reply = self._reply("query_extension", asked, 12)
        if reply is None or not reply[8]:
            return None
        try:
            fixes = ctypes.CDLL("libxcb-xfixes.so.0")
        except OSError:
            return None
        fixes.xcb_xfixes_query_version(self._connection, 5, 0)  # whoever does not ask is not served
        for selection in selections:
            fixes.xcb_xfixes_select_selection_input(self._connection, self.root, self.atoms[selection], 0b111)
        self.flush()
        return reply[10]

    def close(self) -> None:
        """Lets the connection go."""
        self._x.xcb_disconnect(self._connection)

    def _atom(self, name: str) -> int:
        cookie = self._x.xcb_intern_atom(self._connection, 0, len(name), name.encode())
        reply = self._reply("intern_atom", cookie, 12)
        return int(struct.unpack_from("=I", reply, 8)[0]) if reply else 0

    def _reply(self, request: str, cookie: Any, length: int) -> bytes | None:
        reply = getattr(self._x, f"xcb_{request}_reply")(self._connection, cookie, None)
        if not reply:
            return None
        try:
            return ctypes.string_at(reply, length)
        finally:
            self._free(reply)
