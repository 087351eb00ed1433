"""The shell's own slices and commands."""

from __future__ import annotations

import pytest

from xcord import CommandError, Nothing, Viewport
from xcord.figures import PageReport
from xcord.testing import running


async def test_a_window_tells_its_stage_and_loses_it_when_its_page_goes() -> None:
    async with running() as world:
        world.open_window()
        await world.resize(800, 600)
        assert world.read("windows").windows[0].viewport == Viewport(width=800, height=600)
        world.open_window()
        world.desk.windows.note_visible("main", False)
        assert not world.read("windows").windows[0].visible
        world.close_window()
        assert world.read("windows").windows == ()


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(-1, 5, 100), (5, -1, 100), (40_000, 5, 100), (5, 5, 0)]
)
async def test_a_viewport_that_cannot_be_is_refused(width: int, height: int, scale: int) -> None:
    async with running() as world:
        world.open_window()
        with pytest.raises(CommandError) as caught:
            await world.ask("stage.viewport", {"width": width, "height": height, "scale": scale})
        assert caught.value.code == "bad_arguments"
        assert world.read("windows").windows[0].viewport is None


async def test_only_a_window_has_a_viewport() -> None:
    async with running() as world:
        with pytest.raises(CommandError) as caught:
            await world.ask("stage.viewport", {"width": 1, "height": 1})
        assert caught.value.code == "not_a_window"


async def test_the_last_channel_is_offered_after_a_start_and_nothing_is_joined() -> None:
    class Voice:
        __name__ = "xcord_voice"

        from xcord import hookimpl

        @hookimpl
        def xcord_add_options(self, options) -> None:  # type: ignore[no-untyped-def]
            options.add("last_channel", str, "", "Where the last call was.")

    async with running(Voice(), options={"voice.last_channel": "c1"}) as world:
        world.desk.offer_rejoin()
        assert world.read("app").rejoin == "c1"
        assert world.asked == []
        await world.ask("settings.set", {"name": "voice.last_channel", "value": ""})
        assert world.read("app").rejoin == ""


async def test_without_windows_their_commands_say_so() -> None:
    async with running() as world:
        world.desk.windows.control = None
        for name, args in (
            ("window.show", {}),
            ("window.close", {}),
            ("window.full_screen", {"on": True}),
            ("window.place", {"name": "main", "x": 0, "y": 0, "width": 1, "height": 1}),
            ("window.take_input", {"name": "main", "on": True}),
            ("window.opacity", {"name": "main", "percent": 50}),
            ("app.quit", Nothing()),
        ):
            with pytest.raises(CommandError) as caught:
                await world.ask(name, args)
            assert caught.value.code == "no_windows"


async def test_a_window_has_the_whole_screen_until_it_or_the_desktop_ends_that() -> None:
    async with running() as world:
        world.open_window("main")
        world.open_window("other")

        def full() -> list[str]:
            return [window.name for window in world.read("windows").windows if window.full_screen]

        await world.ask("window.full_screen", {"on": True}, window="other")
        assert full() == ["other"]
        await world.ask("window.full_screen", {"on": True})
        await world.ask("window.full_screen", {"on": False}, window="other")
        assert full() == ["main"]
        world.open_window("main")  # the page was reloaded, its window is where it was
        assert full() == ["main"]
        world.desk.windows.note_full_screen("main", False)
        assert full() == []


async def test_a_page_reports_what_it_measured_and_the_first_painting_counts() -> None:
    async with running() as world:
        await world.ask("page.painted")
        first = world.read("measure").painted_at_ms
        assert first > 0
        await world.ask("page.painted")
        assert world.read("measure").painted_at_ms == first
        await world.ask("page.report", {"elapsed_ms": 5, "drawn": {"ada/camera": 3}})
        assert world.read("measure").reports == {"main": PageReport(elapsed_ms=5, drawn={"ada/camera": 3})}
