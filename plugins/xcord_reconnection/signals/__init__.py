"""What the operating system says about network and sleep. One file per source; ``sources`` picks them.

Linux: rtnetlink and logind. Windows and macOS: no file of their own yet, so the machine's addresses are
looked at every two seconds. Everywhere: clocks that jump. All are hints that make a recovery quicker, and
none is needed for it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine
from typing import Any

from xcord import Clock

from .kinds import Network, Signal, Tell, Woke

Source = Callable[[Clock, Tell], Coroutine[Any, Any, None]]
"""Tells until it is cancelled; returns if this machine has no such signals."""


def sources() -> tuple[Source, ...]:
    """Those of this machine."""
    from . import clocks

    if sys.platform == "linux":
        from . import logind, netlink

        return (netlink.watch, logind.watch, clocks.watch)
    from . import addresses

    return (addresses.watch, clocks.watch)


__all__ = ("Network", "Signal", "Source", "Tell", "Woke", "sources")
