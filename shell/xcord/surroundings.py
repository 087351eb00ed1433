"""The words for what lies around the windows: screens, the program in front, what this desktop cannot do."""

from __future__ import annotations

from typing import Literal

import msgspec

Limit = Literal[
    "no_compositor",
    "no_application",
    "no_lock",
    "no_tray",
    "wayland_on_top",
    "wayland_place",
    "overlay_untried",
]
"""What will not work here. ``no_compositor``: nothing is transparent. ``no_application``: which program is in
front is not known. ``no_lock``: nor is whether the screen is locked. ``no_tray``: nobody shows an icon.
``wayland_on_top``, ``wayland_place``: the compositor alone decides what lies on top, and where.
``overlay_untried``: written after the platform's documentation, never run there."""

Withdrawn = Literal["", "locked", "took_input"]
"""Why the shell took an overlay off the screen: the screen is locked, or the overlay was given input that it
must not get."""


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor. ``id`` stays the same when monitors come and go; places are in device-independent pixels of
    the whole desktop, ``scale`` is device pixels per hundred of them."""

    id: str
    name: str
    x: int
    y: int
    width: int
    height: int
    scale: int = 100
    primary: bool = False


class Desktop(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``desktop``. ``screens`` is empty until they were looked at; ``compositing`` tells whether
    anything can be transparent; ``application`` is the process name of the program in front, empty where
    that is not known."""

    screens: tuple[Screen, ...] = ()
    compositing: bool = True
    locked: bool = False
    application: str = ""
    limits: tuple[Limit, ...] = ()
