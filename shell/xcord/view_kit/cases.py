"""The calls and stages on which a view mode is tried. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import msgspec

from ..model import Tile, Viewport

COUNTS = (0, 1, 2, 5, 9, 12, 25, 100, 500)
SIZES = (
    *((1280, 720), (720, 1280), (340, 400), (120, 90)),  # a window, upright, small, tiny
    *((1600, 160), (160, 1600), (7680, 4320)),  # 10:1, 1:10, 8K
    *((0, 0), (0, 600), (800, 0), (1, 1)),
)
"""Width and height of stages in CSS pixels."""
ROOMY = 360
"""CSS pixels, both ways: here a mode has room for three tiles whatever else it shows."""
STEP = 3
"""CSS pixels by which a drag changes the size at once."""
DRAGS = (
    tuple((width, 480) for width in range(320, 1281, STEP)),
    tuple((640, height) for height in range(240, 961, STEP)),
    tuple((width, width * 9 // 16) for width in range(320, 1281, STEP)),
)
DRAGGED = (2, 5, 12, 25)
"""How many people are in the call while its window is resized."""
UPRIGHT = 9 / 16


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One call on one stage. Who is ``pinned``, ``sharing`` a screen or ``speaking`` is told by places in the
    order of the call: 1 is me, 2 the next."""

    people: int
    width: int = 1280
    height: int = 720
    pinned: tuple[int, ...] = ()
    sharing: tuple[int, ...] = ()
    speaking: tuple[int, ...] = ()

    @property
    def viewport(self) -> Viewport:
        """The stage."""
        return Viewport(width=self.width, height=self.height)

    @property
    def tiles(self) -> tuple[Tile, ...]:
        """As the app gives them: a face for each person, then the screens; one has the focus. Every fifth
        has no camera, every seventh one that stands upright."""
        faces = [self._face(place) for place in range(1, self.people + 1)]
        screens = [
            Tile(user=user_of(place), kind="screen", aspect=16 / 10, me=place == 1, presenting=True)
            for place in self.sharing
        ]
        tiles = [*faces, *screens]
        focus = self._focus(tiles)
        return tuple(msgspec.structs.replace(tile, focus=at == focus) for at, tile in enumerate(tiles))

    def _face(self, place: int) -> Tile:
        return Tile(
            user=user_of(place),
            kind="avatar" if place % 5 == 0 else "camera",
            aspect=UPRIGHT if place % 7 == 0 else 16 / 9,
            me=place == 1,
            pinned=place in self.pinned,
            speaking=place in self.speaking,
        )

    def _focus(self, tiles: list[Tile]) -> int:
        """Which tile has it: what was pinned last, else somebody's screen, who speaks, anybody but me."""
        if self.pinned:
            return self.pinned[-1] - 1
        others = [at for at, tile in enumerate(tiles) if not tile.me]
        shared = [at for at in others if tiles[at].presenting]
        speaking = [place - 1 for place in self.speaking if place > 1]
        return next(iter([*shared, *speaking, *others]), 0)

    def __str__(self) -> str:
        words = [f"{self.people} {'person' if self.people == 1 else 'people'} in {self.width}x{self.height}"]
        for what in ("pinned", "sharing", "speaking"):
            if places := getattr(self, what):
                words.append(f"{what} {','.join(map(str, places))}")
        return ", ".join(words)


def user_of(place: int) -> str:
    """The user at a place in the order of the call."""
    return f"u{place}"


def standing() -> Iterator[Case]:
    """Every number of people on every stage: as they are, the last one pinned, and with much going on."""
    for people, (width, height) in product(COUNTS, SIZES):
        yield Case(people=people, width=width, height=height)
        if people > 1:
            yield Case(people=people, width=width, height=height, pinned=(people,))
            yield Case(people=people, width=width, height=height, sharing=(2,), speaking=(1, people))
        if people >= 9 and min(width, height) >= ROOMY:
            yield Case(people=people, width=width, height=height, pinned=(2, people - 1, people))


def dragged() -> Iterator[list[Case]]:
    """The stages of each drag in their order; in every other one the last person is pinned."""
    for at, (people, sizes) in enumerate(product(DRAGGED, DRAGS)):
        pinned = (people,) if at % 2 else ()
        yield [Case(people=people, width=width, height=height, pinned=pinned) for width, height in sizes]
