"""X11: what a key is called, by what is on it without Shift."""

from __future__ import annotations

from typing import Any

from ..keys import name_of

MASKS = {"shift": 1 << 0, "ctrl": 1 << 2, "alt": 1 << 3, "super": 1 << 6}
NAMED = {
    0xFF0D: "enter",
    0xFF09: "tab",
    0xFF08: "backspace",
    0xFFFF: "delete",
    0xFF63: "insert",
    0xFF50: "home",
    0xFF57: "end",
    0xFF55: "page_up",
    0xFF56: "page_down",
    0xFF51: "left",
    0xFF52: "up",
    0xFF53: "right",
    0xFF54: "down",
    0xFF1B: "escape",
    0xFFE5: "caps_lock",
    0xFF7F: "num_lock",
    0xFF14: "scroll_lock",
    0xFF61: "print",
    0xFF13: "pause",
    0xFF67: "menu",
    0xFE03: "alt_gr",
    0xFFE1: "shift_l",
    0xFFE2: "shift_r",
    0xFFE3: "ctrl_l",
    0xFFE4: "ctrl_r",
    0xFFE9: "alt_l",
    0xFFEA: "alt_r",
    0xFFEB: "super_l",
    0xFFEC: "super_r",
    0xFFAB: "num_add",
    0xFFAD: "num_subtract",
    0xFFAA: "num_multiply",
    0xFFAF: "num_divide",
    0xFF9F: "num_decimal",
    0xFFAE: "num_decimal",
    0xFF8D: "num_enter",
    **{0xFFBE + n: f"f{n + 1}" for n in range(24)},
    **{0xFFB0 + n: f"num{n}" for n in range(10)},
    # What a key of the number block is while Num Lock is off.
    **dict(
        zip(
            (0xFF9E, 0xFF9C, 0xFF99, 0xFF9B, 0xFF96, 0xFF9D, 0xFF98, 0xFF95, 0xFF97, 0xFF9A),
            (f"num{n}" for n in range(10)),
            strict=True,
        )
    ),
}
LATIN_5 = {0x1BA: "ş", 0x1AA: "ş", 0x2BB: "ğ", 0x2AB: "ğ", 0x2B9: "ı", 0x2A9: "i"}
"""Turkish letters that have keysyms of their own, older than Unicode's."""


def key_name(code: int, keysym: int) -> str:
    """The key's name; ``key<code>`` if it has none."""
    if (named := NAMED.get(keysym) or LATIN_5.get(keysym)) is not None:
        return named
    latin = 0x20 <= keysym <= 0x7E or 0xA0 <= keysym <= 0xFF
    character = (
        chr(keysym) if latin else chr(keysym - 0x01000000) if 0x01000100 <= keysym <= 0x0110FFFF else ""
    )
    return name_of(character) if character else f"key{code}"


def names_of(display: Any) -> dict[int, str]:
    """The names of all keys of a keyboard by their code, with one question."""
    first, last = display.display.info.min_keycode, display.display.info.max_keycode
    mapping = display.get_keyboard_mapping(first, last - first + 1)
    return {
        first + at: key_name(first + at, keysyms[0]) for at, keysyms in enumerate(mapping) if any(keysyms)
    }
