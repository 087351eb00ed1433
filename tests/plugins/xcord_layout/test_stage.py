import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from types import ModuleType
from typing import Any

import msgspec
import pytest
from tests.plugins.xcord_layout.scene import call, show, stage, users
from tests.waits import PATIENCE

import xcord_layout
from xcord import (
    CommandError,
    ModeInfo,
    Pin,
    Placement,
    SetMode,
    SetSetting,
    SetViewport,
    Speaking,
    Tile,
    TurnPage,
    ViewMode,
    Viewport,
    hookimpl,
)
from xcord.testing import World, running, settle, states

OURS = (
    ModeInfo("gallery", "Gallery", "layout"),
    ModeInfo("focus", "Focus", "layout"),
    ModeInfo("pip", "Picture in picture", "layout"),
)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modes that are not about the deadline meet it also on a busy machine."""
    monkeypatch.setattr("xcord_layout.stage.DEADLINE", 5.0)


def column(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
    """A stranger's mode: everybody in one column."""
    part = 1 / len(tiles)
    return [
        Placement(user=tile.user, kind=tile.kind, n=tile.n, x=0, y=at * part, width=1, height=part)
        for at, tile in enumerate(tiles)
    ]


def bringing(arrange: Any, name: str = "column") -> ModuleType:
    """A plugin that brings one view mode."""
    module = ModuleType(f"xcord_{name}")
    module.xcord_view_modes = hookimpl(  # type: ignore[attr-defined]
        lambda: [ViewMode(name, name.title(), arrange)], specname="xcord_view_modes"
    )
    return module


@asynccontextmanager
async def with_stranger(arrange: Any) -> AsyncIterator[World]:
    """The layout plugin beside a stranger whose mode ``column`` the user has chosen."""
    async with running(xcord_layout, bringing(arrange), options={"layout.mode": "column"}) as world:
        world.hub.is_stranger = "column".__eq__
        yield world


async def test_everybody_in_the_call_gets_a_tile_of_the_window() -> None:
    async with running(xcord_layout) as world:
        shown = await show(world, call("me", "ann", "bob"))
        assert shown.mode == "gallery"
        assert shown.modes == OURS
        assert shown.order == ("me", "ann", "bob")
        assert [(tile.user, tile.kind) for tile in shown.windows["main"]] == [
            ("me", "avatar"),
            ("ann", "camera"),
            ("bob", "camera"),
        ]
        assert all(type(tile.x) is int and tile.x + tile.width <= 10_000 for tile in shown.windows["main"])


async def test_without_a_call_the_stage_is_empty() -> None:
    async with running(xcord_layout) as world:
        world.open_window("main")
        await world.resize(1280, 720)
        await world.until(lambda: stage(world).windows == {"main": ()})
        assert stage(world).order == ()


async def test_people_keep_their_places_while_others_come_go_and_reconnect() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", "ann", "bob"))
        world.publish("voice", call("bob", "me", "ann", "cem"))
        await world.until(lambda: users(world) == ["me", "ann", "bob", "cem"])
        world.publish("voice", call(status="reconnecting"))
        await world.until(lambda: users(world) == [])
        world.publish("voice", call("cem", "bob", "ann", "me", epoch=2))
        await world.until(lambda: users(world) == ["me", "ann", "bob", "cem"])
        world.publish("voice", call("cem", "bob", "me"))
        await world.until(lambda: users(world) == ["me", "cem", "bob"])


async def test_speaking_rearranges_nothing() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", "ann", "bob"))
        revision = world.hub.slices["stage"].revision
        world.publish("speaking", Speaking(("bob",)))
        await settle()
        world.publish("speaking", Speaking(("ann", "bob")))
        await settle()
        assert world.hub.slices["stage"].revision == revision


async def test_each_window_has_placements_of_its_own() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("ann", "bob"), 1280, 720)
        world.open_window("second", "main")
        await world.resize(300, 900, window="second")
        await world.until(lambda: "second" in stage(world).windows)
        main, second = stage(world).windows["main"], stage(world).windows["second"]
        assert main[0].y == main[1].y
        assert second[0].x == second[1].x


async def test_a_window_that_is_gone_is_forgotten() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("ann"))
        world.close_window("main")
        await world.until(lambda: stage(world).windows == {})


async def test_a_hidden_window_keeps_its_placements() -> None:
    async with running(xcord_layout) as world:
        before = await show(world, call("ann", "bob"))
        await world.resize(1280, 720, visible=False)
        await settle()
        assert stage(world) == before


async def test_a_page_that_only_watches_has_no_stage_of_its_own() -> None:
    async with running(xcord_layout) as world:
        world.open_window("watch-1", watch_only=True)
        await world.resize(10, 10, window="watch-1")
        await show(world, call("ann"))
        assert set(stage(world).windows) == {"main"}


