"""The plugin alone: what it publishes, and what it asks of windows that only remember."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.plugins.xcord_overlay.desk import (
    DESKTOP,
    LEFT,
    RIGHT,
    WINDOW,
    call,
    front,
    is_open,
    overlaid,
    overlay,
    own,
)

from xcord import (
    ApplyOverlayPreset,
    CommandError,
    Desktop,
    PlaceOverlay,
    Preset,
    PutOverlay,
    SetOverlayRule,
    Speaking,
    Switch,
    Voice,
)
from xcord.testing import World, settle
from xcord_overlay.place import MARGIN
from xcord_overlay.presets import PRESETS, preset_of
from xcord_overlay.rules import Rule
from xcord_overlay.sizes import LINE, PANEL, ROW, STAGE, WIDTH
from xcord_overlay.wishes import Wishes


async def ask(world: World, name: str, args: Any = None) -> None:
    await world.ask(name, args)
    await settle()


async def test_it_is_open_while_it_is_wanted_and_there_is_a_call() -> None:
    async with overlaid("me", "ann") as world:
        assert not overlay(world).shown
        assert not is_open(world)
        await ask(world, "overlay.show", Switch(True))
        assert overlay(world).shown
        assert is_open(world)
        assert world.read("settings").values["overlay.on"] is True
        world.publish("voice", Voice())
        await settle()
        assert not is_open(world)
        assert overlay(world).shown
        world.publish("voice", call("me"))
        await settle()
        assert is_open(world)
        await ask(world, "overlay.show", Switch(False))
        assert not is_open(world)


async def test_it_lists_who_is_there_and_its_window_is_as_large_as_that() -> None:
    async with overlaid("me", "ann", "bob", on=True, maximum=2) as world:
        assert (overlay(world).people, overlay(world).more) == (("me", "ann"), 1)
        fake = world.windows.overlay(WINDOW)
        assert fake.place == (MARGIN, MARGIN, WIDTH, 2 * ROW + LINE)
        assert (own(world).screen, own(world).right, own(world).bottom) == (LEFT.id, False, False)
        world.publish("voice", call("me", "ann"))
        await settle()
        assert fake.place == (MARGIN, MARGIN, WIDTH, 2 * ROW)


async def test_who_speaks_is_listed_at_once_and_leaves_after_the_grace_time() -> None:
    async with overlaid("me", "ann", on=True, content="speakers", grace=4) as world:
        world.publish("speaking", Speaking(("ann",)))
        assert overlay(world).people == ("ann",)
        world.publish("speaking", Speaking())
        await world.clock.advance(3.9)
        assert overlay(world).people == ("ann",)
        await world.clock.advance(0.2)
        assert overlay(world).people == ()


async def test_speech_changes_nothing_where_everyone_is_listed() -> None:
    async with overlaid("me", "ann", on=True) as world:
        heard: list[str] = []
        world.hub.listen(lambda name, value: heard.append(name))
        for users in (("ann",), (), ("me", "ann"), ()):
            world.publish("speaking", Speaking(users))
            await world.clock.advance(10.0)
        assert heard == ["speaking"] * 4


async def test_the_stage_has_its_own_size_and_trouble_a_line_of_it() -> None:
    async with overlaid("me", "ann", on=True, content="stage", scale=50) as world:
        assert (own(world).width, own(world).height) == (STAGE.width // 2, STAGE.height // 2)
        world.publish("voice", call("me", "ann", problem="media"))
        assert overlay(world).trouble == "media"
        assert own(world).height == (STAGE.height + LINE) // 2
        world.publish("voice", call("me", "ann", status="lost"))
        await settle()
        assert overlay(world).trouble == "lost"
        assert is_open(world)


async def test_edit_mode_takes_input_in_a_larger_window_and_leaves_it() -> None:
    async with overlaid(opacity=40) as world:
        fake = world.windows.overlay(WINDOW)
        await ask(world, "overlay.edit", Switch(True))
        assert is_open(world)  # also without a call
        assert fake.takes_input
        assert fake.percent == 100
        assert fake.place == (MARGIN, MARGIN, PANEL.width, ROW + PANEL.height)
        assert (own(world).width, own(world).height) == (WIDTH, ROW)
        await ask(world, "overlay.edit", Switch(False))
        assert not is_open(world)
        assert not fake.takes_input


async def test_dragging_moves_it_at_once_and_is_remembered_when_it_is_let_go() -> None:
    async with overlaid("me", on=True) as world:
        await ask(world, "overlay.edit", Switch(True))
        await ask(world, "overlay.place", PlaceOverlay(3000, 700, WIDTH, ROW, done=False))
        assert (own(world).screen, own(world).x, own(world).y) == (RIGHT.id, 3000, 700)
        assert not own(world).bottom  # it keeps to its side of the window until it is let go
        assert world.read("settings").values["overlay.places"] == {}
        await ask(world, "overlay.place", PlaceOverlay(3000, 1300, WIDTH, ROW))
        assert own(world).bottom
        assert set(world.read("settings").values["overlay.places"]) == {WINDOW}
        await ask(world, "overlay.edit", Switch(False))
        assert world.windows.overlay(WINDOW).place == (3000, 1300, WIDTH, ROW)


async def test_what_is_dragged_when_editing_ends_is_remembered() -> None:
    async with overlaid("me", on=True) as world:
        await ask(world, "overlay.edit", Switch(True))
        await ask(world, "overlay.place", PlaceOverlay(600, 500, WIDTH, ROW, done=False))
        await ask(world, "overlay.edit", Switch(False))
        assert world.windows.overlay(WINDOW).place == (600, 500, WIDTH, ROW)


async def test_the_corner_scales_it_and_its_other_corner_stays() -> None:
    async with overlaid("me", "ann", on=True) as world:
        await ask(world, "overlay.put", PutOverlay("bottom_right"))
        before = own(world)
        await ask(
            world, "overlay.place", PlaceOverlay(before.x - 120, before.y - 40, 360, before.height + 40)
        )
        now = own(world)
        assert overlay(world).scale == now.scale == 150
        assert (now.width, now.height) == (360, 3 * ROW)
        assert (now.x + now.width, now.y + now.height) == (
            before.x + before.width,
            before.y + before.height,
        )


@pytest.mark.parametrize(("width", "percent"), [(5000, 250), (1, 50)])
async def test_beyond_its_bounds_it_keeps_its_corner_too(width: int, percent: int) -> None:
    async with overlaid("me", on=True) as world:
        await ask(world, "overlay.put", PutOverlay("bottom_right"))
        before = own(world)
        right, bottom = before.x + before.width, before.y + before.height
        await ask(world, "overlay.place", PlaceOverlay(right - width, bottom - 500, width, 500, snap=False))
        now = own(world)
        assert now.scale == percent
        assert (now.x + now.width, now.y + now.height) == (right, bottom)


async def test_a_screen_that_goes_and_comes_back_has_its_overlay_again() -> None:
    async with overlaid("me", on=True) as world:
        await ask(world, "overlay.put", PutOverlay("bottom_right", RIGHT.id))
        fake = world.windows.overlay(WINDOW)
        before = fake.place
        assert before == (RIGHT.x + RIGHT.width - MARGIN - WIDTH, RIGHT.height - MARGIN - ROW, WIDTH, ROW)
        world.desk.windows.note_desktop(Desktop(screens=(LEFT,)))
        await settle()
        assert fake.place == (LEFT.width - MARGIN - WIDTH, LEFT.height - MARGIN - ROW, WIDTH, ROW)
        moved = msgspec.structs.replace(LEFT, x=RIGHT.width)
        world.desk.windows.note_desktop(Desktop(screens=(msgspec.structs.replace(RIGHT, x=0), moved)))
        await settle()
        assert fake.place == (before[0] - RIGHT.x, *before[1:])


async def test_on_a_small_screen_it_is_as_large_as_there_is_room() -> None:
    small = Desktop(screens=(msgspec.structs.replace(LEFT, width=400, height=300),))
    async with overlaid(*map(str, range(20)), desktop=small, on=True, maximum=25, scale=200) as world:
        assert own(world).height <= 300 - 2 * MARGIN
        assert own(world).scale < overlay(world).scale == 200


async def test_the_settings_apply_at_once() -> None:
    async with overlaid("me", "ann", on=True) as world:
        for name, value in (("opacity", 30), ("names", False), ("marks", False), ("me", False)):
            await ask(world, "settings.set", {"name": f"overlay.{name}", "value": value})
        assert world.windows.overlay(WINDOW).percent == 30
        assert (overlay(world).names, overlay(world).marks) == (False, False)
        assert overlay(world).people == ("ann",)
        with pytest.raises(CommandError, match="opacity"):
            await ask(world, "settings.set", {"name": "overlay.opacity", "value": 5})
        await ask(world, "overlay.reset")
        assert world.windows.overlay(WINDOW).percent == 90


# -- rules -------------------------------------------------------------------------------------------


async def test_a_rule_hides_it_while_its_application_is_in_front() -> None:
    async with overlaid("me", on=True, rules={"game": Rule("hide")}) as world:
        await front(world, "Game.exe")
        assert (overlay(world).rule, overlay(world).shown, is_open(world)) == ("game", False, False)
        await front(world, "editor")
        assert (overlay(world).rule, overlay(world).shown, is_open(world)) == ("", True, True)
        assert overlay(world).recent == ("editor", "game")


async def test_who_passes_by_an_application_does_not_meet_its_rule() -> None:
    async with overlaid("me", on=True, rules={"game": Rule("hide")}) as world:
        await front(world, "editor")
        for application, seconds in (("game", 0.2), ("editor", 2.0)):
            world.desk.windows.note_desktop(Desktop(screens=DESKTOP.screens, application=application))
            await world.clock.advance(seconds)
            assert is_open(world)


async def test_what_is_said_against_a_rule_holds_as_long_as_the_rule() -> None:
    async with overlaid("me", rules={"game": Rule("show")}) as world:
        await front(world, "game")
        assert overlay(world).shown
        await ask(world, "overlay.show", Switch(False))
        assert not overlay(world).shown
        assert world.read("settings").values["overlay.on"] is False
        await front(world, "editor")
        await front(world, "game")
        assert overlay(world).shown


async def test_a_rule_places_it_and_dragging_changes_the_rule_alone() -> None:
    async with overlaid("me", on=True) as world:
        await ask(world, "overlay.rule", SetOverlayRule("Game.exe", "place", "bottom_right"))
        await front(world, "game")
        assert own(world).right
        await ask(world, "overlay.place", PlaceOverlay(500, 400, WIDTH, ROW))
        assert (own(world).x, own(world).y) == (500, 400)
        assert world.read("settings").values["overlay.places"] == {}
        await front(world, "editor")
        assert (own(world).x, own(world).y) == (MARGIN, MARGIN)
        await front(world, "game")
        assert (own(world).x, own(world).y) == (500, 400)
        await ask(world, "overlay.rule", SetOverlayRule("GAME", "none"))
        assert (overlay(world).rule, own(world).x) == ("", MARGIN)


async def test_a_rule_needs_a_name_and_there_is_a_bound() -> None:
    async with overlaid(rules={str(n): Rule("hide") for n in range(100)}) as world:
        for application, code in ((" .exe ", "bad_arguments"), ("game", "limit_reached")):
            with pytest.raises(CommandError) as refused:
                await ask(world, "overlay.rule", SetOverlayRule(application, "hide"))
            assert refused.value.code == code
        await ask(world, "overlay.rule", SetOverlayRule("7", "show"))  # one that is there may change


# -- looks that are ready made ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(PRESETS))
async def test_a_preset_is_a_look_and_leaves_places_and_rules(name: Preset) -> None:
    async with overlaid("me", on=True, order="name", scale=200) as world:
        await ask(world, "overlay.put", PutOverlay("bottom_right"))
        await ask(world, "overlay.rule", SetOverlayRule("game", "hide"))
        assert overlay(world).preset == ""
        before = world.read("settings").values
        await ask(world, "overlay.preset", ApplyOverlayPreset(name))
        after = world.read("settings").values
        for option in Wishes.__struct_fields__:
            expected = PRESETS[name].get(option, before[f"overlay.{option}"])
            assert after[f"overlay.{option}"] == expected, option
        assert overlay(world).preset == name
        assert (overlay(world).content, overlay(world).scale) == (
            PRESETS[name]["content"],
            PRESETS[name]["scale"],
        )
        assert own(world).right
        await world.ask("settings.set", {"name": "overlay.names", "value": not PRESETS[name]["names"]})
        assert overlay(world).preset == ""


def test_no_two_presets_look_alike() -> None:
    for name, look in PRESETS.items():
        assert preset_of(Wishes(**look)) == name
    assert set().union(*PRESETS.values()) < set(Wishes.__struct_fields__)


# -- when something is wrong ---------------------------------------------------------------------------


async def test_one_that_took_input_is_gone_until_it_is_asked_for() -> None:
    async with overlaid("me", on=True) as world:
        world.desk.windows.note_took_input(WINDOW)
        await settle()
        assert not is_open(world)
        assert (overlay(world).shown, own(world).withdrawn) == (False, "took_input")
        world.publish("voice", call("me", "ann"))
        await settle()
        assert not is_open(world)
        await ask(world, "overlay.show", Switch(True))
        assert is_open(world)
        assert (overlay(world).shown, own(world).withdrawn) == (True, "")


async def test_a_locked_screen_ends_editing_and_withdraws_it_until_it_is_unlocked() -> None:
    async with overlaid("me", on=True) as world:
        await ask(world, "overlay.edit", Switch(True))
        world.desk.windows.note_locked("test", True)
        await settle()
        assert own(world).withdrawn == "locked"
        assert not overlay(world).editing
        assert not world.windows.overlay(WINDOW).takes_input
        with pytest.raises(CommandError) as refused:
            await ask(world, "overlay.edit", Switch(True))
        assert refused.value.code == "screen_locked"
        world.desk.windows.note_locked("test", False)
        await settle()
        assert own(world).withdrawn == ""
        assert world.windows.open_windows[WINDOW].shown


async def test_who_closes_it_does_not_want_it_back() -> None:
    async with overlaid("me", on=True) as world:
        world.close_window(WINDOW)
        await world.until(lambda: world.read("settings").values["overlay.on"] is False)
        assert not is_open(world)
        assert not overlay(world).shown


async def test_without_windows_it_says_why_and_goes_on() -> None:
    async with overlaid("me") as world:
        world.desk.windows.control = None
        await ask(world, "overlay.show", Switch(True))
        assert own(world).problem == "no_windows"
        world.desk.windows.control = world.windows
        await ask(world, "overlay.show", Switch(False))
        await ask(world, "overlay.show", Switch(True))
        assert is_open(world)
        assert own(world).problem == ""


async def test_without_a_screen_nothing_can_be_placed() -> None:
    async with overlaid("me", desktop=Desktop(), on=True) as world:
        assert is_open(world)
        assert world.windows.overlay(WINDOW).place is None
        for name, args in (
            ("overlay.place", PlaceOverlay(1, 1, 1, 1)),
            ("overlay.put", PutOverlay("top", "none")),
        ):
            with pytest.raises(CommandError) as refused:
                await ask(world, name, args)
            assert refused.value.code == "no_screen"


async def test_switched_off_it_leaves_no_window() -> None:
    async with overlaid("me", on=True) as world:
        await world.supervisor.set("overlay", False)
        assert not is_open(world)
        assert world.read("overlay") is None
        await world.supervisor.set("overlay", True)
        await settle()
        assert is_open(world)


async def test_a_second_overlay_is_only_a_spec_more(monkeypatch: pytest.MonkeyPatch) -> None:
    import xcord_overlay

    first, *_ = xcord_overlay.specs()
    second = type(first)("second", "overlay", overlay=True, open_at_start=False)
    monkeypatch.setattr(xcord_overlay, "specs", lambda: (first, second))
    async with overlaid("me", on=True) as world:
        assert world.windows.open_windows.keys() == {WINDOW, "second"}
        await ask(world, "overlay.put", PutOverlay("bottom_right", RIGHT.id, "second"))
        assert world.windows.overlay(WINDOW).place == (MARGIN, MARGIN, WIDTH, ROW)
        assert overlay(world).windows["second"].screen == RIGHT.id
        await world.ask("overlay.place", PlaceOverlay(400, 300, WIDTH, ROW), window="second")
        assert (overlay(world).windows["second"].x, own(world).x) == (400, MARGIN)


async def test_of_two_overlays_the_one_that_took_input_goes_and_the_other_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import xcord_overlay

    first, *_ = xcord_overlay.specs()
    second = type(first)("second", "overlay", overlay=True, open_at_start=False)
    monkeypatch.setattr(xcord_overlay, "specs", lambda: (first, second))
    async with overlaid("me", on=True) as world:
        world.desk.windows.note_took_input(WINDOW)
        await settle()
        assert world.windows.open_windows.keys() == {"second"}
        assert overlay(world).shown
        await ask(world, "overlay.show", Switch(True))
        assert world.windows.open_windows.keys() == {WINDOW, "second"}
