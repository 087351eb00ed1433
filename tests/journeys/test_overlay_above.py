"""The overlay of a whole app above other programs: whose the clicks are, and whose rules."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.guests.stack import App, app_on
from tests.journeys.overlays import NAMES, drag, own, pixels, shown, state
from tests.journeys.world import World, until
from tests.other_window import tool
from tests.screen import Screen, compositor, virtual_screen
from tests.shell.windows.other_program import BLUE, PROCESS, Other

GROUND = (0x0D, 0x11, 0x13)  # what lies under the words where nothing can be transparent
OFF = [word for name in ("voice", "layout", "sync", "reconnection") for word in ("-p", f"no:{name}")]


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[App]:
    with world.call() as app:
        app.wait("everybody", ["voice"], lambda s: len(s["voice"]["people"]) == 4, 30.0)
        yield app


@pytest.fixture
def game(world: World) -> Iterator[Other]:
    """A full-screen program."""
    made = Other(world.screen, "full")
    yield made
    made.end()


def click(screen: Screen, at: tuple[int, int]) -> None:
    tool(screen, "mousemove", str(at[0]), str(at[1]), "click", "1")


def focused(screen: Screen) -> str:
    return tool(screen, "getwindowfocus", "getwindowname").strip()


def test_above_a_full_screen_program_it_is_seen_and_the_clicks_and_the_focus_are_the_programs(
    world: World, call: App, game: Other
) -> None:
    with shown(call) as slices:
        rect = own(slices)
        # Beside the labels the program is seen through it; the labels are dark.
        until(lambda: BLUE in pixels(world.screen, rect), "the program seen through it", 20)
        until(lambda: min(map(sum, pixels(world.screen, rect))) < 100, "names on dark labels", 20)
        game.heard()
        for row in range(len(slices["overlay"]["people"])):
            click(world.screen, (rect["x"] + 20, rect["y"] + 40 * row + 20))
            game.await_told("pressed")
        assert focused(world.screen) == "other"
        assert "inactive" not in game.heard()
        after = call.read(*NAMES)
        assert own(after) == rect
        assert (state(after) or {})["visible"]


def test_in_edit_mode_the_mouse_is_its_own_and_afterwards_the_programs_again(
    world: World, call: App, game: Other
) -> None:
    with shown(call) as slices:
        call.ask("overlay.edit", on=True)
        call.wait("edit mode", NAMES, lambda s: s["overlay"]["editing"], 10.0)
        at = (own(slices)["x"] + 60, own(slices)["y"] + 20)

        def moved() -> bool:
            return bool(call.read("settings")["settings"]["values"]["overlay.places"])

        def dragged() -> bool:
            """The window's shape changes without a word, so the first ones may go through it."""
            game.heard()
            drag(world.screen, at, (at[0] + 200, at[1] + 160))
            with contextlib.suppress(AssertionError):
                until(moved, "the place", 3.0)
            return moved()

        try:
            until(dragged, "the overlay dragged", 30)
            assert "pressed" not in game.heard()
            assert focused(world.screen) == "other"
        finally:
            call.ask("overlay.edit", on=False)
        rect = own(call.wait("no edit mode", NAMES, lambda s: not s["overlay"]["editing"], 10.0))
        assert (rect["x"], rect["y"]) == (own(slices)["x"] + 200, own(slices)["y"] + 160)

        def through() -> bool:
            click(world.screen, (rect["x"] + 20, rect["y"] + 20))
            with contextlib.suppress(AssertionError):
                until(lambda: "pressed" in game.heard(), "a click", 3.0)
                return True
            return False

        until(through, "a click that goes through it", 30)
        assert not (state(call.read(*NAMES)) or {})["withdrawn"]
        call.ask("overlay.reset")


def test_a_rule_holds_for_the_program_in_front(world: World, call: App) -> None:
    with shown(call):
        call.ask("overlay.rule", application=PROCESS, does="hide")
        try:
            other = Other(world.screen)
            try:
                away = call.wait("its rule", NAMES, lambda s: s["overlay"]["rule"] == PROCESS, 30.0)
                assert not away["overlay"]["shown"]
                call.wait("no overlay", NAMES, lambda s: state(s) is None, 30.0)
            finally:
                other.end()
            call.wait("the overlay again", NAMES, lambda s: (state(s) or {}).get("connected"), 30.0)
        finally:
            call.ask("overlay.rule", application=PROCESS, does="none")


def test_without_a_compositor_it_is_opaque_and_that_is_said(tmp_path: Path) -> None:
    with virtual_screen(900, 700) as screen, app_on(screen.environ, tmp_path, "--measure", *OFF) as app:
        app.wait_painted()
        app.wait("no compositor", ["desktop"], lambda s: not s["desktop"]["compositing"], 20.0)
        assert "no_compositor" in app.read("desktop")["desktop"]["limits"]
        other = Other(screen, "full")
        try:
            app.ask("overlay.edit", on=True)  # shown without a call, too
            rect = own(app.wait("the overlay", NAMES, lambda s: (state(s) or {}).get("connected"), 30.0))
            # To the right of the content is nothing, and more window: its controls are wider.
            beside = {"x": rect["x"] + rect["width"] + 60, "y": rect["y"] + 10, "width": 4, "height": 4}
            until(lambda: set(pixels(screen, beside)) == {GROUND}, "an opaque ground", 30)
            with compositor(screen):
                app.wait("a compositor", ["desktop"], lambda s: s["desktop"]["compositing"], 20.0)
                until(lambda: set(pixels(screen, beside)) == {BLUE}, "the program seen through it", 30)
        finally:
            other.end()
