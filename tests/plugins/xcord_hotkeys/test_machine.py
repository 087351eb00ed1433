"""From edges and time to the gate: timelines. One column is 50 ms."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord import HotkeyAction
from xcord_hotkeys.keys import parse
from xcord_hotkeys.listeners.kinds import Edge
from xcord_hotkeys.machine import AHEAD, Do, Effects, Feed, Hush, Machine, Mute, Reason, Tell

STEP = 0.05
TALK: Mapping[HotkeyAction, str] = {"push_to_talk": "f8"}


class Desk:
    """A machine, a keyboard, and the gate that they open."""

    def __init__(
        self, bindings: Mapping[HotkeyAction, str] = TALK, delay: float = 0.0, longest: float = 60.0
    ):
        self.now = 100.0
        self.machine = Machine(release_delay=delay, longest_hold=longest)
        self.until = 0.0
        self.hushed = False
        self.done: list[str] = []
        self.told: list[Reason] = []
        self.muted = 0
        self.really: set[str] = set()
        self.apply(self.machine.configure(self.now, {a: parse(keys) for a, keys in bindings.items()}))

    def apply(self, effects: Effects) -> None:
        for effect in effects:
            match effect:
                case Feed(until):
                    self.until = until
                case Hush(on):
                    self.hushed = on
                case Do(action):
                    self.done.append(action)
                case Mute():
                    self.muted += 1
                case Tell(reason):
                    self.told.append(reason)

    def press(self, keys: str, real: bool = True) -> None:
        *modifiers, key = keys.split("+")
        if real:
            self.really.add(key)
        self.apply(self.machine.edge(self.now, Edge(key, True, frozenset(modifiers))))

    def release(self, key: str) -> None:
        self.really.discard(key)
        self.apply(self.machine.edge(self.now, Edge(key, False)))

    def tick(self, asks: bool = True) -> None:
        down: Mapping[int, Collection[str] | None] = {
            number: keys & self.really if asks else None for number, keys in self.machine.asked().items()
        }
        self.apply(self.machine.tick(self.now, down))

    def drop(self, reason: Reason) -> None:
        self.apply(self.machine.drop(self.now, reason))

    def pass_(self, seconds: float, asks: bool = True) -> None:
        for _ in range(round(seconds / STEP)):
            self.now += STEP
            self.tick(asks)

    @property
    def open(self) -> bool:
        return self.now < self.until


def timeline(key: str, desk: Desk) -> str:
    """``d`` down, ``u`` up, ``r`` a repeat of down, ``L`` up but nobody tells, ``-`` nothing: whether the
    gate is open in the middle of each step (``#``)."""
    seen = ""
    for sign in key:
        match sign:
            case "d" | "r":
                desk.press("f8")
            case "u":
                desk.release("f8")
            case "L":
                desk.really.discard("f8")
        desk.now += STEP / 2
        seen += "#" if desk.open else "."
        desk.now += STEP / 2
        desk.tick()
    return seen


@pytest.mark.parametrize(
    ("key", "gate", "delay", "told"),
    [
        ("-d-----u--", ".######...", 0.0, []),
        ("-drrrrrru-", ".#######..", 0.0, []),
        ("-d--u----", ".#####...", 0.1, []),
        ("-d--ud---u---", ".##########..", 0.1, []),
        ("-d--L-------", ".####.......", 0.0, ["lost_key_up"]),
        ("-d--Lu------", ".####.......", 0.0, []),
        ("-d--L----d--u-", ".####....###..", 0.0, ["lost_key_up"]),
        ("u-u--", ".....", 0.0, []),
    ],
)
def test_the_gate_is_open_while_the_key_is_held(key: str, gate: str, delay: float, told: list[str]) -> None:
    desk = Desk(delay=delay)
    assert (timeline(key, desk), desk.told) == (gate, told)


def test_it_never_is_open_for_longer_than_a_moment_without_a_tick() -> None:
    desk = Desk()
    desk.press("f8")
    assert desk.until - desk.now <= AHEAD + 1e-9
    desk.pass_(3.0)
    assert desk.open
    assert desk.until - desk.now <= AHEAD + 1e-9


def test_a_key_held_for_too_long_shuts_and_has_to_be_pressed_anew() -> None:
    desk = Desk(longest=5.0)
    desk.press("f8")
    desk.pass_(4.9)
    assert desk.open
    desk.pass_(0.15)
    assert (desk.open, desk.told, desk.machine.held) == (False, ["too_long"], ())
    desk.press("f8")
    assert not desk.open
    desk.release("f8")
    desk.press("f8")
    assert desk.open


def test_a_system_that_cannot_be_asked_is_believed_until_the_longest_hold() -> None:
    desk = Desk(longest=5.0)
    desk.press("f8")
    desk.really.clear()
    desk.pass_(4.9, asks=False)
    assert desk.open
    desk.pass_(0.2, asks=False)
    assert (desk.open, desk.told) == (False, ["too_long"])


@pytest.mark.parametrize("reason", ["listener", "locked", "device"])
def test_doubt_shuts_at_once_and_repeats_do_not_open(reason: Reason) -> None:
    desk = Desk(delay=1.0)
    desk.press("f8")
    desk.drop(reason)
    assert (desk.open, desk.told) == (False, [reason])
    desk.press("f8")
    desk.pass_(1.0)
    assert not desk.open


def test_doubt_ends_the_release_delay_too_and_is_not_told() -> None:
    desk = Desk(delay=2.0)
    desk.press("f8")
    desk.release("f8")
    assert desk.open
    desk.drop("locked")
    assert (desk.open, desk.told) == (False, [])


def test_nothing_opens_while_it_is_blocked() -> None:
    desk = Desk({"push_to_talk": "f8", "mute": "f9"})
    desk.machine.blocked = True
    desk.press("f8")
    desk.press("f9")
    desk.apply(desk.machine.press(desk.now, "push_to_talk", True))
    assert not desk.open
    assert desk.done == []
    desk.machine.blocked = False
    desk.press("f8")  # a repeat: it has been down all the time
    assert not desk.open


def test_keys_that_are_down_when_a_listener_begins_do_nothing_until_they_were_let_go() -> None:
    desk = Desk()
    desk.machine.begin({"f8", "a"})
    desk.press("f8")
    assert not desk.open
    desk.release("f8")
    desk.press("f8")
    assert desk.open


def test_push_to_mute_is_silence_while_it_is_held_and_a_mute_when_it_is_lost() -> None:
    desk = Desk({"push_to_mute": "mouse8"}, longest=5.0)
    desk.press("mouse8")
    assert desk.hushed
    desk.pass_(10.0)
    assert (desk.hushed, desk.told) == (True, [])
    desk.release("mouse8")
    assert not desk.hushed
    desk.press("mouse8")
    desk.drop("listener")
    assert (desk.hushed, desk.muted, desk.told) == (True, 1, ["listener"])


@pytest.mark.parametrize(
    ("bindings", "pressed", "held", "done"),
    [
        ({"mute": "ctrl+m"}, "ctrl+m", (), ["mute"]),
        ({"mute": "ctrl+m"}, "m", (), []),
        ({"mute": "m"}, "ctrl+m", (), []),
        ({"mute": "ctrl+m", "deafen": "ctrl+shift+m"}, "ctrl+shift+m", (), ["deafen"]),
        ({"push_to_talk": "v"}, "shift+v", ("push_to_talk",), []),
        ({"push_to_talk": "v", "mute": "ctrl+v"}, "ctrl+v", (), ["mute"]),
        ({"push_to_talk": "ctrl+v"}, "v", (), []),
        ({"push_to_talk": "f8", "mute": "f8"}, "f8", ("push_to_talk",), ["mute"]),
        ({"mute": "shift_l"}, "shift+shift_l", (), ["mute"]),
    ],
)
def test_what_a_key_means(
    bindings: Mapping[HotkeyAction, str], pressed: str, held: tuple[str, ...], done: list[str]
) -> None:
    desk = Desk(bindings)
    desk.press(pressed)
    desk.press(pressed)
    assert (desk.machine.held, desk.done) == (held, done)


def test_a_combination_is_over_when_any_of_its_keys_goes_up() -> None:
    desk = Desk({"push_to_talk": "ctrl+v"})
    desk.press("ctrl+v")
    desk.release("shift_l")
    assert desk.open
    desk.release("ctrl_r")
    assert not desk.open


def test_another_key_is_chosen_while_the_old_one_is_held() -> None:
    desk = Desk(delay=1.0)
    desk.press("f8")
    desk.apply(desk.machine.configure(desk.now, {"push_to_talk": parse("f8"), "mute": parse("f9")}))
    assert desk.open
    desk.apply(desk.machine.configure(desk.now, {"push_to_talk": parse("f9")}))
    assert (desk.open, desk.machine.held) == (False, ())


def test_a_window_has_to_say_again_that_a_key_is_held() -> None:
    desk = Desk()

    def says(down: bool) -> None:
        desk.apply(desk.machine.press(desk.now, "push_to_talk", down, renewed=True))

    for _ in range(20):
        says(True)
        desk.pass_(STEP)
        assert desk.open
    desk.pass_(0.1)
    desk.now += 0.035
    assert not desk.open  # within 200 ms of its last word, before anybody looked
    desk.pass_(0.05)
    assert desk.told == ["focus"]
    says(True)
    assert not desk.open  # it froze, and does not know that it was given up
    says(False)
    says(True)
    assert desk.open
    says(False)
    assert (desk.open, desk.told) == (False, ["focus"])


@given(st.lists(st.sampled_from(["d", "u", "tick", "lost", "drop", "wait"]), max_size=40))
def test_whatever_happens_it_is_never_open_more_than_200_ms_after_the_key_is_up(steps: list[str]) -> None:
    desk, up_since = Desk(delay=0.02), 100.0
    for step in steps:
        match step:
            case "d":
                desk.press("f8")
            case "u" | "lost":
                if "f8" in desk.really:
                    up_since = desk.now
                desk.release("f8") if step == "u" else desk.really.discard("f8")
            case "drop":
                desk.drop("locked")
            case "wait":
                desk.now += 0.05
                desk.tick()
            case _:
                desk.tick()
        assert "f8" in desk.really or not desk.open or desk.until - up_since < 0.2
