"""The main window's page with too many people, in windows of every shape, and reloaded again and again."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect
from tests.journeys.actor import PEOPLE
from tests.journeys.stage import Stage, held

from xcord.model import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAMERAS = 20
MANY = (PEOPLE[0], *(Person(user=f"v{n}", name=f"Guest {n}", camera=n < CAMERAS) for n in range(1, 500)))
SEEN = """() => {
  const stage = document.querySelector('.stage');
  const room = stage.getBoundingClientRect();
  const boxes = [...stage.querySelectorAll('li.tile')].map(tile => tile.getBoundingClientRect());
  const out = boxes.filter(box => box.left < room.left - 1 || box.right > room.right + 1
    || box.top < room.top - 1 || box.bottom > room.bottom + 1);
  return [stage.clientWidth, stage.clientHeight, boxes.length, out.length];
}"""


@pytest.mark.parametrize("size", [(7680, 4320), (1600, 160), (160, 1600), (1, 1)])
async def test_500_people_are_shown_in_any_window_and_in_a_usual_one_after_it(
    stage: Stage, size: tuple[int, int]
) -> None:
    stage.actor.sign_in()
    stage.actor.enter(people=MANY)
    await expect(stage.page.locator("li.tile").first).to_be_visible()
    for width, height in (size, (1280, 760)):
        await stage.page.set_viewport_size({"width": width, "height": height})
        shown = await settled(stage)
    assert 20 < shown < len(MANY)
    assert stage.complaints == []


async def settled(stage: Stage) -> int:
    """How many people are shown once page and hub agree on that and on the stage's size; all lie inside."""
    async with asyncio.timeout(30):
        while True:
            width, height, tiles, outside = await stage.page.evaluate(SEEN)
            port = stage.core.hub.slices["windows"].value.windows[0].viewport
            placed = len(stage.core.hub.slices["stage"].value.windows["main"])
            if (port.width, port.height, placed, 0) == (width, height, tiles, outside) and bool(
                tiles
            ) == bool(width and height):
                return placed
            await asyncio.sleep(0.05)


async def test_the_page_may_be_reloaded_fifty_times(stage: Stage) -> None:
    stage.actor.sign_in()
    stage.actor.enter()
    tiles = stage.page.locator("li.tile")
    for _ in range(50):
        await expect(tiles).to_have_count(9)
        await stage.page.reload()
    await expect(tiles).to_have_count(9)
    windows = await held(stage, "windows", lambda value: value.windows[0].connected)
    assert [window.name for window in windows.windows] == ["main"]
    assert stage.core.door.counters["drift"] == 0
    assert stage.complaints == []
