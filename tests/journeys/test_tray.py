"""A call in the tray: muted there, left there, closed into it, and brought back by a second start."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.guests import stack
from tests.guests.stack import App
from tests.journeys.world import World
from tests.shell.notification_service import Service, notification_service, private_bus
from tests.shell.windows.tint2 import Panel, panel

CALL, SILENT, LOST, IDLE = "#0d8065", "#c92b33", "#f0b24a", "#123a34"  # qt_tray_icon.PAINTS
PATIENCE = 60.0  # seconds that an awaited event may take on a busy machine
LINK = "xcord://join/ses.example.org/Ab12cd34"


@pytest.fixture(scope="module")
def tray(world: World) -> Iterator[Panel]:
    with panel(world.screen, world.folder) as made:
        yield made


def window(app: App, visible: bool) -> None:
    def is_so(slices: dict[str, dict[str, list[dict[str, object]]]]) -> bool:
        found = [each["visible"] for each in slices["windows"]["windows"] if each["name"] == "main"]
        return found == [visible]

    app.wait(f"a window with visible {visible}", ["windows"], is_so, PATIENCE)


def close_window(world: World) -> None:
    world.screen.close("xcord")


def start_again(world: World, app: App, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**world.environ, "XCORD_HOME": str(app.home)}
    command = [sys.executable, "-m", "xcord", *arguments]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=True)


def test_a_call_is_muted_and_left_by_the_tray_alone(world: World, tray: Panel) -> None:
    with world.call() as app:
        tray.await_ground(CALL)
        close_window(world)
        window(app, False)
        tray.choose(1)
        app.wait("a muted call", ["voice"], lambda s: s["voice"]["muted"])
        tray.await_ground(SILENT)
        app.ask("voice.mute", on=False)
        tray.await_ground(CALL)
        tray.choose(3)
        app.wait("no call", ["voice"], lambda s: s["voice"]["status"] == "idle")
        tray.await_ground(IDLE)
        window(app, False)


def test_a_second_start_brings_the_window_back_and_its_link_joins_nothing(world: World, tray: Panel) -> None:
    with world.app("--measure", "--hidden") as app:
        window(app, False)
        tray.await_ground(IDLE)
        start_again(world, app, "run", "--hidden")  # as the desktop does at log-in
        start_again(world, app, LINK)
        window(app, True)
        slices = app.read("app", "voice", "directory")
        assert slices["app"]["link"] == LINK
        assert (slices["voice"]["status"], slices["directory"]["status"]) == ("idle", "signed_out")
        close_window(world)
        window(app, False)
        tray.click()
        window(app, True)


def test_closing_quits_where_the_user_wants_that_and_leaves_the_call_first(world: World, tray: Panel) -> None:
    with world.call(channel=world.quiet_channel) as app:
        app.ask("settings.set", name="app.close_to_tray", value=False)
        close_window(world)
        assert app.child.process.wait(PATIENCE) == 0


@pytest.fixture
def service(world: World, tmp_path: Path) -> Iterator[tuple[str, Service]]:
    with private_bus(tmp_path) as address, notification_service(address) as made:
        yield address, made


def test_who_closed_the_window_is_told_what_befalls_them(
    world: World, tray: Panel, service: tuple[str, Service]
) -> None:
    address, desktop = service
    environ = {**world.environ, "DBUS_SESSION_BUS_ADDRESS": address}
    with stack.app_on(environ, world.folder, home=world.home(), name="told") as app:  # not --measure
        window(app, True)
        person = world.person()
        app.log_in(world.server, person.login, person.password)
        app.join(world.quiet_channel)
        user = app.read("voice")["voice"]["me"]
        close_window(world)
        hint = desktop.shown.get(timeout=PATIENCE)
        assert (hint.title, hint.app) == ("xcord goes on in the tray", "xcord")
        world.server.remove(world.quiet_channel, user)
        told = desktop.shown.get(timeout=PATIENCE)
        assert told.title == "You were removed from the call"
        tray.await_ground(LOST)
        desktop.click(told.number)
        window(app, True)
