"""However a process ends: nothing that it started stays, no setting is lost, the SFU forgets the person."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from tests.guests import stack
from tests.guests.stack import App
from tests.journeys import sfu
from tests.journeys.processes import GONE_WITHIN, family, wait_gone
from tests.journeys.world import World, until

from xcord.errors import CommandError, SetupError
from xcord.windows.layer import QUIT_BOUND

ENDINGS = [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGSEGV]
FORGOTTEN_WITHIN = 25.0


def send(app: App, number: signal.Signals) -> list[psutil.Process]:
    """Send a signal to the app alone; returns all that belonged to it."""
    found = family(app.child.process.pid)
    app.child.process.send_signal(number)
    return found


@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_an_app_that_ends_in_a_call_leaves_nothing_behind_and_keeps_its_settings(
    world: World, number: signal.Signals
) -> None:
    home = world.home()
    with world.call(home=home) as app:
        me, room = (app.read("voice")["voice"][key] for key in ("me", "room"))
        assert me in sfu.people(world, room)
        app.ask("settings.set", name="app.theme", value="dark")
        app.ask("voice.mute", on=True)
        begin = time.monotonic()
        wait_gone(send(app, number), home)
        if number in (signal.SIGTERM, signal.SIGINT):
            assert app.child.process.wait(5.0) == 0, app.child.last_words()
    until(lambda: me not in sfu.people(world, room), "the SFU's list without me", FORGOTTEN_WITHIN)
    if number in (signal.SIGTERM, signal.SIGINT):
        assert time.monotonic() - begin < GONE_WITHIN, "whoever ends in order is gone at once"

    with world.app("--measure", home=home) as again:
        again.wait_painted()
        slices = again.wait(
            "an offer to rejoin", ["app", "settings", "voice"], lambda s: s["app"]["rejoin"] == world.channel
        )
        assert slices["settings"]["values"]["app.theme"] == "dark"
        assert slices["voice"]["muted"]
        assert slices["voice"]["status"] == "idle", "the offer is made; nobody joins by itself"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=lambda number: number.name)
@pytest.mark.parametrize("after", [0.2, 0.6, 1.2, 2.0])
def test_an_app_that_ends_while_it_starts_leaves_nothing_behind(
    world: World, number: signal.Signals, after: float
) -> None:
    home = world.home()
    with world.app(home=home) as app:
        time.sleep(after)  # the moment is the point of it
        wait_gone(send(app, number), home)


def test_an_app_that_is_killed_while_it_joins_leaves_nothing_behind(world: World) -> None:
    home = world.home()
    with world.app("--measure", home=home) as app:
        app.wait_painted()
        app.log_in(world.server)
        me = app.read("directory")["directory"]["account"]["user"]

        def join() -> None:
            try:
                app.ask("voice.join", 30.0, channel=world.channel)
            except (SetupError, CommandError):
                return  # it was killed meanwhile, or had joined already

        joining = threading.Thread(target=join)
        joining.start()
        app.wait("a connection under way", ["voice"], lambda s: s["voice"]["status"] != "idle")
        wait_gone(send(app, signal.SIGKILL), home)
        joining.join(30.0)
    room = f"vc_{world.channel}"
    until(lambda: me not in sfu.people(world, room), "the SFU's list without me", FORGOTTEN_WITHIN)


BLOCKER = """
import pathlib, threading
from xcord import Nothing, hookimpl

@hookimpl
def xcord_start(hub):
    async def block(args, asker):
        pathlib.Path(__file__).with_suffix(".blocks").touch()
        threading.Event().wait()

    hub.command("blocker.block", Nothing, block)
"""


def test_an_app_whose_hub_is_blocked_for_ever_ends_all_the_same(world: World) -> None:
    home = world.home()
    plugin = home / "config" / "plugins" / "blocker.py"
    plugin.parent.mkdir()
    plugin.write_text(BLOCKER)
    with world.call(home=home) as app:
        me, room = (app.read("voice")["voice"][key] for key in ("me", "room"))
        app.ask("voice.mute", on=True)

        def block() -> None:
            with contextlib.suppress(SetupError, CommandError):
                app.ask("blocker.block", 60.0)

        asking = threading.Thread(target=block)
        asking.start()
        until(plugin.with_suffix(".blocks").exists, "the blockage")
        wait_gone(send(app, signal.SIGINT), home, QUIT_BOUND)  # sooner than a hub that answers may take
        asking.join(60.0)
        said = app.child.err.read_text(errors="replace")
        assert "ending without the hub" in said
        assert "blocked by plugin 'blocker'" in said
    until(lambda: me not in sfu.people(world, room), "the SFU's list without me", FORGOTTEN_WITHIN)
    assert json.loads((home / "config" / "settings.json").read_text())["values"]["voice.muted"]


@pytest.mark.parametrize("number", ENDINGS, ids=lambda number: number.name)
def test_a_server_end_takes_its_database_and_its_sfu_with_it(folder: Path, number: signal.Signals) -> None:
    with stack.server_end(folder) as server:
        found = family(server.child.process.pid)
        names = {process.name() for process in found}
        assert any("postgres" in name for name in names), names
        assert any("livekit" in name for name in names), names
        server.child.process.send_signal(number)
        wait_gone(found, folder)


SEEN = {
    *("room", "people", "tiles", "fps_per_tile", "latency_ms", "speakers_seen"),
    *("start_to_window_s", "click_to_joined_s", "screenshots"),
}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL, None], ids=str)
def test_a_demo_that_ends_or_is_stopped_takes_everything_with_it(
    folder: Path, number: signal.Signals | None
) -> None:
    screens = ("DISPLAY", "WAYLAND_DISPLAY")
    environ = {name: value for name, value in os.environ.items() if name not in screens}
    picture = folder / "main.png"
    options = ["--guests", "1", "--screenshot", str(picture), "--json", str(folder / "seen.json")]
    options += [] if number else ["--seconds", "4"]
    with subprocess.Popen(
        [sys.executable, "-m", "tests.guests.demo", *options],
        env={**environ, "TMPDIR": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        said: list[str] = []
        for line in demo.stdout:
            said.append(line)
            if "the first picture" in line:
                break
        found = family(demo.pid)
        assert len(found) > 8, said
        if number:
            demo.send_signal(number)
        said += demo.stdout
    wait_gone(found, folder)
    if number == signal.SIGKILL:
        return
    assert demo.returncode == 0, said
    assert "everything has ended" in said[-1]
    seen = json.loads((folder / "seen.json").read_text())
    assert seen.keys() == SEEN
    assert seen["fps_per_tile"].keys() == {"min", "median"}
    assert seen["latency_ms"].keys() == {"p50", "p95"}
    assert (seen["people"], seen["tiles"]) == (2, 2), "what was seen is written also when it was stopped"
    if number is None:
        assert seen["fps_per_tile"]["min"] > 0
        assert seen["latency_ms"]["p50"] is not None
        assert seen["screenshots"] == [str(picture)]
        assert picture.read_bytes().startswith(b"\x89PNG")
