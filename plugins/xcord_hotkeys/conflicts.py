"""Keys that do more than their owner thinks. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from xcord import HotkeyAction, HotkeyConflict

from .keys import Combination, parse

APP = {
    **{parse(str(digit)): "mode" for digit in range(1, 10)},
    parse("page_up"): "page",
    parse("page_down"): "page",
    parse("f"): "full_screen",
    parse("ctrl+shift+s"): "statistics",
}
"""The keys of xcord's own window, as ``webui/src/shortcuts.ts`` and ``statistics.ts`` have them."""


def conflicts(bindings: Mapping[HotkeyAction, Combination]) -> tuple[HotkeyConflict, ...]:
    """All that is to be said, in the order of the actions."""
    found: list[HotkeyConflict] = []
    for action, keys in bindings.items():
        found += (
            HotkeyConflict(action=action, trouble="same", other=other)
            for other, theirs in bindings.items()
            if other != action and theirs == keys
        )
        if keys in APP:
            found.append(HotkeyConflict(action=action, trouble="app", other=APP[keys]))
        elif keys.writes:
            found.append(HotkeyConflict(action=action, trouble="types"))
    return tuple(found)
