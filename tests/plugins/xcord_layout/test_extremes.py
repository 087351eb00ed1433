"""Nobody, one person and 500, on stages of every shape."""

from __future__ import annotations

import pytest
from tests.plugins.xcord_layout.scene import call, show, stage, users

import xcord_layout
from xcord import TurnPage
from xcord.testing import running

PARTS = 10_000


def crowd(count: int) -> list[str]:
    return ["me", *(f"u{number}" for number in range(1, count))][:count]


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (1600, 160), (160, 1600), (1280, 720), (7680, 4320)])
@pytest.mark.parametrize("count", [0, 1, 500])
@pytest.mark.parametrize("mode", ["auto", "gallery", "focus", "pip"])
async def test_any_number_of_people_has_its_tiles_on_any_stage(
    mode: str, count: int, size: tuple[int, int]
) -> None:
    async with running(xcord_layout, options={"layout.mode": mode}) as world:
        shown = await show(world, call(*crowd(count)), *size)
        tiles = shown.windows["main"]
        assert bool(tiles) == bool(count and all(size))
        assert len({tile.user for tile in tiles}) == len(tiles)
        assert set(users(world)) <= set(crowd(count))
        for tile in tiles:
            assert 0 <= tile.x < tile.x + tile.width <= PARTS, tile
            assert 0 <= tile.y < tile.y + tile.height <= PARTS, tile
        assert world.faults == []


@pytest.mark.parametrize("size", [(1600, 160), (1280, 720), (7680, 4320)])
async def test_of_500_people_each_is_on_just_one_page(size: tuple[int, int]) -> None:
    async with running(xcord_layout) as world:
        shown = await show(world, call(*crowd(500)), *size)
        found, pages = users(world), shown.views["main"].pages
        for page in range(2, pages + 1):
            await world.ask("stage.page", TurnPage(page))
            await world.until(lambda page=page: stage(world).views["main"].page == page)
            found += users(world)
        assert stage(world).views["main"].pages == pages
        assert sorted(found) == sorted(crowd(500))
