"""Video: nine tiles from the SFU to the pixel, ours beside livekit-client in the same engine.

The engines are Chromium, headless, and QtWebEngine as the app itself starts it, on a virtual screen.

Both pages draw the same guests at the same size and are watched by the same probe: frames that the `<video>`
presented, and the guests' burnt-in clock read from what was presented. Guests and the SFU are not counted.
Age is from the SDK's delivery to the presented pixel; the peer has no such moment.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tests.guests.loop import Spec
from tests.parts import LiveKit, end, spawn, start_livekit
from tests.screen import virtual_screen

from . import Report, quantile, reporting
from .browser import Cost, Pages, opened

ROOT = Path(__file__).resolve().parents[2]
ROOM = "stage"
COUNT, WIDTH, HEIGHT, FPS, COLUMNS = 9, 320, 180, 15, 3
WARM_UP = float(os.environ.get("XCORD_BENCH_WARM_UP", "6"))
WINDOW = float(os.environ.get("XCORD_BENCH_WINDOW", "15"))
ENGINES = os.environ.get("XCORD_BENCH_ENGINES", "chromium,qt").split(",")
PAINTER = os.environ.get("XCORD_BENCH_PAINTER", "")
READY_WITHIN = 60.0


@dataclass
class Seen:
    """One side in one run. ``percent`` is of the frames that the SDK delivered; 0 for the peer."""

    cpu: float
    by_kind: dict[str, float]
    memory_mb: float
    fps: float
    size: tuple[int, int]
    latency: list[int]
    age: list[int]
    percent: float = 0.0


@dataclass
class Stage:
    """What both sides share."""

    livekit: LiveKit
    pages: Pages
    folder: Path
    screen: dict[str, str]


def build_pages(folder: Path) -> None:
    """The bench's pages, from the sources of the app's own.

    :raises RuntimeError: they could not be built.
    """
    vite = ROOT / "webui" / "node_modules" / "vite" / "bin" / "vite.js"
    command = [_node(), str(vite), "build", "--config", "bench/vite.config.ts", "--outDir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT / "webui", capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the bench's pages could not be built: {done.stderr[-800:]}")


def _node() -> str:
    sys.path.insert(0, str(ROOT / "build"))
    from steps.tools import node

    return str(node() / "node")


@contextlib.contextmanager
def guests(livekit: LiveKit, folder: Path) -> Iterator[None]:
    """So many pre-encoded guests in one process of their own."""
    tokens = [livekit.token(f"guest{number}:bench", ROOM) for number in range(COUNT)]
    spec = Spec(width=WIDTH, height=HEIGHT, fps=FPS)
    asked = {"url": livekit.url, "tokens": tokens, "spec": [spec.width, spec.height, spec.fps]}
    with _child("tests.bench.guests", asked, folder / "guests.log") as child:
        _answer(child, "ready")
        yield


@contextlib.contextmanager
def _child(module: str, asked: dict[str, Any], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as errors:
        child = spawn(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            _tell(child, asked)
            yield child
        finally:
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                assert child.stdin is not None
                child.stdin.close()
                child.wait(10)
            end(child)
            assert child.stdout is not None
            child.stdout.close()


def _tell(child: subprocess.Popen[bytes], what: dict[str, Any]) -> None:
    assert child.stdin is not None
    child.stdin.write(json.dumps(what).encode() + b"\n")
    child.stdin.flush()


def _answer(child: subprocess.Popen[bytes], name: str) -> Any:
    assert child.stdout is not None
    while line := child.stdout.readline():
        with contextlib.suppress(ValueError, KeyError):
            return json.loads(line)[name]
    raise RuntimeError(f"a child ended before it said {name!r}")


def ours(stage: Stage, engine: str) -> Seen:
    """The SDK in Python, frames over the media socket."""
    ticket = secrets.token_urlsafe(16)
    asked = {
        "url": stage.livekit.url,
        "token": stage.livekit.token("ours:bench", ROOM, can_publish=False),
        "ticket": ticket,
        "pages_port": stage.pages.port,
        "count": COUNT,
    }
    with _child("tests.bench.receiver", asked, stage.folder / "receiver.log") as child:
        port, users = _answer(child, "port"), _answer(child, "users")
        where = f"port={port}&ticket={ticket}&users={','.join(users)}&painter={PAINTER}"

        def delivered() -> int:
            _tell(child, {})
            return sum(_answer(child, "delivered").values())

        return _watch(stage, engine, "ours.html#" + where, [psutil.Process(child.pid)], delivered)


def peer(stage: Stage, engine: str) -> Seen:
    """livekit-client with adaptive stream."""
    token = stage.livekit.token("peer:bench", ROOM, can_publish=False)
    where = f"peer.html#url={stage.livekit.url}&token={token}"
    return _watch(stage, engine, where, [], lambda: 0)


def _watch(
    stage: Stage, engine: str, where: str, helpers: list[psutil.Process], delivered: Callable[[], int]
) -> Seen:
    pages = stage.pages
    pages.reports.clear()
    grid = f"&count={COUNT}&width={WIDTH}&height={HEIGHT}&columns={COLUMNS}"
    with opened(engine, f"http://127.0.0.1:{pages.port}/{where}{grid}", stage.screen) as browser:
        pages.wait("all tiles drawn", READY_WITHIN, lambda report: len(report["drawn"]) == COUNT)
        time.sleep(WARM_UP)
        cost = Cost([browser, *helpers])
        cost.start()
        first, sent_before = _next(pages), delivered()
        time.sleep(WINDOW)
        last, sent_after = _next(pages), delivered()
        cost.stop()
    within = first["received_at"], last["received_at"]
    samples = [report for report in pages.reports if within[0] < report["received_at"] <= within[1]]
    frames = sum(last["drawn"].values()) - sum(first["drawn"].values())
    return Seen(
        cpu=cost.cpu,
        by_kind=cost.by_kind,
        memory_mb=cost.pss_mb,
        fps=1000 * frames / (last["elapsed_ms"] - first["elapsed_ms"]) / COUNT,
        size=min(map(tuple, last["sizes"].values())),
        latency=[ms for report in samples for ms in report["latency_ms"]],
        age=[ms for report in samples for ms in report["age_ms"]],
        percent=100 * frames / (sent_after - sent_before) if sent_after > sent_before else 0.0,
    )


def _next(pages: Pages) -> dict[str, Any]:
    seen = len(pages.reports)
    pages.wait("a report", 10, lambda _: len(pages.reports) > seen)
    return pages.reports[-1]


def main() -> None:
    """Interleaved runs; each prints its line."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-stage-") as name,
        reporting("stage", runs=5) as report,
        start_livekit(Path(name)) as livekit,
        virtual_screen(1280, 800) as screen,
    ):
        folder = Path(name)
        build_pages(folder / "pages")
        stage = Stage(livekit, Pages(folder / "pages"), folder, screen.environ)
        with guests(livekit, folder):
            for turn in report.turns():
                for engine in ENGINES:
                    _compare(report, stage, engine, ours_first=turn % 2 == 0)
        stage.pages.close()


