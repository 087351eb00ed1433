"""Bench `stage`: the app's own window is resized for two seconds, in a call with nine guests.

Counted are the frames that the page paints meanwhile (its own animation frames; no debugger is attached), and
what is asked of the SFU because of it.
"""

from __future__ import annotations

import math
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from tests.guests.picture import TITLE
from tests.guests.stack import App, app_on, environ_on, guests_in, server_end

from . import Report
from .stage_parts import Stage

GUESTS = 9
SECONDS = 2.0
STEPS_PER_SECOND = 60
LARGE, SMALL = (1500, 950), (760, 560)
SETTLED_AFTER = 3.0


def measure(report: Report, stage: Stage) -> None:
    """From large to small and back, twice, by the window manager."""
    folder = stage.folder / f"drag{time.monotonic_ns()}"
    folder.mkdir()
    with server_end(folder) as server:
        channel = server.channels()[0]["id"]
        with (
            guests_in(server, channel, GUESTS, folder, "--no-talk"),
            app_on(environ_on(stage.screen), folder, "--measure") as app,
        ):
            app.wait_painted()
            app.log_in(server)
            app.join(channel)
            app.wait("all pictures", ["measure"], lambda s: len(_told(s).get("drawn", {})) == GUESTS, 30.0)
            app.ask("settings.set", name="voice.statistics", value=True)
            before = _requests(app)
            gaps, drawn = _drag(app, stage.screen.environ)
            after = _requests(app)
    report.figure("settings_requests_per_track", max(after[user] - before[user] for user in after), "")
    report.figure("drag_fps", lowest_rate(gaps), "fps")
    report.figure("drag_longest_gap_ms", max(gaps), "ms")
    report.figure("drag_drawn_fps", drawn, "fps")


def lowest_rate(gaps: Sequence[float], within_ms: float = 1000.0) -> float:
    """Frames a second in the worst second of a series; ``gaps`` are the milliseconds between frames.

    :raises ValueError: there is no whole second.
    """
    moments = [0.0]
    for gap in gaps:
        moments.append(moments[-1] + gap)
    begins = [moment for moment in moments if moment + within_ms <= moments[-1]]
    if not begins:
        raise ValueError(f"only {moments[-1]:.0f} ms were painted in")
    counts = [sum(begin < moment <= begin + within_ms for moment in moments) for begin in begins]
    return min(counts) * 1000 / within_ms


def sizes(seconds: float = SECONDS, rate: int = STEPS_PER_SECOND) -> list[tuple[int, int]]:
    """The window's size at each step: from ``LARGE`` to ``SMALL`` and back, once a second."""
    parts = [(1 + math.cos(2 * math.pi * step / rate)) / 2 for step in range(1, round(seconds * rate) + 1)]
    (wide, high), (narrow, low) = LARGE, SMALL
    return [(round(narrow + part * (wide - narrow)), round(low + part * (high - low))) for part in parts]


def _drag(app: App, screen: dict[str, str]) -> tuple[list[float], float]:
    """Milliseconds between painted frames, and pictures a second in each tile meanwhile."""
    found = subprocess.run(
        ["xdotool", "search", "--onlyvisible", "--name", TITLE], env=screen, capture_output=True, text=True
    )
    window = found.stdout.split()[-1]
    subprocess.run(["xdotool", "windowsize", window, *map(str, LARGE)], env=screen, check=True)
    time.sleep(SETTLED_AFTER)
    before = last = _told(app.read("measure"))
    steps: list[str] = []
    for size in sizes():
        steps += ["windowsize", window, *map(str, size), "sleep", f"{1 / STEPS_PER_SECOND:.4f}"]
    gaps: list[float] = []
    with subprocess.Popen(["xdotool", *steps], env=screen) as dragging:
        until = float("inf")
        while time.monotonic() < until:
            if dragging.poll() is not None:
                until = min(until, time.monotonic() + SETTLED_AFTER)
            told = _told(app.read("measure"))
            if told["elapsed_ms"] != last["elapsed_ms"]:
                gaps, last = gaps + told["frames_ms"], told
            time.sleep(0.1)
    frames = sum(last["drawn"].values()) - sum(before["drawn"].values())
    return gaps, 1000 * frames / (last["elapsed_ms"] - before["elapsed_ms"]) / GUESTS


def _requests(app: App) -> dict[str, int]:
    """What was asked of the SFU so far about the video of each."""
    found = app.wait(
        "the statistics of all", ["statistics"], lambda s: len(s["statistics"]["videos"]) == GUESTS, 15.0
    )
    return {video["user"]: video["requests"] for video in found["statistics"]["videos"]}


def _told(slices: dict[str, Any]) -> dict[str, Any]:
    return dict(slices["measure"]["reports"].get("main", {}))
