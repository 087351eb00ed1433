from collections.abc import Iterator
from fractions import Fraction
from itertools import repeat
from typing import Any

import pytest

from xcord import NonsenseError, Placed, Placement, Tile, Viewport, placed
from xcord.placements import checked

TILES = [Tile(user="a"), Tile(user="b", kind="camera")]


def place(user: str = "a", **changes: Any) -> Placement:
    whole: dict[str, Any] = {"user": user, "x": 0.0, "y": 0.0, "width": 0.5, "height": 0.5}
    return Placement(**whole | changes)


def test_a_rectangle_travels_in_whole_parts_of_the_stage() -> None:
    (whole,) = checked([place("b", kind="camera", x=1 / 3, width=1 / 3, fit="contain", z=2)], TILES)
    assert whole == Placed(
        user="b", kind="camera", n=0, x=3333, y=0, width=3334, height=5000, fit="contain", z=2
    )


def test_a_tile_may_be_left_out_or_too_small_to_be_seen() -> None:
    assert checked([], TILES) == ()
    assert checked([place(width=1e-9)], TILES) == ()


def test_any_kind_of_number_and_of_iterable_will_do() -> None:
    assert checked(iter([place(x=Fraction(1, 4))]), TILES)[0].x == 2500


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (None, "NoneType"),
        (["a"], "str, not a Placement"),
        ([place("nobody")], "not given"),
        ([place(kind="screen")], "not given"),
        ([place(n=1)], "not given"),
        ([place(), place(x=0.5)], "second time"),
        (repeat(place()), "second time"),
        ([place(x=float("nan"))], "x that is no number"),
        ([place(height=float("inf"))], "height that is no number"),
        ([place(width="wide")], "width that is no number"),
        ([place(y=None)], "y that is no number"),
        ([place(x=10**400)], "x that is no number"),
        ([place(x=-0.1)], "outside"),
        ([place(y=0.6)], "outside"),
        ([place(width=1.1)], "outside"),
        ([place(width=-0.1, x=0.5)], "negative"),
        ([place(fit="stretch")], "fit"),
        ([place(z=0.5)], "z"),
        ([place(z=True)], "z"),
        ([place(z=10**9)], "z"),
    ],
)
def test_nonsense_is_refused_in_words(answer: Any, complaint: str) -> None:
    with pytest.raises(NonsenseError, match=complaint):
        checked(answer, TILES)


def test_a_generator_runs_where_the_mode_runs() -> None:
    def endless(tiles: Any, viewport: Any) -> Iterator[Placement]:
        yield place()
        raise RuntimeError("from within")

    with pytest.raises(RuntimeError, match="from within"):
        placed(endless, TILES, Viewport(width=1, height=1))  # type: ignore[arg-type]
