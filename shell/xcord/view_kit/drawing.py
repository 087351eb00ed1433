"""Draws what a view mode answers as SVG, which needs no browser. Pure."""

from __future__ import annotations

import colorsys
from collections.abc import Iterator, Sequence
from html import escape

from ..model import Placed, Tile
from ..placements import placed
from ..views import Arrange
from .cases import Case

NAMES = (
    *("Ada", "Ben", "Cem", "Deniz", "Ece", "Finn", "Gül", "Hugo", "Ida", "Jan", "Kaan", "Lea", "Mert"),
    *("Nora", "Okan", "Pia", "Quinn", "Rana", "Sena", "Tom", "Ufuk", "Vera", "Wim", "Xenia", "Yasin", "Zoe"),
)
"""In the order of the alphabet, so that it is seen who comes before whom."""
STAGE, LINE, TEXT = "#101319", "#2a303c", "#f4f6fa"
SPEAKS, PINNED, PAPER, INK = "#3fcf8e", "#ffc857", "#eef1f6", "#b9c2d0"
GOLDEN_ANGLE = 137.5
"""Degrees between the hues of neighbours, so that they differ."""
CORNER = 10
LEGIBLE = 44
"""CSS pixels; a smaller tile has its place in the order for a name, and one of half that has nothing."""
PIN = "M-3-7h6l-1 6 3 3v2h-4v6h-2v-6h-4v-2l3-3z"


def draw(arrange: Arrange, case: Case) -> str:
    """What the mode answers in this case, as SVG of the stage's size.

    :raises Exception: what the mode raised, or ``NonsenseError`` of its answer.
    """
    return drawn(placed(arrange, case.tiles, case.viewport), case)


def drawn(answer: Sequence[Placed], case: Case) -> str:
    """An answer as SVG; of tiles that overlap the one with the higher ``z`` is in front."""
    size = f'width="{case.width}" height="{case.height}" viewBox="0 0 {case.width} {case.height}"'
    tiles = {(tile.user, tile.kind, tile.n): tile for tile in case.tiles}
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="14">',
        f"<title>{escape(str(case))}</title>",
        f'<rect width="{case.width}" height="{case.height}" fill="{STAGE}"/>',
    ]
    for place in sorted(answer, key=lambda place: place.z):
        lines += _tile(place, tiles[place.user, place.kind, place.n], case)
    return "\n".join([*lines, "</svg>", ""])


def name_of(place: int) -> str:
    """What the person at a place in the order is called; beyond the alphabet, the place itself."""
    return NAMES[place - 1] if place <= len(NAMES) else str(place)


def _tile(place: Placed, tile: Tile, case: Case) -> Iterator[str]:
    left, top = place.x * case.width / 10_000, place.y * case.height / 10_000
    width, height = place.width * case.width / 10_000, place.height * case.height / 10_000
    number = int(tile.user.removeprefix("u"))
    hue = round(number * GOLDEN_ANGLE) % 360
    small = min(width, height)
    yield f'<g transform="translate({_n(left)} {_n(top)})">'
    yield f"<title>{escape(_words(number, tile))}, {_n(width)}x{_n(height)}</title>"
    yield _box(width, height, min(CORNER, small / 4), _edge(tile), _ground(tile, hue))
    if tile.kind == "screen":
        yield from _screen(width, height)
    elif small >= LEGIBLE:
        yield from _person(width, height, tile, hue, name_of(number))
    if small >= LEGIBLE:
        yield from _label(width, height, name_of(number) + (" (me)" if tile.me else ""))
    elif small >= LEGIBLE / 2:
        yield _text(width / 2, height / 2 + small * 0.15, small * 0.42, str(number), TEXT, "middle")
    if tile.pinned and small >= LEGIBLE:
        yield f'<path transform="translate({_n(width - 18)} 20) rotate(30)" d="{PIN}" fill="{PINNED}"/>'
    yield "</g>"


def _words(number: int, tile: Tile) -> str:
    flags = [flag for flag in ("me", "pinned", "speaking", "presenting", "focus") if getattr(tile, flag)]
    return ", ".join([f"{number} {name_of(number)}", tile.kind, *flags])


