"""What can be seen of a window, by where the others are."""

from __future__ import annotations

import pytest
from tests.screen import virtual_screen

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
        assert stack._place(12345) is None
        assert stack._property(12345, "_NET_WM_STATE") == ()
        stack.close()


def test_without_a_screen_it_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(OSError, match="X11"):
        Stack()
