"""Rules by application."""

from __future__ import annotations

import pytest

from xcord_overlay.place import WHOLE, Place
from xcord_overlay.rules import REMEMBERED, Rule, is_shown, key_of, lately, rule_for

RULES = {"game": Rule("hide"), "editor": Rule("place", "bottom_right")}


@pytest.mark.parametrize(
    ("application", "key"),
    [("game", "game"), ("Game.EXE", "game"), (" game ", "game"), ("", ""), ("games", ""), ("exe", "")],
)
def test_an_application_is_known_by_its_process_name(application: str, key: str) -> None:
    assert rule_for(application, RULES) == (key, RULES.get(key))


@pytest.mark.parametrize(
    ("wish", "rule", "said", "shown"),
    [
        (True, None, None, True),
        (False, None, None, False),
        (True, Rule("hide"), None, False),
        (False, Rule("show"), None, True),
        (True, Rule("place"), None, True),
        (False, Rule("place"), None, False),
        (True, Rule("hide"), True, True),
        (False, Rule("show"), False, False),
    ],
)
def test_what_was_said_wins_over_the_rule_and_the_rule_over_the_wish(
    wish: bool, rule: Rule | None, said: bool | None, shown: bool
) -> None:
    assert is_shown(wish, rule, said) is shown


def test_a_rule_places_into_a_corner_or_where_it_was_dragged() -> None:
    usual = Place("a", 1, 2)
    assert Rule("hide").place("overlay", usual) == usual
    assert Rule("place", "bottom_right").place("overlay", usual) == Place("a", WHOLE, WHOLE)
    moved = Rule("place", "bottom_right").moved("overlay", Place("b", 5, 6))
    assert moved.place("overlay", usual) == Place("b", 5, 6)
    assert moved.place("another", usual) == usual


def test_the_last_applications_are_remembered_but_not_this_one() -> None:
    recent: tuple[str, ...] = ()
    for application in ("a", "b", "python3", "", "xcord", "A.exe", "c", "d", "e", "f"):
        recent = lately(application, recent)
    assert recent == ("f", "e", "d", "c", "a")
    assert len(recent) == REMEMBERED


def test_a_name_has_a_bound() -> None:
    assert len(key_of("x" * 1000)) == 128
