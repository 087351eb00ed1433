"""Bench `stage`: where our CPU goes, and that it follows what is seen and not how many people there are."""

from __future__ import annotations

import time

import psutil

from . import Report
from .browser import Cost
from .stage_parts import Stage, guests
from .stage_scenes import COMPARED, CROWDS, crowd
from .stage_sides import WARM_UP, WINDOW, next_report, ours, page, receiver

ENGINE = "chromium"


def curve(report: Report, stage: Stage) -> None:
    """Nine people are seen at 30 frames a second, of 10 to 100 who are there."""
    for people in CROWDS:
        scene = crowd(people)
        with guests(stage, scene):
            seen = ours(stage, scene, ENGINE)
        print(f"  {people} people, {len(scene.places)} seen: {seen.line()}", flush=True)
        report.figure(f"cost_percent_{people}", seen.cpu, "percent")
        report.figure(f"cost_drawn_fps_{people}", seen.fps, "fps")


def shares(report: Report, stage: Stage, name: str = "9") -> None:
    """Each part more, and what it costs more: the SDK alone, a page that draws nothing, one that draws."""
    scene = COMPARED[name]
    with guests(stage, scene):
        with receiver(stage, scene) as (mine, _):
            sdk = _receiver_alone(mine.pid)
        with (
            receiver(stage, scene, tiles=False) as (mine, where),
            page(stage, scene, ENGINE, where) as browser,
        ):
            next_report(stage)
            sent, taken = _apart(mine.pid, browser)
        with (
            receiver(stage, scene) as (mine, where),
            page(stage, scene, ENGINE, where) as browser,
        ):
            stage.pages.wait("all drawn", 30, lambda told: len(told["drawn"]) == len(scene.places))
            sent_drawn, drawn = _apart(mine.pid, browser)
    for part, percent in (
        ("sdk", sdk),
        ("socket", (sent + sent_drawn) / 2 - sdk),
        ("page_receive", taken),
        ("draw", drawn - taken),
    ):
        report.figure(f"share_{part}_{name}", percent, "percent")


def _receiver_alone(pid: int) -> float:
    cost = Cost([psutil.Process(pid)])
    _measured(cost)
    return cost.cpu


def _apart(pid: int, browser: psutil.Process) -> tuple[float, float]:
    """What the receiver takes and what the browser does."""
    mine, theirs = Cost([psutil.Process(pid)]), Cost([browser])
    _measured(mine, theirs)
    return mine.cpu, theirs.cpu


def _measured(*costs: Cost) -> None:
    time.sleep(WARM_UP)
    for cost in costs:
        cost.start()
    time.sleep(WINDOW)
    for cost in costs:
        cost.stop()
