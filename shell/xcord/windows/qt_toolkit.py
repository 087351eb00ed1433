"""Loads pywebview on Qt."""

from __future__ import annotations

import logging
from typing import Any

from ..errors import SetupError
from . import screen


def load_toolkit() -> tuple[Any, Any]:
    """pywebview, and its half that knows Qt.

    :raises SetupError: something of it is missing.
    """
    from .qt_names import stand_in_for_qtpy

    stand_in_for_qtpy()
    try:
        import webview
        import webview.platforms.qt as view
    except ImportError as error:
        screen.check_libraries(screen.ENGINE_LIBRARIES)
        raise SetupError(
            "no_web_engine", f"Qt's web engine cannot be loaded: {error}.", "Run: xcord doctor"
        ) from error
    log_of_theirs = logging.getLogger("pywebview")
    log_of_theirs.handlers.clear()
    log_of_theirs.setLevel(logging.WARNING)
    return webview, view
