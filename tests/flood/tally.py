"""Who asked what and was answered how often. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Of one asker. Numbers of commands are the conductor's own, so they go on over a reload."""

    asked: int = 0
    answers: Counter[int] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    _open: set[int] = field(default_factory=set)

    def ask(self, number: int) -> None:
        self.asked += 1
        self._open.add(number)

    def answer(self, number: int, code: str) -> None:
        """``code`` is empty for a command that was done."""
        self.answers[number] += 1
        self.codes[code or "ok"] += 1
        self._open.discard(number)

    def abandon(self) -> None:
        """The page is gone, and with it whoever waited."""
        self._open.clear()

    @property
    def abandoned(self) -> int:
        """Asked by pages that were reloaded before they could hear the answer."""
        return self.asked - len(self._open) - len(self.answers)

    @property
    def waiting(self) -> int:
        """Whose asker listens and has heard nothing yet."""
        return len(self._open)

    @property
    def unanswered(self) -> int:
        """How many have no answer, or more than one."""
        return self.waiting + sum(times != 1 for times in self.answers.values())
