"""The overlay in real windows: over another program, by itself, after its page's crash, and not at all."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from tests.guests.stack import App
from tests.journeys.overlays import NAMES, accents, drag, lies, newest, own, pixels, shown, state
from tests.journeys.processes import family
from tests.journeys.world import World, until

PAPER = """
import sys
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(["paper"])
window = QWidget()
window.setStyleSheet("background: #ffffff")
window.setGeometry(0, 0, 900, 700)
window.show()
app.exec()
"""


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        app.wait("everybody", ["voice"], lambda s: len(s["voice"]["people"]) == 4, 30.0)
        yield app


def renderers(app: App) -> set[int]:
    """The processes of the pages: what the engine's zygotes forked."""
    processes: dict[int, tuple[list[str], int]] = {}
    for each in family(app.child.process.pid):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            processes[each.pid] = each.cmdline(), each.ppid()
    zygotes = {pid for pid, (words, _) in processes.items() if "--type=zygote" in words}
    pages = {pid for pid, (words, _) in processes.items() if "--type=renderer" in words}
    return {pid for pid in pages or zygotes if processes[pid][1] in zygotes}


def test_it_lies_over_another_program_and_shows_who_is_there_and_who_speaks(world: World, call: App) -> None:
    paper = subprocess.Popen([sys.executable, "-c", PAPER], env=world.screen.environ)
    try:
        with shown(call) as slices:
            assert slices["overlay"]["people"] == [person["user"] for person in slices["voice"]["people"]]
            rect = own(slices)
            assert rect["height"] == 40 * len(slices["overlay"]["people"])
            until(lambda: (255, 255, 255) in pixels(world.screen, rect), "paper seen through it", 60)
            until(lambda: min(map(sum, pixels(world.screen, rect))) < 200, "names on dark labels", 60)
            until(lambda: accents(pixels(world.screen, rect)) > 20, "somebody who speaks, lit", 60)
    finally:
        paper.terminate()
        paper.wait(20)


def test_who_speaks_comes_and_goes_where_only_they_are_listed(world: World, call: App) -> None:
    call.ask("settings.set", name="overlay.content", value="speakers")
    call.ask("settings.set", name="overlay.grace", value=0)
    try:
        with shown(call):
            call.wait(
                "somebody", NAMES, lambda s: s["overlay"]["people"] == s["speaking"]["users"] != [], 40.0
            )
    finally:
        for name, value in (("content", "everyone"), ("grace", 3)):
            call.ask("settings.set", name=f"overlay.{name}", value=value)


def test_a_small_stage_receives_the_focus_alone(world: World, call: App) -> None:
    call.ask("settings.set", name="overlay.content", value="stage")
    names = [*NAMES, "stage", "demand", "measure"]
    try:
        with shown(call):
            slices = call.wait(
                "one tile", names, lambda s: len(s["stage"]["windows"].get("overlay", ())) == 1, 20.0
            )
            (tile,) = slices["stage"]["windows"]["overlay"]
            assert (tile["width"], tile["height"]) == (10_000, 10_000)
            viewport = (state(slices) or {})["viewport"]
            assert (viewport["width"], viewport["height"], viewport["focus"]) == (320, 180, True)
            call.wait("a drawn picture", names, lambda s: newest(s).get("drawn"), 30.0)
            world.screen.close("xcord")
            # With the main window hidden, nothing else is received.
            call.wait("demand for one", names, lambda s: len(s["demand"]["tracks"]) == 1, 20.0)
            call.ask("window.show")
    finally:
        call.ask("settings.set", name="overlay.content", value="everyone")


def test_it_survives_its_pages_crash_with_the_same_state(world: World, call: App) -> None:
    before = renderers(call)
    with shown(call):
        call.ask("overlay.put", corner="bottom_right")
        placed = call.read(*NAMES)
        mine = renderers(call) - before
        assert len(mine) == 1, "the overlay's page has a process of its own"
        for pid in mine:
            psutil.Process(pid).kill()
        call.wait("a page that is gone", NAMES, lambda s: not (state(s) or {})["connected"], 20.0)
        slices = call.wait("a new page", NAMES, lambda s: (state(s) or {})["connected"], 30.0)
        assert own(slices) == own(placed)
        assert slices["voice"]["epoch"] == placed["voice"]["epoch"]


def test_it_opens_and_closes_without_the_main_window(world: World, call: App) -> None:
    world.screen.close("xcord")
    call.wait("a hidden window", NAMES, lambda s: not (state(s, "main") or {})["visible"])
    with shown(call) as slices:
        assert not (state(slices, "main") or {})["visible"]
    call.ask("window.show")
    call.wait("the main window", NAMES, lambda s: (state(s, "main") or {})["visible"])


class Monitors:
    """Two of half the screen each, by name; X's server itself has one."""

    def __init__(self, world: World) -> None:
        self.screen = world.screen
        self.half = world.screen.width // 2

    def put(self, name: str) -> None:
        at, output = (0, "screen") if name == "left" else (self.half, "none")
        self.run("--setmonitor", name, f"{self.half}/200x{self.screen.height}/200+{at}+0", output)

    def take(self, name: str) -> None:
        self.run("--delmonitor", name)

    def run(self, *words: str) -> None:
        subprocess.run(["xrandr", *words], env=self.screen.environ, check=True, timeout=10)


