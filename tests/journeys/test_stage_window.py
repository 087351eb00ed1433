"""The stage of a real window: chosen, walked and turned by real keys, small, and over the whole screen."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.guests.children import ChildError
from tests.guests.stack import App
from tests.journeys.world import World, until

NAMES = ["stage", "windows", "demand", "voice"]


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        app.wait("everybody's video", NAMES, lambda s: len(placed(s)) == 4 and len(wanted(s)) == 3, 30.0)
        yield app


def placed(slices: dict[str, Any]) -> list[dict[str, Any]]:
    return list(slices["stage"]["windows"].get("main", ()))


def view(slices: dict[str, Any]) -> dict[str, Any]:
    return dict(slices["stage"]["views"].get("main", {}))


def users(slices: dict[str, Any]) -> set[str]:
    return {tile["user"] for tile in placed(slices)}


def wanted(slices: dict[str, Any]) -> set[str]:
    return {track["user"] for track in slices["demand"]["tracks"]}


def window(slices: dict[str, Any]) -> dict[str, Any]:
    return next(dict(each) for each in slices["windows"]["windows"] if each["name"] == "main")


def stage_size(slices: dict[str, Any]) -> tuple[int, int]:
    viewport = window(slices)["viewport"] or {"width": 0, "height": 0}
    return viewport["width"], viewport["height"]


def same(slices: dict[str, Any], before: dict[str, Any]) -> bool:
    """The same view of the same people in a stage of the same width. Its height may differ by a banner, which
    a busy machine may bring, and the order: who spoke out of sight comes forward."""
    return (
        view(slices) == view(before)
        and users(slices) == users(before)
        and stage_size(slices)[0] == stage_size(before)[0]
    )


def do(world: World, *command: str) -> None:
    subprocess.run(command, env=world.screen.environ, check=True, timeout=20)


def press(world: World, key: str) -> None:
    do(world, "wmctrl", "-a", "xcord")
    do(world, "xdotool", "key", "--clearmodifiers", key)


def press_until(
    world: World, call: App, key: str, what: str, true: Callable[[dict[str, Any]], object]
) -> None:
    """Press a key whose repeat is harmless: a page may not have heard of the last change yet."""

    def pressed() -> object:
        press(world, key)
        with contextlib.suppress(ChildError):
            return bool(call.wait(what, NAMES, true, 1.0))
        return False

    until(pressed, what, 60)


def resize(world: World, width: int, height: int) -> None:
    do(world, "wmctrl", "-r", "xcord", "-e", f"0,20,20,{width},{height}")


def test_digits_choose_and_escape_goes_back(world: World, call: App) -> None:
    before = call.read(*NAMES)
    press_until(world, call, "3", "focus", lambda s: s["stage"]["chosen"] == view(s)["mode"] == "focus")
    press_until(world, call, "Escape", "the automatic view", lambda s: view(s) == view(before))
    assert call.read("stage")["stage"]["chosen"] == "auto"


def test_the_whole_screen_is_the_stages_and_what_is_expanded_is_all_that_is_received(
    world: World, call: App
) -> None:
    before = call.read(*NAMES)
    whole = (world.screen.width, world.screen.height)
    press(world, "f")
    call.wait("the whole screen", NAMES, lambda s: stage_size(s) == whole and window(s)["full_screen"])
    guest = world.guests.users[0]
    call.ask("stage.expand", user=guest, on=True)
    slices = call.wait("one tile", NAMES, lambda s: users(s) == wanted(s) == {guest})
    (track,) = slices["demand"]["tracks"]
    assert (track["width"], track["height"]) == whole
    press_until(world, call, "Escape", "the window as it was", lambda s: same(s, before))
    assert not window(call.read(*NAMES))["full_screen"]


def test_the_desktop_may_end_full_screen(world: World, call: App) -> None:
    before = call.read(*NAMES)
    whole = (world.screen.width, world.screen.height)
    press(world, "f")
    call.wait("the whole screen", NAMES, lambda s: stage_size(s) == whole)
    do(world, "wmctrl", "-r", "xcord", "-b", "remove,fullscreen")
    call.wait("the end of it", NAMES, lambda s: not window(s)["full_screen"])
    call.wait("the window as it was", NAMES, lambda s: same(s, before), 30.0)


def test_a_small_window_is_a_picture_in_picture_and_pages_turn_where_gallery_is_chosen(
    world: World, call: App
) -> None:
    before = call.read(*NAMES)
    me = before["voice"]["me"]
    resize(world, 300, 220)
    slices = call.wait("picture in picture", NAMES, lambda s: view(s)["mode"] == "pip")
    assert me in users(slices)
    assert len(users(slices)) == 2
    press_until(world, call, "2", "two pages", lambda s: (view(s)["page"], view(s)["pages"]) == (1, 2))
    first = call.read(*NAMES)
    press_until(world, call, "Next", "the second", lambda s: (view(s)["page"], view(s)["pages"]) == (2, 2))
    second = call.read(*NAMES)
    assert not users(first) & users(second)
    assert users(first) | users(second) == users(before)
    call.wait("demand for that page alone", NAMES, lambda s: wanted(s) == users(second) - {me})
    resize(world, 1200, 760)
    call.wait("everybody", NAMES, lambda s: view(s) == view(before) and users(s) == users(before), 30.0)
