"""What the tray looks like for a state, in words of a language. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ..tray_state import TrayState
from .texts import text

IconName = Literal["idle", "call", "muted", "deafened", "lost"]
GROUPS = (("mute", "deafen", "leave"), ("overlay",), ("show", "quit"))
"""The menu's items in their order; a line stands between two groups that are to be seen."""


@dataclass(frozen=True)
class Item:
    """An item of the menu. ``checked`` is ``None`` where it is no switch. ``command`` with ``args`` is what
    it asks the hub for; without one it is the windows' own affair."""

    text: str
    checked: bool | None = None
    command: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Look:
    """All of the tray. ``items`` by their names in ``GROUPS``; what is missing there is not shown."""

    icon: IconName
    tooltip: str
    items: Mapping[str, Item]


def look_of(state: TrayState, language: str) -> Look:
    """How that state looks and what it offers."""
    return Look(icon_of(state), tooltip_of(state, language), _items_of(state, language))


def icon_of(state: TrayState) -> IconName:
    """One of five. Outside of a call a shut microphone is nothing to warn of."""
    if state.call in ("trouble", "lost"):
        return "lost"
    if state.call != "up":
        return "idle"
    return "deafened" if state.deafened else "muted" if state.muted else "call"


def tooltip_of(state: TrayState, language: str) -> str:
    """The state in words: all that the icon says, and how many others are there."""
    said = [text(language, f"tray_{state.call}")]
    if state.call == "up":
        said = [text(language, "tray_alone" if state.others == 0 else "tray_up").format(count=state.others)]
    if state.call not in ("off", "lost") and (state.deafened or state.muted):
        said.append(text(language, "tray_deafened" if state.deafened else "tray_muted"))
    return f"xcord: {', '.join(said)}"


def _items_of(state: TrayState, language: str) -> dict[str, Item]:
    items: dict[str, Item] = {}
    if state.call != "off":
        for name, on in (("mute", state.muted), ("deafen", state.deafened)):
            items[name] = Item(text(language, name), on, f"voice.{name}", {"on": not on})
    if state.call not in ("off", "idle"):
        items["leave"] = Item(text(language, "leave"), command="voice.leave")
    if state.overlay is not None:
        wanted = {"on": not state.overlay}
        items["overlay"] = Item(text(language, "overlay"), state.overlay, "overlay.show", wanted)
    items["show"] = Item(text(language, "show"))
    items["quit"] = Item(text(language, "quit"))
    return items
