"""The tiles of a stage, and which of them has the focus. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec

from xcord import Person, Tile


def key_of(tile: Tile) -> str:
    """How a tile is pinned: by user, so that it holds whatever happens to tracks and connections."""
    return f"{tile.user}/screen" if tile.kind == "screen" else tile.user


def tiles_of(people: Sequence[Person], pins: Collection[str], speakers: Collection[str]) -> list[Tile]:
    """A tile for each person in their order, camera or else avatar, and then the screens."""
    faces = [
        Tile(
            user=person.user,
            kind="camera" if person.camera else "avatar",
            me=person.me,
            pinned=person.user in pins,
            speaking=person.user in speakers,
        )
        for person in people
    ]
    screens = [
        Tile(user=each.user, kind="screen", me=each.me, presenting=True) for each in people if each.screen
    ]
    return [*faces, *(msgspec.structs.replace(each, pinned=key_of(each) in pins) for each in screens)]


class Hiding(NamedTuple):
    """Whom the user wishes not to see."""

    me: bool = False
    without_video: bool = False


NOBODY = Hiding()


def remaining(tiles: Sequence[Tile], hiding: Hiding) -> list[Tile]:
    """The tiles that are left. What is pinned is always among them.

    A wish that would leave nobody to look at waits: people without video are hidden while somebody else has
    video, and I am while there is anything besides me.
    """
    left = list(tiles)
    if hiding.without_video:
        pictured = [tile for tile in left if tile.pinned or tile.kind != "avatar"]
        left = pictured if any(not tile.me for tile in pictured) else left
    if hiding.me:
        left = [tile for tile in left if tile.pinned or not tile.me] or left
    return left


def focused(tiles: Sequence[Tile], speakers: Sequence[str], before: str) -> str:
    """The key of the tile that has the focus where nothing is pinned; empty without tiles.

    The screen of somebody else; else who had it, for as long as nobody else has become a speaker meanwhile or
    they speak themselves; else anybody but me. So it does not wander at every word, and stays where it was in
    silence.

    :param speakers: who speaks at this moment and counts as a speaker, the first of them first.
    :param before: what this returned last.
    """
    others = {key_of(tile): tile for tile in tiles if not tile.me}
    screens = [key for key, tile in others.items() if tile.presenting]
    if screens:
        return before if before in screens else screens[0]
    speaking = [user for user in speakers if user in others]
    if before in others and (before in speaking or not speaking):
        return before
    return next(iter([*speaking, *others, *map(key_of, tiles)]), "")


def pinned(tiles: Sequence[Tile], pins: Sequence[str]) -> str:
    """The key of what was pinned last and is there, or empty."""
    keys = {key_of(tile) for tile in tiles}
    return next((pin for pin in reversed(pins) if pin in keys), "")


def with_focus(tiles: Sequence[Tile], key: str) -> tuple[Tile, ...]:
    """The tiles, that one with the focus."""
    return tuple(msgspec.structs.replace(tile, focus=key_of(tile) == key) for tile in tiles)


def fitting(tiles: Sequence[Tile], capacity: int) -> list[Tile]:
    """The first that fit. What is pinned or shared is among them: it takes the place of the last that is not.

    Nobody else moves, and once it is unpinned all is as before.
    """
    shown, rest = list(tiles[:capacity]), tiles[capacity:]
    places = [at for at, tile in enumerate(shown) if not _must(tile)]
    for tile in rest:
        if _must(tile) and places:
            shown[places.pop()] = tile
    return shown


def _must(tile: Tile) -> bool:
    return tile.pinned or tile.presenting
