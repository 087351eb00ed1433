"""What holds for where a mode put its tiles, beyond what the app itself refuses to show. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ..model import Placed
from .cases import Case

GRAIN = 1
"""Parts of the stage (1/10000) by which neighbours may overlap: each edge is rounded for itself."""

Key = tuple[str, str, int]
Places = dict[Key, Placed]


def by_key(answer: Sequence[Placed]) -> Places:
    """The answer by whose tile it is."""
    return {(place.user, place.kind, place.n): place for place in answer}


def name_of(place: Placed) -> str:
    """How a message names a tile of the kit's calls."""
    return f"{place.user}/screen" if place.kind == "screen" else place.user


def overlap(answer: Sequence[Placed], case: Case) -> str:
    """The first two tiles that lie on each other although neither is in front, in words; else nothing."""
    for z in sorted({place.z for place in answer}):
        if pair := _overlapping([place for place in answer if place.z == z]):
            one, other = pair
            wide, high = common(one, other)
            pixels = f"{wide * case.width / 10_000:.0f}x{high * case.height / 10_000:.0f} pixels"
            return (
                f"{name_of(one)} and {name_of(other)} overlap by {pixels}. "
                "Move them apart, or give the one in front a higher z."
            )
    return ""


def _overlapping(places: Sequence[Placed]) -> tuple[Placed, Placed] | None:
    along = _more_spread(places)
    inorder = sorted(places, key=lambda place: place.x if along else place.y)
    for at, one in enumerate(inorder):
        end = one.x + one.width if along else one.y + one.height
        for other in inorder[at + 1 :]:
            if (other.x if along else other.y) >= end - GRAIN:
                break
            if min(common(one, other)) > GRAIN:
                return one, other
    return None


def lost_pin(answer: Sequence[Placed], case: Case) -> str:
    """A pinned tile that is not shown although there is a stage, in words; else nothing."""
    if not case.width or not case.height:
        return ""
    shown = {place.user for place in answer if place.kind != "screen"}
    lost = [tile.user for tile in case.tiles if tile.pinned and tile.user not in shown]
    return (
        f"{lost[0]} is pinned and not shown. Place pinned tiles before others fill the stage." if lost else ""
    )


def unrest(drag: Sequence[tuple[Case, Places]]) -> tuple[Case, str] | None:
    """Where a window that is slowly resized shuffles people, and how; ``None`` if it is calm.

    Between two sizes of the drag (3 CSS pixels apart),

    1. nobody is exchanged: those who are shown at one size are among those who are shown at the other;
    2. everybody stays, which is to say that the middle of their tile before lies within their tile after; or
       the tiles break anew (there are other places, not the same with others in them), and then people are
       read in the same order, by rows or by columns;
    3. and nothing breaks anew for one size alone, to be as before at the next.
    """
    for (_, before), (case, after) in pairwise(drag):
        if not (before.keys() <= after.keys() or after.keys() <= before.keys()):
            came, went = after.keys() - before.keys(), before.keys() - after.keys()
            return case, (
                f"3 pixels more or less exchange {min(went)[0]} for {min(came)[0]}. "
                "Show the same people for as long as there is room, and others after them."
            )
        if not stays(before, after) and (exchanged(before, after) or not same_order(before, after)):
            return case, (
                "3 pixels more or less shuffle people. "
                "Where tiles break into rows anew, keep everybody in the order that you are given."
            )
    for (_, before), (case, at), (_, after) in zip(drag, drag[1:], drag[2:], strict=False):
        if before.keys() == after.keys() and stays(before, after) and not stays(before, at):
            return case, (
                "tiles jump for one size and are back at the next. "
                "Let what decides about rows grow with the size and never alternate."
            )
    return None


def stays(before: Places, after: Places) -> bool:
    """Whether the middle of each tile before lies within the same tile after."""
    return all(_within(after[key], *_middle(before[key])) for key in before.keys() & after.keys())


def exchanged(before: Places, after: Places) -> bool:
    """Whether the places are the same with others in them: in each there was the middle of just one tile."""
    keys = before.keys() & after.keys()
    now = {key: [other for other in keys if _within(after[other], *_middle(before[key]))] for key in keys}
    alone = [there[0] for there in now.values() if len(there) == 1]
    return len(alone) == len(set(alone)) == len(keys)


def same_order(before: Places, after: Places) -> bool:
    """Whether those who are in both are read in one order, each time by rows or by columns."""
    keys = sorted(before.keys() & after.keys())
    pairs = [(one, other) for at, one in enumerate(keys) for other in keys[:at]]
    ways = (True, False)
    return any(
        all(
            _reads(before[one], before[other], rows=here) * _reads(after[one], after[other], rows=there) >= 0
            for one, other in pairs
        )
        for here in ways
        for there in ways
    )


def common(one: Placed, other: Placed) -> tuple[int, int]:
    """Width and height of what two tiles have in common; negative where they are apart."""
    return (
        min(one.x + one.width, other.x + other.width) - max(one.x, other.x),
        min(one.y + one.height, other.y + other.height) - max(one.y, other.y),
    )


def _reads(one: Placed, other: Placed, *, rows: bool) -> float:
    """Negative if ``one`` is read before ``other``. In one row are tiles that share half of a height."""
    wide, high = common(one, other)
    (x, y), (other_x, other_y) = _middle(one), _middle(other)
    if rows:
        return x - other_x if 2 * high > min(one.height, other.height) else y - other_y
    return y - other_y if 2 * wide > min(one.width, other.width) else x - other_x


def _middle(place: Placed) -> tuple[float, float]:
    return place.x + place.width / 2, place.y + place.height / 2


def _within(place: Placed, x: float, y: float) -> bool:
    return place.x < x < place.x + place.width and place.y < y < place.y + place.height


def _more_spread(answer: Sequence[Placed]) -> bool:
    """Whether tiles begin at more places from left to right than from top to bottom."""
    return len({place.x for place in answer}) >= len({place.y for place in answer})
