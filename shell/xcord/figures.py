"""What pages measure of themselves, only while the app runs with ``--measure``."""

from __future__ import annotations

import msgspec


class PageReport(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``page.report``: what a page measured of itself; accepted only while the app runs ``--measure``.

    ``elapsed_ms`` since the first drawn frame; ``drawn`` frames by ``user/kind``; ``latency_ms`` and
    ``age_ms`` are samples since the last report (guest's capture to pixel; delivery to pixel);
    ``sizes`` the last ``[width, height]`` by ``user/kind``; ``spoke`` everyone shown as speaking so far;
    ``frames_ms`` between the frames that the page painted while its window changed its size, since the last.
    """

    elapsed_ms: int
    drawn: dict[str, int] = {}
    latency_ms: tuple[int, ...] = ()
    age_ms: tuple[int, ...] = ()
    sizes: dict[str, tuple[int, int]] = {}
    spoke: tuple[str, ...] = ()
    painter: str = ""
    frames_ms: tuple[int, ...] = ()


class Measure(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``measure``, only while the app runs with ``--measure``. ``painted_at_ms`` is the moment (since
    the epoch) of the first painted main window; ``reports`` holds each window's newest figures."""

    painted_at_ms: int = 0
    reports: dict[str, PageReport] = {}
