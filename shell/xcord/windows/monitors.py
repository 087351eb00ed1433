"""Who a monitor is, whatever it is plugged into and whichever others are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple


class Monitor(NamedTuple):
    """What a monitor says of itself (EDID), and the name of the output that it is plugged into."""

    manufacturer: str
    model: str
    serial: str
    output: str


def identities(monitors: Sequence[Monitor]) -> list[str]:
    """One for each, all different, none empty.

    A serial number makes one recognisable on any output; else the output's name is part of it, and so it is
    for those that pretend to be the same one.
    """
    own = ["/".join(part for part in monitor[:3] if part) if monitor.serial else "" for monitor in monitors]
    often = Counter(own)
    named = [
        identity
        if identity and often[identity] == 1
        else "/".join(part for part in (*monitor[:3], monitor.output) if part) or "monitor"
        for identity, monitor in zip(own, monitors, strict=True)
    ]
    seen = Counter[str]()
    result = []
    for name in named:
        seen[name] += 1
        result.append(name if seen[name] == 1 else f"{name}#{seen[name]}")
    return result
