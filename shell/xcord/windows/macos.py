"""Windows on macOS: WKWebView through pywebview. Not tried on a real machine.

The overlay is written after Apple's documentation of ``NSWindow``: its level, its behaviour in Spaces, and
``ignoresMouseEvents``.
"""

from __future__ import annotations

from typing import Any

from .layer import Wish
from .plain import PlainWindows

ABOVE_ALL = 1000  # NSScreenSaverWindowLevel
EVERYWHERE = 1 << 0 | 1 << 4 | 1 << 6 | 1 << 8
"""NSWindowCollectionBehavior: canJoinAllSpaces, stationary, ignoresCycle, fullScreenAuxiliary."""


class MacWindows(PlainWindows):
    """WKWebView is part of macOS."""

    gui = "cocoa"
    remedy = "Run: pip install pywebview"

    def _dress_overlay(self, native: Any, wish: Wish) -> None:
        """On the main thread, where AppKit wants to be called."""
        from PyObjCTools import AppHelper  # type: ignore[import-not-found]  # pywebview brings it along

        def dress() -> None:
            native.setLevel_(ABOVE_ALL)
            native.setCollectionBehavior_(EVERYWHERE)
            native.setHasShadow_(False)
            native.setIgnoresMouseEvents_(not wish.takes_input)
            native.setAlphaValue_(wish.percent / 100)

        AppHelper.callAfter(dress)
