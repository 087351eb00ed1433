"""The call outlives windows: closed, shown again by a second start, and with its page killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from tests.guests.stack import App
from tests.journeys.processes import family
from tests.journeys.world import World, until

SPEECH = -45.0  # dBFS


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        app.wait("a drawn picture", ["measure"], lambda s: newest(s).get("drawn"), 30.0)
        yield app


def newest(slices: dict[str, Any]) -> dict[str, Any]:
    return dict(slices["measure"]["reports"].get("main", {}))


def main_window(slices: dict[str, Any]) -> dict[str, Any]:
    return next(dict(each) for each in slices["windows"]["windows"] if each["name"] == "main")


def renderers(app: App) -> list[psutil.Process]:
    """The processes of the pages: what the engine's zygotes forked, under their name or its own."""
    processes = {each.pid: each for each in family(app.child.process.pid)}
    zygotes = {pid for pid, each in processes.items() if "--type=zygote" in each.cmdline()}
    pages = {pid for pid, each in processes.items() if "--type=renderer" in each.cmdline()}
    return [processes[pid] for pid in pages or zygotes if processes[pid].ppid() in zygotes]


def same_call(before: dict[str, Any], after: dict[str, Any]) -> bool:
    return bool(
        after["voice"]["status"] == "connected" and after["voice"]["epoch"] == before["voice"]["epoch"]
    )


def test_closing_the_window_leaves_the_call_and_its_sound_alone(world: World, call: App) -> None:
    before = call.read("voice")
    world.screen.close("xcord")
    slices = call.wait("a hidden window", ["windows", "voice"], lambda s: not main_window(s)["visible"])
    assert same_call(before, slices)
    call.wait("no demand for pictures", ["demand"], lambda s: not s["demand"]["tracks"])
    until(lambda: world.sound.listen(1.0) > SPEECH, "speech with the window closed", 30)


def test_a_second_start_shows_the_window_and_pictures_come_back(world: World, call: App) -> None:
    before, drawn = call.read("voice"), sum(newest(call.read("measure"))["drawn"].values())
    second = subprocess.run(
        [sys.executable, "-m", "xcord", "run"],
        env={**world.environ, "XCORD_HOME": str(call.home)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert second.returncode == 0, second.stderr
    slices = call.wait("a shown window", ["windows", "voice"], lambda s: main_window(s)["visible"])
    assert same_call(before, slices)
    call.wait("new pictures", ["measure"], lambda s: sum(newest(s)["drawn"].values()) > drawn + 10, 60.0)


def test_a_killed_page_comes_back_in_the_same_call(world: World, call: App) -> None:
    before = call.read("voice", "measure")
    pages = renderers(call)
    assert pages, "the window's page has a process of its own"
    for page in pages:
        page.kill()
    call.wait(
        "a page that has just begun to draw",
        ["measure"],
        lambda s: 0 < newest(s).get("elapsed_ms", 0) < newest(before)["elapsed_ms"],
        60.0,
    )
    assert same_call(before, call.read("voice"))
