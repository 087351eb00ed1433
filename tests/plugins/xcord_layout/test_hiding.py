from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.xcord_layout.crowds import crowds
from tests.plugins.xcord_layout.scene import call, show, stage, users

import xcord_layout
from xcord import Person, Pin, SetSetting, Speaking, Tile, Voice
from xcord.testing import World, running, settle
from xcord_layout.tiles import Hiding, remaining

ME = Tile(user="me", me=True)
MY_CAMERA = Tile(user="me", me=True, kind="camera")
MY_SCREEN = Tile(user="me", me=True, kind="screen", presenting=True)
ANN, BOB = (Tile(user=user, kind="camera") for user in ("ann", "bob"))
CEM, DAN = (Tile(user=user) for user in ("cem", "dan"))
PINNED = Tile(user="cem", pinned=True)
SCREEN = Tile(user="cem", kind="screen", presenting=True)

hidings = st.builds(Hiding, me=st.booleans(), without_video=st.booleans())


@pytest.mark.parametrize(
    ("tiles", "me", "without_video", "left"),
    [
        ([MY_CAMERA, ANN, CEM], False, False, [MY_CAMERA, ANN, CEM]),
        ([MY_CAMERA, ANN, CEM, MY_SCREEN], True, False, [ANN, CEM]),
        ([MY_CAMERA, ANN, CEM], False, True, [MY_CAMERA, ANN]),
        ([ME, ANN, CEM], False, True, [ANN]),
        ([MY_CAMERA, ANN, CEM], True, True, [ANN]),
        ([MY_CAMERA, ANN, PINNED, DAN], True, True, [ANN, PINNED]),
        ([ME, CEM, SCREEN], False, True, [SCREEN]),
        ([ME], True, True, [ME]),  # alone
        ([ME, CEM, DAN], False, True, [ME, CEM, DAN]),  # nobody has video
        ([MY_CAMERA, CEM, DAN], False, True, [MY_CAMERA, CEM, DAN]),  # only I have
        ([MY_CAMERA, CEM, DAN], True, True, [CEM, DAN]),
        (
            [Tile(user="me", me=True, pinned=True), ANN],
            True,
            True,
            [Tile(user="me", me=True, pinned=True), ANN],
        ),
        ([], True, True, []),
    ],
)
def test_who_is_left(tiles: Sequence[Tile], me: bool, without_video: bool, left: Sequence[Tile]) -> None:
    assert remaining(tiles, Hiding(me, without_video)) == left


@given(crowds, hidings)
def test_the_stage_is_never_empty_for_a_wish_and_nobody_moves(
    tiles: tuple[Tile, ...], hiding: Hiding
) -> None:
    left = remaining(tiles, hiding)
    assert left
    assert left == [tile for tile in tiles if tile in left]
    assert remaining(left, hiding) == left
    assert all(tile in left for tile in tiles if tile.pinned)


@given(crowds)
def test_a_wish_hides_only_whom_it_names(tiles: tuple[Tile, ...]) -> None:
    gone = [tile for tile in tiles if tile not in remaining(tiles, Hiding(me=True))]
    assert all(tile.me for tile in gone)
    gone = [tile for tile in tiles if tile not in remaining(tiles, Hiding(without_video=True))]
    assert all(tile.kind == "avatar" for tile in gone)


def mixed(**changes: object) -> Voice:
    """Ann and Cem have cameras, Bob and Dan have none."""
    people = tuple(
        Person(user=user, name=user, me=user == "me", camera=user in ("ann", "cem"))
        for user in ("me", "ann", "bob", "cem", "dan")
    )
    return call(**{"people": people} | changes)


async def wish(world: World, name: str, on: bool) -> None:
    await world.ask("settings.set", SetSetting(f"layout.{name}", on))
    await settle()


async def test_who_is_hidden_is_said_and_comes_back_to_the_same_place() -> None:
    async with running(xcord_layout) as world:
        before = await show(world, mixed())
        await wish(world, "hide_me", True)
        assert (users(world), stage(world).hidden) == (["ann", "bob", "cem", "dan"], ("me",))
        await wish(world, "hide_without_video", True)
        assert (users(world), stage(world).hidden) == (["ann", "cem"], ("me", "bob", "dan"))
        assert stage(world).order == before.order
        await wish(world, "hide_me", False)
        await wish(world, "hide_without_video", False)
        assert stage(world) == before


async def test_who_switches_the_camera_on_appears_at_their_place() -> None:
    async with running(xcord_layout, options={"layout.hide_without_video": True}) as world:
        await show(world, mixed())
        people = tuple(
            Person(user=user, name=user, camera=user != "dan") for user in ("ann", "bob", "cem", "dan")
        )
        world.publish("voice", mixed(people=people))
        await world.until(lambda: users(world) == ["ann", "bob", "cem"])
        assert stage(world).hidden == ("dan",)


async def test_who_is_hidden_and_pinned_is_shown() -> None:
    async with running(xcord_layout, options={"layout.hide_without_video": True}) as world:
        await show(world, mixed())
        await world.ask("stage.pin", Pin("bob", on=True))
        await world.until(lambda: stage(world).mode == "focus")
        assert (users(world)[0], stage(world).hidden) == ("bob", ("me", "dan"))


async def test_a_wish_waits_while_it_would_leave_nobody_to_look_at() -> None:
    options = {"layout.hide_without_video": True, "layout.hide_me": True}
    async with running(xcord_layout, options=options) as world:
        silent = tuple(Person(user=user, name=user, me=user == "me") for user in ("me", "ann"))
        await show(world, mixed(people=silent))
        assert (users(world), stage(world).hidden) == (["ann"], ("me",))
        world.publish("voice", mixed(people=silent[:1]))
        await world.until(lambda: users(world) == ["me"])
        assert stage(world).hidden == ()


async def test_who_is_hidden_and_speaks_takes_nobodys_tile_and_no_focus() -> None:
    options = {"layout.hide_without_video": True, "layout.mode": "focus"}
    async with running(xcord_layout, options=options) as world:
        before = await show(world, mixed())
        world.publish("speaking", Speaking(("dan",)))
        await world.clock.advance(3)
        assert stage(world) == before