def _ground(tile: Tile, hue: int) -> str:
    if tile.kind == "screen":
        return PAPER
    return _colour(hue, 0.42, 0.40) if tile.kind == "camera" else _colour(hue, 0.22, 0.17)


def _edge(tile: Tile) -> tuple[str, float]:
    return (SPEAKS, 3) if tile.speaking else (PINNED, 2) if tile.pinned else (LINE, 1)


def _box(width: float, height: float, corner: float, edge: tuple[str, float], fill: str) -> str:
    colour, stroke = edge
    stroke = min(stroke, width / 4, height / 4)
    inner = f'x="{_n(stroke / 2)}" y="{_n(stroke / 2)}" width="{_n(width - stroke)}"'
    outer = f'height="{_n(height - stroke)}" rx="{_n(corner)}" fill="{fill}"'
    return f'<rect {inner} {outer} stroke="{colour}" stroke-width="{_n(stroke)}"/>'


def _person(width: float, height: float, tile: Tile, hue: int, name: str) -> Iterator[str]:
    """Head and shoulders before a camera, or a picture's place with the first letter."""
    middle, size = width / 2, min(width * 0.9, height)
    if tile.kind == "avatar":
        radius = size * 0.24
        yield _circle(middle, height / 2, radius, _colour(hue, 0.5, 0.46))
        yield _text(middle, height / 2 + radius * 0.36, radius, name[0], TEXT, "middle")
        return
    floor, reach = height - 3, size * 0.34
    fill = _colour(hue, 0.36, 0.62)
    yield _circle(middle, height - size * 0.58, size * 0.17, fill)
    yield (
        f'<path d="M{_n(middle - reach)} {_n(floor)}a{_n(reach)} {_n(size * 0.36)} 0 0 1 {_n(2 * reach)} 0z" '
        f'fill="{fill}"/>'
    )


def _screen(width: float, height: float) -> Iterator[str]:
    """A window with some lines in it."""
    for at, part in enumerate((0.5, 0.8, 0.72, 0.84, 0.4)):
        line, thick = height * (0.16 + 0.13 * at), height * 0.05
        yield (
            f'<rect x="{_n(width * 0.08)}" y="{_n(line)}" width="{_n(width * part)}" height="{_n(thick)}" '
            f'rx="{_n(thick / 2)}" fill="{INK}"/>'
        )


def _label(width: float, height: float, name: str) -> Iterator[str]:
    """The name in the corner, as far as it fits."""
    size = max(10.0, min(15.0, height * 0.09))
    while len(name) > 1 and _length(name) * size > width - 24:
        name = name[:-1]
    yield (
        f'<rect x="6" y="{_n(height - size - 14)}" width="{_n(_length(name) * size + 12)}" '
        f'height="{_n(size + 8)}" rx="5" fill="{STAGE}" fill-opacity="0.72"/>'
    )
    yield _text(12, height - 11, size, name, TEXT, "start")


def _length(text: str) -> float:
    """About how long a text is, in its own size: without a browser no font is measured."""
    return sum(0.93 if letter in "mwMW" else 0.34 if letter in "fijlrtI() " else 0.61 for letter in text)


def _circle(x: float, y: float, radius: float, fill: str) -> str:
    return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{fill}"/>'


def _text(x: float, y: float, size: float, text: str, fill: str, anchor: str) -> str:
    at = f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"'
    return f'<text {at} fill="{fill}" text-anchor="{anchor}">{escape(text)}</text>'


def _colour(hue: int, saturation: float, lightness: float) -> str:
    """HSL as hexadecimal, since not every program that reads SVG knows HSL."""
    red, green, blue = colorsys.hls_to_rgb(hue / 360, lightness, saturation)
    return "#" + "".join(f"{round(part * 255):02x}" for part in (red, green, blue))


def _n(number: float) -> str:
    """A tenth of a pixel is enough."""
    return f"{number:.1f}".rstrip("0").rstrip(".")
