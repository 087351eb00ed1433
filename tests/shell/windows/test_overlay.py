"""An overlay of Qt above other programs' real windows, under a window manager and a compositor."""

from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import mss
import pytest
from tests.screen import Screen, compositor, virtual_screen
from tests.shell.windows.other_program import BLUE, Other
from tests.shell.windows.real import PATIENCE, Desktop, Pages, await_one, renderers

PLACE = (200, 150, 300, 200)
SOLID, CLEAR = (250, 200), (450, 200)  # on the screen: on the page's opaque half, and on the other
RED = (0xE0, 0x20, 0x20)
BETWEEN = (0x80, 0x30, 0x50)
GREEN = (0x20, 0xA0, 0x20)
PAGE = """<!doctype html><body style="margin:0"><div style="width:50%;height:100vh;background:#e02020"></div>
<script>
  const tell = what => fetch("/told/" + encodeURIComponent(what))
  requestAnimationFrame(() => requestAnimationFrame(() => tell("painted")))
  addEventListener("pointerdown", () => tell("pressed"))
  addEventListener("focus", () => tell("focused"))
</script>"""
VEIL = """
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(["veil"])
window = QWidget(None, Qt.WindowType.BypassWindowManagerHint)
window.setStyleSheet("background: #20a020")
window.setGeometry(220, 170, 60, 60)
window.show()
window.raise_()
app.exec()
"""


class Eye:
    """Sees the screen, and uses its mouse."""

    def __init__(self, screen: Screen) -> None:
        self.screen = screen

    def colour(self, at: tuple[int, int]) -> tuple[int, int, int]:
        with mss.MSS(display=self.screen.display) as eye:
            seen: tuple[int, int, int] = eye.grab(eye.monitors[0]).pixel(*at)
        return seen

    def await_colour(self, at: tuple[int, int], colour: tuple[int, int, int]) -> None:
        """A screen tells nobody when it was drawn on, so it is looked at until it is so."""
        until = time.monotonic() + PATIENCE
        while True:
            seen = self.colour(at)
            if max(abs(a - b) for a, b in zip(seen, colour, strict=True)) <= 3:
                return
            assert time.monotonic() < until, f"{at} is {seen} and not {colour}"
            time.sleep(0.02)

    def do(self, *command: str) -> str:
        done = subprocess.run(
            command, env=self.screen.environ, check=True, timeout=PATIENCE, capture_output=True, text=True
        )
        return done.stdout

    def bring(self, title: str) -> None:
        """A window to the front, once the window manager has it: it may be seen before that."""
        until = time.monotonic() + PATIENCE
        while title not in self.do("wmctrl", "-l"):
            assert time.monotonic() < until, f"there is no window {title!r}"
            time.sleep(0.02)
        self.do("wmctrl", "-a", title)

    def click(self, at: tuple[int, int]) -> None:
        self.do("xdotool", "mousemove", *map(str, at), "click", "1")

    def focused(self) -> str:
        return self.do("xdotool", "getwindowfocus", "getwindowname").strip()


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    with virtual_screen(900, 700, compositor=True) as made:
        yield made


@pytest.fixture
def eye(screen: Screen) -> Eye:
    made = Eye(screen)
    made.do("xdotool", "mousemove", "5", "690")
    return made


@pytest.fixture
def pages() -> Iterator[Pages]:
    made = Pages()
    made.pages["/overlay"] = PAGE.encode()
    yield made
    made.close()


@pytest.fixture
def desktop(screen: Screen, pages: Pages, tmp_path: Path) -> Iterator[Desktop]:
    """The app; its main window is out of the way."""
    made = Desktop(screen, pages.origin + "/page.html", tmp_path / "stderr.log")
    made.await_event("ready")
    pages.await_told("painted")
    made.do("hide", "main")
    made.await_event("visible", "main", False)
    yield made
    made.end()


@pytest.fixture
def other(screen: Screen, desktop: Desktop) -> Iterator[Other]:
    made = Other(screen)
    yield made
    made.end()


@pytest.fixture
def overlay(other: Other, desktop: Desktop, pages: Pages, eye: Eye) -> Desktop:
    """The app with its overlay over the other window."""
    desktop.do("place", *PLACE)
    desktop.do("overlay", pages.origin + "/overlay")
    pages.await_told("painted")
    eye.await_colour(SOLID, RED)
    other.heard()
    return desktop


def test_a_click_goes_through_to_the_window_beneath(overlay: Desktop, other: Other, eye: Eye) -> None:
    for at in (SOLID, CLEAR):
        eye.click(at)
        other.await_told("pressed")
    eye.do("xdotool", "click", "4")
    other.await_told("wheel")
    assert eye.focused() == "other"
    eye.await_colour(SOLID, RED)


