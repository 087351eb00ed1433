"""Windows of plugins: opened on demand, gone with their plugin, withdrawn where they must not be."""

from __future__ import annotations

import pytest

from xcord import CommandError, Desktop, Screen, WindowSpec, WindowState
from xcord.testing import World, running, states

OVER = {"name": "over"}
PLACE = {"x": 5, "y": 6, "width": 70, "height": 80}


def plugin(*specs: WindowSpec, name: str = "xcord_glass") -> object:
    """A plugin that only brings windows."""
    from xcord import hookimpl

    class Glass:
        __name__ = name

        @hookimpl
        def xcord_windows(self) -> tuple[WindowSpec, ...]:
            return specs

    return Glass()


GLASS = plugin(WindowSpec("over", "overlay", overlay=True, open_at_start=False))


def state(world: World, name: str = "over") -> WindowState:
    """What the slice says of a window."""
    (found,) = [each for each in world.read("windows").windows if each.name == name]
    assert isinstance(found, WindowState)
    return found


def withdrawn(world: World) -> tuple[str, bool, bool]:
    """Why the overlay is away, whether it is to be seen, and whether its page is there."""
    found = state(world)
    return found.withdrawn, found.visible, found.connected


async def test_a_window_opens_at_the_start_or_when_it_is_asked_for() -> None:
    side = WindowSpec("side", "main")
    async with running(GLASS, plugin(side, name="xcord_side")) as world:
        assert set(world.windows.open_windows) == {"side"}
        await world.ask("window.show", OVER)
        assert set(world.windows.open_windows) == {"side", "over"}
        await world.ask("window.close", OVER)
        await world.ask("window.close", OVER)
        assert set(world.windows.open_windows) == {"side"}
        assert [each.name for each in world.read("windows").windows] == ["side"]


async def test_windows_leave_with_their_plugin_and_come_with_it() -> None:
    async with running(GLASS) as world:
        await world.ask("window.show", OVER)
        await world.ask("plugins.set", {"name": "glass", "on": False})
        assert world.windows.open_windows == {}
        assert world.read("windows").windows == ()
        with pytest.raises(CommandError) as caught:
            await world.ask("window.show", OVER)
        assert caught.value.code == "no_such_window"
        await world.ask("plugins.set", {"name": "glass", "on": True})
        assert world.windows.open_windows == {}
        await world.ask("window.show", OVER)
        assert set(world.windows.open_windows) == {"over"}


async def test_one_name_is_one_window() -> None:
    async with running(GLASS, plugin(WindowSpec("over", "main"), name="xcord_copy")) as world:
        assert states(world) == {"glass": "on", "copy": "failed"}


async def test_what_is_no_window_is_named() -> None:
    async with running(plugin("over")) as world:  # type: ignore[arg-type]
        assert "returned str where a WindowSpec is due" in world.read("plugins").plugins[0].reason


async def test_an_overlay_is_placed_before_and_after_it_opens() -> None:
    async with running(GLASS) as world:
        await world.ask("window.place", {**OVER, **PLACE})
        await world.ask("window.opacity", {**OVER, "percent": 40})
        await world.ask("window.show", OVER)
        await world.ask("window.take_input", {**OVER, "on": True})
        overlay = world.windows.overlay("over")
        assert (overlay.place, overlay.percent, overlay.takes_input) == ((5, 6, 70, 80), 40, True)


@pytest.mark.parametrize(
    ("name", "args"),
    [("window.place", PLACE), ("window.take_input", {"on": True}), ("window.opacity", {"percent": 50})],
)
async def test_only_an_overlay_is_placed(name: str, args: dict[str, int | bool]) -> None:
    async with running(GLASS) as world:
        for window, code in (("main", "not_an_overlay"), ("none", "no_such_window")):
            with pytest.raises(CommandError) as caught:
                await world.ask(name, {"name": window, **args})
            assert caught.value.code == code


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("window.place", {**PLACE, "width": 0}),
        ("window.place", {**PLACE, "x": 100_000}),
        ("window.opacity", {"percent": 5}),
        ("window.opacity", {"percent": 101}),
    ],
)
async def test_nobody_can_make_an_overlay_that_is_not_to_be_seen(name: str, args: dict[str, int]) -> None:
    async with running(GLASS) as world:
        with pytest.raises(CommandError) as caught:
            await world.ask(name, {**OVER, **args})
        assert caught.value.code == "bad_arguments"


