"""Video: nine tiles from the SFU to the pixel, ours beside livekit-client in the same Chromium.

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
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from tests.guests.loop import Spec
from tests.parts import LiveKit, end, spawn, start_livekit

from . import quantile, reporting
from .browser import Cost, Pages, chromium

ROOT = Path(__file__).resolve().parents[2]
ROOM = "stage"
COUNT, WIDTH, HEIGHT, FPS, COLUMNS = 9, 320, 180, 15, 3
WARM_UP = float(os.environ.get("XCORD_BENCH_WARM_UP", "6"))
WINDOW = float(os.environ.get("XCORD_BENCH_WINDOW", "15"))
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


def ours(livekit: LiveKit, pages: Pages, folder: Path) -> Seen:
    """The SDK in Python, frames over the media socket."""
    ticket = secrets.token_urlsafe(16)
    asked = {
        "url": livekit.url,
        "token": livekit.token("ours:bench", ROOM, can_publish=False),
        "ticket": ticket,
        "pages_port": pages.port,
        "count": COUNT,
    }
    with _child("tests.bench.receiver", asked, folder / "receiver.log") as child:
        port, users = _answer(child, "port"), _answer(child, "users")
        where = f"port={port}&ticket={ticket}&users={','.join(users)}&painter={PAINTER}"

        def delivered() -> int:
            _tell(child, {})
            return sum(_answer(child, "delivered").values())

        return _watch(pages, "ours", where, [psutil.Process(child.pid)], delivered)


def peer(livekit: LiveKit, pages: Pages, folder: Path) -> Seen:
    """livekit-client with adaptive stream."""
    token = livekit.token("peer:bench", ROOM, can_publish=False)
    return _watch(pages, "peer", f"url={livekit.url}&token={token}", [], lambda: 0)


def _watch(pages: Pages, page: str, where: str, helpers: list[psutil.Process], delivered: Any) -> Seen:
    pages.reports.clear()
    address = f"http://127.0.0.1:{pages.port}/{page}.html#{where}"
    with chromium(f"{address}&count={COUNT}&width={WIDTH}&height={HEIGHT}&columns={COLUMNS}") as browser:
        pages.wait("all tiles drawn", READY_WITHIN, lambda report: len(report["drawn"]) == COUNT)
        time.sleep(WARM_UP)
        cost = Cost([browser, *helpers])
        cost.start()
        first, sent_before = _next(pages), delivered()
        time.sleep(WINDOW)
        last, sent_after = _next(pages), delivered()
        cost.stop()
    samples = [
        report
        for report in pages.reports
        if first["received_at"] < report["received_at"] <= last["received_at"]
    ]
    frames = sum(last["drawn"].values()) - sum(first["drawn"].values())
    # Both ends are read within milliseconds of each other; by the page's clock the error is a frame or two.
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
    ):
        folder = Path(name)
        build_pages(folder / "pages")
        pages = Pages(folder / "pages")
        with guests(livekit, folder):
            for turn in report.turns():
                sides = {"ours": ours, "peer": peer}
                order = list(sides) if turn % 2 == 0 else list(reversed(sides))
                seen = {side: sides[side](livekit, pages, folder) for side in order}
                for side, figures in seen.items():
                    print(f"  {side}: {_line(figures)}", flush=True)
                mine, theirs = seen["ours"], seen["peer"]
                report.ratio("chromium_cpu_9", mine.cpu, theirs.cpu)
                for part in (50, 95):
                    pair = quantile(mine.latency, part / 100), quantile(theirs.latency, part / 100)
                    report.ratio(f"chromium_latency_p{part}_9", *pair)
                    report.figure(f"latency_p{part}_ms_9", pair[0], "ms")
                    report.figure(f"peer_latency_p{part}_ms_9", pair[1], "ms")
                report.ratio("chromium_memory_9", mine.memory_mb, theirs.memory_mb)
                report.figure("drawn_percent_9", mine.percent, "percent")
                report.figure("age_p95_ms_9", quantile(mine.age, 0.95), "ms")
                report.figure("drawn_fps", mine.fps, "fps")
                report.figure("peer_drawn_fps", theirs.fps, "fps")
                report.figure("drawn_size", mine.size[1], "px")
                report.figure("peer_drawn_size", theirs.size[1], "px")
                report.figure("cpu_9", mine.cpu, "percent")
                report.figure("peer_cpu_9", theirs.cpu, "percent")
        pages.close()


def _line(seen: Seen) -> str:
    shares = ", ".join(f"{kind} {percent:.1f}" for kind, percent in sorted(seen.by_kind.items()))
    return (
        f"{seen.fps:.1f} fps at {seen.size[0]}x{seen.size[1]}, {seen.percent:.1f} % drawn, "
        f"CPU {seen.cpu:.1f} % ({shares}), {seen.memory_mb:.0f} MB, "
        f"latency p50 {quantile(seen.latency, 0.5)} p95 {quantile(seen.latency, 0.95)} ms"
    )


if __name__ == "__main__":
    main()
