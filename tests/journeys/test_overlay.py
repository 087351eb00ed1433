"""The overlay in real windows: over another program, by itself, after its page's crash, and not at all."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from tests.guests.stack import App
from tests.journeys.processes import family
from tests.journeys.world import World, until

NAMES = ["overlay", "windows", "voice", "speaking"]
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


@contextlib.contextmanager
def shown(app: App) -> Iterator[dict[str, Any]]:
    """The overlay is open and painted."""
    app.ask("overlay.show", on=True)
    try:
        yield app.wait("the overlay", NAMES, lambda s: (state(s) or {}).get("connected"), 30.0)
    finally:
        app.ask("overlay.show", on=False)
        app.wait("no overlay", NAMES, lambda s: state(s) is None, 20.0)


def state(slices: dict[str, Any], name: str = "overlay") -> dict[str, Any] | None:
    return next((dict(each) for each in slices["windows"]["windows"] if each["name"] == name), None)


def own(slices: dict[str, Any]) -> dict[str, Any]:
    return dict(slices["overlay"]["windows"]["overlay"])


def newest(slices: dict[str, Any]) -> dict[str, Any]:
    """What the overlay's page has measured."""
    return dict(slices["measure"]["reports"].get("overlay", {}))


def pixels(world: World, path: Path, rect: dict[str, Any]) -> list[tuple[int, int, int]]:
    """What the screen shows there."""
    import mss

    with mss.MSS(display=world.screen.display) as eye:
        area = {"left": rect["x"], "top": rect["y"], "width": rect["width"], "height": rect["height"]}
        shot = eye.grab(area)
    return [tuple(pixel) for row in shot.pixels for pixel in row]  # type: ignore[misc]


def accents(found: list[tuple[int, int, int]]) -> int:
    """Pixels in the light of who speaks: #3fd8b2, or what is seen of it through the overlay's opacity."""
    return sum(
        green > 185 and red < 120 and 130 < blue < 215 and green - blue > 15 for red, green, blue in found
    )


def renderers(app: App) -> set[int]:
    """The processes of the pages: what the engine's zygotes forked."""
    processes: dict[int, tuple[list[str], int]] = {}
    for each in family(app.child.process.pid):
        with contextlib.suppress(psutil.Error):  # it ended meanwhile
            processes[each.pid] = each.cmdline(), each.ppid()
    zygotes = {pid for pid, (words, _) in processes.items() if "--type=zygote" in words}
    pages = {pid for pid, (words, _) in processes.items() if "--type=renderer" in words}
    return {pid for pid in pages or zygotes if processes[pid][1] in zygotes}


def test_it_lies_over_another_program_and_shows_who_is_there_and_who_speaks(
    world: World, call: App, tmp_path: Path
) -> None:
    paper = subprocess.Popen([sys.executable, "-c", PAPER], env=world.screen.environ)
    try:
        with shown(call) as slices:
            assert slices["overlay"]["people"] == [person["user"] for person in slices["voice"]["people"]]
            rect = own(slices)
            assert rect["height"] == 40 * len(slices["overlay"]["people"])
            until(lambda: (255, 255, 255) in pixels(world, tmp_path, rect), "paper seen through it", 15)
            until(lambda: min(map(sum, pixels(world, tmp_path, rect))) < 200, "names on dark labels", 15)
            until(lambda: accents(pixels(world, tmp_path, rect)) > 20, "somebody who speaks, lit", 30)
    finally:
        paper.terminate()
        paper.wait()


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
            subprocess.run(["wmctrl", "-c", "xcord"], env=world.screen.environ, check=True, timeout=10)
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
    subprocess.run(["wmctrl", "-c", "xcord"], env=world.screen.environ, check=True, timeout=10)
    call.wait("a hidden window", NAMES, lambda s: not (state(s, "main") or {})["visible"])
    with shown(call) as slices:
        assert not (state(slices, "main") or {})["visible"]
    call.ask("window.show")
    call.wait("the main window", NAMES, lambda s: (state(s, "main") or {})["visible"])


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
