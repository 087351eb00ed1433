"""Bench `stage` with both sides at once: what else the machine does meets both in the same seconds.

In turns a ratio of CPU spreads by 0.2 on a busy machine, at once by less than half of that. The sides take
from each other, so figures of this way compare with no others.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import psutil

from . import Report, quantile
from .browser import Cost, Pages
from .stage_parts import Stage
from .stage_scenes import Scene
from .stage_sides import WARM_UP, WINDOW, Seen, page, peer_page, receiver, seen, wait_drawn


@dataclass
class Side:
    """An open page, and the processes behind it."""

    stage: Stage
    scene: Scene
    roots: tuple[psutil.Process, ...]

    @property
    def last(self) -> dict[str, Any]:
        """The page's newest report."""
        return self.stage.pages.reports[-1]


def measure(report: Report, stage: Stage, scene: Scene, engine: str, windows: int) -> None:
    """So many windows of ``WINDOW`` seconds, of which each gives a ratio."""
    with both(stage, scene, engine) as (ours, peer):
        time.sleep(WARM_UP)
        for number in range(1, windows + 1):
            mine, theirs = during(ours, peer, WINDOW)
            print(f"  {scene.name}, {engine}, window {number}, ours: {mine.line()}", flush=True)
            print(f"  {scene.name}, {engine}, window {number}, peer: {theirs.line()}", flush=True)
            _note(report, f"{engine}_{{}}_{scene.name}_together", mine, theirs)


@contextlib.contextmanager
def both(stage: Stage, scene: Scene, engine: str) -> Iterator[tuple[Side, Side]]:
    """Ours and the peer's page in one room, each showing everybody."""
    beside = replace(stage, pages=Pages(stage.folder / "pages"))
    with (
        contextlib.closing(beside.pages),
        receiver(stage, scene) as (mine, where),
        page(stage, scene, engine, where) as our_browser,
        page(beside, scene, engine, peer_page(beside, scene)) as browser,
    ):
        sides = (
            Side(stage, scene, (our_browser, psutil.Process(mine.pid))),
            Side(beside, scene, (browser,)),
        )
        for side in sides:
            wait_drawn(side.stage, scene)
        yield sides


def during(ours: Side, peer: Side, seconds: float) -> tuple[Seen, Seen]:
    """What both showed and took in the same seconds."""
    sides = (ours, peer)
    costs = [Cost(side.roots) for side in sides]
    begun = [side.last for side in sides]
    for cost in costs:
        cost.start()
    time.sleep(seconds)
    for cost in costs:
        cost.stop()
    mine, theirs = (
        seen(side.scene, side.stage.pages.reports, first, side.last, cost)
        for side, first, cost in zip(sides, begun, costs, strict=True)
    )
    return mine, theirs


def _note(report: Report, name: str, mine: Seen, theirs: Seen) -> None:
    report.ratio(name.format("cpu"), mine.cpu, theirs.cpu)
    report.ratio(name.format("memory"), mine.memory_mb, theirs.memory_mb)
    for part in (50, 95):
        pair = quantile(mine.latency, part / 100), quantile(theirs.latency, part / 100)
        report.ratio(name.format(f"latency_p{part}"), *pair)
    for side, one in (("", mine), ("peer_", theirs)):
        report.figure(side + name.format("cpu"), one.cpu, "percent")
        report.figure(side + name.format("drawn_fps"), one.fps, "fps")
