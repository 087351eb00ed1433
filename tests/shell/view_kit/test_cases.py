"""The kit's calls are such as the app gives."""

from __future__ import annotations

import pytest

from xcord.view_kit.cases import COUNTS, SIZES, Case, standing


@pytest.mark.parametrize(
    ("case", "focus"),
    [
        (Case(people=1), "u1"),
        (Case(people=3), "u2"),
        (Case(people=3, speaking=(1, 3)), "u3"),
        (Case(people=3, speaking=(3,), sharing=(1, 2)), "u2/screen"),
        (Case(people=3, sharing=(1,)), "u2"),
        (Case(people=3, sharing=(2,), pinned=(3, 1)), "u1"),
    ],
)
def test_exactly_one_tile_has_the_focus(case: Case, focus: str) -> None:
    (found,) = [tile for tile in case.tiles if tile.focus]
    assert found.user + ("/screen" if found.kind == "screen" else "") == focus


def test_the_tiles_of_a_call_are_told_apart_and_come_in_order() -> None:
    tiles = Case(people=9, sharing=(2, 4), pinned=(3,), speaking=(5,)).tiles
    assert [tile.user for tile in tiles] == [*(f"u{number}" for number in range(1, 10)), "u2", "u4"]
    assert len({(tile.user, tile.kind) for tile in tiles}) == len(tiles)
    assert {tile.kind for tile in tiles} == {"camera", "avatar", "screen"}
    assert [tile.user for tile in tiles if tile.pinned] == ["u3"]
    assert [tile.user for tile in tiles if tile.speaking] == ["u5"]
    assert [tile.user for tile in tiles if tile.me] == ["u1"]
    assert [tile.user for tile in tiles if tile.presenting] == ["u2", "u4"]


def test_every_number_of_people_meets_every_stage() -> None:
    asked = {(case.people, case.width, case.height) for case in standing()}
    assert asked == {(people, *size) for people in COUNTS for size in SIZES}
    assert {0, 1, 500} <= set(COUNTS)
    assert {(0, 0), (1600, 160), (160, 1600), (7680, 4320)} <= set(SIZES)


def test_a_case_says_itself_as_an_author_would_draw_it() -> None:
    case = Case(people=12, width=1600, height=160, pinned=(2, 3), speaking=(4,))
    assert str(case) == "12 people in 1600x160, pinned 2,3, speaking 4"
    assert str(Case(people=1)) == "1 person in 1280x720"
