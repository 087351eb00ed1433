"""What an overlay cannot do on this desktop, as codes; pages and ``xcord doctor`` have the words. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..surroundings import Limit


@dataclass(frozen=True)
class Facts:
    """``platform`` is Python's name of it (``linux``, ``win32``, ``darwin``); ``windows`` is the protocol
    that our windows speak there (``xcb`` for X11, ``wayland``); ``wayland`` says whether the desktop is one
    of Wayland even if our windows are not. The others are true where nothing is known to the contrary."""

    platform: str
    windows: str = ""
    wayland: bool = False
    compositing: bool = True
    application: bool = True
    tray: bool = True


def limits(facts: Facts) -> tuple[Limit, ...]:
    """In the order in which they matter to somebody who looks at an overlay."""
    found: list[Limit] = []
    tried = facts.platform == "linux" and facts.windows == "xcb" and not facts.wayland
    if facts.windows == "wayland":
        found += ["wayland_on_top", "wayland_place"]
    if not facts.compositing:
        found.append("no_compositor")
    # Under Wayland only programs that use X11 can be seen, so silence about the others would mislead.
    if facts.platform != "linux" or facts.wayland or facts.windows == "wayland" or not facts.application:
        found.append("no_application")
    if not facts.tray:
        found.append("no_tray")
    if not tried:
        found.append("overlay_untried")
    return tuple(found)


def session(environ: Mapping[str, str]) -> tuple[str, bool]:
    """What windows of ours will speak on this Linux desktop (see ``Facts.windows``), found out without Qt,
    and whether the desktop is one of Wayland."""
    wayland = bool(environ.get("WAYLAND_DISPLAY")) or environ.get("XDG_SESSION_TYPE") == "wayland"
    named = environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if named:
        return ("wayland" if named.startswith("wayland") else named), wayland
    return ("wayland" if environ.get("WAYLAND_DISPLAY") else "xcb"), wayland
