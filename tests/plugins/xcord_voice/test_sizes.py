"""How large a picture is asked for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord_voice.video.sizes import STEPS, TOLERANCE, needed, step, width_of

WIDE, TALL = 16 / 9, 9 / 16


@pytest.mark.parametrize(
    ("height", "asked"),
    [(1, 90), (100, 90), (101, 120), (180, 180), (200, 180), (201, 240), (720, 720), (800, 720), (801, 960)],
)
def test_a_step_stands_for_what_it_satisfies(height: int, asked: int) -> None:
    assert step(height) == asked


def test_beyond_the_largest_step_the_largest_is_asked_for() -> None:
    assert step(100_000) == STEPS[-1]


@pytest.mark.parametrize(
    ("tile", "aspect", "cover", "height"),
    [
        ((320, 180), WIDE, True, 180),
        ((320, 180), WIDE, False, 180),
        ((320, 100), WIDE, True, 180),
        ((320, 100), WIDE, False, 100),
        ((100, 180), WIDE, True, 180),
        ((100, 180), WIDE, False, 57),
        ((320, 180), TALL, True, 569),
        ((320, 180), TALL, False, 180),
    ],
)
def test_what_is_needed_is_what_is_seen_of_the_picture(
    tile: tuple[int, int], aspect: float, cover: bool, height: int
) -> None:
    assert needed(*tile, aspect, cover=cover) == height


def test_a_picture_has_a_width() -> None:
    assert [width_of(180, WIDE), width_of(90, 0.001)] == [320, 1]


def layer(layers: list[int], height: int) -> int:
    """As the SFU chooses it: the smallest that is large enough, or the largest there is."""
    return next((each for each in layers if each >= int(TOLERANCE * height)), layers[-1])


@given(
    st.integers(1, 5000),
    st.sampled_from(
        [[180, 360, 720], [270, 540, 1080], [135, 270, 540], [120, 240], [240, 480], [1080, 2160]]
    ),
)
def test_a_step_brings_the_layer_that_the_exact_size_would_bring(height: int, layers: list[int]) -> None:
    assert layer(layers, step(height)) == layer(layers, height)


def test_a_pixel_more_or_less_rarely_matters() -> None:
    asked = [step(height) for height in range(1, 2000)]
    assert sum(one != other for one, other in pairwise(asked)) < len(STEPS)
