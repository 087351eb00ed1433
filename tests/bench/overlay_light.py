"""Bench `overlay`: from the first loud packet at the client to the painted light, beside the SDK's own event.

The packet is seen on the loopback interface, the paint is told by the overlay's page (second animation
frame) and seen once more as pixels on the screen (XDamage). The SDK's event is that of another subscriber
in the same room at the same moment, when it reaches Python: nothing is painted of it, which flatters the
SDK.
"""

from __future__ import annotations

import random
import time
from pathlib import Path

from . import Report, overlay_legs, quantile
from .monitor import delays
from .overlay_legs import LEGS
from .overlay_packets import arriving
from .overlay_stage import Stage, process_of, show_overlay
from .overlay_x11 import find_window, repaints
from .told import Told

PROBE = Path(__file__).with_name("overlay_probe.js")
TURNS = 20
TALK, PAUSE = 1.2, (1.3, 1.7)  # seconds; long enough for the light to go out, and of no fixed period
LEAST = 15
MOST = 1.5  # seconds within which an effect is that of its cause
TITLE = "xcord overlay"


def measure(report: Report, stage: Stage) -> None:
    """One run: both are told of the same turns."""
    told, room, asked = Told(), stage.room(), list[float]()
    with (
        stage.talkers(room, 2) as talkers,
        stage.listener(room) as listener,
        stage.app(room, PROBE, told.port) as app,
    ):
        show_overlay(app, True)
        told.wait("the overlay's page", lambda message: "overlay" in message.get("page", ""))
        time.sleep(2.0)
        window = find_window(stage.screen.display, TITLE)
        with (
            arriving(stage.livekit.udp_port, process_of(app)) as arrivals,
            repaints(stage.screen.display, window) as painted,
        ):
            for _ in range(TURNS):
                asked.append(time.monotonic())
                talkers.ask(talk=[0])
                time.sleep(TALK)
                talkers.ask(talk=[])
                time.sleep(random.uniform(*PAUSE))
        events = listener.ask()["lit"].get("u0:bench", [])
    told.close()
    causes = arrivals.first_loud(asked)
    if arrivals.rows() < LEAST:
        print("  light: the talkers sent silence without pauses (no discontinuous transmission)", flush=True)
    lit = [
        message
        for message in told.messages
        if message.get("what") == "lit" and "overlay" in message["page"] and message["user"] == "u0"
    ]
    shown = [told.moment(message["shown"]) for message in lit]
    ours = _found("lights", causes, [told.moment(message["painted"]) for message in lit])
    peer = _found("events", causes, events)
    for leg in LEGS:
        moments = _found(leg, causes, overlay_legs.moments(stage.legs(room), leg, "u0"))
        report.figure(f"light_{leg}_p50_ms", quantile(moments, 0.5), "ms")
    report.figure("light_in_page_p50_ms", quantile(_found("lights", causes, shown), 0.5), "ms")
    report.figure("speaking_light_p50_ms", quantile(ours, 0.5), "ms")
    report.figure("speaking_light_p95_ms", quantile(ours, 0.95), "ms")
    pixels = _found("repaints", causes, painted)
    report.figure("speaking_pixels_p50_ms", quantile(pixels, 0.5), "ms")
    report.figure("speaking_pixels_p95_ms", quantile(pixels, 0.95), "ms")
    report.figure("sdk_event_p50_ms", quantile(peer, 0.5), "ms")
    report.figure("sdk_event_p95_ms", quantile(peer, 0.95), "ms")
    report.ratio("speaking_light_vs_sdk_event", quantile(ours, 0.95), quantile(peer, 0.95))


def _found(what: str, causes: list[float], effects: list[float]) -> list[float]:
    found = [1000 * seconds for seconds in delays(causes, effects, MOST)]
    if len(found) < LEAST:
        raise RuntimeError(
            f"of {TURNS} turns {len(causes)} were seen to arrive, and {len(found)} {what} after them"
        )
    return found
