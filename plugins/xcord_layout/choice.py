"""Which view mode is used: the one the user chose, as long as there is such a mode and it works."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from xcord import ModeEntry

FALLBACK = "gallery"


def choose(wanted: str, modes: Sequence[ModeEntry], broken: Collection[ModeEntry] = ()) -> ModeEntry | None:
    """The wanted mode, else gallery; ``None`` if neither is there and works."""
    for name in (wanted, FALLBACK):
        for entry in modes:
            if entry.mode.name == name and entry not in broken:
                return entry
    return None
