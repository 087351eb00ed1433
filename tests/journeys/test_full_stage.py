"""A call with 25 guests in a real window: each mode, pins, a share, pages, hidden, resized, reconnected."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from typing import Any

import pytest
from tests.guests import loop
from tests.guests.stack import App, Slices, guests_in
from tests.journeys.stage_window import (
    NAMES,
    click,
    minimise,
    off,
    placed,
    press,
    press_until,
    received,
    resize,
    stage_size,
    users,
    view,
    wanted,
    window,
)
from tests.journeys.world import GUESTS, World

CROWD = 25
PICTURES = loop.Spec(fps=5)
"""Few, so that a small machine can draw all of them in time."""
LARGE, SMALL = (1280, 860), (560, 440)
SIDEBAR, TOP_BAR, MARGIN = 272, 52, 8
"""CSS pixels of the page's own; here they are the screen's."""
PATIENCE = 45.0
LOOK_AT = [*NAMES, "measure"]


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    for spec in (
        *loop.spread(loop.DIFFERENT, PICTURES),
        loop.SCREEN,
    ):  # where they are not yet, they take a while
        loop.load(spec)
    channel = world.server.channels()[2]["id"]
    with sharing(world, channel, CROWD, GUESTS), world.call("-p", "faults", channel=channel) as app:
        resize(world, *LARGE)
        everybody = app.wait(
            "everybody in a large window",
            LOOK_AT,
            lambda s: len(users(s)) == CROWD + 1 and stage_size(s)[0] == stage_width(LARGE[0]),
            PATIENCE,
        )
        see(app, users(everybody) - {everybody["voice"]["me"]})
        yield app


@contextlib.contextmanager
def sharing(world: World, channel: str, count: int, after: int, *options: str) -> Iterator[None]:
    """Silent guests in the channel, and what they share."""
    folder = world.folder / f"crowd{after}"
    folder.mkdir()
    options = ("--no-talk", "--size", f"{PICTURES.width}x{PICTURES.height}@{PICTURES.fps}", *options)
    with guests_in(world.server, channel, count, folder, *options, after=after) as guests:
        world.persons.extend(guests.persons)
        yield


def drawn(slices: Slices) -> dict[str, int]:
    """Pictures that the page has presented so far, by user; of a shared screen by ``user/screen``."""
    told = slices["measure"]["reports"].get("main", {}).get("drawn", {})
    return {name.removesuffix("/camera"): count for name, count in told.items()}


def see(call: App, whom: Collection[str]) -> None:
    """Waits until just their video is wanted, and new pictures of each are on the screen."""
    before = drawn(call.read("measure"))

    def seen(slices: Slices) -> bool:
        now = drawn(slices)
        return wanted(slices) == {user.removesuffix("/screen") for user in whom} and all(
            now.get(user, 0) > before.get(user, 0) for user in whom
        )

    call.wait(f"pictures of {len(whom)} people", LOOK_AT, seen, PATIENCE)


def stage_width(window_width: int) -> int:
    return window_width - SIDEBAR - 2 * MARGIN


def order(slices: Slices) -> list[str]:
    """Who is shown, in the order of their places; with the mode and the stage's size it says where."""
    return [tile["user"] for tile in placed(slices)]


def large(slices: Slices) -> dict[str, Any]:
    return max(placed(slices), key=lambda tile: int(tile["width"] * tile["height"]))


def back(call: App, before: Slices) -> None:
    """Waits until everybody is where they were, and seen. What is said below the stage changes its height."""
    was = view(before), order(before), stage_size(before)[0]
    call.wait(
        f"the stage as it was, which is {was}",
        LOOK_AT,
        lambda s: (view(s), order(s), stage_size(s)[0]) == was,
        PATIENCE,
    )
    see(call, users(before) - {before["voice"]["me"]})


def test_each_mode_shows_and_receives_only_whom_it_places(world: World, call: App) -> None:
    before = call.read(*LOOK_AT)
    me = before["voice"]["me"]
    assert view(before) == {"mode": "gallery", "page": 1, "pages": 1, "expanded": ""}
    for key, mode in (("3", "focus"), ("4", "pip")):
        press_until(world, call, key, mode, lambda s, mode=mode: view(s)["mode"] == mode)
        now = call.read(*LOOK_AT)
        assert 1 < len(users(now)) < CROWD
        assert large(now)["width"] > 3 * large(before)["width"]
        see(call, users(now) - {me})
    press_until(world, call, "2", "gallery", lambda s: view(s)["mode"] == "gallery")
    assert call.read("stage")["stage"]["chosen"] == "auto", "gallery suits this call"
    back(call, before)


