"""What the tray is to show; light, for windows open before the hub is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Call = Literal["off", "idle", "joining", "up", "trouble", "lost"]
"""``off``: nothing that makes calls is switched on. ``trouble``: up, and something does not get through.
``lost``: it broke off, or never came about, and nobody has left it yet; also while it is tried again."""

PutAway = Literal["tray", "task_bar"]
"""Where a closed main window went: hidden behind its icon, or minimised because no tray is there."""


@dataclass(frozen=True)
class TrayState:
    """``others`` counts people without me. ``overlay``: whether it is shown; ``None``, there is none."""

    call: Call = "off"
    muted: bool = False
    deafened: bool = False
    others: int = 0
    overlay: bool | None = None
