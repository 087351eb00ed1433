"""Real keys on a real X server, while another window has the focus."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import struct
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

import pytest
from tests.other_window import another_window, tool
from tests.screen import PATIENCE, Screen, virtual_screen

import xcord_hotkeys
from xcord.testing import World, running
from xcord_hotkeys.listeners import Edge, ListenerError
from xcord_hotkeys.listeners.x11 import X11Listener

LEFT_OPEN = (
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"  # by python-xlib 0.33
)
BINDINGS = {"push_to_talk": "f8", "push_to_mute": "mouse8", "mute": "ctrl+shift+1"}


@pytest.fixture
def screen() -> Iterator[Screen]:
    with virtual_screen() as screen, another_window(screen):
        yield screen


class Ears(NamedTuple):
    """A listener of its own, without the plugin."""

    listener: X11Listener
    edges: list[Edge]
    news: threading.Event

    def until(self, count: int) -> list[Edge]:
        """The first edges, once there are so many."""
        deadline = time.monotonic() + PATIENCE
        while len(self.edges) < count and time.monotonic() < deadline:
            self.news.wait(0.1)
            self.news.clear()
        return self.edges[:count]


@contextlib.contextmanager
def listening(screen: Screen, wanted: frozenset[str] | None) -> Iterator[Ears]:
    edges, news = list[Edge](), threading.Event()

    def take(edge: Edge) -> None:
        edges.append(edge)
        news.set()

    listener = X11Listener(screen.display, take, lambda: wanted, lambda of: news.set())
    listener.start()
    try:
        yield Ears(listener, edges, news)
    finally:
        listener.stop()
    assert not listener.is_alive()


@contextlib.asynccontextmanager
async def desk(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The plugin on that screen, in push to talk; the hub's heart beats."""
    for name in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", screen.display)
    async with running(xcord_hotkeys, options={"hotkeys.bindings": BINDINGS}) as world:
        world.gate.set_muted(False)
        world.gate.set_mode("ptt")
        world.gate.renew_hub(time.monotonic() + 600)
        await world.until(lambda: world.read("hotkeys").listener == "global", PATIENCE)
        yield world


async def test_the_key_opens_the_microphone_while_another_window_has_the_focus(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(screen, monkeypatch) as world:
        for _ in range(3):
            tool(screen, "keydown", "F8")
            await world.until(world.gate.may_feed, PATIENCE)
            await world.until(lambda: world.read("hotkeys").held == ("push_to_talk",), PATIENCE)
            tool(screen, "keyup", "F8")
            await world.until(lambda: not world.gate.may_feed(), PATIENCE)
            await world.until(lambda: world.read("hotkeys").held == (), PATIENCE)
        assert world.notices == []


async def test_a_key_held_for_long_is_one_press(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(screen, monkeypatch) as world:
        tool(screen, "keydown", "F8")
        await world.until(world.gate.may_feed, PATIENCE)
        since = world.gate.open_since()
        time.sleep(2.0)  # noqa: ASYNC251 far longer than the system waits before it repeats; the loop stands still
        assert world.gate.open_since() == since
        tool(screen, "keyup", "F8")
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        tool(screen, "keydown", "Shift_L", "keydown", "F8", "keyup", "Shift_L")
        await world.until(world.gate.may_feed, PATIENCE)
        tool(screen, "keyup", "F8")
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)


async def test_a_mouse_button_is_a_key_too(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    async with desk(screen, monkeypatch) as world:
        world.gate.set_mode("open")
        tool(screen, "mousemove", "200", "200", "mousedown", "8")
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        time.sleep(0.5)  # noqa: ASYNC251 several times is asked whether it really is down
        await world.until(lambda: world.read("hotkeys").held == ("push_to_mute",), PATIENCE)
        tool(screen, "mouseup", "8")
        await world.until(world.gate.may_feed, PATIENCE)
        assert world.notices == []


@pytest.mark.filterwarnings(LEFT_OPEN)
async def test_an_x_server_that_is_killed_shuts_the_microphone(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(screen, monkeypatch) as world:
        tool(screen, "keydown", "F8")
        await world.until(world.gate.may_feed, PATIENCE)
        os.kill(server_pid(screen), signal.SIGKILL)
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        await world.until(lambda: ("microphone.shut", {"reason": "listener"}) in world.notices, PATIENCE)
        await world.until(lambda: world.read("hotkeys").listener == "window", PATIENCE)
        await world.until(lambda: ("hotkeys.lost", {}) in world.notices, PATIENCE)


async def test_an_x_server_that_hangs_shuts_the_microphone(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(screen, monkeypatch) as world:
        tool(screen, "keydown", "F8")
        await world.until(world.gate.may_feed, PATIENCE)
        pid = server_pid(screen)
        os.kill(pid, signal.SIGSTOP)
        try:
            await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        finally:
            os.kill(pid, signal.SIGCONT)
        tool(screen, "keyup", "F8")


def server_pid(screen: Screen) -> int:
    """Whoever answers at the display's socket."""
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(f"/tmp/.X11-unix/X{screen.display.removeprefix(':')}")
        peer = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", peer)[0])


async def test_a_key_up_that_nobody_tells_shuts_the_microphone(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Staged by a listener that has become deaf to key-ups; what the system says is the X server's word."""
    see = X11Listener._see

    def deaf(self: X11Listener, kind: int, detail: int) -> None:
        if kind != 14:
            see(self, kind, detail)

    monkeypatch.setattr(X11Listener, "_see", deaf)
    async with desk(screen, monkeypatch) as world:
        tool(screen, "keydown", "F8")
        await world.until(world.gate.may_feed, PATIENCE)
        tool(screen, "keyup", "F8")
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        await world.until(lambda: ("microphone.shut", {"reason": "lost_key_up"}) in world.notices, PATIENCE)


def test_keys_are_named_by_what_is_on_them_without_shift(screen: Screen) -> None:
    with listening(screen, None) as ears:
        tool(screen, "keydown", "ctrl", "keydown", "shift", "key", "1", "keyup", "shift", "keyup", "ctrl")
        downs = [edge for edge in ears.until(6) if edge.down]
        assert [edge.key for edge in downs] == ["ctrl_l", "shift_l", "1"]
        assert downs[-1].modifiers == {"ctrl", "shift"}


def test_a_new_layout_is_taken_over_at_once(screen: Screen) -> None:
    with listening(screen, None) as ears:
        subprocess.run(["setxkbmap", "tr"], env=screen.environ, check=True, timeout=PATIENCE)
        tool(screen, "key", "scedilla")
        assert [edge.key for edge in ears.until(2)] == ["ş", "ş"]


def test_other_keys_and_the_wheel_are_told_to_nobody(screen: Screen) -> None:
    with listening(screen, frozenset({"f8"})) as ears:
        tool(screen, "type", "secret")
        tool(screen, "click", "4", "click", "1", "mousemove", "10", "10", "key", "F8")
        assert [edge.key for edge in ears.until(2)] == ["f8", "f8"]


@pytest.mark.filterwarnings(LEFT_OPEN)
def test_where_there_is_no_display_nobody_listens() -> None:
    listener = X11Listener(":4711", lambda edge: None, lambda: None, lambda of: None)
    with pytest.raises(ListenerError) as refused:
        listener.start()
    assert (refused.value.code, listener.is_alive()) == ("no_display", False)
