"""What is calm and what is not, on grids of every kind."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord import Placed
from xcord.view_kit.cases import STEP, Case, dragged
from xcord.view_kit.rules import (
    Places,
    by_key,
    common,
    exchanged,
    lost_pin,
    overlap,
    same_order,
    stays,
    unrest,
)

WHOLE = 10_000


def place(user: str, x: int, y: int, width: int, height: int, z: int = 0) -> Placed:
    return Placed(user=user, kind="camera", n=0, x=x, y=y, width=width, height=height, z=z)


def grid(users: Sequence[str], columns: int, *, upright: bool = False) -> Places:
    """Cells with a gap, filled row by row, or column by column."""
    rows = -(-len(users) // columns)
    wide, high = WHOLE // columns, WHOLE // rows
    if upright:
        spots = [(at // rows, at % rows) for at in range(len(users))]
    else:
        spots = [(at % columns, at // columns) for at in range(len(users))]
    return by_key(
        [
            place(user, across * wide + 10, down * high + 10, wide - 20, high - 20)
            for user, (across, down) in zip(users, spots, strict=True)
        ]
    )


def people(count: int) -> list[str]:
    return [f"u{number:02}" for number in range(count)]


@given(st.integers(1, 30), st.integers(1, 8), st.integers(1, 8), st.booleans(), st.booleans())
def test_a_grid_that_breaks_anew_keeps_the_order(
    count: int, before: int, after: int, stands: bool, stood: bool
) -> None:
    one, other = grid(people(count), before, upright=stood), grid(people(count), after, upright=stands)
    assert same_order(one, other)


@given(st.permutations(people(12)), st.integers(1, 12))
def test_whoever_sits_in_the_place_of_another_was_exchanged(users: list[str], columns: int) -> None:
    before, after = grid(people(12), columns), grid(users, columns)
    assert exchanged(before, after)
    assert stays(before, after) == (users == people(12))


@given(st.permutations(people(6)))
def test_another_order_in_other_rows_is_no_calm_one(users: list[str]) -> None:
    by_columns = [users[at] for at in (0, 2, 4, 1, 3, 5)]
    calm = people(6) in (users, by_columns)
    assert same_order(grid(people(6), 6), grid(users, 2)) == calm


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([], ""),
        ([place("a", 0, 0, 5000, 5000), place("b", 5000, 0, 5000, 5000)], ""),
        ([place("a", 0, 0, 5001, 5000), place("b", 5000, 0, 5000, 5000)], ""),  # rounding
        ([place("a", 0, 0, 5100, 5000), place("b", 5000, 0, 5000, 5000)], "a and b overlap by 10x500 pixels"),
        ([place("a", 0, 0, 5100, 5000), place("b", 5000, 0, 5000, 5000, z=1)], ""),
        ([place("a", 0, 0, 9000, 9000), place("b", 8000, 8000, 2000, 2000, z=0)], "a and b overlap"),
    ],
)
def test_tiles_overlap_only_where_z_says_so(answer: list[Placed], said: str) -> None:
    found = overlap(answer, Case(people=2, width=1000, height=1000))
    assert found.startswith(said)
    assert bool(found) == bool(said)


@given(st.lists(st.tuples(*[st.integers(0, 80)] * 4, st.integers(0, 1)), max_size=12))
def test_an_overlap_is_found_wherever_it_is(boxes: list[tuple[int, int, int, int, int]]) -> None:
    answer = [
        place(f"u{at}", x * 100, y * 100, (w + 1) * 20, (h + 1) * 20, z)
        for at, (x, y, w, h, z) in enumerate(boxes)
    ]
    pairs = [(one, other) for at, one in enumerate(answer) for other in answer[:at]]
    expected = any(min(common(one, other)) > 1 and one.z == other.z for one, other in pairs)
    assert bool(overlap(answer, Case(people=12))) == expected


def test_a_pinned_tile_must_be_seen_where_there_is_a_stage() -> None:
    call = Case(people=3, pinned=(3,), sharing=(3,))
    screen = Placed(user="u3", kind="screen", n=0, x=0, y=0, width=1, height=1)
    assert lost_pin([place("u1", 0, 0, 9, 9), screen], call).startswith("u3 is pinned and not shown")
    assert lost_pin([place("u3", 0, 0, 9, 9)], call) == ""
    assert lost_pin([], Case(people=3, pinned=(3,), width=0)) == ""


def test_a_drag_is_calm_where_it_only_adds_people_and_breaks_rows() -> None:
    drag = [grid(people(shown), columns) for shown, columns in ((2, 2), (3, 2), (4, 2), (6, 3), (6, 2))]
    assert unrest([(Case(people=6, width=width), places) for width, places in enumerate(drag)]) is None


@pytest.mark.parametrize(
    ("drag", "said", "width"),
    [
        ([grid("ab", 2), grid("ba", 2)], "shuffle", 1),
        ([grid("abcd", 2), grid("abcd", 2, upright=True)], "shuffle", 1),
        ([grid("abcd", 2), grid("abdc", 4)], "shuffle", 1),
        ([grid("ab", 2), grid("abc", 3), grid("abd", 3)], "exchange c for d", 2),
        ([grid("abc", 3), grid("abc", 3), grid("abc", 1), grid("abc", 3)], "back at the next", 2),
    ],
)
def test_what_is_no_calm_drag_is_said(drag: list[Places], said: str, width: int) -> None:
    found = unrest([(Case(people=6, width=at), places) for at, places in enumerate(drag)])
    assert found is not None
    assert said in found[1]
    assert found[0].width == width


def test_the_steps_of_a_drag_are_small() -> None:
    for drag in dragged():
        for one, other in pairwise(drag):
            assert 0 < other.width - one.width + other.height - one.height <= 2 * STEP
            assert other.people == one.people
