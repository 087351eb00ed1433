"""The plugin in a hub of its own: settings, recording, commands, what keys ask for. Keys are told by hand."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

import pytest
from tests.waits import PATIENCE

import xcord_hotkeys
from xcord import Capture, CommandError, Desktop, Devices, Nothing, Switch, Voice
from xcord.testing import World, running, settle
from xcord_hotkeys import life, listening
from xcord_hotkeys.listeners import Choice, Edge, Listener, ListenerError, Take, Wanted

AHEAD = 30.0  # seconds of the hub's heartbeat that a test gives in advance


class Keyboard:
    """What the plugin thinks is the system."""

    def __init__(self) -> None:
        self.made: list[Keys] = []
        self.pressed: set[str] = set()
        self.refuses = 0

    def make(self, choice: Choice, take: Take, wanted: Wanted, died: Callable[[Listener], None]) -> Keys:
        self.made.append(Keys(self, take, wanted, died))
        return self.made[-1]

    def press(self, key: str, *modifiers: str) -> None:
        self._tell(Edge(key, True, frozenset(modifiers)))

    def release(self, key: str) -> None:
        self._tell(Edge(key, False))

    def _tell(self, edge: Edge) -> None:
        (self.pressed.add if edge.down else self.pressed.discard)(edge.key)
        keys = self.made[-1]
        wanted = keys.wanted()
        if keys.alive and (wanted is None or edge.key in wanted):
            keys.take(edge)


class Keys:
    def __init__(self, board: Keyboard, take: Take, wanted: Wanted, died: Callable[[Listener], None]) -> None:
        self.board, self.take, self.wanted, self.died, self.alive = board, take, wanted, died, False

    def start(self) -> None:
        if self.board.refuses:
            self.board.refuses -= 1
            raise ListenerError("no_listener")
        self.alive = True

    def is_alive(self) -> bool:
        return self.alive

    def down(self, keys: Collection[str]) -> frozenset[str] | None:
        return frozenset(keys) & self.board.pressed

    def stop(self) -> None:
        self.alive = False

    def die(self) -> None:
        self.alive = False
        self.died(self)


@pytest.fixture
def keyboard(monkeypatch: pytest.MonkeyPatch) -> Keyboard:
    board = Keyboard()
    choose_x11(monkeypatch, Choice("x11", ":77"))
    monkeypatch.setattr(listening, "make", board.make)
    return board


def choose_x11(monkeypatch: pytest.MonkeyPatch, choice: Choice) -> None:
    for module in (listening, life):
        monkeypatch.setattr(module, "choose", lambda: choice)


@contextlib.asynccontextmanager
async def desk(bindings: dict[str, str] | None = None, **options: Any) -> AsyncIterator[World]:
    """The plugin in a call with push to talk; the hub's heart beats."""
    values = {f"hotkeys.{name}": value for name, value in options.items()}
    async with running(xcord_hotkeys, options={"hotkeys.bindings": bindings or {}, **values}) as world:
        world.gate.set_muted(False)
        world.gate.set_mode("ptt")
        world.gate.renew_hub(time.monotonic() + AHEAD)
        for command in ("mute", "deafen"):
            world.answer(f"voice.{command}", Switch)
        world.answer("voice.leave", Nothing)
        world.publish("voice", Voice(status="connected"))
        if bindings:
            await world.until(lambda: world.read("hotkeys").listener == "global")
        yield world


def lock(world: World, on: bool) -> None:
    """The shell says whether the screen is locked."""
    world.hub.slices["desktop"].set(Desktop(locked=on))


async def shut(world: World, reason: str) -> None:
    await world.until(lambda: ("microphone.shut", {"reason": reason}) in world.notices)
    assert not world.gate.may_feed()
    assert world.read("hotkeys").held == ()


async def test_without_a_key_nobody_listens(keyboard: Keyboard) -> None:
    async with desk() as world:
        await settle()
        assert (world.read("hotkeys").listener, keyboard.made) == ("off", [])


