import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.plugins.xcord_layout.crowds import crowds, keys
from tests.plugins.xcord_layout.scene import call, show, stage, users

import xcord_layout
from xcord import Pin, SetMode, Tile, Viewport
from xcord.testing import running, settle
from xcord_layout.pip import GAP, HIGHEST, LEAST_WIDTH, WIDEST, arrange, suits

STAGE = Viewport(width=320, height=200)
ME = Tile(user="me", me=True)
ANN, BOB = (Tile(user=user, kind="camera") for user in ("ann", "bob"))
FOCUS = Tile(user="focus", kind="camera", focus=True)
SCREEN = Tile(user="ann", kind="screen", presenting=True, focus=True)


def test_the_focus_fills_the_stage_and_i_am_in_its_corner() -> None:
    large, mine = arrange([ME, ANN, FOCUS, BOB], STAGE)
    assert (large.user, large.x, large.y, large.width, large.height, large.z) == ("focus", 0, 0, 1, 1, 0)
    assert mine.user == "me"
    assert mine.z > large.z
    assert (mine.x * STAGE.width, mine.y * STAGE.height) == pytest.approx((GAP, GAP))
    assert mine.width * STAGE.width / (mine.height * STAGE.height) == pytest.approx(16 / 9)


@pytest.mark.parametrize(
    ("tiles", "shown"),
    [
        ([ANN, FOCUS], ["focus"]),  # I am hidden
        ([msgspec.structs.replace(ME, focus=True)], ["me"]),
        ([msgspec.structs.replace(ME, focus=True), ANN], ["me"]),
        ([ME, ANN, SCREEN], ["ann", "me"]),
        ([ME, Tile(user="ann", pinned=True), FOCUS], ["focus", "ann"]),
        ([ANN, BOB], ["ann"]),
    ],
)
def test_who_is_there(tiles: list[Tile], shown: list[str]) -> None:
    assert [placement.user for placement in arrange(tiles, STAGE)] == shown


def test_a_shared_screen_is_shown_whole() -> None:
    assert [placement.fit for placement in arrange([ME, SCREEN], STAGE)] == ["contain", "cover"]


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 200), (320, 0)])
def test_a_stage_without_area_shows_nobody(width: int, height: int) -> None:
    assert arrange([ME], Viewport(width=width, height=height)) == []


@given(crowds, st.integers(1, 2000), st.integers(1, 2000))
@example((ME, FOCUS), 1, 1)
@example((ME, FOCUS), 7680, 4320)
def test_the_corner_lies_inside_and_leaves_the_large_tile_to_be_seen(
    tiles: tuple[Tile, ...], width: int, height: int
) -> None:
    placements = arrange(tiles, Viewport(width=width, height=height))
    assert placements == arrange(tiles, Viewport(width=width, height=height))
    assert len(set(keys(placements))) == len(placements) <= 2
    for small in placements[1:]:
        assert small.x + small.width <= 0.5
        assert small.y + small.height <= 0.5
        assert small.width * width >= LEAST_WIDTH - 1e-6


@pytest.mark.parametrize(
    ("width", "height", "small"),
    [(WIDEST, HIGHEST, True), (WIDEST + 1, HIGHEST, False), (WIDEST, HIGHEST + 1, False), (240, 160, True)],
)
def test_it_suits_a_small_stage(width: int, height: int, small: bool) -> None:
    assert suits(Viewport(width=width, height=height)) is small


async def test_a_small_window_has_it_by_itself_and_the_others_do_not() -> None:
    async with running(xcord_layout) as world:
        before = await show(world, call("me", "ann", "bob"))
        world.open_window("second", "main")
        await world.resize(320, 200, window="second")
        await world.until(lambda: "second" in stage(world).views)
        assert stage(world).views["second"].mode == "pip"
        assert users(world, "second") == ["ann", "me"]
        assert (stage(world).mode, stage(world).views["main"].mode) == ("gallery", "gallery")
        assert stage(world).windows["main"] == before.windows["main"]
        await world.resize(640, 480, window="second")
        await world.until(lambda: stage(world).views["second"].mode == "gallery")


async def test_in_a_small_window_another_mode_can_be_chosen_and_it_in_a_large_one() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", "ann", "bob"), 320, 200)
        assert stage(world).views["main"].mode == "pip"
        await world.ask("stage.mode", SetMode("gallery"))
        await world.until(lambda: stage(world).views["main"].mode == "gallery")
        await settle()
        assert stage(world).chosen == "gallery", "it is a choice against what suits this window"
        await world.ask("stage.mode", SetMode("pip"))
        await world.resize(1280, 720)
        await settle()
        assert (stage(world).mode, stage(world).views["main"].mode, users(world)) == (
            "pip",
            "pip",
            ["ann", "me"],
        )


async def test_whom_i_pin_fills_the_small_window() -> None:
    async with running(xcord_layout) as world:
        before = await show(world, call("me", "ann", "bob"), 320, 200)
        await world.ask("stage.pin", Pin("bob", on=True))
        await world.until(lambda: users(world) == ["bob", "me"])
        await world.ask("stage.pin", Pin("bob", on=False))
        await world.until(lambda: stage(world) == before)
