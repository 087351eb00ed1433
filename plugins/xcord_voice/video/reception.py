"""How one video is received, and why so. Pure."""

from __future__ import annotations

from typing import Any, Literal

from xcord import VideoStatistics

from ..events import Published
from ..stats import Inbound
from .demand import Size
from .sizes import TOLERANCE

Layer = Literal["", "full", "half", "quarter"]
Why = Literal["unseen", "waiting", "only", "fits", "less", "more"]
SHARES: dict[Layer, float] = {"quarter": 1 / 4, "half": 1 / 2, "full": 1.0}


def describe(
    slot: tuple[str, str, int],
    published: Published,
    tile: Size | None,
    asked: Size | None,
    requests: int,
    inbound: Inbound | None,
    bits: float,
) -> VideoStatistics:
    """In whole numbers.

    :param tile: the largest that shows it, in device pixels; None if none does.
    :param asked: what the SFU was asked for; None if nothing.
    :param inbound: what has arrived; None if nothing, or if nobody knows.
    :param bits: received a second.
    """
    kind: Any = slot[1]
    tile_width, tile_height = tile or (0, 0)
    asked_width, asked_height = asked or (0, 0)
    seen = inbound if asked else None  # the latest size of what is off says nothing
    return VideoStatistics(
        user=slot[0],
        kind=kind,
        tile_width=tile_width,
        tile_height=tile_height,
        asked_width=asked_width,
        asked_height=asked_height,
        requests=requests,
        full_width=published.width,
        full_height=published.height,
        width=seen.width if seen else 0,
        height=seen.height if seen else 0,
        fps=round(seen.fps) if seen else 0,
        kilobits=round(bits / 1000),
        lost=inbound.lost if inbound else 0,
        jitter_ms=round(inbound.jitter * 1000) if inbound else 0,
        codec=published.codec,
        layer=layer_of(published, seen.height if seen else 0),
        why=why(published, asked, seen.height if seen else 0),
    )


def layer_of(published: Published, height: int) -> Layer:
    """Which share of the full height arrives; empty where there are no layers, or nothing arrives."""
    if not (published.layered and published.height and height):
        return ""
    share = height / published.height
    return min(SHARES, key=lambda name: abs(share - SHARES[name]))


def why(published: Published, asked: Size | None, height: int) -> Why:
    """Why pictures of that height come, or none; see ``VideoStatistics``."""
    if asked is None:
        return "unseen"
    if height == 0:
        return "waiting"
    if not (published.layered and published.height):
        return "only"
    enough = (name for name, share in SHARES.items() if share * published.height >= TOLERANCE * asked[1])
    best: Layer = next(enough, "full")
    found: Layer = layer_of(published, height) or "full"
    if SHARES[found] == SHARES[best]:
        return "fits"
    return "less" if SHARES[found] < SHARES[best] else "more"
