"""Everybody asks at once while windows are reloaded: then all hold the same, and all were answered once.

A command costs the app and its pages about 20 ms of CPU, so this asks 3,000; `bench overlay` asks 10,000.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.flood.brain import Keys, flood
from tests.flood.conductor import IN_FLIGHT, Conductor
from tests.flood.web import probed
from tests.guests.stack import App
from tests.journeys.world import World

SHARES = {"main": 700, "overlay": 700, "tray": 750, "cli": 750}
RELOADS = 3  # of each window
WINDOWS = ("main", "overlay")
KEYS = {"f9": "mute", "f10": "deafen"}
PRESSES = 100


@pytest.fixture
def conductor() -> Conductor:
    return Conductor()


@pytest.fixture
def app(world: World, tmp_path: Path, conductor: Conductor) -> Iterator[App]:
    """With a probe in front of each page."""
    environ = {
        "XCORD_TEST_WEB": str(probed(tmp_path / "web", conductor.port)),
        "XCORD_TEST_ORDERS": str(conductor.port),
    }
    with world.app(module="tests.flood.app", **environ) as app:
        yield app


def test_everybody_is_answered_once_and_all_hold_the_same(
    world: World, app: App, conductor: Conductor
) -> None:
    seed = int(os.environ.get("XCORD_TEST_SEED") or random.randrange(1 << 32))
    print(f"XCORD_TEST_SEED={seed}")

    async def run() -> None:
        async with conductor.listening():
            await conductor.ready("main", "tray")
            await asyncio.to_thread(enter, world, app)
            await conductor.ready("overlay")
            keys = Keys(world.screen.display, [key.upper() for key in KEYS], PRESSES)
            outcome = await flood(app, conductor, SHARES, RELOADS, seed, keys)
        print(*outcome.lines(), sep="\n")
        tallies = outcome.tallies
        assert {name: tally.asked for name, tally in tallies.items()} == SHARES
        assert {name: tally.unanswered for name, tally in tallies.items()} == dict.fromkeys(SHARES, 0)
        assert outcome.heard == outcome.presses == PRESSES
        assert outcome.unanswered == 0
        assert all(tally.abandoned <= RELOADS * IN_FLIGHT for tally in tallies.values())
        assert all(tally.codes["rate_limited"] == 0 < tally.codes["ok"] for tally in tallies.values())
        assert {name: outcome.loads[name] for name in WINDOWS} == dict.fromkeys(WINDOWS, RELOADS + 1)
        assert outcome.states.windows == dict.fromkeys(WINDOWS, outcome.states.hub)
        assert outcome.states.resyncs == outcome.counts["drift"] == 0

    asyncio.run(run())


def test_a_page_that_missed_something_finds_that_out(world: World, app: App, conductor: Conductor) -> None:
    async def run() -> None:
        async with conductor.listening():
            await conductor.ready("main", "tray")
            await asyncio.to_thread(enter, world, app)
            await conductor.ready("overlay")
            await conductor.compare(app, WINDOWS)
            await conductor.lose("overlay", "settings")
            await asyncio.to_thread(app.ask, "settings.set", name="voice.sounds.volume", value=7)
            states = await conductor.compare(app, WINDOWS)
            counts = await conductor.counts()
        assert states.windows == dict.fromkeys(WINDOWS, states.hub)
        assert states.resyncs == counts["drift"] == 1

    asyncio.run(run())


def enter(world: World, app: App) -> None:
    """Sign in, go where nobody else is, and have what else may ask there."""
    app.log_in(world.server)
    app.join(world.quiet_channel)
    app.ask("overlay.show", on=True)
    for keys, action in KEYS.items():
        app.ask("hotkeys.bind", action=action, keys=keys)
    app.wait("who sees keys", ["hotkeys"], lambda s: s["hotkeys"]["listener"] == "global", 30.0)
