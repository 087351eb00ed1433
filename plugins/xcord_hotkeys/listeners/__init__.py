"""Who can see keys on this machine. One file per way; ``choose`` picks it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from xcord import KeyProblem

from .kinds import Edge, Listener, ListenerError, Take, Wanted

Way = Literal["x11", "hooks", "portal", "none"]


class Choice(NamedTuple):
    """``display`` is X11's; ``problem`` says why there is none."""

    way: Way
    display: str = ""
    problem: KeyProblem = ""


def choose(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Choice:
    """On Wayland never X11, although it is there: it would see only keys pressed in X11's own windows."""
    if platform in ("win32", "darwin"):
        return Choice("hooks")
    if environ.get("XDG_SESSION_TYPE") == "wayland" or environ.get("WAYLAND_DISPLAY"):
        return Choice("portal")
    if display := environ.get("DISPLAY", ""):
        return Choice("x11", display)
    return Choice("none", problem="no_display")


def make(choice: Choice, take: Take, wanted: Wanted, died: Callable[[Listener], None]) -> Listener:
    """A listener of its own thread; imports what it needs only when it starts."""
    if choice.way == "x11":
        from .x11 import X11Listener

        return X11Listener(choice.display, take, wanted, died)
    from .hooks import HookListener

    return HookListener(take, wanted, died)


__all__ = ("Choice", "Edge", "Listener", "ListenerError", "Take", "Wanted", "choose", "make")
