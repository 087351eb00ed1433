"""The few words that the desktop shows outside of a page."""

from __future__ import annotations

TEXTS = {
    "en": {"show": "Show xcord", "quit": "Quit"},
    "tr": {"show": "xcord'u göster", "quit": "Çıkış"},
}


def text(language: str, key: str) -> str:
    """The word in that language, or in English."""
    return TEXTS.get(language.partition("-")[0], TEXTS["en"])[key]
