"""What the desktop's own dialog calls the actions; pages have words of their own."""

from __future__ import annotations

import locale
from collections.abc import Mapping

from xcord import HotkeyAction

WORDS: Mapping[str, Mapping[HotkeyAction, str]] = {
    "en": {
        "push_to_talk": "Push to talk",
        "push_to_mute": "Push to mute",
        "mute": "Mute",
        "deafen": "Deafen",
        "overlay": "Overlay",
        "edit_overlay": "Edit the overlay",
        "leave": "Leave the call",
    },
    "tr": {
        "push_to_talk": "Bas konuş",
        "push_to_mute": "Bas sustur",
        "mute": "Sesini kapat",
        "deafen": "Sağırlaş",
        "overlay": "Katman",
        "edit_overlay": "Katmanı düzenle",
        "leave": "Aramadan ayrıl",
    },
}
ACTIONS: tuple[HotkeyAction, ...] = tuple(WORDS["en"])


def words(chosen: str) -> Mapping[HotkeyAction, str]:
    """In the chosen language; the system's with ``auto``, else English."""
    language = chosen
    if chosen == "auto":
        system = (locale.getlocale()[0] or "").lower()
        language = "tr" if system.startswith(("tr", "turkish")) else "en"
    return WORDS.get(language, WORDS["en"])
