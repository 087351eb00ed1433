from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord import Person, Tile
from xcord_layout.tiles import fitting, focused, key_of, pinned, tiles_of, with_focus

ME = Tile(user="me", me=True)
ANN, BOB, CEM = (Tile(user=user, kind="camera") for user in ("ann", "bob", "cem"))
BOBS_SCREEN = Tile(user="bob", kind="screen", presenting=True)
CEMS_SCREEN = Tile(user="cem", kind="screen", presenting=True)
MY_SCREEN = Tile(user="me", kind="screen", me=True, presenting=True)


def test_everybody_has_a_face_and_screens_come_last() -> None:
    people = [
        Person(user="ann", name="Ann", camera=True, screen=True),
        Person(user="me", name="Me", me=True),
    ]
    tiles = tiles_of(people, pins=["ann/screen"], speakers=["me"])
    assert [(tile.user, tile.kind, tile.pinned, tile.speaking) for tile in tiles] == [
        ("ann", "camera", False, False),
        ("me", "avatar", False, True),
        ("ann", "screen", True, False),
    ]
    assert tiles[2].presenting


@pytest.mark.parametrize(
    ("tiles", "speakers", "before", "expected"),
    [
        ([], [], "ann", ""),
        ([ME], [], "", "me"),
        ([ME, ANN, BOB], [], "", "ann"),  # anybody but me
        ([ME, ANN, BOB], ["bob"], "ann", "bob"),
        ([ME, ANN, BOB], ["bob", "ann"], "ann", "ann"),  # two talk: it stays
        ([ME, ANN, BOB], [], "bob", "bob"),  # silence: it stays
        ([ME, ANN, BOB], ["me"], "bob", "bob"),  # I see who hears me, not myself
        ([ME, ANN], [], "bob", "ann"),  # who had it has left
        ([ME, ANN, BOB, BOBS_SCREEN], ["ann"], "ann", "bob/screen"),
        ([ME, ANN, BOBS_SCREEN, CEMS_SCREEN], [], "cem/screen", "cem/screen"),
        ([ME, MY_SCREEN, ANN], [], "", "ann"),  # my own share does not show me myself
    ],
)
def test_the_focus_does_not_wander(
    tiles: Sequence[Tile], speakers: Sequence[str], before: str, expected: str
) -> None:
    assert focused(tiles, speakers, before) == expected


@pytest.mark.parametrize(
    ("pins", "expected"),
    [
        ([], ""),
        (["ann", "bob"], "bob"),
        (["bob", "ann"], "ann"),
        (["ann", "gone"], "ann"),
        (["bob/screen"], "bob/screen"),
        (["ann/screen"], ""),
        (["me"], "me"),
    ],
)
def test_what_was_pinned_last_and_is_there_goes_before_all(pins: Sequence[str], expected: str) -> None:
    assert pinned([ME, ANN, BOB, BOBS_SCREEN], pins) == expected


def test_the_focus_is_on_one_tile() -> None:
    tiles = with_focus([ME, BOB, BOBS_SCREEN], "bob/screen")
    assert [tile.focus for tile in tiles] == [False, False, True]


crowds = st.lists(st.integers(0, 30), unique=True, max_size=20).flatmap(
    lambda users: st.tuples(
        *(
            st.builds(Tile, user=st.just(f"u{user}"), pinned=st.booleans(), presenting=st.booleans())
            for user in users
        )
    )
)


@given(crowds, st.integers(0, 25))
def test_as_many_as_fit_are_shown_and_what_is_pinned_is_not_lost(
    tiles: tuple[Tile, ...], capacity: int
) -> None:
    shown = fitting(tiles, capacity)
    assert len(shown) == min(capacity, len(tiles))
    assert len({key_of(tile) for tile in shown}) == len(shown)
    must = [tile for tile in tiles if tile.pinned or tile.presenting]
    assert len([tile for tile in must if tile in shown]) == min(len(must), capacity)


@given(crowds, st.integers(0, 25))
def test_what_is_shown_anyway_stays_where_it_is(tiles: tuple[Tile, ...], capacity: int) -> None:
    for at, tile in enumerate(fitting(tiles, capacity)):
        assert tile == tiles[at] or tile in tiles[capacity:]
