"""What bench `stage` shows: who sends what, and where the tiles stand. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.guests.loop import Spec

from xcord import Tile, Viewport
from xcord_layout import gallery

SLACK = 160
"""A browser's window is so much higher than what it shows, since some count their own frame."""
LAYERED = Spec(width=1280, height=720, fps=15, kilobits=1700)
SMALL = Spec(width=320, height=180, fps=15)


@dataclass(frozen=True)
class Group:
    """Guests who send alike; live ones encode simulcast layers as they go."""

    count: int
    spec: Spec
    live: bool = False


@dataclass(frozen=True)
class Place:
    """A tile, in CSS pixels."""

    user: str
    left: int
    top: int
    width: int
    height: int


@dataclass(frozen=True)
class Scene:
    """``timed`` are those of whom frames are counted and clocks read; guests are numbered over all groups."""

    name: str
    groups: tuple[Group, ...]
    places: tuple[Place, ...]
    window: tuple[int, int]
    timed: tuple[str, ...]

    @property
    def users(self) -> tuple[str, ...]:
        """Everybody in the room but who measures."""
        return tuple(guest(number) for number in range(sum(group.count for group in self.groups)))

    @property
    def wants(self) -> dict[str, tuple[int, int]]:
        """What is wanted of whom, at one device pixel per CSS pixel."""
        return {place.user: (place.width, place.height) for place in self.places}


def guest(number: int) -> str:
    """The user of a guest."""
    return f"guest{number}"


def grid(name: str, columns: int, rows: int, spec: Spec = SMALL) -> Scene:
    """Equal tiles without gaps, each as large as what is sent."""
    places = tuple(
        Place(guest(n), n % columns * spec.width, n // columns * spec.height, spec.width, spec.height)
        for n in range(columns * rows)
    )
    window = (columns * spec.width, rows * spec.height)
    return Scene(name, (Group(len(places), spec),), places, window, tuple(p.user for p in places))


def focus(name: str, large: Spec, others: int) -> Scene:
    """One large tile, and a strip of the others beneath it."""
    width = large.width // others
    height = width * 9 // 16
    strip = tuple(Place(guest(1 + n), n * width, large.height, width, height) for n in range(others))
    places = (Place(guest(0), 0, 0, large.width, large.height), *strip)
    groups = (Group(1, large), Group(others, SMALL))
    return Scene(name, groups, places, (large.width, large.height + height), (guest(0),))


def stage(name: str, groups: Sequence[Group], width: int, height: int) -> Scene:
    """What the app's gallery makes of a stage of that size; whoever does not fit has no tile."""
    users = [guest(number) for number in range(sum(group.count for group in groups))]
    tiles = [Tile(user=user, kind="camera") for user in users]
    places = tuple(
        Place(
            each.user,
            round(each.x * width),
            round(each.y * height),
            round(each.width * width),
            round(each.height * height),
        )
        for each in gallery.arrange(tiles, Viewport(width=width, height=height, scale=100, visible=True))
    )
    return Scene(name, tuple(groups), places, (width, height), tuple(place.user for place in places))


def crowd(people: int) -> Scene:
    """So many people with the one who looks, nine of them seen at 30 frames a second.

    Of the others nothing is received, so they send as little as may be.
    """
    seen, unseen = Spec(width=320, height=180, fps=30, kilobits=400), Spec(width=160, height=90, fps=2)
    groups = [Group(9, seen), Group(people - 10, unseen)] if people > 10 else [Group(9, seen)]
    return stage(f"crowd_{people}", groups, 520, 304)


COMPARED = {
    scene.name: scene
    for scene in (
        grid("9", 3, 3),
        grid("25", 5, 5),
        focus("focus", Spec(width=1280, height=720, fps=30, kilobits=1700), 8),
        grid("camera", 3, 3, Spec(width=320, height=180, fps=15, kilobits=600, natural=True)),
    )
}
"""Those that are shown by ours and by the peer."""

LAYERS = stage("layers", (Group(5, LAYERED, live=True), Group(20, SMALL)), 1280, 720)
"""Gallery of 25, five of whom send simulcast layers live: what is received of them."""
CROWDS = (10, 25, 50, 100)
