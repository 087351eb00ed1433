import pytest

from xcord import ModeEntry, Tile, ViewMode
from xcord_layout.choice import choose, natural, settled


def mode(name: str, plugin: str = "stranger") -> ModeEntry:
    return ModeEntry(ViewMode(name, name.title(), lambda tiles, viewport: []), plugin)


GALLERY, SPIRAL = mode("gallery", "layout"), mode("spiral")


def test_the_chosen_mode_is_used() -> None:
    assert choose("spiral", [GALLERY, SPIRAL]) is SPIRAL


def test_gallery_stands_in_for_a_mode_that_is_not_there() -> None:
    assert choose("spiral", [GALLERY]) is GALLERY


def test_gallery_stands_in_for_a_mode_that_failed() -> None:
    assert choose("spiral", [SPIRAL, GALLERY], {SPIRAL}) is GALLERY


def test_there_may_be_nothing_to_choose() -> None:
    assert choose("spiral", []) is None
    assert choose("gallery", [SPIRAL]) is None


@pytest.mark.parametrize(
    ("tiles", "expected"),
    [
        ([Tile(user="a")], "gallery"),
        ([Tile(user="a", kind="screen", presenting=True)], "focus"),
        ([Tile(user="me", kind="screen", presenting=True, me=True)], "gallery"),
        ([Tile(user="a"), Tile(user="b", pinned=True)], "focus"),
        ([], "gallery"),
    ],
)
def test_what_suits_follows_what_there_is_to_see(tiles: list[Tile], expected: str) -> None:
    assert natural(tiles) == expected


@pytest.mark.parametrize(
    ("chosen", "suits", "left"),
    [
        ("gallery", {"focus"}, "gallery"),  # chosen against a share, it holds while that lasts
        ("gallery", {"gallery", "pip"}, "gallery"),  # and against a small window
        ("gallery", {"gallery"}, "auto"),
        ("focus", {"gallery"}, "focus"),
        ("focus", {"focus"}, "focus"),
        ("spiral", {"gallery"}, "spiral"),
        ("auto", {"focus"}, "auto"),
    ],
)
def test_only_a_gallery_chosen_against_what_suits_is_given_up(
    chosen: str, suits: set[str], left: str
) -> None:
    assert settled(chosen, suits) == left
