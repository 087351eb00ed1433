"""Names of keys and combinations of them. Pure.

A key has one name wherever it is seen: a letter or sign as it is without Shift (``m``, ``ş``), or one of the
words below. ``key94`` is a key without a name, by its number on this machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

MODIFIERS = ("ctrl", "alt", "shift", "super")
SIDES = {f"{modifier}_{side}": modifier for modifier in MODIFIERS for side in "lr"}
EDITING = ("space", "enter", "tab", "backspace", "delete")
WORDS = frozenset(
    (
        *EDITING,
        *SIDES,
        *("insert", "home", "end", "page_up", "page_down", "up", "down", "left", "right"),
        *("escape", "caps_lock", "num_lock", "scroll_lock", "print", "pause", "menu", "alt_gr", "plus"),
        *(f"f{n}" for n in range(1, 25)),
        *(f"num{n}" for n in range(10)),
        *("num_add", "num_subtract", "num_multiply", "num_divide", "num_decimal", "num_enter"),
        *(f"mouse{n}" for n in (1, 2, 3, *range(8, 31))),
    )
)
UNNAMED = re.compile(r"key[0-9]{1,4}")
NEVER = {"escape": "it ends recording", "mouse1": "it clicks"}


class Combination(NamedTuple):
    """``key`` while ``modifiers`` are down. A modifier can be the key itself, and then has a side."""

    modifiers: frozenset[str]
    key: str

    def __str__(self) -> str:
        return "+".join([*(each for each in MODIFIERS if each in self.modifiers), self.key])

    def involves(self, key: str) -> bool:
        """Whether it is over when this key goes up."""
        return key == self.key or SIDES.get(key) in self.modifiers

    @property
    def writes(self) -> bool:
        """Whether people write with it."""
        key = self.key
        character = len(key) == 1 or key in (*EDITING, "plus") or key.startswith("num")
        return character and key != "num_lock" and not self.modifiers - {"shift"}


def name_of(character: str) -> str:
    """A key's name by what it writes without Shift."""
    known = {" ": "space", "+": "plus", "\n": "enter", "\r": "enter", "\t": "tab"}
    lower = character.lower()
    return known.get(character, lower if len(lower) == 1 else character)


def is_name(key: str) -> bool:
    """Whether a key can be called so."""
    return key in WORDS or UNNAMED.fullmatch(key) is not None or (len(key) == 1 and key.isprintable())


def parse(text: str) -> Combination:
    """A combination from its spelling, such as ``ctrl+shift+m``.

    :raises ValueError: it is none, or none that could be used; says why.
    """
    *modifiers, key = text.strip().lower().split("+")
    if any(each not in MODIFIERS for each in modifiers) or len(set(modifiers)) != len(modifiers):
        raise ValueError("before the last + stand ctrl, alt, shift and super, each once at most")
    if not is_name(key) or key in ("+", " "):
        raise ValueError("there is no key of that name")
    if key in NEVER and not modifiers:
        raise ValueError(f"this key is not free: {NEVER[key]}")
    return Combination(frozenset(modifiers), key)


def watched(combinations: Iterable[Combination]) -> frozenset[str]:
    """The keys that matter; whoever listens forgets every other one at once."""
    chosen = tuple(combinations)
    modifiers = {modifier for each in chosen for modifier in each.modifiers}
    sides = {side for side, modifier in SIDES.items() if modifier in modifiers}
    return frozenset({each.key for each in chosen} | sides)
