"""What can be seen of a window, by where the others are."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from tests.screen import Screen, virtual_screen

from xcord.windows.x11_stack import EVERYWHERE, Client, Rectangle, Stack, unseen

SCREEN, OTHER_SCREEN = Rectangle(0, 0, 900, 700), Rectangle(900, 0, 900, 700)
MINE = Client(1, Rectangle(100, 100, 600, 400), False, 0)


@pytest.mark.parametrize(
    ("stack", "hidden"),
    [
        ([MINE], False),
        ([], False),
        ([MINE, Client(2, SCREEN, True, 0)], True),
        ([MINE, Client(2, SCREEN, True)], True),
        ([Client(2, SCREEN, True, 0), MINE], False),
        ([MINE, Client(2, SCREEN, False, 0)], False),
        ([MINE, Client(2, OTHER_SCREEN, True, 0)], False),
        ([MINE, Client(2, Rectangle(101, 0, 900, 700), True, 0)], False),
        ([MINE, Client(2, SCREEN, True, 1)], False),
        ([MINE._replace(desktop=1), Client(2, SCREEN, False, 0)], True),
        ([MINE._replace(desktop=EVERYWHERE)], False),
        ([MINE, Client(2, SCREEN, True, 0), Client(3, SCREEN, False, 0)], True),
    ],
)
def test_what_lies_under_a_full_screen_window_or_on_another_desktop_is_not_seen(
    stack: list[Client], hidden: bool
) -> None:
    assert unseen(1, stack, 0) is hidden


def test_a_window_that_is_not_there_hides_nothing_and_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    with virtual_screen(300, 200) as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        stack = Stack()
        assert stack.unseen([12345]) == frozenset()
        assert stack._x11.place(12345) is None
        assert stack._x11.property(12345, "_NET_WM_STATE") == ()
        stack.close()


def test_a_move_of_our_window_is_a_change(monkeypatch: pytest.MonkeyPatch) -> None:
    """No property tells of it, and it may have left what covers it."""
    with (
        virtual_screen(600, 400) as screen,
        window(screen, "ours") as ours,
        window(screen, "theirs") as theirs,
    ):
        monkeypatch.setenv("DISPLAY", screen.display)
        stack = Stack()
        stack.unseen([ours])
        for moved, place in ((theirs, "13"), (ours, "17")):
            settle(stack)
            command = ["xdotool", "windowmove", str(moved), place, place]
            subprocess.run(command, env=screen.environ, check=True, timeout=20)
            assert await_change(stack, 60 if moved == ours else 3) is (moved == ours)
        stack.close()


def test_a_full_screen_window_that_gets_its_place_late_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    with virtual_screen(600, 400) as screen, window(screen, "ours") as ours, screen.covered():
        monkeypatch.setenv("DISPLAY", screen.display)
        stack, moves = Stack(), set()
        watch = stack._x11.watch

        def spy(number: int, **how: bool) -> None:
            watch(number, **how)
            (moves.add if how.get("moves") else moves.discard)(number)

        monkeypatch.setattr(stack._x11, "watch", spy)
        until = time.monotonic() + 60
        while not stack.unseen([ours]):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert len(moves) == 2, "ours and the one that covers it"
        stack.close()


def settle(stack: Stack) -> None:
    """No news for half a second."""
    until = time.monotonic() + 60
    while await_change(stack, 0.5):
        assert time.monotonic() < until, "it never settles"


def await_change(stack: Stack, within: float) -> bool:
    until = time.monotonic() + within
    while not stack.changed():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def window(screen: Screen, title: str) -> Iterator[int]:
    """A plain window; its number."""
    shown = "from PySide6.QtWidgets import QApplication, QWidget; import sys; app = QApplication(['w'])"
    shown += (
        f"; w = QWidget(); w.setWindowTitle({title!r}); w.resize(200, 100); w.show(); sys.exit(app.exec())"
    )
    process = subprocess.Popen([sys.executable, "-c", shown], env=screen.environ)
    try:
        tool = ["xdotool", "search", "--sync", "--onlyvisible", "--name", f"^{title}$"]
        found = subprocess.run(
            tool, env=screen.environ, check=True, timeout=60, capture_output=True, text=True
        )
        yield int(found.stdout.split()[0])
    finally:
        process.kill()
        process.wait(20)


def test_without_a_screen_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(OSError, match="X11"):
        Stack()
