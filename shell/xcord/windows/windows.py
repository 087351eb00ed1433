"""Windows on Windows: WebView2 through pywebview. Not tried on a real machine."""

from __future__ import annotations

from .plain import PlainWindows


class WindowsWindows(PlainWindows):
    """WebView2 comes with Windows 11 and current Windows 10."""

    gui = "edgechromium"
    remedy = "Install Microsoft's WebView2 runtime, then: pip install pywebview"
