"""Makes pywebview's window out of what the shell wants."""

from __future__ import annotations

from typing import Any

from ..window_spec import WindowSpec


def create_window(spec: WindowSpec, url: str, **more: Any) -> Any:
    """A window of pywebview, which shows itself once the toolkit runs. ``more`` goes there as it is."""
    import webview

    window = webview.create_window(
        spec.title,
        url,
        width=spec.width,
        height=spec.height,
        min_size=(spec.min_width, spec.min_height),
        frameless=spec.frameless or spec.overlay,
        easy_drag=False,
        transparent=spec.transparent or spec.overlay,
        on_top=spec.on_top or spec.overlay,
        focus=spec.focus and not spec.overlay,
        **more,
    )
    assert window is not None
    return window
