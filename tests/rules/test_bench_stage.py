"""What bench `stage` shows is what it says that it shows."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from tests.bench.browser import Cost
from tests.bench.stage_drag import LARGE, SMALL, lowest_rate, sizes
from tests.bench.stage_scenes import COMPARED, CROWDS, LAYERS, Scene, crowd
from tests.bench.stage_sides import seen

SCENES = [*COMPARED.values(), LAYERS, *map(crowd, CROWDS)]


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_every_tile_is_in_sight_and_covers_no_other(scene: Scene) -> None:
    for place in scene.places:
        assert 0 <= place.left <= place.left + place.width <= scene.window[0] + 1
        assert 0 <= place.top <= place.top + place.height <= scene.window[1] + 1
        assert place.user in scene.users
    for one, two in combinations(scene.places, 2):
        apart = (
            one.left + one.width <= two.left + 1
            or two.left + two.width <= one.left + 1
            or one.top + one.height <= two.top + 1
            or two.top + two.height <= one.top + 1
        )
        assert apart, (one, two)


def test_the_scenes_hold_as_many_people_as_they_are_named_for() -> None:
    assert [len(COMPARED[name].places) for name in ("9", "25", "focus", "camera")] == [9, 25, 9, 9]
    assert COMPARED["focus"].wants["guest0"] == (1280, 720)
    assert sum(group.count for group in LAYERS.groups if group.live) == 5
    assert len(LAYERS.places) == 25


@pytest.mark.parametrize("people", CROWDS)
def test_of_every_crowd_nine_are_seen(people: int) -> None:
    scene = crowd(people)
    assert len(scene.users) + 1 == people
    assert len(scene.places) == 9
    assert {place.user for place in scene.places} == {f"guest{number}" for number in range(9)}


def test_the_worst_second_of_a_drag_counts() -> None:
    steady = [20.0] * 100
    assert lowest_rate(steady) == 50
    assert lowest_rate([*steady, 500.0, *steady]) == 26
    with pytest.raises(ValueError, match="painted"):
        lowest_rate([20.0])


def test_a_drag_goes_from_large_to_small_and_back() -> None:
    steps = sizes()
    assert min(steps) == SMALL
    assert steps[-1] == LARGE
    assert len(steps) == 120


def test_of_a_page_only_what_it_showed_between_two_reports_counts() -> None:
    scene = COMPARED["9"]

    def told(second: int) -> dict[str, Any]:
        return {
            "received_at": float(second),
            "elapsed_ms": 1000 * second,
            "drawn": {f"{user}/camera": 15 * second for user in scene.users},
            "sizes": {f"{user}/camera": [320, 180] for user in scene.users},
            "latency_ms": [second],
            "age_ms": [10 * second],
        }

    reports = [told(second) for second in range(1, 9)]
    shown = seen(scene, reports, reports[1], reports[5], Cost([]), sent=2 * 9 * 60)
    assert (shown.fps, shown.size, shown.percent) == (15, (320, 180), 50)
    assert (shown.latency, shown.age) == ([3, 4, 5, 6], [30, 40, 50, 60])
