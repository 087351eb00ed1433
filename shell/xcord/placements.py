"""What a view mode returned, checked and turned into the words that travel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from math import isfinite, nan

from .model import Placed, Placement, Tile, Viewport
from .views import Arrange

PARTS = 10_000
"""A rectangle travels in whole 1/10000 of the stage."""
SLACK = 1e-6
"""How far outside a rectangle may lie for the sake of floating point."""
DEEPEST = 1000
"""``z`` lies between -DEEPEST and DEEPEST."""


class NonsenseError(ValueError):
    """A view mode returned what cannot be shown; the message says which and why."""


def placed(arrange: Arrange, tiles: Sequence[Tile], viewport: Viewport) -> tuple[Placed, ...]:
    """Ask the mode and check its answer.

    All of it runs where the mode runs: a stranger's answer may be a generator, or a type whose
    attributes are code.
    """
    return checked(arrange(tiles, viewport), tiles)


def checked(answer: Iterable[Placement], tiles: Sequence[Tile]) -> tuple[Placed, ...]:
    """The answer in whole parts of the stage; :class:`NonsenseError` if it cannot be shown.

    What is too small for one part is left out, as if it had not been placed.
    """
    if not isinstance(answer, Iterable):
        raise NonsenseError(f"returned {type(answer).__name__} where a list of placements is due")
    known = {(tile.user, tile.kind, tile.n) for tile in tiles}
    seen: set[tuple[str, str, int]] = set()
    result = []
    for at, placement in enumerate(islice(answer, len(tiles) + 1)):
        if not isinstance(placement, Placement):
            raise NonsenseError(f"number {at} is {type(placement).__name__}, not a Placement")
        key = (placement.user, placement.kind, placement.n)
        if key not in known:
            raise NonsenseError(f"number {at} places a tile that it was not given")
        if key in seen:
            raise NonsenseError(f"number {at} places a tile for the second time")
        seen.add(key)
        whole = _whole(at, placement)
        if whole.width and whole.height:
            result.append(whole)
    return tuple(result)


def _whole(at: int, placement: Placement) -> Placed:
    left, top = _number(at, "x", placement.x), _number(at, "y", placement.y)
    width, height = _number(at, "width", placement.width), _number(at, "height", placement.height)
    if width < 0 or height < 0:
        raise NonsenseError(f"number {at} has a negative size")
    right, bottom = left + width, top + height
    if left < -SLACK or top < -SLACK or right > 1 + SLACK or bottom > 1 + SLACK:
        raise NonsenseError(f"number {at} lies outside the stage")
    if placement.fit not in ("cover", "contain"):
        raise NonsenseError(f"number {at} asks for a fit that is neither cover nor contain")
    if type(placement.z) is not int or abs(placement.z) > DEEPEST:
        raise NonsenseError(f"number {at} has a z that is no integer within {DEEPEST}")
    # The slack is less than half a part, so none of these leaves the stage.
    x, y = round(left * PARTS), round(top * PARTS)
    return Placed(
        user=placement.user,
        kind=placement.kind,
        n=placement.n,
        x=x,
        y=y,
        width=round(right * PARTS) - x,
        height=round(bottom * PARTS) - y,
        fit=placement.fit,
        z=placement.z,
    )


def _number(at: int, name: str, value: object) -> float:
    if type(value) is float and isfinite(value):
        return value
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = nan
    if not isfinite(number):
        raise NonsenseError(f"number {at} has {name} that is no number")
    return number