@pytest.mark.parametrize("size", [(0, 0), (0, 500), (500, 0)])
async def test_a_window_without_area_shows_nobody(size: tuple[int, int]) -> None:
    async with running(xcord_layout) as world:
        assert (await show(world, call("ann"), *size)).windows == {"main": ()}


@pytest.mark.usefixtures("patient")
async def test_the_chosen_mode_arranges_the_stage() -> None:
    async with with_stranger(column) as world:
        shown = await show(world, call("ann", "bob"))
        assert shown.mode == "column"
        assert shown.modes == (*OURS, ModeInfo("column", "Column", "column"))
        assert [(tile.y, tile.height) for tile in shown.windows["main"]] == [(0, 5000), (5000, 5000)]


@pytest.mark.usefixtures("patient")
async def test_another_mode_can_be_chosen_and_is_remembered() -> None:
    async with with_stranger(column) as world:
        await show(world, call("ann"))
        await world.ask("stage.mode", SetMode("gallery"))
        await world.until(lambda: stage(world).mode == "gallery")
        assert stage(world).chosen == "auto", "gallery suits this call, so it is no choice against it"
        await world.ask("settings.set", SetSetting("layout.mode", "column"))
        await world.until(lambda: stage(world).mode == "column")


async def test_a_mode_that_is_not_there_is_refused() -> None:
    async with running(xcord_layout) as world:
        with pytest.raises(CommandError) as refused:
            await world.ask("stage.mode", SetMode("spiral"))
        assert refused.value.code == "unknown_mode"


@pytest.mark.usefixtures("patient")
async def test_a_mode_leaves_with_its_plugin_and_comes_back_with_it() -> None:
    async with with_stranger(column) as world:
        await show(world, call("ann"))
        await world.supervisor.set("column", False)
        await world.until(lambda: stage(world).mode == "gallery")
        assert stage(world).modes == OURS
        await world.supervisor.set("column", True)
        await world.until(lambda: stage(world).mode == "column")