def test_arrows_walk_enter_pins_and_escape_lets_go(world: World, call: App) -> None:
    before = call.read(*LOOK_AT)
    (x, y), (wide, high) = middle(before, 0), stage_size(before)
    assert wide > 5 * x, "the first of five in a row or more"
    assert high > 2 * y
    click(world, SIDEBAR + MARGIN + x, TOP_BAR + y)
    press(world, "Right", "Right", "Return")
    pinned = placed(before)[2]["user"]
    now = call.wait("a pin", LOOK_AT, lambda s: s["stage"]["pins"] == [pinned] and large(s)["user"] == pinned)
    assert view(now)["mode"] == "focus"
    see(call, users(now) - {now["voice"]["me"]})
    press_until(world, call, "Escape", "no pin", lambda s: s["stage"]["pins"] == [])
    back(call, before)


def middle(slices: Slices, at: int) -> tuple[int, int]:
    """The middle of a tile, in pixels of the stage."""
    tile, (width, height) = placed(slices)[at], stage_size(slices)
    return (
        (2 * tile["x"] + tile["width"]) * width // 20_000,
        (2 * tile["y"] + tile["height"]) * height // 20_000,
    )


def test_a_shared_screen_takes_the_focus_and_everybody_is_back_in_place_after_it(
    world: World, call: App
) -> None:
    before = call.read(*LOOK_AT)
    me, channel = before["voice"]["me"], before["voice"]["channel"]
    with sharing(world, channel, 1, GUESTS + CROWD, "--share"):
        now = call.wait("a screen", LOOK_AT, lambda s: large(s)["kind"] == "screen", PATIENCE)
        assert view(now)["mode"] == "focus"
        strip = {tile["user"] for tile in placed(now) if tile["kind"] == "camera"}
        see(call, {*strip - {me}, f"{large(now)['user']}/screen"})
    back(call, before)


def test_pages_show_everybody_once_and_receive_one_page_at_a_time(world: World, call: App) -> None:
    before = call.read(*LOOK_AT)
    me = before["voice"]["me"]
    resize(world, *SMALL)
    now = call.wait("pages", LOOK_AT, lambda s: view(s)["pages"] > 2)
    found: list[set[str]] = []
    for page in range(1, view(now)["pages"] + 1):
        if found:
            press(world, "Next")
        now = call.wait(f"page {page}", LOOK_AT, lambda s, page=page: view(s)["page"] == page)
        found.append(users(now))
        see(call, found[-1] - {me})
    assert sum(map(len, found)) == len(set().union(*found)) == CROWD + 1
    press(world, "Prior")
    call.wait("the page before", LOOK_AT, lambda s: users(s) == found[-2])
    call.ask("stage.page", page=1)
    call.wait("the first page", LOOK_AT, lambda s: users(s) == found[0])
    resize(world, *LARGE)
    back(call, before)


def test_whom_i_hide_is_gone_and_of_a_hidden_window_nothing_comes(world: World, call: App) -> None:
    before = call.read(*LOOK_AT)
    me = before["voice"]["me"]
    call.ask("settings.set", name="layout.hide_me", value=True)
    now = call.wait("a stage without me", LOOK_AT, lambda s: users(s) == users(before) - {me})
    assert now["stage"]["hidden"] == [me]
    call.ask("settings.set", name="layout.hide_me", value=False)
    back(call, before)
    call.ask("settings.set", name="voice.statistics", value=True)
    minimise(world)
    call.wait("no video", ["statistics", *NAMES], off, PATIENCE)
    assert wanted(call.read("demand")) == set()
    call.ask("window.show", name="main")
    call.wait("video again", ["statistics", *NAMES], received, PATIENCE)
    call.ask("settings.set", name="voice.statistics", value=False)
    back(call, before)


def test_a_resized_window_keeps_everybody_in_order_and_in_sight(world: World, call: App) -> None:
    before = call.read(*LOOK_AT)
    for step in range(12):
        resize(world, LARGE[0] - 15 * step, LARGE[1] + 5 * step)
    narrow = LARGE[0] - 15 * 11
    now = call.wait("the last size", LOOK_AT, lambda s: stage_size(s)[0] == stage_width(narrow))
    assert order(now) == order(before)
    see(call, users(now) - {now["voice"]["me"]})
    resize(world, *LARGE)
    back(call, before)


def test_after_a_full_reconnect_nobody_has_moved_and_everybody_is_seen(world: World, call: App) -> None:
    before = call.read(*LOOK_AT)
    seen: list[list[str]] = []

    def until(status: str) -> None:
        def reached(slices: Slices) -> bool:
            if order(slices) not in seen:
                seen.append(order(slices))
            return bool(slices["voice"]["status"] == status)

        call.wait(status, LOOK_AT, reached, PATIENCE)

    call.ask("voice.simulate", kind="full_reconnect")
    until("reconnecting")
    until("connected")
    back(call, before)
    assert seen == [order(before)]
    assert window(call.read("windows"))["connected"]