async def test_the_microphone_is_open_while_the_key_is_held(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8"}) as world:
        keyboard.press("f8")
        assert world.gate.may_feed()  # without the hub's loop
        await world.until(lambda: world.read("hotkeys").held == ("push_to_talk",))
        keyboard.release("f8")
        await world.until(lambda: not world.gate.may_feed())
        await world.until(lambda: world.read("hotkeys").held == ())
        assert world.notices == []


async def test_a_stalled_loop_keeps_nothing_open_and_is_told(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8"}) as world:
        until = time.monotonic() + 2.0
        world.gate.renew_hub(until)  # as voice does, for the last time
        keyboard.press("f8")
        await world.until(lambda: world.read("hotkeys").held)
        time.sleep(max(0.0, until - time.monotonic()) + 0.5)  # noqa: ASYNC251
        assert not world.gate.may_feed()
        await world.until(lambda: ("microphone.shut", {"reason": "stalled"}) in world.notices)


async def test_a_listener_that_dies_shuts_and_another_takes_its_place(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8"}) as world:
        keyboard.press("f8")
        keyboard.made[-1].die()
        assert not world.gate.may_feed()
        await shut(world, "listener")
        await world.until(lambda: world.read("hotkeys").problem == "died")
        keyboard.refuses = 1
        await world.until(lambda: ("hotkeys.lost", {}) in world.notices)
        async with asyncio.timeout(PATIENCE):
            while world.read("hotkeys").listener != "global":
                await world.clock.advance(0.5)
                await asyncio.sleep(0.01)
        assert (len(keyboard.made), ("hotkeys.returned", {}) in world.notices) == (3, True)
        keyboard.press("f8")  # it was never let go
        assert not world.gate.may_feed()
        keyboard.release("f8")
        keyboard.press("f8")
        assert world.gate.may_feed()


async def test_a_locked_screen_shuts_and_takes_no_key(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8"}) as world:
        keyboard.press("f8")
        lock(world, True)
        await shut(world, "locked")
        keyboard.release("f8")
        keyboard.press("f8")
        assert not world.gate.may_feed()
        lock(world, False)
        await settle()
        keyboard.release("f8")
        keyboard.press("f8")
        assert world.gate.may_feed()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("devices", Devices(engine="miniaudio", inputs=("B",))),
        ("devices", Devices(engine="miniaudio", inputs=("A", "B"), input="B")),
        ("capture", Capture(problem="none")),
    ],
)
async def test_a_microphone_that_is_gone_shuts(keyboard: Keyboard, name: str, value: Any) -> None:
    async with desk({"push_to_talk": "f8"}) as world:
        world.publish("devices", Devices(engine="miniaudio", inputs=("A", "B")))
        world.publish("capture", Capture())
        keyboard.press("f8")
        await world.until(lambda: world.read("hotkeys").held)
        world.publish(name, value)
        await shut(world, "device")


async def test_the_release_delay_is_a_setting_and_a_locked_screen_does_not_wait_for_it(
    keyboard: Keyboard,
) -> None:
    async with desk({"push_to_talk": "f8"}, release_delay=2000) as world:
        keyboard.press("f8")
        keyboard.release("f8")
        await world.until(lambda: world.read("hotkeys").held == ())
        assert world.gate.may_feed()
        lock(world, True)
        await settle()
        assert not world.gate.may_feed()


async def test_keys_ask_for_the_opposite_of_what_is(keyboard: Keyboard) -> None:
    bindings = {"mute": "f1", "deafen": "ctrl+f2", "leave": "f3", "overlay": "f4"}
    async with desk(bindings) as world:
        keyboard.press("f1")
        keyboard.press("f2", "ctrl")
        keyboard.press("f3")
        keyboard.press("f4")  # there is no overlay
        await world.until(lambda: len(world.asked) == 3)
        world.publish("voice", Voice(status="connected", muted=True))
        keyboard.release("f1")
        keyboard.press("f1")
        keyboard.press("f1")
        await world.until(lambda: len(world.asked) == 4)
        assert world.asked == [
            ("voice.mute", Switch(True)),
            ("voice.deafen", Switch(True)),
            ("voice.leave", Nothing()),
            ("voice.mute", Switch(False)),
        ]


async def test_push_to_mute_that_loses_its_key_becomes_a_mute(keyboard: Keyboard) -> None:
    async with desk({"push_to_mute": "f9"}) as world:
        world.gate.set_mode("open")
        keyboard.press("f9")
        assert not world.gate.may_feed()
        keyboard.made[-1].die()
        await world.until(lambda: ("voice.mute", Switch(True)) in world.asked)
        await world.until(world.gate.may_feed)  # voice has it now
        assert ("microphone.shut", {"reason": "listener"}) in world.notices


async def test_a_key_is_chosen_by_pressing_it(keyboard: Keyboard) -> None:
    async with desk() as world:
        await world.ask("hotkeys.record", {"action": "push_to_talk"})
        assert world.read("hotkeys").recording == "push_to_talk"
        await world.until(lambda: world.read("hotkeys").listener == "global")
        keyboard.press("m", "ctrl", "shift")
        await world.until(lambda: world.read("hotkeys").recording == "")
        assert world.read("hotkeys").bindings == {"push_to_talk": "ctrl+shift+m"}
        assert world.read("settings").values["hotkeys.bindings"] == {"push_to_talk": "ctrl+shift+m"}
        assert not world.gate.may_feed()
        await world.ask("hotkeys.clear", {"action": "push_to_talk"})
        await world.until(lambda: world.read("hotkeys").listener == "off")
        assert (world.read("hotkeys").bindings, keyboard.made[-1].alive) == ({}, False)


@pytest.mark.parametrize("how", ["escape", "stop", "window", "time"])
async def test_choosing_a_key_can_be_given_up(keyboard: Keyboard, how: str) -> None:
    async with desk({"mute": "f1"}) as world:
        world.open_window()
        await world.ask("hotkeys.record", {"action": "mute"})
        match how:
            case "escape":
                keyboard.press("escape")
            case "stop":
                await world.ask("hotkeys.record_stop")
            case "window":
                world.close_window()
            case _:
                await world.clock.advance(15.0)
        await world.until(lambda: world.read("hotkeys").recording == "")
        keyboard.press("f2")
        await settle()
        assert world.read("hotkeys").bindings == {"mute": "f1"}


async def test_conflicts_are_shown_and_nonsense_is_refused(keyboard: Keyboard) -> None:
    async with desk({"mute": "f1", "leave": "hyper+nonsense"}) as world:
        assert world.read("hotkeys").bindings == {"mute": "f1"}
        await world.ask("hotkeys.bind", {"action": "deafen", "keys": "F1"})
        found = [(each.action, each.trouble, each.other) for each in world.read("hotkeys").conflicts]
        assert found == [("mute", "same", "deafen"), ("deafen", "same", "mute")]
        with pytest.raises(CommandError) as refused:
            await world.ask("hotkeys.bind", {"action": "deafen", "keys": "mouse1"})
        assert refused.value.code == "bad_keys"


async def test_where_nobody_sees_keys_a_window_does(
    keyboard: Keyboard, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_x11(monkeypatch, Choice("none", problem="no_display"))
    async with running(xcord_hotkeys, options={"hotkeys.bindings": {"push_to_talk": "f8"}}) as world:
        world.gate.set_muted(False)
        world.gate.set_mode("ptt")
        world.gate.renew_hub(time.monotonic() + AHEAD)
        await world.until(lambda: world.read("hotkeys").listener == "window")
        assert world.read("hotkeys").problem == "no_display"
        world.open_window()
        await world.ask("hotkeys.pressed", {"action": "push_to_talk", "down": True})
        assert world.gate.may_feed()
        await shut(world, "focus")  # it says nothing more
        for down in (False, True):
            await world.ask("hotkeys.pressed", {"action": "push_to_talk", "down": down})
        assert world.gate.may_feed()
        world.close_window()
        await settle()
        assert not world.gate.may_feed()


async def test_a_window_is_not_asked_where_keys_are_seen_everywhere(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8"}) as world:
        with pytest.raises(CommandError) as refused:
            await world.ask("hotkeys.pressed", {"action": "push_to_talk", "down": True})
        assert refused.value.code == "keys_not_awaited"
        assert not world.gate.may_feed()


async def test_switched_off_it_leaves_the_microphone_shut(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8", "push_to_mute": "f9"}) as world:
        keyboard.press("f8")
        keyboard.press("f9")
        await world.supervisor.set("hotkeys", False)
        assert (keyboard.made[-1].alive, world.gate.may_feed()) == (False, False)
        world.gate.set_mode("open")
        assert world.gate.may_feed()


async def test_a_press_on_a_locked_screen_opens_nothing_and_says_so(keyboard: Keyboard) -> None:
    async with desk({"push_to_talk": "f8", "mute": "f9"}) as world:
        lock(world, True)
        await settle()
        keyboard.press("f9")
        keyboard.press("f8")
        await shut(world, "locked")
        assert len(world.notices) == 1
        assert world.asked == []
