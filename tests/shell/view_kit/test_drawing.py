"""What the kit draws is well-formed SVG that says who is where."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from tests.shell.view_kit.modes import GOOD, row, stack

from xcord import Placed
from xcord.testing import Case, draw
from xcord.view_kit.drawing import drawn

SVG = "{http://www.w3.org/2000/svg}"
BUSY = Case(people=12, pinned=(3,), sharing=(2,), speaking=(4,))


def titles(svg: str) -> list[str]:
    return [str(group.findtext(f"{SVG}title")) for group in ElementTree.fromstring(svg).iter(f"{SVG}g")]


def test_each_tile_says_who_it_is_and_what_is_to_know_of_them() -> None:
    said = titles(draw(row, BUSY))
    assert len(said) == 13
    assert said[0].startswith("1 Ada, camera, me, ")
    assert said[2].startswith("3 Cem, camera, pinned, focus, ")
    assert said[3].startswith("4 Deniz, camera, speaking, ")
    assert said[4].startswith("5 Ece, avatar, ")
    assert said[12].startswith("2 Ben, screen, presenting, ")


def test_the_same_question_has_the_same_drawing() -> None:
    assert draw(row, BUSY) == draw(row, BUSY)


def test_whoever_is_in_front_is_drawn_last() -> None:
    answer = [
        Placed(user=user, kind="camera", n=0, x=0, y=0, width=5000, height=5000, z=z)
        for user, z in (("u1", 2), ("u2", -1), ("u3", 0))
    ]
    assert [title.split()[0] for title in titles(drawn(answer, Case(people=3)))] == ["2", "3", "1"]


@pytest.mark.parametrize("arrange", GOOD)
@pytest.mark.parametrize("size", [(0, 0), (1, 1), (30, 20), (160, 1600), (7680, 4320)])
@pytest.mark.parametrize("people", [0, 1, 12, 100])
def test_everything_can_be_drawn(arrange: object, size: tuple[int, int], people: int) -> None:
    case = Case(people=people, width=size[0], height=size[1], speaking=(1,) if people else ())
    root = ElementTree.fromstring(draw(arrange, case))  # type: ignore[arg-type]
    assert root.get("viewBox") == f"0 0 {size[0]} {size[1]}"
    numbers = [float(part.get("width", 0)) for part in root.iter(f"{SVG}rect")]
    assert all(number >= 0 for number in numbers)


def test_a_heap_of_people_is_drawn_whole() -> None:
    assert len(titles(draw(stack, Case(people=30)))) == 30
