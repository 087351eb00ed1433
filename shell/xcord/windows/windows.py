"""Windows on Windows: WebView2 through pywebview. Not tried on a real machine.

The overlay is written after Microsoft's documentation of extended window styles and layered windows. Whether
it lies above a game depends on the game: above one that draws to the screen alone (exclusive full screen)
nothing does.
"""

from __future__ import annotations

from typing import Any

from .layer import Wish
from .plain import PlainWindows

EX_STYLE = -20  # GWL_EXSTYLE
TOPMOST, TRANSPARENT, TOOL_WINDOW, LAYERED, NO_ACTIVATE = 0x8, 0x20, 0x80, 0x80000, 0x08000000  # WS_EX_...
BY_ALPHA = 0x2  # LWA_ALPHA
ON_TOP = -1  # HWND_TOPMOST
KEEP = 0x1 | 0x2 | 0x10 | 0x20  # SWP_NOSIZE, NOMOVE, NOACTIVATE, FRAMECHANGED


class WindowsWindows(PlainWindows):
    """WebView2 comes with Windows 11 and current Windows 10."""

    gui = "edgechromium"
    remedy = "Install Microsoft's WebView2 runtime, then: pip install pywebview"

    def _dress_overlay(self, native: Any, wish: Wish) -> None:
        """Styles of the native window: never active, in no task bar, and transparent for the mouse."""
        import ctypes

        user: Any = ctypes.windll.user32  # type: ignore[attr-defined]
        handle = ctypes.c_void_p(native.Handle.ToInt64())
        user.GetWindowLongPtrW.restype = ctypes.c_ssize_t
        user.SetWindowLongPtrW.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_ssize_t)
        style = user.GetWindowLongPtrW(handle, EX_STYLE) | TOPMOST | TOOL_WINDOW | LAYERED | NO_ACTIVATE
        style = style & ~TRANSPARENT if wish.takes_input else style | TRANSPARENT
        user.SetWindowLongPtrW(handle, EX_STYLE, style)
        user.SetLayeredWindowAttributes(handle, 0, round(wish.percent * 255 / 100), BY_ALPHA)
        user.SetWindowPos(handle, ctypes.c_void_p(ON_TOP), 0, 0, 0, 0, KEEP)
