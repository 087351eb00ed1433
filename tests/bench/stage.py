"""Video: tiles from the SFU to the pixel, ours beside livekit-client in the same engine.

The engines are Chromium, headless, and QtWebEngine as the app itself starts it, on a virtual screen.

Both pages draw the same guests at the same places and are watched by the same probe: frames that the
`<video>` presented, and the guests' burnt-in clock read from what was presented. Guests and the SFU are not
counted. Age is from the SDK's delivery to the presented pixel; the peer has no such moment.

XCORD_BENCH_SCENES and XCORD_BENCH_ENGINES choose; `build/README.md` names the scenes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.parts import start_livekit
from tests.screen import virtual_screen

from . import Report, quantile, reporting, stage_bytes, stage_cost, stage_drag, stage_order, stage_together
from .browser import Pages
from .stage_parts import Stage, build_pages, guests
from .stage_scenes import COMPARED, Scene
from .stage_sides import Seen, ours, peer

EXTRA = ("bytes", "order", "curve", "drag", "shares")
ONCE = ("camera", "curve", "shares")
SCENES = os.environ.get("XCORD_BENCH_SCENES", ",".join([*COMPARED, *EXTRA])).split(",")
ENGINES = os.environ.get("XCORD_BENCH_ENGINES", "chromium,qt").split(",")
TOGETHER = int(os.environ.get("XCORD_BENCH_TOGETHER", "0"))


def main() -> None:
    """Interleaved runs; each prints its line."""
    if unknown := set(SCENES) - {*COMPARED, *EXTRA}:
        raise SystemExit(f"bench stage: no such scene: {', '.join(sorted(unknown))}")
    with (
        tempfile.TemporaryDirectory(prefix="bench-stage-") as name,
        reporting("stage", runs=5) as report,
        start_livekit(Path(name)) as livekit,
        virtual_screen(1680, 1140) as screen,
    ):
        folder = Path(name)
        build_pages(folder / "pages")
        stage = Stage(livekit, Pages(folder / "pages"), folder, screen)
        for turn in report.turns():
            for scene in SCENES:
                if turn == 0 or scene not in ONCE:
                    _measure(report, stage, scene, ours_first=turn % 2 == 0)
        stage.pages.close()


def _measure(report: Report, stage: Stage, name: str, *, ours_first: bool) -> None:
    match name:
        case "bytes":
            stage_bytes.measure(report, stage)
        case "order":
            stage_order.measure(report)
        case "curve":
            stage_cost.curve(report, stage)
        case "drag":
            stage_drag.measure(report, stage)
        case "shares":
            stage_cost.shares(report, stage)
        case _:
            with guests(stage, COMPARED[name]):
                for engine in ENGINES:
                    if TOGETHER:
                        stage_together.measure(report, stage, COMPARED[name], engine, TOGETHER)
                    else:
                        _compare(report, stage, COMPARED[name], engine, ours_first=ours_first)


def _compare(report: Report, stage: Stage, scene: Scene, engine: str, *, ours_first: bool) -> None:
    sides = {"ours": ours, "peer": peer}
    seen: dict[str, Seen] = {}
    for side in sides if ours_first else reversed(sides):
        seen[side] = sides[side](stage, scene, engine)
        print(f"  {scene.name}, {engine}, {side}: {seen[side].line()}", flush=True)
    mine, theirs = seen["ours"], seen["peer"]
    name = scene.name
    report.ratio(f"{engine}_cpu_{name}", mine.cpu, theirs.cpu)
    report.ratio(f"{engine}_memory_{name}", mine.memory_mb, theirs.memory_mb)
    # The plain names are those of Chromium.
    suffix = name if engine == "chromium" else f"{name}_{engine}"
    for side, one in (("", mine), ("peer_", theirs)):
        report.figure(f"{side}cpu_{suffix}", one.cpu, "percent")
        report.figure(f"{side}memory_mb_{suffix}", one.memory_mb, "mb")
        # DESIGN names these without a scene: they are those of the nine tiles.
        plain = suffix.removeprefix("9").removeprefix("_")
        tail = f"_{plain}" if plain else ""
        report.figure(f"{side}drawn_fps{tail}", one.fps, "fps")
        report.figure(f"{side}drawn_size{tail}", one.size[1], "px")
    for part in (50, 95):
        pair = quantile(mine.latency, part / 100), quantile(theirs.latency, part / 100)
        report.ratio(f"{engine}_latency_p{part}_{name}", *pair)
        report.figure(f"latency_p{part}_ms_{suffix}", pair[0], "ms")
        report.figure(f"peer_latency_p{part}_ms_{suffix}", pair[1], "ms")
    report.figure(f"drawn_percent_{suffix}", mine.percent, "percent")
    report.figure(f"age_p95_ms_{suffix}", quantile(mine.age, 0.95), "ms")


if __name__ == "__main__":
    main()
