"""The spiral keeps the rules of view modes, and is a spiral. Run ``pytest`` here."""

from itertools import pairwise
from pathlib import Path

import pytest

import xcord_spiral
from xcord.testing import Case, draw, running, view_mode

CALL = Case(people=9, speaking=(2,), pinned=(9,))


def test_the_spiral_keeps_the_rules() -> None:
    view_mode(xcord_spiral.arrange)


def test_each_box_takes_the_golden_part_of_what_is_left() -> None:
    areas = [width * height for _, _, width, height in xcord_spiral.spiral(6, 1280, 720)]
    assert sum(areas) == pytest.approx(1280 * 720)
    for larger, smaller in pairwise(areas[:5]):
        assert smaller / larger == pytest.approx(1 - xcord_spiral.GOLDEN)


@pytest.mark.parametrize(
    ("case", "users"),
    [
        pytest.param(Case(people=0), "", id="nobody"),
        pytest.param(Case(people=3), "u2 u1 u3", id="somebody else is large, and I have their place"),
        pytest.param(Case(people=4, pinned=(4,)), "u4 u2 u3 u1", id="what is pinned is large"),
        pytest.param(Case(people=40, pinned=(39, 40)), "u40 u2 u3 u4 u5 u39", id="no pinned one is lost"),
    ],
)
def test_one_change_of_places_brings_the_focus_to_the_begin(case: Case, users: str) -> None:
    room = len(xcord_spiral.spiral(case.people, case.width, case.height))
    assert " ".join(tile.user for tile in xcord_spiral.chosen(case.tiles, room)) == users


def test_the_drawing_in_the_readme_is_this_spiral() -> None:
    drawing = Path(xcord_spiral.__file__).with_name("spiral.svg")
    assert draw(xcord_spiral.arrange, CALL) == drawing.read_text("utf-8")


@pytest.mark.asyncio
async def test_it_comes_and_goes_with_the_plugin() -> None:
    async with running(xcord_spiral, distribution="xcord-spiral") as world:
        assert [entry.mode.name for entry in world.shell.modes.entries] == ["spiral"]
        await world.supervisor.set("spiral", False)
        assert world.shell.modes.entries == ()
