"""Bench `overlay`: what it costs, in turns with and without, and whether it rests while nobody speaks."""

from __future__ import annotations

import time
from statistics import median

from . import Report
from .browser import Cost
from .overlay_light import TITLE
from .overlay_stage import Stage, process_of, show_overlay
from .overlay_x11 import find_window, repaints

OTHERS = 7  # with me eight people
PAIRS = 3
SETTLE = 6.0  # seconds that do not count: who fell silent is marked for a while
WINDOW = 10.0
SILENT_FOR = 20.0


def measure(report: Report, stage: Stage) -> None:
    """One run: pairs of windows of time in one call, then silence."""
    room = stage.room()
    with stage.talkers(room, OTHERS) as talkers, stage.app(room) as app:
        app.wait("everybody", ["voice"], lambda s: len(s["voice"]["people"]) == OTHERS + 1, 30.0)
        talkers.ask(talk=[0, 1])
        app.wait("who speaks", ["speaking"], lambda s: {"u0", "u1"} <= set(s["speaking"]["users"]), 20.0)
        process, differences = process_of(app), []
        for pair in range(PAIRS):
            seen = {}
            for on in (True, False) if pair % 2 else (False, True):
                show_overlay(app, on)
                time.sleep(SETTLE)
                cost = Cost([process])
                cost.start()
                time.sleep(WINDOW)
                cost.stop()
                seen[on] = cost.cpu
            differences.append(seen[True] - seen[False])
            print(f"  overlay on {seen[True]:.1f} %, off {seen[False]:.1f} %", flush=True)
        report.figure("overlay_cpu_percent", median(differences), "percent")
        talkers.ask(talk=[])
        show_overlay(app, True)
        app.wait("silence", ["speaking"], lambda s: not s["speaking"]["users"], 20.0)
        time.sleep(SETTLE)
        with repaints(stage.screen.display, find_window(stage.screen.display, TITLE)) as painted:
            time.sleep(SILENT_FOR)
            silent = len(painted)
            talkers.ask(talk=[0])
            time.sleep(SETTLE)
        if len(painted) == silent:
            raise RuntimeError(
                "nothing was painted when somebody spoke either, so nothing is said about silence"
            )
        report.figure("repaints_when_silent", silent / SILENT_FOR, "")
