"""Where an overlay lies: always inside a screen, in its corner, and back on its own screen."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord import Corner, Screen
from xcord_overlay.place import (
    CORNERS,
    MARGIN,
    SNAP,
    WHOLE,
    Place,
    Rect,
    Size,
    cornered,
    enlarged,
    placed,
    rectangle,
    screen_of,
    sides,
)

FULL_HD = Screen(id="a", name="A", x=0, y=0, width=1920, height=1080, primary=True)
LARGE = Screen(id="b", name="B", x=1920, y=-200, width=3840, height=2160)
SIZE = Size(240, 320)

shares = st.integers(0, WHOLE)
lengths = st.integers(1, 6000)
sizes = st.builds(Size, lengths, lengths)
everywhere = st.integers(-20_000, 20_000)


@st.composite
def screens(draw: st.DrawFn) -> list[Screen]:
    """Side by side, the second somewhere else."""
    found: list[Screen] = []
    for at in range(draw(st.integers(1, 3))):
        width, height = draw(st.integers(320, 4000)), draw(st.integers(240, 2200))
        x = sum(screen.width for screen in found)
        found.append(
            Screen(id=str(at), name="", x=x, y=draw(st.integers(-500, 500)), width=width, height=height)
        )
    return found


def inside(rect: Rect, screen: Screen, margin: int = 0) -> bool:
    return (
        rect.x >= screen.x + margin
        and rect.y >= screen.y + margin
        and rect.x + rect.width <= screen.x + screen.width - margin
        and rect.y + rect.height <= screen.y + screen.height - margin
    )


@given(shares, shares, sizes, screens())
def test_every_place_is_inside_its_screen_whatever_the_size(
    x: int, y: int, size: Size, found: list[Screen]
) -> None:
    for screen in found:
        assert inside(rectangle(Place(screen.id, x, y), size, screen), screen, MARGIN)


@given(everywhere, everywhere, sizes, screens())
def test_wherever_it_is_put_it_is_inside_a_screen_and_stays_there(
    x: int, y: int, size: Size, found: list[Screen]
) -> None:
    place = placed(Rect(x, y, *size), found)
    assert place is not None
    screen = screen_of(place, found)
    assert screen is not None
    rect = rectangle(place, size, screen)
    assert inside(rect, screen, MARGIN)
    again = placed(rect, found)
    assert again is not None
    assert rectangle(again, size, screen) == rect


@given(st.integers(0, 1919), st.integers(0, 1079))
def test_without_snapping_it_lies_where_it_was_put(x: int, y: int) -> None:
    place = placed(Rect(x, y, *SIZE), [FULL_HD], snap=False)
    assert place is not None
    rect = rectangle(place, SIZE, FULL_HD)
    wide, high = 1920 - SIZE.width - MARGIN, 1080 - SIZE.height - MARGIN
    assert (rect.x, rect.y) == (min(max(x, MARGIN), wide), min(max(y, MARGIN), high))


@pytest.mark.parametrize(
    ("x", "y", "corner"),
    [
        (0, 0, "top_left"),
        (MARGIN + SNAP - 1, MARGIN + SNAP - 1, "top_left"),
        (5000, -300, "top_right"),
        (1920 - 240 - MARGIN - SNAP + 1, 1080, "bottom_right"),
        (3, 1080 - 320 - MARGIN - 5, "bottom_left"),
    ],
)
def test_it_snaps_to_edges_that_are_near(x: int, y: int, corner: Corner) -> None:
    assert placed(Rect(x, y, *SIZE), [FULL_HD]) == Place("a", *CORNERS[corner])


def test_just_beyond_it_does_not() -> None:
    place = placed(Rect(MARGIN + SNAP, MARGIN + SNAP, *SIZE), [FULL_HD])
    assert place is not None
    assert rectangle(place, SIZE, FULL_HD)[:2] == (MARGIN + SNAP, MARGIN + SNAP)


@pytest.mark.parametrize("corner", get_args(Corner))
@given(size=st.builds(Size, st.integers(1, 1800), st.integers(1, 1000)))
def test_a_corner_stays_a_corner_at_any_size_and_on_any_screen(corner: Corner, size: Size) -> None:
    place = cornered(Place("b"), corner)
    assert place.screen == "b"
    for screen in (FULL_HD, LARGE):
        rect = rectangle(place, size, screen)
        if "left" in corner:
            assert rect.x == screen.x + MARGIN
        if "right" in corner:
            assert rect.x + rect.width == screen.x + screen.width - MARGIN
        if "top" in corner:
            assert rect.y == screen.y + MARGIN
        if "bottom" in corner:
            assert rect.y + rect.height == screen.y + screen.height - MARGIN


def test_a_corner_may_be_on_another_screen() -> None:
    assert cornered(Place("a", 3, 4), "top", "b") == Place("b", WHOLE // 2, 0)


def test_the_screen_is_known_by_its_identity_and_not_by_its_number() -> None:
    place = Place("b", WHOLE, 0)
    before = rectangle(place, SIZE, LARGE)
    assert screen_of(place, [FULL_HD, LARGE]) is LARGE
    assert screen_of(place, [LARGE, FULL_HD]) is LARGE
    assert screen_of(place, [FULL_HD]) is FULL_HD  # it was unplugged
    assert screen_of(place, [LARGE, FULL_HD]) is LARGE  # and is back
    assert rectangle(place, SIZE, LARGE) == before


def test_without_its_screen_the_primary_one_is_used_else_the_first() -> None:
    other = Screen(id="c", name="C", x=0, y=0, width=800, height=600)
    assert screen_of(Place("gone"), [other, FULL_HD]) is FULL_HD
    assert screen_of(Place("gone"), [other]) is other
    assert screen_of(Place("gone"), []) is None
    assert placed(Rect(0, 0, 10, 10), []) is None


def test_it_goes_to_the_screen_that_has_its_middle_or_is_nearest() -> None:
    for x, screen in ((1750, "a"), (1850, "b"), (9000, "b"), (-900, "a")):
        place = placed(Rect(x, 100, 240, 80), [FULL_HD, LARGE])
        assert place is not None
        assert place.screen == screen


@given(shares, shares, st.builds(Size, st.integers(1, 400), st.integers(1, 300)))
def test_the_window_of_edit_mode_holds_the_content_and_is_on_the_screen(x: int, y: int, size: Size) -> None:
    rect = rectangle(Place("a", x, y), size, FULL_HD)
    right, bottom = sides(rect, FULL_HD)
    window = enlarged(rect, Size(size.width + 100, size.height + 236), FULL_HD, right, bottom)
    assert inside(window, FULL_HD)
    if right:
        assert window.x + window.width == rect.x + rect.width
    else:
        assert window.x == rect.x
    if bottom:
        assert window.y + window.height == rect.y + rect.height
    else:
        assert window.y == rect.y
