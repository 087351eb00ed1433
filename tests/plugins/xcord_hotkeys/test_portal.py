"""Wayland's portal, played by a test on a bus of its own."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, DBusRouter, Proxy, open_dbus_connection
from tests.parts import end, spawn
from tests.waits import line_of

import xcord_hotkeys
from xcord import Switch, Voice
from xcord.testing import World, running, settle
from xcord_hotkeys.keys import parse
from xcord_hotkeys.listeners import choose
from xcord_hotkeys.listeners.portal import NAME, PATH, SHORTCUTS, trigger

PATIENCE = 30.0


@pytest.fixture
def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a session bus with nobody on it."""
    program = shutil.which("dbus-daemon")
    assert program is not None, "run: apt-get install dbus-daemon"
    address = f"unix:path={tmp_path}/bus"
    daemon = spawn(
        [program, "--session", "--nofork", "--nopidfile", "--print-address", f"--address={address}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert daemon.stdout is not None
    assert line_of(daemon.stdout)
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    yield address
    end(daemon)
    daemon.stdout.close()


class Desktop:
    """A desktop with a portal: ``asked`` are the shortcuts it was asked for, by session."""

    def __init__(self, connection: DBusConnection) -> None:
        self._connection = connection
        self.asked: list[dict[str, dict[str, Any]]] = []
        self.sessions: list[str] = []
        self.response = 0
        self.registered: list[str] = []

    async def serve(self) -> None:
        while True:
            message = await self._connection.receive()
            if message.header.message_type == MessageType.method_call:
                await self._answer(message)

    async def _answer(self, call: Message) -> None:
        fields = call.header.fields
        sender = fields[HeaderFields.sender].removeprefix(":").replace(".", "_")
        match fields[HeaderFields.member]:
            case "Register":
                self.registered.append(call.body[0])
                await self._connection.send(new_method_return(call))
            case "CreateSession":
                options = call.body[0]
                session = f"{PATH}/session/{sender}/{options['session_handle_token'][1]}"
                self.sessions.append(session)
                await self._respond(call, sender, options, {"session_handle": ("s", session)})
            case "BindShortcuts":
                session, shortcuts, _, options = call.body
                assert session == self.sessions[-1]
                self.asked.append(dict(shortcuts))
                bound = [(name, {"trigger_description": ("s", f"Press {name}")}) for name, _ in shortcuts]
                await self._respond(call, sender, options, {"shortcuts": ("a(sa{sv})", bound)})
            case other:
                await self._connection.send(new_error(call, f"org.example.Unknown.{other}"))

    async def _respond(self, call: Message, sender: str, options: Any, results: dict[str, Any]) -> None:
        path = f"{PATH}/request/{sender}/{options['handle_token'][1]}"
        await self._connection.send(new_method_return(call, "o", (path,)))
        code = self.response if "shortcuts" in results else 0
        await self.signal(path, "org.freedesktop.portal.Request", "Response", "ua{sv}", (code, results))

    async def signal(self, path: str, interface: str, member: str, signature: str, body: Any) -> None:
        address = DBusAddress(path, interface=interface)
        await self._connection.send(new_signal(address, member, signature, body))

    async def press(self, action: str, down: bool, session: str = "") -> None:
        body: tuple[Any, ...] = (session or self.sessions[-1], action, 0, {})
        await self.signal(PATH, SHORTCUTS, "Activated" if down else "Deactivated", "osta{sv}", body)


@contextlib.asynccontextmanager
async def portal(address: str) -> AsyncIterator[Desktop]:
    connection = await open_dbus_connection(bus=address)
    async with DBusRouter(connection) as router:
        await Proxy(message_bus, router).RequestName(NAME)
    desktop = Desktop(connection)
    serving = asyncio.ensure_future(desktop.serve())
    try:
        yield desktop
    finally:
        serving.cancel()
        await asyncio.wait({serving})
        await connection.close()


@contextlib.asynccontextmanager
async def desk(**bindings: str) -> AsyncIterator[World]:
    async with running(xcord_hotkeys, options={"hotkeys.bindings": bindings}) as world:
        world.gate.set_muted(False)
        world.gate.set_mode("ptt")
        world.gate.renew_hub(1e9)
        yield world


def bound(world: World) -> bool:
    return bool(world.read("hotkeys").listener == "portal")


async def test_the_desktop_gives_out_the_keys_and_tells_when_they_are_held(bus: str) -> None:
    async with portal(bus) as desktop, desk(push_to_talk="ctrl+f8", mute="mouse8") as world:
        await world.until(lambda: bound(world), PATIENCE)
        assert desktop.registered == ["org.xcord.xcord"]
        wishes = {
            name: told.get("preferred_trigger", ("s", ""))[1] for name, told in desktop.asked[0].items()
        }
        assert wishes == {"push_to_talk": "CTRL+F8", "mute": ""}
        assert world.read("hotkeys").bindings == {
            "push_to_talk": "Press push_to_talk",
            "mute": "Press mute",
        }
        await desktop.press("push_to_talk", True)
        await world.until(world.gate.may_feed, PATIENCE)
        await desktop.press("push_to_talk", False)
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        world.answer("voice.mute", Switch)
        world.publish("voice", Voice(status="connected"))
        await desktop.press("leave", True)  # it was not asked for
        await desktop.press("mute", True, f"{PATH}/session/of/another")
        await desktop.press("mute", True)
        await world.until(lambda: world.asked == [("voice.mute", Switch(True))], PATIENCE)


async def test_a_portal_that_goes_while_a_key_is_held_shuts_the_microphone(bus: str) -> None:
    async with desk(push_to_talk="f8") as world:
        async with portal(bus) as desktop:
            await until_asked_again(world, lambda: bound(world))
            await desktop.press("push_to_talk", True)
            await world.until(world.gate.may_feed, PATIENCE)
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        assert ("microphone.shut", {"reason": "listener"}) in world.notices
        await world.until(lambda: world.read("hotkeys").problem == "died", PATIENCE)
        async with portal(bus):
            await until_asked_again(world, lambda: bound(world))
            await world.until(lambda: ("hotkeys.returned", {}) in world.notices, PATIENCE)


async def until_asked_again(world: World, condition: Any) -> None:
    """Attempts are made by the clock."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await world.clock.advance(1.0)
            await asyncio.sleep(0.02)


async def test_a_session_that_the_desktop_closes_shuts_and_another_is_asked_for(bus: str) -> None:
    async with portal(bus) as desktop, desk(push_to_talk="f8") as world:
        await world.until(lambda: bound(world), PATIENCE)
        await desktop.press("push_to_talk", True)
        await world.until(world.gate.may_feed, PATIENCE)
        await desktop.signal(desktop.sessions[0], "org.freedesktop.portal.Session", "Closed", "a{sv}", ({},))
        await world.until(lambda: not world.gate.may_feed(), PATIENCE)
        await until_asked_again(world, lambda: len(desktop.sessions) == 2)


async def test_somebody_else_on_the_bus_opens_nothing(bus: str) -> None:
    async with portal(bus) as desktop, desk(push_to_talk="f8") as world:
        await world.until(lambda: bound(world), PATIENCE)
        stranger = await open_dbus_connection(bus=bus)
        await Desktop(stranger).press("push_to_talk", True, desktop.sessions[-1])
        await desktop.press("mute", True)
        await stranger.close()
        await settle()
        await asyncio.sleep(0.2)
        assert not world.gate.may_feed()


async def test_a_key_is_chosen_in_the_desktops_own_dialog(bus: str) -> None:
    async with portal(bus) as desktop, desk() as world:
        await world.ask("hotkeys.record", {"action": "push_to_talk"})
        await world.until(lambda: world.read("hotkeys").recording == "", PATIENCE)
        await world.until(lambda: bound(world), PATIENCE)
        assert world.read("hotkeys").bindings == {"push_to_talk": "Press push_to_talk"}
        await world.until(
            lambda: world.read("settings").values["hotkeys.bindings"] == {"push_to_talk": ""}, PATIENCE
        )
        assert [list(asked) for asked in desktop.asked] == [["push_to_talk"]]
        await world.ask("hotkeys.clear", {"action": "push_to_talk"})
        await world.until(lambda: world.read("hotkeys").listener == "off", PATIENCE)


async def test_who_refuses_in_that_dialog_is_not_asked_again(bus: str) -> None:
    async with portal(bus) as desktop, desk() as world:
        desktop.response = 1
        await world.ask("hotkeys.record", {"action": "push_to_talk"})
        await world.until(lambda: world.read("hotkeys").recording == "", PATIENCE)
        await world.clock.advance(60)
        assert len(desktop.sessions) == 1
        assert world.read("hotkeys").bindings == {}


async def test_a_desktop_without_a_portal_leaves_it_to_the_windows(bus: str) -> None:
    async with desk(push_to_talk="f8") as world:
        await world.until(lambda: world.read("hotkeys").listener == "window", PATIENCE)
        assert world.read("hotkeys").problem == "portal_missing"


@pytest.mark.parametrize(
    ("keys", "spelt"),
    [
        ("f8", "F8"),
        ("ctrl+shift+m", "CTRL+SHIFT+m"),
        ("super+space", "LOGO+space"),
        ("page_up", "Page_Up"),
        ("mouse8", ""),
        ("num1", ""),
    ],
)
def test_wishes_are_spelt_as_the_desktop_reads_them(keys: str, spelt: str) -> None:
    assert trigger(parse(keys)) == spelt


@pytest.mark.parametrize(
    ("environ", "platform", "way"),
    [
        ({"DISPLAY": ":0"}, "linux", "x11"),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, "linux", "portal"),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, "linux", "portal"),
        ({}, "linux", "none"),
        ({}, "win32", "hooks"),
        ({}, "darwin", "hooks"),
    ],
)
def test_the_way_that_sees_most_is_chosen(environ: dict[str, str], platform: str, way: str) -> None:
    assert choose(environ, platform).way == way
