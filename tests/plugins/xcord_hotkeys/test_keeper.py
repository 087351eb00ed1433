"""The keeper on a real gate: what its thread does, by hand and by itself."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator

import pytest

from xcord import Gate, HotkeyAction
from xcord_hotkeys.keeper import Keeper
from xcord_hotkeys.keys import parse
from xcord_hotkeys.listeners.kinds import Edge
from xcord_hotkeys.machine import Effects, Tell
from xcord_hotkeys.recorder import Recorder


class Keyboard:
    """A listener that says what a test wants."""

    def __init__(self) -> None:
        self.alive, self.pressed, self.error = True, set[str](), False
        self.asked = self.stopped = 0

    def start(self) -> None: ...

    def is_alive(self) -> bool:
        return self.alive

    def down(self, keys: Collection[str]) -> frozenset[str] | None:
        self.asked += 1
        if self.error:
            raise ConnectionError
        return frozenset(keys) & self.pressed

    def stop(self) -> None:
        self.stopped += 1


class Room:
    """A keeper with a gate in push to talk, and time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.gate = Gate(lambda: self.now)
        self.gate.set_muted(False)
        self.gate.set_mode("ptt")
        self.gate.renew_hub(1e9)
        self.told: list[str] = []
        self.held: list[tuple[HotkeyAction, ...]] = []
        self.chosen: list[str] = []
        self.keyboard = Keyboard()
        self.keeper = Keeper(self.gate, lambda: self.now, self._hear, self.chosen.append)
        self.keeper.configure({"push_to_talk": parse("f8"), "push_to_mute": parse("f9")}, 0.0, 60.0)
        self.keeper.use(self.keyboard)

    def _hear(self, effects: Effects, held: tuple[HotkeyAction, ...]) -> None:
        self.told += [effect.reason for effect in effects if isinstance(effect, Tell)]
        self.held.append(held)

    def press(self, key: str = "f8") -> None:
        self.keyboard.pressed.add(key)
        self.keeper.take(Edge(key, True))

    def release(self, key: str = "f8") -> None:
        self.keyboard.pressed.discard(key)
        self.keeper.take(Edge(key, False))

    def look(self, seconds: float = 0.05) -> bool:
        self.now += seconds
        self.keeper.look()
        return self.gate.may_feed()


@pytest.fixture
def room() -> Iterator[Room]:
    room = Room()
    yield room
    room.keeper.close()


def test_the_key_opens_and_shuts_the_gate_in_its_own_thread(room: Room) -> None:
    assert not room.gate.may_feed()
    room.press()
    assert room.gate.may_feed()
    room.release()
    assert not room.gate.may_feed()
    assert room.held == [("push_to_talk",), ()]


def test_the_gate_shuts_by_itself_when_nobody_looks(room: Room) -> None:
    room.press()
    assert all(room.look() for _ in range(40))
    room.now += 0.2
    assert not room.gate.may_feed()


def test_a_lost_key_up_shuts(room: Room) -> None:
    room.press()
    room.keyboard.pressed.clear()
    assert not room.look()
    assert room.told == []
    room.look(0.11)
    assert room.told == ["lost_key_up"]


@pytest.mark.parametrize("how", ["dead", "does not answer", "says so itself"])
def test_a_dead_listener_shuts_at_the_next_look(room: Room, how: str) -> None:
    room.press()
    match how:
        case "dead":
            room.keyboard.alive = False
        case "does not answer":
            room.keyboard.error = True
        case _:
            room.keeper.died(room.keyboard)
            assert not room.gate.may_feed()
    assert not room.look()
    assert room.told == ["listener"]
    if how == "does not answer":
        assert room.keyboard.stopped == 1  # nobody may be believed who cannot be asked


def test_a_locked_screen_shuts_and_takes_no_key(room: Room) -> None:
    room.press()
    room.keeper.block(True)
    assert not room.gate.may_feed()
    assert room.told == ["locked"]
    room.release()
    room.press()
    assert not room.gate.may_feed()
    room.keeper.block(False)
    room.release()
    room.press()
    assert room.gate.may_feed()


def test_push_to_mute_shuts_an_open_microphone(room: Room) -> None:
    room.gate.set_mode("open")
    room.press("f9")
    assert not room.gate.may_feed()
    room.release("f9")
    assert room.gate.may_feed()
    room.press("f9")
    room.keeper.drop("listener")
    assert not room.gate.may_feed()
    room.keeper.lift()
    assert room.gate.may_feed()


def test_while_a_key_is_chosen_keys_do_nothing_else(room: Room) -> None:
    room.press()
    assert room.keeper.wanted() == frozenset(("f8", "f9"))
    room.keeper.record(Recorder())
    assert not room.gate.may_feed()
    assert room.keeper.wanted() is None
    room.press("f9")
    assert (room.chosen, room.gate.may_feed(), room.keeper.wanted()) == (
        ["f9"],
        False,
        frozenset(("f8", "f9")),
    )


def test_the_end_shuts_and_opens_nothing_more(room: Room) -> None:
    room.press()
    room.keeper.close()
    assert not room.gate.may_feed()
    room.release()
    room.press()
    assert not room.gate.may_feed()


def test_its_thread_looks_while_a_key_is_held_and_ends(room: Room) -> None:
    looked = threading.Event()
    ask = room.keyboard.down

    def down(keys: Collection[str]) -> frozenset[str] | None:
        if keys:
            looked.set()
        return ask(keys)

    room.keyboard.down = down  # type: ignore[method-assign]
    room.keeper.start()
    room.press()
    assert looked.wait(20)
    room.keeper.close(20)
    assert "hotkeys-keeper" not in {thread.name for thread in threading.enumerate()}
