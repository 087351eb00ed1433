"""What is received of each video and why: statistics for nerds. Frozen, without behaviour."""

from __future__ import annotations

from typing import Literal

import msgspec

from .model import Kind

Way = Literal["", "settings", "subscription"]
Layer = Literal["", "full", "half", "quarter"]
Why = Literal["unseen", "waiting", "only", "fits", "less", "more"]


class VideoStatistics(msgspec.Struct, frozen=True, kw_only=True):
    """One video track. ``tile_*`` is the largest tile that shows it, in device pixels; ``asked_*`` what the
    SFU was asked for (0: nothing), in so many ``requests`` of this subscription; ``full_*`` what its sender
    has at most; ``width`` and ``height`` what arrives, with ``fps`` pictures and ``kilobits`` a second,
    ``lost`` packets so far, ``jitter_ms`` of the network.

    ``layer`` is which share of the full height arrives, empty where there are no layers. ``why`` it is that:
    nobody looks (unseen), nothing came yet (waiting), the sender has no other (only), it is the smallest that
    is large enough (fits), or a smaller or a larger one than that (less: network or sender hold it back;
    more: the right one is not there yet, or not sent at all).
    """

    user: str
    kind: Kind
    tile_width: int = 0
    tile_height: int = 0
    asked_width: int = 0
    asked_height: int = 0
    requests: int = 0
    full_width: int = 0
    full_height: int = 0
    width: int = 0
    height: int = 0
    fps: int = 0
    kilobits: int = 0
    lost: int = 0
    jitter_ms: int = 0
    codec: str = ""
    layer: Layer = ""
    why: Why = "waiting"


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``statistics``. ``way`` is how sizes are asked for: by the SDK's track settings, or, where it
    does not know them, by subscription and quality (empty: not found out yet). ``videos`` comes about once a
    second while the option ``voice.statistics`` is on."""

    way: Way = ""
    videos: tuple[VideoStatistics, ...] = ()
