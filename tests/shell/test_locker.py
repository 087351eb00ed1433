"""Who locks the screen: what is told, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord.locker import AGAIN, Locker, pause

STEPS: dict[str, Callable[[Locker], bool | None]] = {
    "lock": lambda locker: locker.ask(True),
    "unlock": lambda locker: locker.ask(False),
    "hint": lambda locker: locker.hint(True),
    "no hint": lambda locker: locker.hint(False),
    "saver": lambda locker: locker.saver("a", True),
    "no saver": lambda locker: locker.saver("a", False),
    "other": lambda locker: locker.saver("b", True),
    "no other": lambda locker: locker.saver("b", False),
}


@pytest.mark.parametrize(
    ("told", "locked"),
    [
        ("lock", True),
        ("lock, unlock", False),
        ("lock, no hint", True),  # a locker that gives none
        ("lock, hint", True),
        ("lock, hint, no hint", False),
        ("hint", True),
        ("hint, unlock", False),
        ("hint, lock, no hint", False),
        ("lock, saver", True),
        ("lock, saver, no saver", False),
        ("lock, saver, other, no other", False),
        ("saver, lock, no saver", True),  # it was there before, so it may not be the locker
        ("lock, hint, saver, no saver", True),
        ("lock, no saver", True),
    ],
)
def test_what_was_told_says_whether_the_screen_is_locked(told: str, locked: bool) -> None:
    locker = Locker()
    for step in told.split(", "):
        STEPS[step](locker)
    assert locker.logind is locked


@given(st.lists(st.sampled_from(sorted(STEPS))))
def test_only_who_locked_or_unlock_ends_it(told: list[str]) -> None:
    locker = Locker()
    for step in told:
        before = locker.logind
        news = STEPS[step](locker)
        if before and not locker.logind:
            assert step == "unlock" or (step.startswith("no ") and news)


def test_it_is_asked_more_and_more_seldom_and_never_not() -> None:
    pauses = [pause(times) for times in range(20)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (AGAIN[0], AGAIN[-1])