async def test_an_overlay_is_not_there_while_the_screen_is_locked() -> None:
    async with running(GLASS) as world:
        world.open_window()
        await world.ask("window.show", OVER)
        world.desk.windows.note_locked("logind", True)
        world.desk.windows.note_locked("screensaver", True)
        assert world.read("desktop").locked
        assert not world.windows.open_windows["over"].shown
        assert withdrawn(world) == ("locked", False, True)
        world.desk.windows.note_locked("logind", False)
        assert not world.windows.open_windows["over"].shown
        world.desk.windows.note_locked("screensaver", False)
        assert not world.read("desktop").locked
        assert world.windows.open_windows["over"].shown
        assert withdrawn(world) == ("", True, True)


async def test_who_sees_the_screen_may_say_that_it_is_not_locked() -> None:
    async with running(GLASS) as world:
        await world.ask("window.show", OVER)
        world.desk.windows.note_locked("logind", True)
        world.desk.windows.note_locked("screensaver", True)
        await world.ask("desktop.unlocked")
        assert not world.read("desktop").locked
        assert world.windows.open_windows["over"].shown
        world.desk.windows.note_locked("logind", True)
        assert world.read("desktop").locked
        assert not world.windows.open_windows["over"].shown


async def test_an_overlay_that_is_asked_for_while_the_screen_is_locked_comes_afterwards() -> None:
    async with running(GLASS) as world:
        world.desk.windows.note_locked("logind", True)
        await world.ask("window.show", OVER)
        assert world.windows.open_windows == {}
        assert withdrawn(world) == ("locked", False, False)
        world.desk.windows.note_locked("logind", False)
        assert set(world.windows.open_windows) == {"over"}
        assert withdrawn(world) == ("", True, True)


async def test_an_overlay_that_was_closed_while_the_screen_was_locked_stays_closed() -> None:
    async with running(GLASS) as world:
        await world.ask("window.show", OVER)
        world.desk.windows.note_locked("logind", True)
        await world.ask("window.close", OVER)
        world.desk.windows.note_locked("logind", False)
        assert world.windows.open_windows == {}
        assert world.read("windows").windows == ()


async def test_an_overlay_that_took_input_stays_away_until_it_is_asked_for() -> None:
    async with running(GLASS) as world:
        await world.ask("window.show", OVER)
        world.desk.windows.note_took_input("over")
        assert not world.windows.open_windows["over"].shown
        assert withdrawn(world) == ("took_input", False, True)
        assert ("window.took_input", {"window": "over"}) in world.notices
        world.desk.windows.note_locked("logind", True)
        world.desk.windows.note_locked("logind", False)
        assert not world.windows.open_windows["over"].shown
        await world.ask("window.show", OVER)
        assert world.windows.open_windows["over"].shown
        assert withdrawn(world) == ("", True, True)


async def test_a_page_that_is_loaded_again_does_not_bring_a_withdrawn_overlay_back() -> None:
    async with running(GLASS) as world:
        await world.ask("window.show", OVER)
        world.desk.windows.note_took_input("over")
        world.open_window("over", "overlay")
        assert withdrawn(world) == ("took_input", False, True)


async def test_what_is_seen_of_the_desktop_does_not_unlock_it() -> None:
    async with running() as world:
        world.desk.windows.note_locked("logind", True)
        screen = Screen(id="acme", name="DP-1", x=0, y=0, width=800, height=600, primary=True)
        world.desk.windows.note_desktop(Desktop(screens=(screen,), application="game"))
        assert world.read("desktop") == Desktop(screens=(screen,), application="game", locked=True)
