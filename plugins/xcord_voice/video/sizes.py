"""How large a picture is worth asking for. Pure."""

from __future__ import annotations

from math import ceil

STEPS = (90, 120, 135, 180, 240, 270, 360, 480, 540, 720, 960, 1080, 1440, 2160, 4320)
"""Heights in pixels that are asked for: those that cameras and screens have, and their halves and quarters,
which are the layers of simulcast."""
TOLERANCE = 0.9
"""The SFU sends the smallest layer that is at least so much of the height that it is asked for (its
``layerSelectionTolerance``). With the same share here, and steps further apart than that, asking for a step
brings the layer that the exact size would have brought."""
WIDE = 16 / 9


def step(height: float) -> int:
    """The step that stands for a height in pixels, the largest for what is beyond."""
    return next((each for each in STEPS if each >= TOLERANCE * height), STEPS[-1])


def needed(width: int, height: int, aspect: float, *, cover: bool) -> int:
    """Height that a picture of this aspect has when it covers a tile of so many pixels, or lies within it."""
    other = width / aspect
    return ceil(max(height, other) if cover else min(height, other))


def width_of(height: int, aspect: float) -> int:
    """Pixels across a picture of a height, at least 1."""
    return max(1, round(height * aspect))
