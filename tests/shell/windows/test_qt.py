"""Real windows of Qt on a screen of their own."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import mss
import psutil
import pytest
from tests.screen import Screen, virtual_screen
from tests.shell.windows.real import PATIENCE, Desktop, Pages, await_one, renderers
from tests.shell.windows.tray_host import tray_host


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with virtual_screen(900, 700) as made:
        yield made


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    yield made
    made.close()


@pytest.fixture
def desktop(screen: Screen, pages: Pages, tmp_path: Path) -> Iterator[Desktop]:
    made = Desktop(screen, pages.origin + "/page.html#t=SECRET", tmp_path / "stderr.log")
    made.await_event("ready")
    yield made
    made.end()


def test_a_window_opens_and_paints_its_page(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    desktop.do("show", "main")
    green, colour = (0x28, 0xA0, 0x60), None
    until = time.monotonic() + PATIENCE
    with mss.MSS(display=screen.display) as eye:
        while colour != green and time.monotonic() < until:  # a screen tells nobody when it was drawn on
            colour = eye.grab(eye.monitors[0]).pixel(screen.width // 2, screen.height // 2)
    assert colour == green


def test_a_page_gets_no_bridge_into_python(desktop: Desktop, pages: Pages) -> None:
    assert pages.await_start("bridge: ") == "undefined, undefined"


def test_a_window_has_the_whole_screen_until_it_gives_it_back(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    desktop.do("full_screen", "main", True)
    pages.await_told("900x700")
    desktop.do("full_screen", "main", False)
    pages.await_told("600x400")


def test_the_desktop_may_take_the_whole_screen_back(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    desktop.do("full_screen", "main", True)
    pages.await_told("900x700")
    leave = ["wmctrl", "-r", "window main", "-b", "remove,fullscreen"]
    subprocess.run(leave, env=screen.environ, check=True, timeout=PATIENCE)
    desktop.await_event("left full screen", "main")
    pages.await_told("600x400")


def test_closing_the_main_window_without_a_tray_minimises_it(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    desktop.do("click on close")
    desktop.await_event("visible", "main", False)
    pages.await_told("hidden")
    desktop.do("look")
    desktop.await_event("state", True)
    desktop.do("show", "main")
    desktop.await_event("visible", "main", True)
    pages.await_told("visible")


def test_closing_the_main_window_with_a_tray_hides_it(screen: Screen, pages: Pages, tmp_path: Path) -> None:
    with tray_host(screen.display) as docked:
        desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log")
        assert docked(PATIENCE), "no icon was put into the tray"
        desktop.do("click on close")
        desktop.await_event("visible", "main", False)
        desktop.do("look")
        desktop.await_event("state", False)
        desktop.do("show", "main")
        desktop.await_event("visible", "main", True)
        desktop.end()


def test_a_window_under_a_full_screen_one_is_not_seen(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    with screen.covered():
        desktop.await_event("visible", "main", False)
        pages.await_told("hidden")
    desktop.await_event("visible", "main", True)
    pages.await_told("visible")


def test_a_window_on_another_desktop_is_not_seen(desktop: Desktop, pages: Pages, screen: Screen) -> None:
    pages.await_told("painted")
    screen.turn_to(1)
    desktop.await_event("visible", "main", False)
    screen.turn_to(0)
    desktop.await_event("visible", "main", True)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_asks_the_app_to_quit(desktop: Desktop, number: signal.Signals) -> None:
    desktop.process.send_signal(number)
    desktop.await_event("quit asked", "signal")
    desktop.await_event("ended")
    assert desktop.await_end() == 0


def test_a_second_signal_ends_an_app_that_does_not(screen: Screen, pages: Pages, tmp_path: Path) -> None:
    desktop = Desktop(screen, pages.origin, tmp_path / "stderr.log", "stubborn")
    desktop.await_event("ready")
    desktop.process.send_signal(signal.SIGTERM)
    desktop.await_event("quit asked", "signal")
    desktop.process.send_signal(signal.SIGTERM)
    desktop.await_event("ended")
    assert desktop.await_end() == 0
    desktop.end()


def test_a_killed_app_leaves_no_process_behind(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    children = psutil.Process(desktop.process.pid).children(recursive=True)
    assert children
    desktop.process.kill()
    _, left = psutil.wait_procs(children, timeout=PATIENCE)
    assert not left


def test_a_page_whose_process_dies_is_told_and_loaded_again(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    renderers(desktop.process.pid)[0].kill()
    desktop.await_event("page lost", "main")
    desktop.do("load", "main", pages.origin + "/page.html#t=FRESH")
    pages.await_told("painted")


def test_a_closed_window_is_gone_also_for_the_garbage_collector(desktop: Desktop, pages: Pages) -> None:
    """The collector ran on the hub's thread once and Chromium ended the process."""
    pages.await_told("painted")
    desktop.do("open", "second", pages.origin + "/second")
    pages.await_told("painted")
    desktop.do("close", "second")
    desktop.await_event("closed", "second")
    desktop.do("collect")
    desktop.await_event("collected")
    desktop.do("hide", "main")
    desktop.await_event("visible", "main", False)
    assert desktop.process.poll() is None


def test_a_page_cannot_go_elsewhere_nor_open_nor_ask_for_anything(desktop: Desktop, pages: Pages) -> None:
    desktop.do("load", "main", pages.origin + "/page.html?escape")
    hopes = {"opened: null", "confirmed: false", "permission: denied"}
    while hopes:  # they come in any order
        said: str = await_one(
            pages.told, lambda said: said.startswith(("opened", "confirmed", "perm")), hopes
        )
        hopes.remove(said)
    desktop.do("load", "main", pages.origin + "/page.html?afterwards")
    pages.await_told("painted")
    assert not {"/elsewhere", "/other"} & set(pages.asked)


def test_a_reload_keeps_the_page_s_session(desktop: Desktop, pages: Pages) -> None:
    assert pages.await_start("reloads: ") == "1"
    desktop.do("load", "main", pages.origin + "/page.html?again")
    assert pages.await_start("reloads: ") == "2"


def test_the_address_with_its_token_is_in_no_log(desktop: Desktop, pages: Pages) -> None:
    pages.await_told("painted")
    desktop.end()
    assert "SECRET" not in desktop.log.read_text()
    assert desktop.process.returncode == 0


def test_without_a_screen_there_is_a_sentence_and_no_abort(pages: Pages, tmp_path: Path) -> None:
    desktop = Desktop(None, pages.origin, tmp_path / "stderr.log")
    desktop.await_event(
        "setup error",
        "no_screen",
        "There is no screen: DISPLAY is not set. "
        "Start xcord in a desktop session, or on a virtual screen: xvfb-run -a xcord.",
    )
    assert desktop.await_end() == 2
    desktop.end()
