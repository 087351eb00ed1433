"""Ours and the peer, each shown one scene in one engine, and what they take for it."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
import urllib.parse
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import psutil

from . import quantile
from .browser import Cost, opened
from .stage_parts import Child, Stage, child
from .stage_scenes import SLACK, Scene

WARM_UP = float(os.environ.get("XCORD_BENCH_WARM_UP", "5"))
WINDOW = float(os.environ.get("XCORD_BENCH_WINDOW", "12"))
PAINTER = os.environ.get("XCORD_BENCH_PAINTER", "")
READY_WITHIN = 60.0


@dataclass
class Seen:
    """One side in one run. ``percent`` is of the frames that the SDK delivered; 0 for the peer.

    Frames a second and size are those of the scene's timed people, the size that of the smallest.
    """

    cpu: float
    by_kind: dict[str, float]
    memory_mb: float
    fps: float
    size: tuple[int, int]
    latency: list[int]
    age: list[int]
    percent: float = 0.0

    def line(self) -> str:
        """For people."""
        shares = ", ".join(f"{kind} {percent:.1f}" for kind, percent in sorted(self.by_kind.items()))
        return (
            f"{self.fps:.1f} fps at {self.size[0]}x{self.size[1]}, {self.percent:.1f} % drawn, "
            f"CPU {self.cpu:.1f} % ({shares}), {self.memory_mb:.0f} MB, "
            f"latency p50 {quantile(self.latency, 0.5)} p95 {quantile(self.latency, 0.95)} ms"
        )


def ours(stage: Stage, scene: Scene, engine: str) -> Seen:
    """The SDK in Python, frames over the media socket."""
    with receiver(stage, scene) as (mine, where):

        def delivered() -> int:
            return sum(mine.ask("delivered", "delivered").values())

        return _watch(stage, scene, engine, where, [psutil.Process(mine.pid)], delivered)


def peer(stage: Stage, scene: Scene, engine: str) -> Seen:
    """livekit-client with adaptive stream."""
    return _watch(stage, scene, engine, peer_page(stage, scene), [], lambda: 0)


@contextlib.contextmanager
def receiver(stage: Stage, scene: Scene, *, tiles: bool = True) -> Iterator[tuple[Child, str]]:
    """Our end of the scene, receiving, and the address of its page.

    :param tiles: whether that page has any; without, it receives and draws nothing.
    """
    ticket = secrets.token_urlsafe(16)
    asked = {
        "url": stage.livekit.url,
        "token": stage.livekit.token("ours:bench", scene.name, can_publish=False),
        "ticket": ticket,
        "pages_port": stage.pages.port,
        "people": len(scene.users),
        "wants": scene.wants,
    }
    with child("tests.bench.receiver", asked, stage.folder / "receiver.log") as mine:
        port = mine.answer("port")
        mine.answer("seen")
        where = f"ours.html#port={port}&ticket={ticket}&painter={PAINTER}"
        yield mine, where + (_tiles(scene) if tiles else "&tiles=[]")


def peer_page(stage: Stage, scene: Scene, **more: str) -> str:
    """The address of the peer's page."""
    token = stage.livekit.token("peer:bench", scene.name, can_publish=False)
    extra = "".join(f"&{name}={value}" for name, value in more.items())
    return f"peer.html#url={stage.livekit.url}&token={token}{extra}{_tiles(scene)}"


def _tiles(scene: Scene) -> str:
    places = urllib.parse.quote(json.dumps([asdict(place) for place in scene.places]))
    return f"&tiles={places}&timed={','.join(scene.timed)}"


@contextlib.contextmanager
def page(stage: Stage, scene: Scene, engine: str, where: str) -> Iterator[psutil.Process]:
    """A page that reports, in a window of the scene's size."""
    stage.pages.reports.clear()
    address = f"http://127.0.0.1:{stage.pages.port}/{where}"
    size = scene.window[0], scene.window[1] + SLACK
    with opened(engine, address, stage.screen.environ, size) as browser:
        yield browser


def wait_drawn(stage: Stage, scene: Scene) -> None:
    """Until the page has drawn a picture of everybody."""
    everybody = len(scene.places)
    stage.pages.wait("all tiles drawn", READY_WITHIN, lambda report: len(report["drawn"]) == everybody)


def next_report(stage: Stage) -> dict[str, Any]:
    """The page's next report."""
    pages = stage.pages
    seen = len(pages.reports)
    pages.wait("a report", 10, lambda _: len(pages.reports) > seen)
    return pages.reports[-1]


def _watch(
    stage: Stage,
    scene: Scene,
    engine: str,
    where: str,
    helpers: list[psutil.Process],
    delivered: Callable[[], int],
) -> Seen:
    with page(stage, scene, engine, where) as browser:
        wait_drawn(stage, scene)
        time.sleep(WARM_UP)
        cost = Cost([browser, *helpers])
        cost.start()
        first, sent_before = next_report(stage), delivered()
        time.sleep(WINDOW)
        last, sent_after = next_report(stage), delivered()
        cost.stop()
    return seen(scene, stage.pages.reports, first, last, cost, sent_after - sent_before)


def seen(
    scene: Scene,
    reports: Sequence[dict[str, Any]],
    first: dict[str, Any],
    last: dict[str, Any],
    cost: Cost,
    sent: int = 0,
) -> Seen:
    """What a page showed from one of its reports to another, and what that took.

    :param sent: frames that the SDK delivered meanwhile.
    """
    within = first["received_at"], last["received_at"]
    samples = [r for r in reports if within[0] < r["received_at"] <= within[1]]
    timed = [f"{user}/camera" for user in scene.timed]
    frames = _drawn(last) - _drawn(first)
    seconds = (last["elapsed_ms"] - first["elapsed_ms"]) / 1000
    return Seen(
        cpu=cost.cpu,
        by_kind=cost.by_kind,
        memory_mb=cost.pss_mb,
        fps=sum(last["drawn"][key] - first["drawn"][key] for key in timed) / seconds / len(timed),
        size=min((last["sizes"][key][0], last["sizes"][key][1]) for key in timed),
        latency=[ms for report in samples for ms in report["latency_ms"]],
        age=[ms for report in samples for ms in report["age_ms"]],
        percent=100 * frames / sent if sent > 0 else 0.0,
    )


def _drawn(report: dict[str, Any]) -> int:
    return int(sum(report["drawn"].values()))
