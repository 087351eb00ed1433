"""Pages of a stage: whoever has no place on the first one has one on the next. Pure.

A view mode knows nothing of pages and remembers none. For the next page it is asked again, with those who
were left out in place of those who were shown; what is pinned, shared or large stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from math import ceil
from typing import Literal, NamedTuple

from xcord import PARTS, Placed, Tile, ViewMode, Viewport, placed

from .tiles import key_of

Key = tuple[str, str, int]


class Sheet(NamedTuple):
    """One page. ``pages`` is how many there are: counted up to this one, and from there on as many as it
    takes if each shows as many people as this one does. ``front`` are those who have a face on the first, if
    the mode has pages. ``alone`` is the key of a tile that is expanded."""

    tiles: tuple[Placed, ...] = ()
    page: int = 1
    pages: int = 1
    front: frozenset[str] = frozenset()
    alone: str = ""


def turned(mode: ViewMode, tiles: Sequence[Tile], viewport: Viewport, page: int) -> Sheet:
    """The stage on this page, or on the last one if there are not so many.

    All of it runs where the mode runs, see :func:`placed`.
    """
    shown = placed(mode.arrange, tiles, viewport)
    first = shown if mode.turns != "nothing" else ()
    front = frozenset(tile.user for tile in first if tile.kind != "screen")
    by_key = {_key(tile): tile for tile in tiles}
    seats = [_key(tile) for tile in shown]
    seen = set(seats)
    staying = _staying(mode, tiles, seen)
    left = [tile for tile in tiles if _key(tile) not in seen]
    number, turning = 1, len(seen - staying)
    while left and turning and mode.turns != "nothing":
        if number == page:
            return Sheet(shown, page, page + ceil(len(left) / turning), front)
        further = placed(mode.arrange, _filled([by_key[key] for key in seats], staying, left), viewport)
        seen = {_key(tile) for tile in further} - staying
        if not seen:
            break  # whatever it is asked, it shows none of them
        shown, turning = further, len(seen)
        left = [tile for tile in left if _key(tile) not in seen]
        number += 1
    return Sheet(shown, number, number, front)


def alone(tile: Tile) -> Sheet:
    """A tile that is expanded: whole, all over the stage, with nobody beside it."""
    return Sheet((_all_over(tile, "contain"),), alone=key_of(tile))


def only(tile: Tile) -> Sheet:
    """A tile for which alone there is room; a face fills it."""
    return Sheet((_all_over(tile, "contain" if tile.kind == "screen" else "cover"),))


def _all_over(tile: Tile, fit: Literal["cover", "contain"]) -> Placed:
    return Placed(user=tile.user, kind=tile.kind, n=tile.n, x=0, y=0, width=PARTS, height=PARTS, fit=fit)


def _staying(mode: ViewMode, tiles: Sequence[Tile], seen: Set[Key]) -> set[Key]:
    """What is on every page, unless that would be all that a page has room for: then only the focus is."""
    shown = [tile for tile in tiles if _key(tile) in seen]
    focus = {_key(tile) for tile in shown if tile.focus and mode.turns != "all"}
    kept = {_key(tile) for tile in shown if tile.pinned or tile.presenting}
    return focus | kept if len(focus | kept) < len(shown) else focus


def _filled(seats: Sequence[Tile], staying: Set[Key], left: Sequence[Tile]) -> list[Tile]:
    """The first page's tiles, those who are left in place of all but what stays; then the rest of them."""
    following = iter(left)
    filled = (tile if _key(tile) in staying else next(following, None) for tile in seats)
    return [*(tile for tile in filled if tile is not None), *following]


def _key(tile: Tile | Placed) -> Key:
    return tile.user, tile.kind, tile.n
