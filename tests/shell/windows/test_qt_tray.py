"""The tray of real windows in a real panel, clicked with a real mouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.screen import Screen, virtual_screen
from tests.shell.windows.real import Desktop, Pages
from tests.shell.windows.tint2 import Panel, panel

IDLE, CALL, SILENT, LOST = "#123a34", "#0d8065", "#c92b33", "#f0b24a"  # qt_tray_icon.PAINTS


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with virtual_screen(1000, 700) as made:
        yield made


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.close()


@pytest.fixture
def tray(screen: Screen, tmp_path: Path) -> Iterator[Panel]:
    with panel(screen, tmp_path) as made:
        yield made


@pytest.fixture
def desktop(screen: Screen, tray: Panel, pages: Pages, tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(screen, pages.origin, tmp_path / "stderr.log")
    made.await_event("tray", True)
    yield made
    made.end()


def test_the_icon_shows_the_call_and_changes_with_it(desktop: Desktop, tray: Panel) -> None:
    tray.await_ground(IDLE)
    for state, colour in (
        ({"call": "up"}, CALL),
        ({"call": "up", "muted": True}, SILENT),
        ({"call": "trouble", "muted": True}, LOST),
        ({"call": "up", "deafened": True}, SILENT),
        ({"call": "idle"}, IDLE),
    ):
        desktop.do("set_tray", state)
        tray.await_ground(colour)


def test_the_menu_asks_for_what_the_state_offers(desktop: Desktop, tray: Panel) -> None:
    desktop.do("set_tray", {"call": "up", "muted": True, "overlay": False})
    tray.await_ground(SILENT)
    for step, command, args in (
        (1, "voice.mute", {"on": False}),
        (2, "voice.deafen", {"on": True}),
        (3, "voice.leave", {}),
        (4, "overlay.show", {"on": True}),
        (1, "voice.mute", {"on": False}),  # the tick was taken back, for nobody said that it was done
    ):
        tray.choose(step)
        desktop.await_event("tray asked", command, args)


def test_a_closed_window_comes_back_by_a_click_and_by_the_menu(desktop: Desktop, tray: Panel) -> None:
    for back in (tray.click, lambda: tray.choose(1)):
        desktop.do("click on close")
        desktop.await_event("visible", "main", False)
        desktop.await_event("put away", "tray")
        back()
        desktop.await_event("visible", "main", True)


def test_quit_in_the_menu_asks_to_quit(desktop: Desktop, tray: Panel) -> None:
    tray.choose(2)
    desktop.await_event("quit asked", "tray")
    assert desktop.await_end() == 0


def test_closing_asks_to_quit_where_the_user_wants_that(desktop: Desktop) -> None:
    desktop.do("close_to_tray", False)
    desktop.do("click on close")
    desktop.await_event("quit asked", "window")
    assert desktop.await_end() == 0


def test_a_hidden_start_shows_nothing_but_the_icon(
    screen: Screen, tray: Panel, pages: Pages, tmp_path: Path
) -> None:
    desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log", "hidden")
    desktop.await_event("visible", "main", False)
    desktop.await_event("tray", True)
    pages.await_start("bridge: ")  # the page runs all the same
    tray.click()
    desktop.await_event("visible", "main", True)
    pages.await_told("painted")
    desktop.end()


def test_a_hidden_start_without_a_tray_is_in_the_task_bar(
    screen: Screen, pages: Pages, tmp_path: Path
) -> None:
    desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log", "hidden")
    desktop.await_event("tray", False)
    desktop.await_minimised()
    desktop.do("show", "main")
    desktop.await_event("visible", "main", True)
    pages.await_told("painted")
    desktop.end()


def test_the_icon_is_in_a_panel_that_comes_later(screen: Screen, pages: Pages, tmp_path: Path) -> None:
    desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log")
    desktop.await_event("tray", False)
    with panel(screen, tmp_path) as late:
        late.await_ground(IDLE)
    desktop.end()
