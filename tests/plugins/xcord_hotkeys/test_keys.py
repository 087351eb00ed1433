"""Names of keys, combinations of them, what they collide with, and what is pressed while one is chosen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord_hotkeys.conflicts import conflicts
from xcord_hotkeys.keys import MODIFIERS, WORDS, Combination, is_name, name_of, parse, watched
from xcord_hotkeys.listeners.hooks import ON_APPLE, key_name
from xcord_hotkeys.listeners.kinds import Edge
from xcord_hotkeys.listeners.x11_names import key_name as x11_name
from xcord_hotkeys.recorder import Recorder

NONE: frozenset[str] = frozenset()
keys = st.sampled_from(sorted(WORDS - {"escape", "mouse1"})) | st.sampled_from("abcşğı.,-=7")
combinations = st.builds(Combination, st.frozensets(st.sampled_from(MODIFIERS)), keys)


@given(combinations)
def test_a_combination_is_what_its_spelling_says(combination: Combination) -> None:
    assert parse(str(combination)) == combination


@pytest.mark.parametrize(
    ("text", "spelt"),
    [
        ("F8", "f8"),
        (" Shift+Ctrl+M ", "ctrl+shift+m"),
        ("ctrl+ş", "ctrl+ş"),
        ("mouse8", "mouse8"),
        ("ctrl_r", "ctrl_r"),
        ("alt+escape", "alt+escape"),
        ("ctrl+mouse1", "ctrl+mouse1"),
        ("key94", "key94"),
        ("ctrl+plus", "ctrl+plus"),
    ],
)
def test_spellings(text: str, spelt: str) -> None:
    assert str(parse(text)) == spelt


@pytest.mark.parametrize(
    "text",
    [
        "",
        "+",
        "a+b",
        "ctrl+",
        "ctrl+ctrl+m",
        "escape",
        "mouse1",
        "mouse5",
        "hyper+m",
        "f25",
        "ctrl + m",
        "\n",
    ],
)
def test_what_is_no_combination_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        parse(text)


def test_only_keys_of_combinations_and_their_modifiers_are_looked_at() -> None:
    assert watched([parse("f8"), parse("ctrl+m")]) == {"f8", "m", "ctrl_l", "ctrl_r"}
    assert watched([]) == NONE


@pytest.mark.parametrize(
    ("text", "writes"),
    [("m", True), ("shift+m", True), ("space", True), ("num5", True), ("num_lock", False)]
    + [(text, False) for text in ("ctrl+m", "f8", "mouse8", "ctrl_r", "pause", "alt+space")],
)
def test_keys_with_which_people_write(text: str, writes: bool) -> None:
    assert parse(text).writes is writes


def test_conflicts_are_found() -> None:
    found = conflicts(
        {"push_to_talk": parse("f8"), "mute": parse("f8"), "deafen": parse("f"), "leave": parse("q")}
    )
    assert [(each.action, each.trouble, each.other) for each in found] == [
        ("push_to_talk", "same", "mute"),
        ("mute", "same", "push_to_talk"),
        ("deafen", "app", "full_screen"),
        ("leave", "types", ""),
    ]
    assert conflicts({"push_to_talk": parse("f8"), "mute": parse("ctrl+f8")}) == ()


def edges(*spelt: str) -> list[Edge]:
    """``+ctrl_l`` is down, ``-ctrl_l`` up; modifiers follow from these."""
    down: set[str] = set()
    made = []
    for each in spelt:
        sign, key = each[0], each[1:]
        made.append(Edge(key, sign == "+", frozenset(name.partition("_")[0] for name in down)))
        if key.partition("_")[0] in MODIFIERS:
            (down.add if sign == "+" else down.discard)(key)
    return made


@pytest.mark.parametrize(
    ("pressed", "chosen"),
    [
        (["+f8"], "f8"),
        (["+ctrl_l", "+m"], "ctrl+m"),
        (["+ctrl_l", "+shift_r", "+mouse8"], "ctrl+shift+mouse8"),
        (["+ctrl_r", "-ctrl_r"], "ctrl_r"),
        (["+mouse1", "-mouse1", "+f9"], "f9"),
        (["-enter", "+a"], "a"),
        (["+escape"], ""),
        (["+shift_l", "+escape"], "shift+escape"),
        (["+ctrl_l", "+mouse1"], "ctrl+mouse1"),
        (["+ctrl_l", "+alt_l", "-ctrl_l", "-alt_l"], "alt_l"),
        (["+mouse1", "-mouse1"], None),
    ],
)
def test_what_is_pressed_is_chosen(pressed: list[str], chosen: str | None) -> None:
    recorder = Recorder()
    told = [answer for edge in edges(*pressed) if (answer := recorder.edge(edge)) is not None]
    assert told == ([chosen] if chosen is not None else [])


@pytest.mark.parametrize(
    ("code", "keysym", "name"),
    [
        *((74, 0xFFC5, "f8"), (10, 0x31, "1"), (38, 0x61, "a"), (38, 0x41, "a"), (65, 0x20, "space")),
        *(
            (47, 0x1BA, "ş"),
            (47, 0x0100015F, "ş"),
            (31, 0x2B9, "ı"),
            (21, 0x2B, "plus"),
            (87, 0xFF9C, "num1"),
        ),
        *((87, 0xFFB1, "num1"), (108, 0xFE03, "alt_gr"), (94, 0x0, "key94"), (200, 0x1008FF12, "key200")),
    ],
)
def test_names_of_x11_keys(code: int, keysym: int, name: str) -> None:
    assert x11_name(code, keysym) == name
    assert is_name(name)


class Key:
    """As pynput has them."""

    def __init__(self, name: str | None = None, vk: int | None = None, char: str | None = None) -> None:
        if name is not None:
            self.name = name
        self.vk, self.char = vk, char


@pytest.mark.parametrize(
    ("key", "platform", "name"),
    [
        (Key("f8"), "win32", "f8"),
        (Key("esc"), "win32", "escape"),
        (Key("cmd"), "darwin", "super_l"),
        (Key(vk=0x4D, char="\r"), "win32", "m"),
        (Key(vk=0x31, char="!"), "win32", "1"),
        (Key(vk=0x65), "win32", "num5"),
        (Key(vk=186, char="ş"), "win32", "key186"),
        (Key(vk=0, char="a"), "darwin", "a"),
        (Key(vk=46, char="M"), "darwin", "m"),
        (Key(vk=35, char="p"), "darwin", "p"),
        (Key(vk=10), "darwin", "key10"),
        (Key(char="Ğ"), "win32", "ğ"),
    ],
)
def test_names_of_pynput_keys(key: Key, platform: str, name: str) -> None:
    assert key_name(key, platform) == name


def test_every_sign_of_a_keyboard_has_a_name() -> None:
    assert len(set(ON_APPLE.values())) == len(ON_APPLE)
    assert all(is_name(name_of(sign)) for sign in ON_APPLE.values())
    assert [name_of(sign) for sign in " +\tİ"] == ["space", "plus", "tab", "İ"]
