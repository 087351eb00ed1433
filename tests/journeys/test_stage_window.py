"""The stage of a real window: chosen, walked and turned by real keys, small, and over the whole screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.guests.stack import App
from tests.journeys.stage_window import (
    NAMES,
    do,
    placed,
    press,
    press_until,
    resize,
    stage_size,
    users,
    view,
    wanted,
    window,
)
from tests.journeys.world import World


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        app.wait("everybody's video", NAMES, lambda s: len(placed(s)) == 4 and len(wanted(s)) == 3, 30.0)
        yield app


def same(slices: dict[str, Any], before: dict[str, Any]) -> bool:
    """The same view of the same people in a stage of the same width. Its height may differ by a banner, which
    a busy machine may bring, and the order: who spoke out of sight comes forward."""
    return (
        view(slices) == view(before)
        and users(slices) == users(before)
        and stage_size(slices)[0] == stage_size(before)[0]
    )


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