def test_an_overlay_never_gets_the_focus(overlay: Desktop, other: Other, eye: Eye) -> None:
    assert eye.focused() == "other"
    overlay.do("hide", "over")
    eye.await_colour(SOLID, BLUE)
    overlay.do("show", "over")
    eye.await_colour(SOLID, RED)
    overlay.do("take_input", "over", True)
    eye.click(SOLID)
    assert eye.focused() == "other"
    assert "inactive" not in other.heard()


def test_in_edit_mode_the_overlay_gets_clicks_and_afterwards_no_more(
    overlay: Desktop, other: Other, pages: Pages, eye: Eye
) -> None:
    overlay.do("take_input", "over", True)
    _await_taken(overlay, pages, eye)
    other.heard()  # clicks before that went through
    eye.click(SOLID)
    pages.await_told("pressed")
    assert "pressed" not in other.heard()
    overlay.do("take_input", "over", False)
    overlay.do("where")
    overlay.await_event("place", *PLACE)
    eye.click(SOLID)
    other.await_told("pressed")
    eye.await_colour(SOLID, RED)  # the last events of edit mode are nothing to withdraw it for


def test_the_last_events_of_edit_mode_are_forgiven_for_half_a_second(overlay: Desktop, eye: Eye) -> None:
    overlay.do("take_input", "over", True)
    overlay.do("clock", 100.0)
    overlay.do("take_input", "over", False)
    overlay.do("clock", 100.4)
    overlay.do("move over")
    overlay.do("where")
    overlay.await_event("place", *PLACE)
    eye.await_colour(SOLID, RED)
    overlay.do("clock", 100.5)
    overlay.do("move over")
    overlay.await_event("took input", "over")  # told once, so it was not before
    eye.await_colour(SOLID, BLUE)


def test_what_was_raised_above_it_lies_beneath_it_at_the_next_restack(
    overlay: Desktop, other: Other, screen: Screen, eye: Eye
) -> None:
    overlay.do("observe")
    _seen(overlay, lambda said: said["application"] == "thegame")
    with subprocess.Popen([sys.executable, "-c", VEIL], env=screen.environ) as veil:
        try:
            eye.await_colour(SOLID, GREEN)  # the window manager does not know it, so nobody is told
            second = Other(screen)
            try:
                eye.await_colour(SOLID, RED)
            finally:
                second.end()
        finally:
            veil.kill()


def test_what_is_transparent_shows_what_lies_beneath(
    overlay: Desktop, eye: Eye, screen: Screen, tmp_path: Path
) -> None:
    eye.await_colour(CLEAR, BLUE)
    overlay.do("opacity", "over", 50)
    eye.await_colour(SOLID, BETWEEN)
    eye.await_colour(CLEAR, BLUE)
    overlay.do("opacity", "over", 100)
    eye.await_colour(SOLID, RED)


def test_it_stays_above_a_full_screen_window_that_comes_later(
    overlay: Desktop, screen: Screen, eye: Eye
) -> None:
    overlay.do("observe")
    full = Other(screen, "full")
    try:
        eye.await_colour((850, 650), BLUE)
        eye.await_colour(SOLID, RED)
        eye.click(SOLID)
        full.await_told("pressed")
        eye.await_colour(SOLID, RED)
    finally:
        full.end()


def test_it_is_on_every_desktop_and_in_no_list(overlay: Desktop, screen: Screen, eye: Eye) -> None:
    assert "window over" not in eye.do("wmctrl", "-l")
    assert "window over" in eye.do("xwininfo", "-root", "-tree")
    screen.turn_to(1)
    try:
        eye.await_colour((600, 450), eye.colour((850, 650)))  # the other window is gone
        eye.await_colour(SOLID, RED)
    finally:
        screen.turn_to(0)


def test_it_moves_while_it_is_shown(overlay: Desktop, eye: Eye) -> None:
    overlay.do("place", 150, 300, 100, 60)
    overlay.do("where")
    overlay.await_event("place", 150, 300, 100, 60)
    eye.await_colour((170, 330), RED)
    eye.await_colour(SOLID, BLUE)


def test_an_overlay_that_gets_a_click_is_withdrawn_until_it_is_shown_again(
    overlay: Desktop, other: Other, eye: Eye
) -> None:
    overlay.do("break")
    overlay.do("where")
    overlay.await_event("place", *PLACE)
    eye.click(SOLID)
    overlay.await_event("took input", "over")
    eye.await_colour(SOLID, BLUE)
    eye.click(SOLID)
    other.await_told("pressed")
    overlay.do("show", "over")
    eye.await_colour(SOLID, RED)
    eye.click(SOLID)
    other.await_told("pressed")


