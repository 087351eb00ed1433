"""Soft-edged shapes on a picture.

Everything is made of ellipses and boxes in a plane whose unit is the picture's height: x is 0 in the middle,
y is 0 at the top and 1 at the bottom.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int]
Picture = NDArray[np.float32]
Distance = NDArray[np.floating[Any]]


class Canvas:
    """A picture that shapes are painted on; ``pixels`` is height x width x 3, 0..255.

    ``zoom`` enlarges what is painted, around the middle of the lower edge.
    """

    def __init__(self, pixels: Picture, zoom: float = 1.0) -> None:
        self.pixels = pixels
        self.height, self.width = pixels.shape[:2]
        self.zoom = zoom

    def ellipse(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: Colour,
        alpha: float = 1.0,
        *,
        soft: float = 0.0,
        below: float = -9.0,
        above: float = 9.0,
    ) -> None:
        """An ellipse, its edge ``soft`` wide; only what lies below and above the given heights."""
        region = self._region(x, y, rx + soft, ry + soft)
        if region is not None:
            rows, columns, px, py = region
            away = (np.hypot(px / rx, py / ry) - 1) * min(rx, ry)
            away = np.maximum(away, np.maximum(below - y - py, py + y - above))
            self._blend(rows, columns, away, colour, alpha, soft)

    def ring(self, x: float, y: float, rx: float, ry: float, thick: float, colour: Colour) -> None:
        """The outline of an ellipse."""
        region = self._region(x, y, rx + thick, ry + thick)
        if region is not None:
            rows, columns, px, py = region
            away = np.abs(np.hypot(px / rx, py / ry) - 1) * min(rx, ry) - thick / 2
            self._blend(rows, columns, away, colour)

    def box(self, x: float, y: float, rx: float, ry: float, colour: Colour, round_by: float = 0.0) -> None:
        """A box around (x, y) with half sizes and rounded corners."""
        region = self._region(x, y, rx, ry)
        if region is not None:
            rows, columns, px, py = region
            dx, dy = np.abs(px) - rx + round_by, np.abs(py) - ry + round_by
            outside = np.hypot(np.maximum(dx, 0), np.maximum(dy, 0))
            self._blend(rows, columns, outside + np.minimum(np.maximum(dx, dy), 0) - round_by, colour)

    def _region(
        self, x: float, y: float, rx: float, ry: float
    ) -> tuple[slice, slice, Picture, Picture] | None:
        """The part of the picture that a shape can touch, and its points relative to the shape's centre."""
        scale, middle = self.height * self.zoom, self.width / 2
        rise = self.height - scale
        left, right = (
            max(0, int(middle + (x - rx) * scale) - 2),
            min(self.width, int(middle + (x + rx) * scale) + 3),
        )
        top, bottom = (
            max(0, int(rise + (y - ry) * scale) - 2),
            min(self.height, int(rise + (y + ry) * scale) + 3),
        )
        if left >= right or top >= bottom:
            return None
        px = ((np.arange(left, right, dtype=np.float32) + 0.5 - middle) / scale - x)[None, :]
        py = ((np.arange(top, bottom, dtype=np.float32) + 0.5 - rise) / scale - y)[:, None]
        return slice(top, bottom), slice(left, right), px, py

    def _blend(
        self,
        rows: slice,
        columns: slice,
        away: Distance,
        colour: Colour,
        alpha: float = 1.0,
        soft: float = 0.0,
    ) -> None:
        """Paint where ``away`` (distance from the shape's edge) is negative."""
        edge = max(soft, 1 / (self.height * self.zoom))
        cover = (np.clip(0.5 - away / edge, 0, 1) * alpha).astype(np.float32)
        part = self.pixels[rows, columns]
        part += (np.array(colour, np.float32) - part) * cover[:, :, None]


def shade(colour: Colour, by: float) -> Colour:
    """Lighter (by > 0) or darker, by a part of the way to white or black."""
    target = 255 if by > 0 else 0
    r, g, b = (round(value + (target - value) * abs(by)) for value in colour)
    return r, g, b


def blurred(pixels: Picture, radius: int) -> Picture:
    """A box blur, once along each axis."""
    for axis in (0, 1):
        pad = [(0, 0)] * 3
        pad[axis] = (radius, radius)
        wide = np.pad(pixels, pad, mode="edge")
        count = pixels.shape[axis]
        parts = [np.take(wide, range(shift, shift + count), axis=axis) for shift in range(2 * radius + 1)]
        pixels = np.mean(parts, axis=0, dtype=np.float32)
    return pixels
