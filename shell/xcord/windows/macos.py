"""Windows on macOS: WKWebView through pywebview. Not tried on a real machine."""

from __future__ import annotations

from .plain import PlainWindows


class MacWindows(PlainWindows):
    """WKWebView is part of macOS."""

    gui = "cocoa"
    remedy = "Run: pip install pywebview"