def _compare(report: Report, stage: Stage, engine: str, *, ours_first: bool) -> None:
    sides = {"ours": ours, "peer": peer}
    seen: dict[str, Seen] = {}
    for side in sides if ours_first else reversed(sides):
        seen[side] = sides[side](stage, engine)
        print(f"  {engine}, {side}: {_line(seen[side])}", flush=True)
    mine, theirs = seen["ours"], seen["peer"]
    report.ratio(f"{engine}_cpu_9", mine.cpu, theirs.cpu)
    report.ratio(f"{engine}_memory_9", mine.memory_mb, theirs.memory_mb)
    # The plain names are those of the first engine, Chromium.
    suffix = "" if engine == ENGINES[0] else f"_{engine}"
    for name, one in (("", mine), ("peer_", theirs)):
        report.figure(f"{name}cpu_9{suffix}", one.cpu, "percent")
        report.figure(f"{name}drawn_fps{suffix}", one.fps, "fps")
        report.figure(f"{name}drawn_size{suffix}", one.size[1], "px")
    for part in (50, 95):
        pair = quantile(mine.latency, part / 100), quantile(theirs.latency, part / 100)
        report.ratio(f"{engine}_latency_p{part}_9", *pair)
        report.figure(f"latency_p{part}_ms_9{suffix}", pair[0], "ms")
        report.figure(f"peer_latency_p{part}_ms_9{suffix}", pair[1], "ms")
    report.figure(f"drawn_percent_9{suffix}", mine.percent, "percent")
    report.figure(f"age_p95_ms_9{suffix}", quantile(mine.age, 0.95), "ms")


def _line(seen: Seen) -> str:
    shares = ", ".join(f"{kind} {percent:.1f}" for kind, percent in sorted(seen.by_kind.items()))
    return (
        f"{seen.fps:.1f} fps at {seen.size[0]}x{seen.size[1]}, {seen.percent:.1f} % drawn, "
        f"CPU {seen.cpu:.1f} % ({shares}), {seen.memory_mb:.0f} MB, "
        f"latency p50 {quantile(seen.latency, 0.5)} p95 {quantile(seen.latency, 0.95)} ms"
    )


if __name__ == "__main__":
    main()
