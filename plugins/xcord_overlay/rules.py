"""What happens to the overlay while an application is in front. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from xcord import Corner, Does

from .place import Place, cornered

LONGEST = 128
"""Characters of a process name."""
MOST = 100
"""Rules."""
REMEMBERED = 5
"""Applications that were in front, in this run's memory alone."""
OWN = frozenset({"xcord", "python", "python3"})
"""Names under which this app is in front itself."""


class Rule(msgspec.Struct, frozen=True):
    """``place`` puts overlays into the ``corner``; without one each has the place to which it was dragged
    while the rule was in force, by its window's name."""

    does: Does
    corner: Corner | Literal[""] = ""
    places: dict[str, Place] = {}

    def place(self, window: str, usual: Place) -> Place:
        """Where an overlay lies while this rule is in force."""
        if self.does != "place":
            return usual
        return cornered(usual, self.corner) if self.corner else self.places.get(window, usual)

    def moved(self, window: str, place: Place) -> Rule:
        """The rule after an overlay was dragged."""
        return Rule(self.does, "", {**self.places, window: place})


def key_of(application: str) -> str:
    """How an application is named among the rules: Windows' ending and capitals do not matter."""
    return application.strip().casefold().removesuffix(".exe")[:LONGEST]


def rule_for(application: str, rules: Mapping[str, Rule]) -> tuple[str, Rule | None]:
    """The rule that is in force, with its key; an empty key and ``None`` without one."""
    key = key_of(application)
    rule = rules.get(key) if key else None
    return (key, rule) if rule is not None else ("", None)


def is_shown(wish: bool, rule: Rule | None, said: bool | None) -> bool:
    """Whether the overlay is wanted.

    :param wish: the user's, for all applications without a rule.
    :param said: what the user asked for since this rule is in force; it wins over the rule.
    """
    if said is not None:
        return said
    if rule is None or rule.does == "place":
        return wish
    return rule.does == "show"


def lately(application: str, recent: Sequence[str]) -> tuple[str, ...]:
    """The applications that were in front, after this one is."""
    key = key_of(application)
    if not key or key in OWN:
        return tuple(recent)
    return (key, *(other for other in recent if other != key))[:REMEMBERED]