def raising(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
    raise ZeroDivisionError("no tile")


def returning(change: Callable[[list[Placement]], Any]) -> Callable[[Sequence[Tile], Viewport], Any]:
    return lambda tiles, viewport: change(column(tiles, viewport))


def spoilt(**changes: Any) -> Callable[[Sequence[Tile], Viewport], Any]:
    def spoil(placements: list[Placement]) -> list[Placement]:
        first = placements[0]
        values = {name: getattr(first, name) for name in first.__struct_fields__}
        return [Placement(**values | changes), *placements[1:]]

    return returning(spoil)


@pytest.mark.parametrize(
    "arrange",
    [
        pytest.param(raising, id="raises"),
        pytest.param(returning(lambda placements: None), id="returns nothing"),
        pytest.param(returning(lambda placements: [1]), id="returns other things"),
        pytest.param(returning(lambda placements: placements * 2), id="doubles"),
        pytest.param(spoilt(x=float("nan")), id="not a number"),
        pytest.param(spoilt(x=0.5), id="outside"),
        pytest.param(spoilt(width=-0.5), id="negative"),
        pytest.param(spoilt(user="nobody"), id="unknown tile"),
        pytest.param(spoilt(user=["ann"]), id="not hashable"),
    ],
)
@pytest.mark.usefixtures("patient")
async def test_a_mode_that_fails_is_replaced_by_gallery_and_named(arrange: Any) -> None:
    async with running(xcord_layout) as alone:
        as_gallery = (await show(alone, call("ann", "bob"))).windows
    async with with_stranger(arrange) as world:
        shown = await show(world, call("ann", "bob"))
        assert shown.mode == "gallery"
        assert shown.windows == as_gallery
        (fault,) = world.faults
        assert fault.plugin == "column"
        assert fault.code == "view_mode_failed"
        assert "'column'" in str(fault)
        assert "choose the mode again" in str(fault)
        world.publish("voice", call("ann", "bob", "cem"))
        await world.until(lambda: users(world) == ["ann", "bob", "cem"])
        assert len(world.faults) == 1
        assert states(world) == {"layout": "on", "column": "on"}


@pytest.mark.usefixtures("patient")
async def test_tiles_that_lie_on_each_other_are_shown_so_and_who_is_left_out_is_on_the_next_page() -> None:
    def heap(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
        return [
            Placement(user=tile.user, kind=tile.kind, n=tile.n, x=0.1, y=0.1, width=0.8, height=0.8, z=at)
            for at, tile in enumerate(tiles[:2])
        ]

    async with with_stranger(heap) as world:
        shown = await show(world, call("ann", "bob", "cem"))
        assert shown.mode == "column"
        assert [(tile.user, tile.x, tile.z) for tile in shown.windows["main"]] == [
            ("ann", 1000, 0),
            ("bob", 1000, 1),
        ]
        await world.ask("stage.page", TurnPage(2))
        await world.until(lambda: users(world) == ["ann", "cem"])
        assert world.faults == []


async def test_a_mode_that_blocks_is_replaced_while_everything_goes_on() -> None:
    done, called = threading.Event(), threading.Event()

    def blocking(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
        called.set()
        done.wait(PATIENCE)
        return column(tiles, viewport)

    try:
        async with with_stranger(blocking) as world:
            shown = await show(world, call("ann", "bob"))
            assert called.is_set()
            assert shown.mode == "gallery"
            assert [fault.plugin for fault in world.faults] == ["column"]
            assert "50 ms" in str(world.faults[0])
            world.publish("voice", call("ann"))
            await world.until(lambda: users(world) == ["ann"])
    finally:
        done.set()


async def test_a_plugin_that_is_switched_off_while_its_mode_is_asked_is_not_blamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("xcord_layout.stage.DEADLINE", 100.0)
    done, called = threading.Event(), threading.Event()

    def blocking(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
        called.set()
        done.wait(PATIENCE)
        return column(tiles, viewport)

    try:
        async with with_stranger(blocking) as world:
            world.open_window("main")
            await world.resize(1280, 720)
            world.publish("voice", call("ann", "bob"))
            await world.until(called.is_set)
            await world.supervisor.set("column", False)
            await world.until(lambda: "main" in stage(world).windows and users(world) == ["ann", "bob"])
            assert world.faults == []
    finally:
        done.set()


@pytest.mark.usefixtures("patient")
async def test_a_mode_that_failed_gets_another_chance_when_it_is_chosen_again() -> None:
    broken = [True]

    def flaky(tiles: Sequence[Tile], viewport: Viewport) -> list[Placement]:
        if broken[0]:
            raise ZeroDivisionError
        return column(tiles, viewport)

    async with with_stranger(flaky) as world:
        assert (await show(world, call("ann"))).mode == "gallery"
        broken[0] = False
        await world.ask("stage.mode", SetMode("column"))
        await world.until(lambda: stage(world).mode == "column")


async def test_a_mode_is_not_asked_where_there_is_nothing_to_place() -> None:
    async with with_stranger(column) as world:
        shown = await show(world, call())
        assert shown.windows == {"main": ()}
        assert world.faults == []


async def test_a_mute_that_moves_nobody_sends_nothing() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("ann", "bob"))
        revision = world.hub.slices["stage"].revision
        world.publish("voice", call("ann", "bob", muted=True))
        await settle()
        assert world.hub.slices["stage"].revision == revision


async def test_the_stage_leaves_with_the_plugin() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("ann"))
        await world.supervisor.set("layout", False)
        assert world.read("stage") is None
        with pytest.raises(CommandError) as refused:
            await world.ask("stage.mode", SetMode("gallery"))
        assert refused.value.code == "unknown_command"
        await world.supervisor.set("layout", True)
        await world.until(lambda: users(world) == ["ann"])


async def test_who_speaks_out_of_sight_takes_the_tile_of_who_was_silent_longest() -> None:
    async with running(xcord_layout) as world:
        shown = await show(world, call("me", *"abcdefgh"), width=360, height=220)
        seen = users(world)
        assert seen == ["me", "a", "b", "c"], shown
        world.publish("speaking", Speaking(("a",)))
        await world.clock.advance(2)
        world.publish("speaking", Speaking(("a", "h")))
        await world.clock.advance(0.9)
        assert users(world) == seen, "a word is no reason"
        await world.clock.advance(0.2)
        await world.until(lambda: "h" in users(world))
        assert users(world) == ["me", "a", "b", "h"]
        assert stage(world).order == ("me", "a", "b", "h", "d", "e", "f", "g", "c")
        world.publish("speaking", Speaking())
        await world.clock.advance(100)
        assert users(world) == ["me", "a", "b", "h"], "silence moves nobody"


async def test_nobody_is_promoted_while_the_call_is_not_up() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), width=360, height=220)
        world.publish("voice", call("me", *"abcdefgh", status="reconnecting"))
        world.publish("speaking", Speaking(("h",)))
        await world.clock.advance(5)
        assert users(world) == ["me", "a", "b", "c"]
        world.publish("voice", call("me", *"abcdefgh"))
        await world.until(lambda: "h" in users(world))