@contextlib.contextmanager
def two_monitors(world: World, app: App) -> Iterator[Monitors]:
    made = Monitors(world)
    made.put("left")
    made.put("right")
    try:
        app.wait("two monitors", ["desktop"], lambda s: names(s) == ["left", "right"], 20.0)
        yield made
    finally:
        made.take("left")
        made.take("right")
        app.wait("one screen", ["desktop"], lambda s: len(names(s)) == 1, 20.0)


def names(slices: dict[str, Any]) -> list[str]:
    return [each["id"] for each in slices["desktop"]["screens"]]


def test_on_an_unplugged_monitor_it_moves_to_the_other_and_back_when_that_is_there_again(
    world: World, call: App
) -> None:
    with two_monitors(world, call) as monitors, shown(call):
        call.ask("overlay.put", corner="bottom_right", screen="right")
        there = own(call.wait("the right one", NAMES, lambda s: own(s)["screen"] == "right", 20.0))
        assert there["x"] + there["width"] == world.screen.width - 12
        until(lambda: lies(world.screen) == (there["x"], there["y"]), "the window on the right monitor", 60)
        monitors.take("right")
        here = own(call.wait("the left one", NAMES, lambda s: own(s)["screen"] == "left", 20.0))
        assert here["x"] + here["width"] == monitors.half - 12
        until(lambda: lies(world.screen) == (here["x"], here["y"]), "the window on the left monitor", 60)
        monitors.put("right")
        again = call.wait("the right one again", NAMES, lambda s: own(s)["screen"] == "right", 20.0)
        assert own(again) == there
        until(lambda: lies(world.screen) == (there["x"], there["y"]), "the window where it was", 60)
        call.ask("overlay.reset")


def test_it_is_dragged_onto_another_monitor_into_its_corner_and_that_monitor_is_remembered(
    world: World, call: App
) -> None:
    with two_monitors(world, call) as monitors, shown(call):
        call.ask("overlay.put", corner="top_left", screen="left")
        start = own(call.wait("the left one", NAMES, lambda s: own(s)["screen"] == "left", 20.0))
        call.ask("overlay.edit", on=True)
        try:
            call.wait("edit mode", NAMES, lambda s: s["overlay"]["editing"], 30.0)
            wide, high = world.screen.width, world.screen.height
            x, y = start["x"] + 60, start["y"] + 20
            # Ten pixels short of the margin, to which it snaps.
            across = wide - 12 - start["width"] - 10 - start["x"]
            down = high - 12 - start["height"] - 10 - start["y"]

            def dragged() -> bool:
                """The window's shape changes without a word, so the first ones may go through it."""
                drag(world.screen, (x, y), (x + across, y + down))
                with contextlib.suppress(AssertionError):
                    until(is_right, "the place", 3.0)
                return is_right()

            def is_right() -> bool:
                places = call.read("settings")["settings"]["values"]["overlay.places"]
                return bool(places.get("overlay", {}).get("screen") == "right")

            until(dragged, "dragged onto the right monitor", 90)
        finally:
            call.ask("overlay.edit", on=False)
        after = own(call.wait("the right one", NAMES, lambda s: own(s)["screen"] == "right", 20.0))
        corner = (wide - 12 - start["width"], high - 12 - start["height"])
        assert (after["x"], after["y"], after["right"], after["bottom"]) == (*corner, True, True)
        until(lambda: lies(world.screen) == corner, "the window in the corner", 60)
        monitors.take("left")  # now the other one is the first
        monitors.put("left")
        call.wait("both", ["desktop"], lambda s: set(names(s)) == {"left", "right"}, 20.0)
        assert own(call.read(*NAMES))["screen"] == "right"
        call.ask("overlay.reset")


def test_its_place_is_remembered_by_the_next_run(world: World) -> None:
    home = world.home()
    with world.call(home=home) as app:
        app.ask("overlay.put", corner="bottom_left")
        app.ask("overlay.show", on=True)
        before = own(app.wait("the overlay", NAMES, lambda s: (state(s) or {}).get("connected"), 30.0))
    with world.call(home=home) as app:
        after = own(app.wait("the overlay", NAMES, lambda s: (state(s) or {}).get("connected"), 30.0))
    assert (after["x"], after["y"]) == (before["x"], before["y"])


def test_without_its_plugin_there_is_no_trace_of_it(world: World) -> None:
    with world.call("-p", "no:overlay") as app:
        slices = app.read("windows", "settings", "plugins", "overlay")
        assert state(slices) is None
        assert "overlay" not in {name for name in slices if slices[name]}
        assert not [name for name in slices["settings"]["values"] if name.startswith("overlay.")]
        tree = subprocess.run(
            ["xwininfo", "-root", "-tree"],
            env=world.screen.environ,
            capture_output=True,
            text=True,
            timeout=20,
        )
        assert tree.returncode == 0
        assert "xcord overlay" not in tree.stdout
