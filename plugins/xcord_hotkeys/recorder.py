"""What somebody presses while a key is being chosen. Pure; keeps nothing but a modifier that is down."""

from __future__ import annotations

from .keys import NEVER, SIDES, Combination
from .listeners.kinds import Edge


class Recorder:
    """One for each recording."""

    def __init__(self) -> None:
        self._alone = ""

    def edge(self, edge: Edge) -> str | None:
        """The combination that was pressed; ``""`` if it was Escape, None while it is not complete.

        A modifier is a key of its own if it is let go before anything else was pressed.
        """
        if edge.key in SIDES:
            if edge.down:
                self._alone = edge.key
            elif edge.key == self._alone:
                return str(Combination(frozenset(), edge.key))
            return None
        if not edge.down:
            return None
        self._alone = ""
        if edge.key in NEVER and not edge.modifiers:
            return "" if edge.key == "escape" else None
        return str(Combination(edge.modifiers, edge.key))