async def test_several_speakers_out_of_sight_all_come_into_view() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), width=360, height=220)
        world.publish("speaking", Speaking(("f", "g", "h")))
        await world.clock.advance(1.5)
        await world.until(lambda: set(users(world)) == {"me", "f", "g", "h"})


async def test_more_speakers_than_tiles_do_not_take_them_from_each_other() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), width=360, height=220)
        world.publish("speaking", Speaking(tuple("defgh")))
        await world.clock.advance(1.5)
        await world.until(lambda: not set(users(world)) & set("abc"))
        before = users(world)
        assert "me" in before
        await world.clock.advance(30)
        assert users(world) == before


async def test_a_share_is_shown_large_and_the_gallery_comes_back_after_it() -> None:
    async with running(xcord_layout) as world:
        before = (await show(world, call("me", "ann", "bob"))).windows["main"]
        sharing = tuple(
            msgspec.structs.replace(each, screen=each.user == "bob")
            for each in call("me", "ann", "bob").people
        )
        world.publish("voice", call("me", "ann", "bob", people=sharing))
        await world.until(lambda: stage(world).mode == "focus")
        large = max(stage(world).windows["main"], key=lambda tile: tile.width * tile.height)
        assert (large.user, large.kind) == ("bob", "screen")

        await world.ask("stage.mode", SetMode("gallery"))
        await world.until(lambda: stage(world).mode == "gallery")
        assert stage(world).chosen == "gallery", "against the share"
        world.publish("voice", call("me", "ann", "bob"))
        await world.until(lambda: stage(world).chosen == "auto")
        assert stage(world).windows["main"] == before

        world.publish("voice", call("me", "ann", "bob", people=sharing))
        await world.until(lambda: stage(world).mode == "focus")


async def test_a_pin_is_remembered_and_taken_back_all_is_as_it_was() -> None:
    async with running(xcord_layout) as world:
        before = await show(world, call("me", "ann", "bob"))
        await world.ask("stage.pin", Pin("ann", on=True))
        await world.until(lambda: stage(world).mode == "focus")
        assert stage(world).pins == ("ann",)
        assert world.read("settings").values["layout.pins"] == ["ann"]
        large = max(stage(world).windows["main"], key=lambda tile: tile.width * tile.height)
        assert large.user == "ann"
        await world.ask("stage.pin", Pin("bob", on=True))
        await world.until(lambda: stage(world).pins == ("ann", "bob"))
        await world.ask("stage.pin", Pin("bob", on=False))
        await world.ask("stage.pin", Pin("ann", on=False))
        await world.until(lambda: stage(world) == before)


async def test_a_pinned_person_out_of_sight_comes_into_view_and_nobody_else_moves() -> None:
    async with running(xcord_layout, options={"layout.mode": "focus"}) as world:
        before = (await show(world, call("me", *"abcdefghijklmnop"), width=800, height=400)).windows["main"]
        assert "p" not in [tile.user for tile in before]
        world.publish("voice", call("me", *"abcdefghijklmnop"))
        await world.ask("stage.mode", SetMode("gallery"))
        await world.ask("stage.pin", Pin("p", on=True))
        await world.until(lambda: "p" in users(world))
        await world.ask("stage.pin", Pin("p", on=False))
        await world.ask("stage.mode", SetMode("focus"))
        await world.until(lambda: stage(world).windows["main"] == before)


async def test_the_focus_follows_who_speaks_and_stays_in_silence() -> None:
    def large() -> str:
        return max(stage(world).windows["main"], key=lambda tile: tile.width * tile.height).user

    async with running(xcord_layout, options={"layout.mode": "focus"}) as world:
        await show(world, call("me", "ann", "bob"))
        assert large() == "ann"
        world.publish("speaking", Speaking(("bob",)))
        await world.clock.advance(0.9)
        assert large() == "ann"
        await world.clock.advance(0.2)
        await world.until(lambda: large() == "bob")
        world.publish("speaking", Speaking(("me",)))
        await world.clock.advance(70)
        assert large() == "bob"


async def test_a_window_with_room_for_one_tile_has_the_focus_whatever_is_chosen() -> None:
    async with running(xcord_layout, options={"layout.mode": "gallery"}) as world:
        await show(world, call("me", "ann", "bob"))
        world.open_window("small")
        await world.ask("stage.viewport", SetViewport(320, 180, focus=True), window="small")
        await world.until(lambda: "small" in stage(world).windows)
        (only,) = stage(world).windows["small"]
        assert (only.user, only.width, only.height, only.fit) == ("ann", 10_000, 10_000, "cover")
        assert stage(world).views["small"].expanded == ""
        assert len(users(world)) == 3
        await world.ask("stage.pin", Pin("bob", True))
        await world.until(lambda: users(world, "small") == ["bob"])
