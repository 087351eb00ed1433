"""Bench `overlay`: is everybody answered once, and do all hold the same, after 10,000 commands at once."""

from __future__ import annotations

import asyncio
import random

from tests.flood.brain import Keys, flood
from tests.flood.conductor import Conductor
from tests.flood.web import PROBE

from . import Report
from .overlay_stage import WINDOW, Stage, show_overlay

SHARES = {"main": 2000, WINDOW: 2600, "tray": 2700, "cli": 2700}
RELOADS = 4
KEYS = {"F9": "mute", "F10": "deafen"}
PRESSES = 200


def measure(report: Report, stage: Stage) -> None:
    """One run, with another seed each time."""
    asyncio.run(_measure(report, stage))


async def _measure(report: Report, stage: Stage) -> None:
    conductor = Conductor()
    async with conductor.listening():
        with stage.app(stage.room(), PROBE, conductor.port) as app:
            await asyncio.to_thread(show_overlay, app, True)
            for key, action in KEYS.items():
                await asyncio.to_thread(app.ask, "hotkeys.bind", action=action, keys=key.lower())
            await asyncio.to_thread(
                app.wait, "who sees keys", ["hotkeys"], lambda s: s["hotkeys"]["listener"] == "global"
            )
            keys, seed = Keys(stage.screen.display, list(KEYS), PRESSES), random.randrange(1 << 32)
            outcome = await flood(app, conductor, SHARES, RELOADS, seed, keys)
    for line in outcome.lines():
        print(f"  {line}", flush=True)
    report.figure("commands_per_second", sum(SHARES.values()) / outcome.seconds, "")
    report.figure("unanswered_commands", outcome.unanswered, "")
    report.figure("state_hashes_differing", outcome.states.differing + outcome.states.resyncs, "")