def test_a_page_that_dies_comes_back_in_the_same_place(
    overlay: Desktop, other: Other, pages: Pages, eye: Eye
) -> None:
    overlay.do("opacity", "over", 50)
    eye.await_colour(SOLID, BETWEEN)
    for process in renderers(overlay.process.pid):
        process.kill()
    overlay.await_event("page lost", "over")
    overlay.do("load", "over", pages.origin + "/overlay")
    pages.await_told("painted")
    eye.await_colour(SOLID, BETWEEN)
    eye.await_colour(CLEAR, BLUE)
    eye.click(SOLID)
    other.await_told("pressed")


def test_an_overlay_opens_again_after_it_was_closed_and_lets_clicks_through(
    overlay: Desktop, other: Other, pages: Pages, eye: Eye
) -> None:
    overlay.do("take_input", "over", True)
    overlay.do("close", "over")
    overlay.await_event("closed", "over")
    eye.await_colour(SOLID, BLUE)
    overlay.do("overlay", pages.origin + "/overlay")
    pages.await_told("painted")
    eye.await_colour(SOLID, RED)
    eye.click(SOLID)
    other.await_told("pressed")


def _await_taken(overlay: Desktop, pages: Pages, eye: Eye) -> None:
    """Clicks until the page gets one: the shape of a window changes without a word."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        eye.click(SOLID)
        with contextlib.suppress(queue.Empty):
            if pages.told.get(timeout=1.0) == "pressed":
                return
    pytest.fail("no click reached the overlay")


def _seen(desktop: Desktop, fits: Any) -> dict[str, Any]:
    """What the app tells of the desktop, once it is so."""
    event = await_one(desktop.events, lambda said: said[0] == "desktop" and fits(said[1]), "desktop")
    seen: dict[str, Any] = event[1]
    return seen


def test_the_program_in_front_is_known(overlay: Desktop, screen: Screen, eye: Eye) -> None:
    overlay.do("observe")
    _seen(overlay, lambda said: said["application"] == "thegame")
    overlay.do("show", "main")
    overlay.await_event("visible", "main", True)
    eye.bring("window main")
    mine = Path(f"/proc/{overlay.process.pid}/comm").read_text().strip()
    _seen(overlay, lambda said: said["application"] == mine)
    eye.bring("other")
    _seen(overlay, lambda said: said["application"] == "thegame")
    overlay.do("hide", "main")
    overlay.await_event("visible", "main", False)
    eye.do("wmctrl", "-c", "other")
    _seen(overlay, lambda said: said["application"] == "")


def test_whether_anything_can_be_transparent_is_told_when_it_changes(pages: Pages, tmp_path: Path) -> None:
    with virtual_screen(600, 400) as bare:
        desktop = Desktop(bare, pages.origin + "/page.html", tmp_path / "stderr.log")
        try:
            desktop.await_event("ready")
            desktop.do("observe")
            said = _seen(desktop, lambda said: not said["compositing"])
            assert "no_compositor" in said["limits"]
            with compositor(bare):
                said = _seen(desktop, lambda said: said["compositing"])
                assert "no_compositor" not in said["limits"]
            _seen(desktop, lambda said: not said["compositing"])
        finally:
            desktop.end()


def test_monitors_come_and_go_under_their_own_names(pages: Pages, tmp_path: Path) -> None:
    with virtual_screen(900, 700) as wide:
        eye = Eye(wide)
        desktop = Desktop(wide, pages.origin + "/page.html", tmp_path / "stderr.log")
        try:
            desktop.await_event("ready")
            desktop.do("observe")
            _seen(desktop, lambda said: [s["width"] for s in said["screens"]] == [900])
            eye.do("xrandr", "--setmonitor", "left", "500/100x700/200+0+0", "screen")
            eye.do("xrandr", "--setmonitor", "right", "400/100x700/200+500+0", "none")
            both = _seen(desktop, lambda said: len(said["screens"]) == 2)["screens"]
            places = {screen["id"]: (screen["x"], screen["width"]) for screen in both}
            assert places == {"left": (0, 500), "right": (500, 400)}
            eye.do("xrandr", "--delmonitor", "right")
            left = _seen(desktop, lambda said: len(said["screens"]) == 1)["screens"]
            assert [screen["id"] for screen in left] == ["left"]
            eye.do("xrandr", "--setmonitor", "right", "400/100x700/200+500+0", "none")
            again = _seen(desktop, lambda said: len(said["screens"]) == 2)["screens"]
            assert {screen["id"]: (screen["x"], screen["width"]) for screen in again} == places
        finally:
            desktop.end()
