"""What a key that does something once asks for. Commands set a state, so it is looked up first."""

from __future__ import annotations

import logging
from typing import Any

from xcord import CommandError, Handle, HotkeyAction, Nothing, Switch

log = logging.getLogger("xcord.hotkeys")

SWITCHES: dict[HotkeyAction, tuple[str, str, str]] = {
    "mute": ("voice.mute", "voice", "muted"),
    "deafen": ("voice.deafen", "voice", "deafened"),
    "overlay": ("overlay.show", "overlay", "shown"),
    "edit_overlay": ("overlay.edit", "overlay", "editing"),
}
"""The command, and the slice and field that say how it is now."""


async def carry_out(hub: Handle, action: HotkeyAction, on: bool | None = None) -> None:
    """Turns it over, or sets it. Where the part that would do it is off, nothing happens."""
    command, args = wish(hub, action, on)
    if not command:
        return
    try:
        await hub.ask(command, args)
    except CommandError as error:
        log.warning("%s was not done: %s", command, error.code)


def wish(hub: Handle, action: HotkeyAction, on: bool | None) -> tuple[str, Any]:
    """The command and its arguments; no command if nobody is there to answer."""
    if action == "leave":
        voice = hub.read("voice")
        return ("voice.leave", Nothing()) if voice is not None and voice.status != "idle" else ("", None)
    if action not in SWITCHES:
        return "", None
    command, name, field = SWITCHES[action]
    value = hub.read(name)
    if value is None:
        return "", None
    return command, Switch(not getattr(value, field, False) if on is None else on)
