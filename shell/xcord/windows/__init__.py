"""The only folder that knows a window toolkit; one file per platform, loaded when the windows start."""

from __future__ import annotations

import sys

from .layer import Place, WindowEvents, WindowLayer
from .texts import language_of, text

__all__ = ["Place", "WindowEvents", "WindowLayer", "language_of", "load_toolkit", "text", "window_layer"]


def window_layer(events: WindowEvents, language: str = "en") -> WindowLayer:
    """The layer of this platform. Cheap: the toolkit itself is loaded by ``run()``.

    :raises SetupError: no screen, or a system library is missing.
    """
    if sys.platform == "win32":
        from .windows import WindowsWindows

        return WindowsWindows(events, language)
    if sys.platform == "darwin":
        from .macos import MacWindows

        return MacWindows(events, language)
    from .qt import QtWindows

    return QtWindows(events, language)


def load_toolkit() -> None:
    """Loads what windows need, without a window.

    :raises SetupError: something of it is missing.
    """
    if sys.platform in {"win32", "darwin"}:
        from .plain import load_toolkit as load
    else:
        from .qt_toolkit import load_toolkit as load
    load()
