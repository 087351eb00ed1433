"""The words about keys that are seen everywhere: what they do, what is wrong with them. Frozen, without
behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

HotkeyAction = Literal["push_to_talk", "push_to_mute", "mute", "deafen", "overlay", "edit_overlay", "leave"]
KeyListener = Literal["global", "portal", "window", "off"]
KeyProblem = Literal[
    "", "no_display", "no_xinput", "no_listener", "no_permission", "portal_missing", "portal_refused", "died"
]
KeyTrouble = Literal["same", "app", "types"]


class HotkeyConflict(msgspec.Struct, frozen=True, kw_only=True):
    """Why a key may not do what its owner expects: ``same`` does the action ``other`` too, ``app`` is the
    shortcut ``other`` of xcord's own window too (``mode``, ``page``, ``full_screen``, ``statistics``),
    ``types`` is a key with which people write."""

    action: HotkeyAction
    trouble: KeyTrouble
    other: str = ""


class Hotkeys(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``hotkeys``.

    ``bindings`` are keys by action, such as ``ctrl+shift+m``, ``mouse8`` or ``f8``; where the desktop gives
    out the keys (``portal``) they are in its own words. ``recording`` is the action whose key is awaited.
    ``held`` are push to talk and push to mute as long as they are. ``listener`` is who sees keys: ``global``
    wherever they are pressed, ``portal`` the desktop does and tells, ``window`` only xcord's own windows,
    ``off`` nobody, for there is no key to look for; ``problem`` is why it is not a better one.
    """

    bindings: dict[str, str] = {}
    recording: Literal[HotkeyAction, ""] = ""
    held: tuple[HotkeyAction, ...] = ()
    listener: KeyListener = "off"
    problem: KeyProblem = ""
    conflicts: tuple[HotkeyConflict, ...] = ()


class BindKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``hotkeys.bind``: the keys of an action from now on."""

    action: HotkeyAction
    keys: str


class OneAction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``hotkeys.clear``: the action has no key any more. ``hotkeys.record``: what is pressed next becomes its
    key, unless that is Escape."""

    action: HotkeyAction


class PressKeys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``hotkeys.pressed``: a window saw an action's keys, for listener ``window`` only. ``down`` is told
    again every 60 ms while they are held; without that they count as let go."""

    action: HotkeyAction
    down: bool
