"""View modes for tests: plain good ones, and ones that are broken on purpose, each in one way."""

from __future__ import annotations

import itertools
import random
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from xcord import Placement, Tile, Viewport

Returned = list[Placement]
release = threading.Event()
"""Set when nobody needs the thread any more in which a mode hangs."""


def at(tile: Tile, x: float, y: float, width: float, height: float, **more: Any) -> Placement:
    return Placement(user=tile.user, kind=tile.kind, n=tile.n, x=x, y=y, width=width, height=height, **more)


def row(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """Everybody side by side."""
    width = 1 / max(1, len(tiles))
    return [at(tile, number * width, 0, width, 1) for number, tile in enumerate(tiles)]


def column(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """Everybody on top of one another."""
    height = 1 / max(1, len(tiles))
    return [at(tile, 0, number * height, 1, height) for number, tile in enumerate(tiles)]


def longer(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """A row on a stage that lies, a column on one that stands."""
    return (row if viewport.width > viewport.height else column)(tiles, viewport)


def stack(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """Everybody on a heap, the last in front."""
    return [at(tile, 0.1, 0.1, 0.8, 0.8, z=number) for number, tile in enumerate(tiles)]


GOOD = (row, column, longer, stack)


def spoilt(**changes: Any) -> Callable[[Sequence[Tile], Viewport], Returned]:
    """A column whose first placement is changed."""

    def arrange(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
        placements = column(tiles, viewport)
        for first in placements[:1]:
            values = {name: getattr(first, name) for name in first.__struct_fields__}
            placements[0] = Placement(**values | changes)
        return placements

    return arrange


def raising(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    raise ZeroDivisionError("no tile")


def exiting(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    sys.exit(3)


def endless(tiles: Sequence[Tile], viewport: Viewport) -> Iterator[Placement]:
    while True:
        yield from column(tiles, viewport) or [Placement(user="u0", x=0, y=0, width=1, height=1)]


def slow(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    release.wait(0.3)
    return column(tiles, viewport)


def hanging(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    release.wait(120)
    return column(tiles, viewport)


class Broken(NamedTuple):
    """A mode, the rule by which the kit finds it, and words of what the kit and the app say."""

    arrange: Any
    rule: str
    kit: str
    app: str


NONSENSE = {
    "raises": Broken(
        raising, "answer", "ZeroDivisionError: no tile at modes.py", "ZeroDivisionError: no tile"
    ),
    "returns nothing": Broken(lambda *_: None, "answer", "NoneType", "NoneType"),
    "returns words": Broken(lambda *_: ["ann"], "answer", "str, not a Placement", "str, not a Placement"),
    "doubles": Broken(lambda *a: column(*a) * 2, "answer", "second time", "second time"),
    "never ends": Broken(endless, "answer", "not given", "second time"),
    "places a stranger": Broken(spoilt(user="nobody"), "answer", "not given", "not given"),
    "names a list": Broken(spoilt(user=["ann"]), "answer", "unhashable", "unhashable"),
    "computes no number": Broken(spoilt(x=float("nan")), "answer", "x that is no number", "no number"),
    "goes to infinity": Broken(
        spoilt(height=float("inf")), "answer", "height that is no number", "no number"
    ),
    "leaves the stage": Broken(spoilt(x=0.5), "answer", "outside the stage", "outside the stage"),
    "is less than nothing": Broken(spoilt(width=-0.5, x=0.5), "answer", "negative size", "negative size"),
    "stretches": Broken(spoilt(fit="stretch"), "answer", "neither cover nor contain", "neither cover"),
    "is half in front": Broken(spoilt(z=0.5), "answer", "no integer", "no integer"),
    "exits": Broken(exiting, "answer", "SystemExit: 3 at modes.py", "SystemExit: 3 at modes.py"),
    "is slow": Broken(slow, "time", "the app waits 50 ms", "did not answer within 50 ms"),
    "hangs": Broken(hanging, "time", "did not answer within", "did not answer within 50 ms"),
}
"""What the app replaces by gallery."""


def overlapping(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    part = 1 / max(1, len(tiles))
    return [
        at(tile, number * part, 0, min(part * 1.2, 1 - number * part), 1) for number, tile in enumerate(tiles)
    ]


def forgetting_pins(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    return row(tiles[:4], viewport)


def gambling(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    return row(random.sample(list(tiles), len(tiles)), viewport)


def counting() -> Any:
    numbers = itertools.count()
    return lambda tiles, viewport: (row if next(numbers) % 2 else column)(tiles, viewport)


def turning(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """Who is first depends on the width."""
    first = viewport.width // 100 % max(1, len(tiles))
    return row([*tiles[first:], *tiles[:first]], viewport)


def exchanging(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """Who is shown depends on the height, though there is room for others."""
    pinned = [tile for tile in tiles if tile.pinned]
    others = [tile for tile in tiles if not tile.pinned]
    first = viewport.height // 200 % max(1, len(others))
    return row([*pinned, *others[first : first + 4]], viewport)


def backwards(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    """In a narrow window the last comes first."""
    return row(tiles, viewport) if viewport.width > 600 else column(tiles[::-1], viewport)


def alternating(tiles: Sequence[Tile], viewport: Viewport) -> Returned:
    return (row if viewport.width % 2 else column)(tiles, viewport)


RESTLESS = {
    "overlaps": Broken(overlapping, "overlap", "u1 and u2 overlap by", ""),
    "forgets who is pinned": Broken(forgetting_pins, "pinned", "u5 is pinned and not shown", ""),
    "gambles": Broken(gambling, "same", "two answers", ""),
    "remembers": Broken(counting(), "same", "two answers", ""),
    "turns with the width": Broken(turning, "resize", "shuffle people", ""),
    "exchanges people": Broken(exchanging, "resize", "exchange u", ""),
    "is backwards in a narrow window": Broken(backwards, "resize", "shuffle people", ""),
    "jumps to and fro": Broken(alternating, "resize", "back at the next", ""),
}
"""What the app shows as it is, and nobody wants to look at."""
