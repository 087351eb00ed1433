from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xcord import Placement, Tile, Viewport, placed
from xcord_layout.gallery import GAP, LEAST_WIDTH, arrange, best_columns


def people(count: int) -> list[Tile]:
    return [Tile(user=f"u{number}", kind="camera") for number in range(count)]


def rows_of(placements: list[Placement]) -> list[int]:
    """How many tiles each row has, from top to bottom."""
    tops = [round(placement.y, 6) for placement in placements]
    return [tops.count(top) for top in sorted(set(tops))]


@pytest.mark.parametrize(
    ("count", "width", "height", "rows"),
    [
        (0, 1280, 720, []),
        (1, 1280, 720, [1]),
        (2, 1280, 720, [2]),
        (2, 720, 1280, [1, 1]),
        (3, 1280, 720, [2, 1]),
        (4, 1280, 720, [2, 2]),
        (5, 1280, 720, [3, 2]),
        (7, 1280, 720, [3, 3, 1]),
        (9, 1280, 720, [3, 3, 3]),
        (9, 400, 1280, [1] * 9),
        (10, 1280, 720, [4, 4, 2]),
        (25, 1280, 720, [5, 5, 5, 5, 5]),
        (6, 4000, 300, [6]),
        (4, 7680, 4320, [2, 2]),
    ],
)
def test_people_stand_in_the_rows_that_make_them_largest(
    count: int, width: int, height: int, rows: list[int]
) -> None:
    assert rows_of(arrange(people(count), Viewport(width=width, height=height))) == rows


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 720), (1280, 0), (-5, 720)])
def test_a_stage_without_area_shows_nobody(width: int, height: int) -> None:
    assert arrange(people(3), Viewport(width=width, height=height)) == []


def test_one_person_fills_the_stage_up_to_the_gap() -> None:
    (only,) = arrange(people(1), Viewport(width=1600, height=900))
    assert only.height * 900 == pytest.approx(900 - 2 * GAP)
    assert only.x + only.width / 2 == pytest.approx(0.5)
    assert only.y + only.height / 2 == pytest.approx(0.5)


def test_the_last_row_is_centred() -> None:
    *_, left, right = arrange(people(5), Viewport(width=1280, height=720))
    assert left.y == right.y
    assert left.x == pytest.approx(1 - (right.x + right.width))


def test_of_equally_large_tiles_the_fullest_last_row_is_taken() -> None:
    assert best_columns(5, 3200, 900) == 3
    assert best_columns(7, 2250, 450) == 4


def test_of_500_people_those_are_placed_who_can_be_told_apart() -> None:
    stage = Viewport(width=1280, height=720)
    placements = arrange(people(500), stage)
    assert [placement.user for placement in placements] == [f"u{number}" for number in range(49)]
    assert all(placement.width * stage.width >= LEAST_WIDTH for placement in placements)


def test_a_shared_screen_is_shown_whole() -> None:
    tiles = [Tile(user="a", kind="screen"), Tile(user="a", kind="camera"), Tile(user="b")]
    fits = [placement.fit for placement in arrange(tiles, Viewport(width=800, height=600))]
    assert fits == ["contain", "cover", "cover"]


@given(st.integers(0, 500), st.integers(1, 7680), st.integers(1, 4320))
@example(500, 7680, 4320)
@example(500, 1, 1)
@example(7, 4000, 1)
def test_tiles_lie_inside_apart_in_order_and_alike(count: int, width: int, height: int) -> None:
    stage = Viewport(width=width, height=height)
    tiles = people(count)
    placements = arrange(tiles, stage)
    assert placements == arrange(tiles, stage)
    assert [placement.user for placement in placements] == [tile.user for tile in tiles[: len(placements)]]
    assert bool(placements) == bool(tiles)
    for placement in placements:
        assert placement.x >= 0
        assert placement.y >= 0
        assert placement.x + placement.width <= 1 + 1e-9
        assert placement.y + placement.height <= 1 + 1e-9
        assert placement.width * width == pytest.approx(placement.height * height * 16 / 9)
        assert placement.width == placements[0].width
    for before, after in pairwise(placements):
        below = after.y >= before.y + before.height - 1e-9
        beside = after.y == before.y and after.x >= before.x + before.width - 1e-9
        assert below or beside


@given(st.integers(1, 60), st.integers(200, 4000), st.integers(200, 4000))
def test_no_other_number_of_columns_would_make_people_larger(count: int, width: int, height: int) -> None:
    def tile_width(columns: int) -> float:
        rows = -(-count // columns)
        return min(width / columns, height / rows * 16 / 9)

    best = tile_width(best_columns(count, width, height))
    assert best >= max(map(tile_width, range(1, count + 1))) - 1e-5


@given(st.integers(0, 500), st.integers(170, 4000), st.integers(100, 4000))
def test_people_are_left_out_only_where_they_would_become_too_small(
    count: int, width: int, height: int
) -> None:
    placements = arrange(people(count), Viewport(width=width, height=height))
    columns = (width - GAP) // (LEAST_WIDTH + GAP)
    rows = (height - GAP) // (LEAST_WIDTH * 9 / 16 + GAP)
    assert len(placements) == min(count, max(1, columns) * max(1, rows))


@given(st.integers(0, 500), st.integers(1, 100_000), st.integers(1, 100_000))
def test_people_stay_apart_also_in_the_whole_parts_that_travel(count: int, width: int, height: int) -> None:
    for before, after in pairwise(placed(arrange, people(count), Viewport(width=width, height=height))):
        assert after.y >= before.y + before.height or after.x >= before.x + before.width
