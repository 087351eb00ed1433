"""What a guest shares: a page of text beside a chart whose bars rise and fall, and a pointer over it.

A loop of ten seconds has no seam. The places are those of :mod:`tests.guests.canvas`.
"""

from __future__ import annotations

from math import pi, sin

import numpy as np

from .canvas import Canvas, Colour, Picture

LOOP_SECONDS = 10.0
DESK, PAPER, LINE, HEADING, INK = (38, 52, 58), (250, 250, 247), (208, 213, 214), (47, 62, 70), (24, 28, 30)
BARS: tuple[Colour, ...] = (
    (16, 132, 108),
    (72, 166, 140),
    (226, 170, 84),
    (198, 104, 88),
    (92, 84, 140),
    (70, 122, 168),
)
FLOOR = 0.78
"""Where the chart's bars stand."""
PARAGRAPHS = ((0.30, 0.34, 0.31, 0.20), (0.33, 0.28, 0.34, 0.32, 0.12), (0.31, 0.33, 0.17))
"""Half lengths of the lines of text."""


def sheet(width: int, height: int) -> Picture:
    """All that stands still."""
    canvas = Canvas(np.full((height, width, 3), DESK, np.float32))
    canvas.box(0, 0.53, 0.82, 0.43, PAPER, 0.016)
    canvas.box(-0.46, 0.20, 0.26, 0.022, HEADING, 0.01)
    canvas.box(-0.56, 0.265, 0.16, 0.010, BARS[0], 0.006)
    top = 0.34
    for paragraph in PARAGRAPHS:
        for half in paragraph:
            canvas.box(-0.72 + half, top, half, 0.009, LINE, 0.006)
            top += 0.036
        top += 0.03
    for level in range(5):
        canvas.box(0.43, FLOOR - 0.12 * level, 0.33, 0.0015, LINE)
    for number, colour in enumerate(BARS):
        canvas.box(0.15 + 0.112 * number, 0.845, 0.03, 0.008, colour, 0.006)
    return canvas.pixels


def frame(still: Picture, seconds: float) -> Picture:
    """The picture at a moment of the loop; ``still`` comes from :func:`sheet` and is left as it is."""
    canvas = Canvas(still.copy())
    turn = 2 * pi * seconds / LOOP_SECONDS
    for number, colour in enumerate(BARS):
        half = 0.10 + 0.022 * number + 0.02 * sin(turn + 1.3 * number)
        canvas.box(0.15 + 0.112 * number, FLOOR - half, 0.038, half, colour, 0.01)
    x, y = 0.42 + 0.16 * sin(turn), 0.46 + 0.05 * sin(2 * turn)
    canvas.ellipse(x, y, 0.016, 0.016, PAPER)
    canvas.ellipse(x, y, 0.011, 0.011, INK)
    return canvas.pixels
