"""Somebody sitting in front of a camera: a drawn person who sways, nods and blinks before a room.

A loop of ten seconds has no seam. The places are those of :mod:`tests.guests.canvas`.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sin
from typing import Literal

import numpy as np

from .canvas import Canvas, Colour, Picture, blurred, shade

Hair = Literal["short", "long", "bun", "curly", "bald", "scarf"]
Decor = Literal["window", "shelf", "plant", "picture", "lamp"]

LOOP_SECONDS = 10.0


@dataclass(frozen=True)
class Look:
    """How one guest and the room behind look."""

    wall: Colour
    shirt: Colour
    skin: Colour
    hair: Colour
    style: Hair
    decor: tuple[Decor, ...]
    glasses: bool = False
    beard: bool = False
    pace: int = 2


LOOKS = (
    Look((214, 196, 178), (46, 98, 122), (236, 190, 160), (84, 52, 36), "long", ("window", "plant")),
    Look((108, 128, 146), (232, 170, 84), (205, 154, 120), (34, 28, 30), "short", ("shelf",), True, pace=1),
    Look((180, 200, 182), (176, 74, 86), (246, 208, 182), (178, 98, 52), "curly", ("plant", "picture")),
    Look((72, 82, 108), (120, 168, 150), (150, 104, 78), (26, 22, 24), "bun", ("lamp",), pace=3),
    Look((226, 206, 160), (92, 84, 140), (222, 172, 140), (60, 44, 38), "short", ("picture",), beard=True),
    Look((150, 172, 196), (214, 110, 92), (240, 198, 168), (70, 110, 128), "scarf", ("window",), pace=1),
    Look((122, 104, 118), (238, 224, 204), (112, 76, 60), (24, 20, 22), "curly", ("lamp", "shelf"), True),
    Look((196, 178, 196), (66, 132, 96), (232, 186, 156), (170, 164, 158), "bald", ("shelf",), True, True, 3),
)


def room(look: Look, width: int, height: int) -> Picture:
    """The room behind, slightly out of focus."""
    down = np.linspace(0.10, -0.22, height, dtype=np.float32)[:, None]
    across = np.linspace(0.05, -0.10, width, dtype=np.float32)[None, :]
    light = (1 + down + across)[:, :, None]
    canvas = Canvas(np.clip(np.array(look.wall, np.float32) * light, 0, 255).astype(np.float32))
    for thing in look.decor:
        DECOR[thing](canvas, look)
    return blurred(canvas.pixels, max(1, height // 60))


def _window(canvas: Canvas, look: Look) -> None:
    canvas.box(-0.56, 0.36, 0.235, 0.30, (244, 240, 232), 0.015)
    canvas.box(-0.56, 0.36, 0.215, 0.28, (164, 208, 238), 0.008)
    canvas.ellipse(-0.60, 0.66, 0.165, 0.16, (126, 176, 128), above=0.64)
    canvas.ellipse(-0.45, 0.22, 0.10, 0.035, (236, 244, 250))
    canvas.box(-0.56, 0.36, 0.008, 0.28, (244, 240, 232))
    canvas.box(-0.56, 0.36, 0.215, 0.007, (244, 240, 232))


def _shelf(canvas: Canvas, look: Look) -> None:
    spines = (
        (196, 92, 78),
        (88, 128, 150),
        (222, 184, 104),
        (106, 142, 112),
        (150, 112, 142),
        (228, 220, 206),
    )
    for level, bottom in enumerate((0.40, 0.72)):
        for book in range(9):
            tall = 0.085 + 0.018 * ((book * 7 + level * 3) % 4)
            x = 0.34 + book * 0.056
            canvas.box(x, bottom - tall, 0.024, tall, spines[(book * 5 + level) % len(spines)], 0.005)
        canvas.box(0.58, bottom + 0.014, 0.34, 0.014, (120, 86, 62))


def _plant(canvas: Canvas, look: Look) -> None:
    for leaf in range(9):
        lean = (leaf - 4) / 4
        dark = (54 + 10 * (leaf % 3), 112 + 12 * (leaf % 2), 82)
        canvas.ellipse(0.60 + lean * 0.13, 0.56 - 0.12 * (1 - lean * lean), 0.045, 0.15, dark)
    canvas.box(0.60, 0.83, 0.085, 0.13, (198, 122, 88), 0.02)
    canvas.box(0.60, 0.71, 0.10, 0.025, (212, 138, 102), 0.012)


def _picture(canvas: Canvas, look: Look) -> None:
    canvas.box(-0.56, 0.34, 0.20, 0.165, (72, 60, 54), 0.008)
    canvas.box(-0.56, 0.34, 0.18, 0.145, (248, 226, 188))
    canvas.ellipse(-0.50, 0.30, 0.045, 0.045, (236, 148, 96))
    canvas.ellipse(-0.62, 0.52, 0.115, 0.13, (104, 136, 140), above=0.485)
    canvas.ellipse(-0.49, 0.53, 0.105, 0.11, (72, 104, 116), above=0.485)


def _lamp(canvas: Canvas, look: Look) -> None:
    canvas.ellipse(-0.58, 0.34, 0.42, 0.42, (255, 222, 160), 0.55, soft=0.75)
    canvas.box(-0.58, 0.72, 0.010, 0.34, (60, 50, 48))
    canvas.ellipse(-0.58, 0.36, 0.12, 0.12, (255, 238, 200), above=0.40)


DECOR = {"window": _window, "shelf": _shelf, "plant": _plant, "picture": _picture, "lamp": _lamp}


def frame(look: Look, behind: Picture, seconds: float) -> Picture:
    """The picture at a moment of the loop; ``behind`` comes from :func:`room` and is left as it is."""
    canvas = Canvas(behind.copy(), zoom=1.16)
    turn = 2 * pi * seconds / LOOP_SECONDS
    sway = 0.022 * sin(turn * look.pace)
    nod = 0.008 * sin(turn * (look.pace + 3)) + 0.004 * sin(turn * 7)
    x, y = sway * 1.5, 0.48 + nod
    _body(canvas, look, sway, nod)
    _head(canvas, look, x, y)
    _face(canvas, look, x + sway * 0.6, y, blink=_blink(seconds, look.pace), smile=0.5 + 0.5 * sin(turn * 2))
    return canvas.pixels


def _blink(seconds: float, pace: int) -> float:
    """How far the eyes are closed, 0..1: a blink of a fifth of a second, three times a loop."""
    return max(
        0.0, *(1 - abs(seconds - moment) / 0.12 for moment in (0.9 + pace * 0.3, 4.1, 7.3 + pace * 0.2))
    )


def _body(canvas: Canvas, look: Look, sway: float, nod: float) -> None:
    lower = 1.06 + nod / 2
    if look.style == "long":
        canvas.ellipse(sway * 1.3, 0.62, 0.185, 0.27, shade(look.hair, -0.25))
    canvas.ellipse(sway, lower, 0.36, 0.31, look.shirt)
    canvas.ellipse(sway - 0.07, lower + 0.02, 0.20, 0.22, shade(look.shirt, 0.10), 0.7, soft=0.14)
    canvas.box(sway * 1.3, 0.68, 0.062, 0.10, shade(look.skin, -0.16), 0.05)
    canvas.ellipse(sway * 1.2, 0.77, 0.085, 0.045, shade(look.skin, -0.16))
    if look.style == "scarf":
        canvas.ellipse(sway * 1.3, 0.76, 0.15, 0.10, shade(look.hair, -0.12))


def _head(canvas: Canvas, look: Look, x: float, y: float) -> None:
    hair, dark = look.hair, shade(look.hair, -0.22)
    if look.style == "curly":
        for curl in range(9):
            turn = pi * (0.02 + curl / 8 * 0.96)
            canvas.ellipse(x - 0.155 * np.cos(turn), y - 0.03 - 0.15 * sin(turn), 0.07, 0.07, dark)
    if look.style == "bun":
        canvas.ellipse(x, y - 0.225, 0.065, 0.06, dark)
    if look.style in ("bun", "short", "long"):
        canvas.ellipse(x, y - 0.035, 0.158, 0.178, hair)
    if look.style == "scarf":
        canvas.ellipse(x, y + 0.01, 0.175, 0.215, hair)
    if look.style not in ("scarf", "long"):
        for side in (-1, 1):
            canvas.ellipse(x + side * 0.137, y + 0.015, 0.026, 0.04, shade(look.skin, -0.10))
    canvas.ellipse(x, y, 0.136, 0.178, look.skin)
    canvas.ellipse(x - 0.03, y - 0.02, 0.09, 0.13, shade(look.skin, 0.12), 0.7, soft=0.10)
    if look.style in ("short", "bun"):
        canvas.ellipse(x, y - 0.055, 0.142, 0.128, hair, above=y - 0.098)
    if look.style == "long":
        canvas.ellipse(x, y - 0.055, 0.142, 0.128, hair, above=y - 0.128)
        canvas.ellipse(x - 0.055, y - 0.11, 0.10, 0.062, hair)
        canvas.ellipse(x + 0.085, y - 0.10, 0.065, 0.075, hair)
        for side in (-1, 1):
            canvas.ellipse(x + side * 0.142, y + 0.06, 0.032, 0.16, hair)
    if look.style == "curly":
        for curl in range(5):
            canvas.ellipse(x - 0.10 + curl * 0.05, y - 0.135 - 0.02 * (curl in (1, 2, 3)), 0.05, 0.045, hair)
    if look.style == "scarf":
        canvas.ellipse(x, y - 0.13, 0.125, 0.045, shade(hair, 0.14))


def _face(canvas: Canvas, look: Look, x: float, y: float, *, blink: float, smile: float) -> None:
    ink = (52, 38, 36)
    if look.beard:
        canvas.ellipse(x, y + 0.085, 0.118, 0.10, shade(look.hair, -0.05), below=y + 0.045)
        canvas.ellipse(x, y + 0.04, 0.09, 0.035, look.skin)
    for side in (-1, 1):
        eye = x + side * 0.052
        canvas.ellipse(eye, y - 0.012, 0.0165, max(0.003, 0.0185 * (1 - blink)), ink)
        if blink < 0.5:
            canvas.ellipse(eye + 0.005, y - 0.018, 0.0055, 0.0055, (250, 250, 250))
        canvas.ellipse(eye, y - 0.058, 0.028, 0.0075, shade(look.hair, -0.30), 0.9)
        canvas.ellipse(x + side * 0.078, y + 0.045, 0.026, 0.018, (226, 112, 104), 0.28, soft=0.02)
        if look.glasses:
            canvas.ellipse(eye, y - 0.010, 0.040, 0.038, (250, 250, 255), 0.16)
            canvas.ring(eye, y - 0.010, 0.040, 0.038, 0.009, ink)
    canvas.ellipse(x + 0.006, y + 0.032, 0.014, 0.011, shade(look.skin, -0.18), 0.8)
    wide = 0.040 + 0.010 * smile
    canvas.ellipse(x, y + 0.080, wide, 0.026 + 0.010 * smile, (122, 44, 48), below=y + 0.082)
    canvas.ellipse(x, y + 0.080, wide * 0.8, 0.013, (250, 246, 240), below=y + 0.082)
