"""Bench `stage`: what the SFU sends for a gallery, beside livekit-client, and for a hidden window."""

from __future__ import annotations

import time

from . import Report
from .stage_parts import Stage, guests
from .stage_scenes import LAYERS
from .stage_sides import READY_WITHIN, next_report, page, peer_page, receiver

SETTLED_AFTER = 12.0
"""Seconds until both have told the SFU what they want and the publishers have stopped what nobody takes."""
SECONDS = 10.0
HIDDEN_AFTER = 3.0
"""Seconds after which nothing may come for a hidden window; it is off within one."""


def measure(report: Report, stage: Stage) -> None:
    """Both ends in the room at the same time, so that they are sent the same pictures."""
    with (
        guests(stage, LAYERS),
        receiver(stage, LAYERS) as (mine, _),
        page(stage, LAYERS, "chromium", peer_page(stage, LAYERS, bytes="yes")),
    ):
        everybody = len(LAYERS.places)
        stage.pages.wait("all tiles drawn", READY_WITHIN, lambda told: len(told["drawn"]) == everybody)
        time.sleep(SETTLED_AFTER)
        peer_begun, begun = next_report(stage), _bytes(mine.ask("bytes", "bytes"))
        time.sleep(SECONDS)
        peer_ended, ended = next_report(stage), _bytes(mine.ask("bytes", "bytes"))
        theirs = (peer_ended["bytes"] - peer_begun["bytes"]) / (
            peer_ended["received_at"] - peer_begun["received_at"]
        )
        ours = (ended[1] - begun[1]) / (ended[0] - begun[0])
        mine.ask("want", "wanted", wants={})
        time.sleep(HIDDEN_AFTER)
        begun = _bytes(mine.ask("bytes", "bytes"))
        time.sleep(SECONDS)
        ended = _bytes(mine.ask("bytes", "bytes"))
    if not ours:
        raise RuntimeError("we received nothing, by the SDK's statistics")
    report.ratio("received_bytes_25", ours, theirs)
    report.figure("received_kilobytes_per_s_25", ours / 1000, "kB/s")
    report.figure("hidden_bytes_per_s", (ended[1] - begun[1]) / (ended[0] - begun[0]), "B/s")


def _bytes(told: int) -> tuple[float, int]:
    return time.monotonic(), told
