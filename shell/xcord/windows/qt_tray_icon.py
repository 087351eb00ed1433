"""The tray's icons, drawn here: each size by itself, so that it is crisp.

A tile that stands on dark and light panels alike, and on it a sign that tells the state without colour:
xcord's mark, a microphone, one struck out, headphones struck out, an exclamation mark.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

from .tray_look import IconName

SIZES = (16, 20, 22, 24, 32, 48, 64)  # pixels; what trays ask for, and twice that on dense screens
UNITS = 32  # the drawings' own measure


class Paint(NamedTuple):
    """A tile's ground, the sign's colour, and the rim that parts it from a panel of the ground's shade."""

    ground: str
    sign: str
    rim: str


CALL, SILENT = Paint("#0d8065", "#ffffff", "#3fd8b2"), Paint("#c92b33", "#ffffff", "#ff9a9b")
PAINTS: dict[IconName, Paint] = {
    "idle": Paint("#123a34", "#f2fbf8", "#4a7d74"),
    "call": CALL,
    "muted": SILENT,
    "deafened": SILENT,
    "lost": Paint("#f0b24a", "#2b1d00", "#7a4a00"),
}


@cache
def icon(name: IconName) -> QIcon:
    """One state's icon in all sizes, drawn once."""
    made = QIcon()
    for size in SIZES:
        made.addPixmap(draw(name, size))
    return made


def draw(name: IconName, size: int) -> QPixmap:
    """One icon, ``size`` pixels wide and high."""
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / UNITS, size / UNITS)
    paint = PAINTS[name]
    pixel = UNITS / size
    painter.setPen(QPen(QColor(paint.rim), pixel))
    painter.setBrush(QColor(paint.ground))
    edge = pixel / 2  # half a pixel inside, so that the rim covers whole ones
    painter.drawRoundedRect(QRectF(edge, edge, UNITS - pixel, UNITS - pixel), 8, 8)
    SIGNS[name](painter, paint)
    painter.end()
    return pixmap


def _pen(color: str, width: float) -> QPen:
    return QPen(
        QColor(color), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin
    )


def _mark(painter: QPainter, paint: Paint) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for begin, end, color, width in (
        (8.0, 24.0, CALL.rim, 3.8),
        (24.0, 8.0, paint.ground, 7.0),
        (24.0, 8.0, paint.sign, 3.8),
    ):
        strand = QPainterPath(QPointF(begin, 9))
        bend = (end - begin) * 0.4
        strand.cubicTo(QPointF(begin + bend, 9), QPointF(end - bend, 23), QPointF(end, 23))
        painter.setPen(_pen(color, width))
        painter.drawPath(strand)


def _microphone(painter: QPainter, paint: Paint) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(paint.sign))
    painter.drawRoundedRect(QRectF(12, 4, 8, 14), 4, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(paint.sign, 2.2))
    painter.drawArc(QRectF(8, 7, 16, 15.6), 180 * 16, 180 * 16)
    painter.setPen(_pen(paint.sign, 2.6))
    painter.drawLine(QPointF(16, 23), QPointF(16, 27))


def _headphones(painter: QPainter, paint: Paint) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(_pen(paint.sign, 2.6))
    painter.drawArc(QRectF(6, 5, 20, 22), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(paint.sign))
    for left in (4.6, 21.4):
        painter.drawRoundedRect(QRectF(left, 15, 6, 10.5), 2.4, 2.4)


def _strike(painter: QPainter, paint: Paint, begin: QPointF, end: QPointF) -> None:
    for color, width in ((paint.ground, 6.4), (paint.sign, 2.6)):
        painter.setPen(_pen(color, width))
        painter.drawLine(begin, end)


def _muted(painter: QPainter, paint: Paint) -> None:
    _microphone(painter, paint)
    _strike(painter, paint, QPointF(6, 6), QPointF(26, 26))


def _deafened(painter: QPainter, paint: Paint) -> None:
    _headphones(painter, paint)
    _strike(painter, paint, QPointF(9, 6), QPointF(22, 28))


def _alarm(painter: QPainter, paint: Paint) -> None:
    painter.setPen(_pen(paint.sign, 4.6))
    painter.drawLine(QPointF(16, 7.5), QPointF(16, 17.5))
    painter.setPen(_pen(paint.sign, 5.2))
    painter.drawPoint(QPointF(16, 24.5))


SIGNS: dict[IconName, Callable[[QPainter, Paint], None]] = {
    "idle": _mark,
    "call": _microphone,
    "muted": _muted,
    "deafened": _deafened,
    "lost": _alarm,
}
