"""SVG as PNG by Qt, without a window or a screen."""

from __future__ import annotations

import os

from ..errors import SetupError


def png_of(drawing: str) -> bytes:
    """The picture in the drawing's own size.

    :raises SetupError: it has no area, or Qt is not there (it is part of xcord on Linux only).
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from PySide6.QtCore import QBuffer, QByteArray
        from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter
        from PySide6.QtSvg import QSvgRenderer
    except ImportError as error:
        raise SetupError(
            "no_png", f"PNG is drawn by Qt, which cannot be loaded: {error}.", "Write an .svg instead."
        ) from error
    application = QGuiApplication.instance() or QGuiApplication([])  # fonts need one
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    if renderer.defaultSize().isEmpty():
        raise SetupError("no_png", "a stage that has no area gives no picture.", "Write an .svg instead.")
    image = QImage(renderer.defaultSize(), QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"png")).write(image)
    del application
    return bytes(buffer.data().data())
