"""Looks that are ready made. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from xcord import Preset

from .wishes import Wishes

PRESETS: Mapping[Preset, Mapping[str, Any]] = {
    "game": {
        "content": "speakers",
        "order": "recent",
        "maximum": 5,
        "me": False,
        "names": True,
        "marks": False,
        "grace": 2,
        "opacity": 80,
        "scale": 90,
    },
    "meeting": {
        "content": "everyone",
        "order": "call",
        "maximum": 8,
        "me": True,
        "names": True,
        "marks": True,
        "grace": 3,
        "opacity": 90,
        "scale": 100,
    },
    "video": {"content": "stage", "names": True, "marks": True, "opacity": 100, "scale": 125},
}
"""The options that each sets; places and rules stay as they are."""


def preset_of(wishes: Wishes) -> Preset | Literal[""]:
    """The preset that looks like this; empty if something of it was changed since."""
    for name, look in PRESETS.items():
        if all(getattr(wishes, option) == value for option, value in look.items()):
            return name
    return ""
