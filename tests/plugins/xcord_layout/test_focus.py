from itertools import combinations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from xcord import Placement, Tile, Viewport
from xcord_layout.focus import arrange


def people(count: int, focus: int = 0) -> list[Tile]:
    return [Tile(user=f"u{number}", kind="camera", focus=number == focus) for number in range(count)]


def pixels(placement: Placement, stage: Viewport) -> tuple[float, float, float, float]:
    width, height = placement.width * stage.width, placement.height * stage.height
    return placement.x * stage.width, placement.y * stage.height, width, height


def test_the_focus_is_large_and_comes_first() -> None:
    stage = Viewport(width=1280, height=720)
    large, *strip = arrange(people(9, focus=4), stage)
    assert large.user == "u4"
    assert [placement.user for placement in strip] == [f"u{n}" for n in (0, 1, 2, 3, 5, 6, 7, 8)][
        : len(strip)
    ]
    assert pixels(large, stage)[2] > 3 * pixels(strip[0], stage)[2]


@pytest.mark.parametrize(
    ("width", "height", "below"),
    [(1280, 720, False), (720, 1280, True), (1000, 900, True), (2400, 700, False)],
)
def test_the_strip_lies_where_it_takes_least(width: int, height: int, below: bool) -> None:
    large, first, *_ = arrange(people(4), Viewport(width=width, height=height))
    assert (first.y >= large.y + large.height) == below
    assert (first.x >= large.x + large.width) == (not below)


def test_a_small_stage_shows_the_focus_alone() -> None:
    assert [placement.user for placement in arrange(people(4, 2), Viewport(width=200, height=150))] == ["u2"]


def test_alone_one_has_the_stage() -> None:
    stage = Viewport(width=1280, height=720)
    (only,) = arrange(people(1), stage)
    assert pixels(only, stage) == pytest.approx((8, 8, 1264, 704))


def test_a_shared_screen_is_shown_whole_in_all_of_the_room() -> None:
    stage = Viewport(width=1280, height=720)
    tiles = [*people(3, focus=9), Tile(user="u1", kind="screen", presenting=True, focus=True)]
    large, *strip = arrange(tiles, stage)
    assert (large.kind, large.fit) == ("screen", "contain")
    assert [placement.user for placement in strip] == ["u0", "u1", "u2"]
    assert large.height * 720 == pytest.approx(704)


def test_a_pinned_tile_is_in_the_strip_of_many() -> None:
    tiles = [*people(60), Tile(user="kept", pinned=True)]
    assert "kept" in {placement.user for placement in arrange(tiles, Viewport(width=1280, height=720))}


@pytest.mark.parametrize(("width", "height"), [(0, 0), (0, 720), (1280, 0), (-5, 720)])
def test_a_stage_without_area_shows_nobody(width: int, height: int) -> None:
    assert arrange(people(3), Viewport(width=width, height=height)) == []


@given(st.integers(0, 200), st.integers(0, 200), st.integers(1, 7680), st.integers(1, 4320))
@example(500, 3, 7680, 4320)
@example(2, 0, 1, 1)
@example(9, 8, 4000, 400)
def test_tiles_lie_inside_and_apart(count: int, focus: int, width: int, height: int) -> None:
    stage = Viewport(width=width, height=height)
    placements = arrange(people(count, focus), stage)
    assert placements == arrange(people(count, focus), stage)
    assert bool(placements) == bool(count)
    for placement in placements:
        left, top, wide, high = pixels(placement, stage)
        assert min(left, top) >= -1e-6
        assert min(wide, high) > 0
        assert left + wide <= width + 1e-6
        assert top + high <= height + 1e-6
    for one, other in combinations(placements[:40], 2):
        a, b = pixels(one, stage), pixels(other, stage)
        apart = (
            a[0] + a[2] <= b[0] + 1e-6
            or b[0] + b[2] <= a[0] + 1e-6
            or a[1] + a[3] <= b[1] + 1e-6
            or b[1] + b[3] <= a[1] + 1e-6
        )
        assert apart, (one, other)
