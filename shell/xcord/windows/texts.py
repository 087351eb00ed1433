"""The few words that the desktop shows outside of a page."""

from __future__ import annotations

import locale

TEXTS = {
    "en": {"show": "Show xcord", "quit": "Quit"},
    "tr": {"show": "xcord'u göster", "quit": "Çıkış"},
}


def text(language: str, key: str) -> str:
    """The word in that language, or in English."""
    return TEXTS.get(language.partition("-")[0], TEXTS["en"])[key]


def language_of(chosen: str) -> str:
    """The language as chosen; with ``auto`` the system's, if it is one of ours."""
    if chosen != "auto":
        return chosen
    return "tr" if (locale.getlocale()[0] or "").lower().startswith(("tr", "turkish")) else "en"
