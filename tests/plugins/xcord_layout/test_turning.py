import msgspec
import pytest
from tests.plugins.xcord_layout.scene import call, show, stage, users

import xcord_layout
from xcord import CommandError, Expand, Pin, SetMode, Speaking, TurnPage, View
from xcord.calls import Asker
from xcord.testing import World, running, settle

SMALL = (360, 220)
"""Four tiles of a gallery fit."""


async def turn(world: World, page: int, window: str = "main") -> None:
    await world.ask("stage.page", TurnPage(page), window=window)
    await settle()


async def test_the_page_is_turned_and_each_window_has_its_own() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        world.open_window("second", "main")
        await world.resize(*SMALL, window="second")
        await world.until(lambda: "second" in stage(world).windows)
        assert stage(world).views == {"main": View(page=1, pages=3), "second": View(page=1, pages=3)}
        await turn(world, 2)
        assert users(world) == ["d", "e", "f", "g"]
        assert users(world, "second") == ["me", "a", "b", "c"]
        await turn(world, 3, "second")
        assert users(world, "second") == ["h"]
        assert stage(world).views == {"main": View(page=2, pages=3), "second": View(page=3, pages=3)}
        await turn(world, 1)
        assert users(world) == ["me", "a", "b", "c"]


async def test_who_has_no_window_turns_the_main_one() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        await world.hub.ask("stage.page", {"page": 99}, asker=Asker("shell", "test"))
        await world.until(lambda: stage(world).views["main"] == View(page=3, pages=3))


@pytest.mark.parametrize(
    ("page", "window", "code"), [(0, "main", "bad_arguments"), (2, "gone", "not_a_window")]
)
async def test_a_page_that_cannot_be_is_refused(page: int, window: str, code: str) -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", "a"))
        with pytest.raises(CommandError) as refused:
            await turn(world, page, window)
        assert refused.value.code == code


async def test_who_speaks_out_of_sight_comes_to_the_first_page_and_the_page_that_is_read_stays() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefghijk"), *SMALL)
        await turn(world, 2)
        before = stage(world).windows
        world.publish("speaking", Speaking(("k",)))
        await world.clock.advance(2)
        await world.until(lambda: stage(world).order == ("me", "a", "b", "k", *"defghij", "c"))
        assert stage(world).windows == before
        await turn(world, 1)
        assert users(world) == ["me", "a", "b", "k"]


async def test_who_speaks_on_the_page_that_is_read_stays_there_until_it_is_turned_back() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefghijk"), *SMALL)
        await turn(world, 2)
        before = stage(world)
        world.publish("speaking", Speaking(("e",)))
        await world.clock.advance(2)
        assert (stage(world).windows, stage(world).order) == (before.windows, before.order)
        await turn(world, 1)
        await world.until(lambda: users(world) == ["me", "a", "b", "e"])


async def test_after_a_reconnect_and_after_a_resize_it_is_the_same_page() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        await turn(world, 3)
        before = stage(world)
        for status, people in (("reconnecting", ""), ("connected", "abcdefgh")):
            world.publish("voice", call("me", *people, status=status, epoch=2))
            await settle()
        assert stage(world) == before
        await world.resize(1280, 720)
        await world.until(lambda: stage(world).views["main"] == View(page=1, pages=1))
        await world.resize(*SMALL)
        await world.until(lambda: stage(world) == before)


async def test_a_page_that_is_gone_does_not_come_back_by_itself() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        await turn(world, 3)
        world.publish("voice", call("me", *"abc"))
        await world.until(lambda: stage(world).views["main"] == View(page=1, pages=1))
        world.publish("voice", call("me", *"abcdefgh"))
        await world.until(lambda: stage(world).views["main"] == View(page=1, pages=3))


async def test_another_call_begins_on_the_first_page() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        await turn(world, 2)
        world.publish("voice", msgspec.structs.replace(call("me", *"stuvwxyz"), room="other"))
        await world.until(lambda: users(world) == ["me", "s", "t", "u"])


async def test_a_pin_leaves_the_page_and_its_end_comes_back_to_it() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        await turn(world, 2)
        before = stage(world)
        await world.ask("stage.pin", Pin("a", on=True))
        await world.until(lambda: stage(world).mode == "focus")
        assert stage(world).views["main"].page == 1
        await world.ask("stage.pin", Pin("a", on=False))
        await world.until(lambda: stage(world) == before)


async def test_the_strip_of_focus_turns_too() -> None:
    async with running(xcord_layout, options={"layout.mode": "focus"}) as world:
        await show(world, call("me", *"abcdefghijklmnop"), 800, 400)
        large, *strip = users(world)
        await turn(world, 2)
        assert users(world)[0] == large
        assert not set(users(world)[1:]) & set(strip)
        await world.ask("stage.mode", SetMode("gallery"))
        await world.until(lambda: stage(world).mode == "gallery")
        assert stage(world).views["main"].page == 1


async def test_a_tile_is_alone_on_the_stage_until_that_ends_and_all_is_as_it_was() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", *"abcdefgh"), *SMALL)
        await turn(world, 2)
        before = stage(world)
        await world.ask("stage.expand", Expand("d", on=True))
        await world.until(lambda: users(world) == ["d"])
        (tile,) = stage(world).windows["main"]
        assert (tile.x, tile.y, tile.width, tile.height, tile.fit) == (0, 0, 10_000, 10_000, "contain")
        assert stage(world).views["main"] == View(expanded="d")
        world.publish("speaking", Speaking(("a",)))
        await world.clock.advance(70)
        assert users(world) == ["d"]
        await world.ask("stage.expand", Expand("d", on=False))
        await world.until(lambda: stage(world) == before)


async def test_whose_tile_is_gone_is_expanded_no_more() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", "a", "b"))
        await world.ask("stage.expand", Expand("a", on=True))
        await world.until(lambda: users(world) == ["a"])
        world.publish("voice", call("me", "b"))
        await world.until(lambda: users(world) == ["me", "b"])
        assert stage(world).views["main"].expanded == ""


async def test_each_window_expands_for_itself_and_a_window_that_is_gone_forgets_it() -> None:
    async with running(xcord_layout) as world:
        await show(world, call("me", "a"))
        world.open_window("second", "main")
        await world.resize(*SMALL, window="second")
        await world.ask("stage.expand", Expand("a", on=True), window="second")
        await world.until(lambda: users(world, "second") == ["a"])
        assert users(world) == ["me", "a"]
        world.close_window("second")
        world.open_window("second", "main")
        await world.resize(*SMALL, window="second")
        await world.until(lambda: stage(world).windows.get("second", ())[1:])
