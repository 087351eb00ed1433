from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugins.xcord_layout.crowds import crowds, keys

from xcord import Placement, Tile, ViewMode, Viewport
from xcord_layout import focus, gallery
from xcord_layout.pages import Sheet, turned

SMALL = Viewport(width=360, height=220)
"""Four tiles of a gallery fit."""

stages = st.builds(Viewport, width=st.integers(60, 1600), height=st.integers(60, 1200))
modes = st.sampled_from([gallery.MODE, focus.MODE])


def people(count: int, **first: bool) -> list[Tile]:
    return [Tile(user=f"u{at}", focus=at == 0, **(first if at == 0 else {})) for at in range(count)]


def users(sheet: Sheet) -> list[str]:
    return [tile.user for tile in sheet.tiles]


def all_pages(mode: ViewMode, tiles: Sequence[Tile], stage: Viewport) -> list[Sheet]:
    sheets = [turned(mode, tiles, stage, 1)]
    while len(sheets) < sheets[-1].pages:
        sheets.append(turned(mode, tiles, stage, len(sheets) + 1))
    return sheets


def test_those_who_do_not_fit_are_on_the_next_pages() -> None:
    sheets = all_pages(gallery.MODE, people(10), SMALL)
    assert [users(sheet) for sheet in sheets] == [
        ["u0", "u1", "u2", "u3"],
        ["u4", "u5", "u6", "u7"],
        ["u8", "u9"],
    ]
    assert [(sheet.page, sheet.pages) for sheet in sheets] == [(1, 3), (2, 3), (3, 3)]
    assert all(sheet.front == {"u0", "u1", "u2", "u3"} for sheet in sheets)


def test_where_all_fit_there_is_one_page() -> None:
    assert turned(gallery.MODE, people(4), SMALL, 1).pages == 1
    assert turned(gallery.MODE, [], SMALL, 1) == Sheet()


@pytest.mark.parametrize("page", [4, 5, 10_000])
def test_beyond_the_last_page_is_the_last(page: int) -> None:
    assert turned(gallery.MODE, people(10), SMALL, page) == turned(gallery.MODE, people(10), SMALL, 3)


def test_what_is_pinned_or_shared_has_its_place_on_every_page() -> None:
    tiles = [*people(9), Tile(user="u1", kind="screen", presenting=True)]
    tiles[1] = Tile(user="u1", pinned=True)
    sheets = all_pages(gallery.MODE, tiles, SMALL)
    assert [[(tile.user, tile.kind == "screen") for tile in sheet.tiles] for sheet in sheets] == [
        [("u0", False), ("u1", False), ("u2", False), ("u1", True)],
        [("u3", False), ("u1", False), ("u4", False), ("u1", True)],
        [("u5", False), ("u1", False), ("u6", False), ("u1", True)],
        [("u7", False), ("u1", False), ("u8", False), ("u1", True)],
    ]


def test_what_is_pinned_turns_too_where_there_is_room_for_nothing_else() -> None:
    tiles = [Tile(user=f"u{at}", pinned=True, focus=at == 0) for at in range(7)]
    assert [users(sheet) for sheet in all_pages(gallery.MODE, tiles, SMALL)] == [
        ["u0", "u1", "u2", "u3"],
        ["u4", "u5", "u6"],
    ]


def test_the_strip_turns_and_the_large_tile_stays() -> None:
    sheets = all_pages(focus.MODE, people(40), Viewport(width=1280, height=720))
    assert len(sheets) > 2
    assert {users(sheet)[0] for sheet in sheets} == {"u0"}
    assert [user for sheet in sheets for user in users(sheet)[1:]] == [f"u{at}" for at in range(1, 40)]


def test_without_a_strip_there_is_nothing_to_turn() -> None:
    sheet = turned(focus.MODE, people(9), Viewport(width=150, height=100), 2)
    assert (users(sheet), sheet.page, sheet.pages) == (["u0"], 1, 1)


def whole(tiles: Sequence[Tile], count: int) -> list[Placement]:
    return [
        Placement(user=tile.user, kind=tile.kind, n=tile.n, x=0, y=0, width=1, height=1)
        for tile in tiles[:count]
    ]


def test_a_mode_without_further_pages_has_one() -> None:
    mode = ViewMode("one", "One", lambda tiles, _: whole(tiles, 1), turns="nothing")
    assert turned(mode, people(9), SMALL, 3).pages == 1


def test_a_mode_that_always_shows_the_same_person_has_one_page() -> None:
    mode = ViewMode("same", "Same", lambda tiles, _: whole([t for t in tiles if t.user == "u3"], 1))
    sheet = turned(mode, people(9), SMALL, 5)
    assert (users(sheet), sheet.page, sheet.pages) == (["u3"], 1, 1)


def test_a_mode_that_leaves_out_whom_it_likes_loses_nobody() -> None:
    mode = ViewMode("odd", "Odd", lambda tiles, _: whole(tiles[::2], 3), turns="all")
    sheets = all_pages(mode, people(20), SMALL)
    assert sorted(user for sheet in sheets for user in users(sheet)) == sorted(f"u{at}" for at in range(20))


@given(modes, crowds, stages)
def test_the_pages_together_show_everybody_who_turns_once_and_the_others_on_each(
    mode: ViewMode, tiles: tuple[Tile, ...], stage: Viewport
) -> None:
    sheets = all_pages(mode, tiles, stage)
    shown = [keys(sheet.tiles) for sheet in sheets]
    counts = {key: sum(key in page for page in shown) for key in keys(tiles)}
    assert all(len(set(page)) == len(page) for page in shown)
    assert [sheet.page for sheet in sheets] == list(range(1, len(sheets) + 1))
    if mode is gallery.MODE or len(sheets) > 1:
        assert set(counts.values()) <= {1, len(sheets)}
    if len(sheets) > 1:
        must = [key for key, tile in zip(keys(tiles), tiles, strict=True) if tile.pinned or tile.presenting]
        assert all(counts[key] == len(sheets) for key in must) or len(must) >= len(shown[0]) - 1


@given(modes, crowds, stages)
def test_the_first_page_is_what_the_mode_shows_without_pages(
    mode: ViewMode, tiles: tuple[Tile, ...], stage: Viewport
) -> None:
    first = turned(mode, tiles, stage, 1)
    assert keys(first.tiles) == [
        key for key in keys(mode.arrange(tiles, stage)) if key in set(keys(first.tiles))
    ]


@given(st.integers(0, 60), st.integers(1, 6), stages)
def test_who_joins_moves_nobody_on_a_full_page(count: int, page: int, stage: Viewport) -> None:
    before = turned(gallery.MODE, people(count), stage, page)
    after = turned(gallery.MODE, people(count + 1), stage, page)
    if before.page == page < before.pages:
        assert after.tiles == before.tiles
        assert after.pages in (before.pages, before.pages + 1)


@given(crowds, stages)
def test_what_stays_is_at_the_same_place_of_every_full_page(tiles: tuple[Tile, ...], stage: Viewport) -> None:
    sheets = all_pages(gallery.MODE, tiles, stage)
    full = [sheet.tiles for sheet in sheets[:-1]]
    for key in set(keys(tiles)).intersection(*map(keys, full)) if len(full) > 1 else ():
        assert (
            len({next(each for each in page if (each.user, each.kind, each.n) == key) for page in full}) == 1
        )
