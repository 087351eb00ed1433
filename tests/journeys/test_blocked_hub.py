"""A stranger's plugin blocks the hub's loop for 20 seconds, waiting or burning the processor: sound and
pictures go on, and it is named."""

from __future__ import annotations

import statistics
import threading
from typing import Any

import pytest
from tests.guests.stack import App
from tests.guests.voice import TURN_SECONDS
from tests.journeys.world import World

BLOCKED_SECONDS = 20
BLOCKER = f"""
import time

from xcord import Nothing, hookimpl


@hookimpl
def xcord_start(hub):
    async def block(args, asker):
        until = time.monotonic() + {BLOCKED_SECONDS}
        while time.monotonic() < until:
            HOW

    hub.command("blocker.block", Nothing, block)
"""
SPEECH = -45.0  # dBFS
FPS = 15  # of the guests' cameras


def drawn(slices: dict[str, Any]) -> tuple[int, dict[str, int]]:
    report = slices["measure"]["reports"].get("main", {})
    return report.get("elapsed_ms", 0), report.get("drawn", {})


def ask_in_background(app: App, command: str) -> threading.Thread:
    """The command's answer comes after the blockage; nobody waits for it here."""
    thread = threading.Thread(target=app.ask, args=(command, BLOCKED_SECONDS + 30.0))
    thread.start()
    return thread


@pytest.mark.parametrize("how", [f"time.sleep({BLOCKED_SECONDS})", "pass"], ids=["waiting", "burning"])
def test_sound_and_pictures_go_on_while_a_plugin_blocks_the_hub(world: World, how: str) -> None:
    home = world.home()
    (home / "config" / "plugins").mkdir()
    (home / "config" / "plugins" / "blocker.py").write_text(BLOCKER.replace("HOW", how))
    with world.call(home=home) as app:
        first = app.wait("pictures", ["measure", "voice"], lambda s: len(drawn(s)[1]) >= 3, 30.0)
        world.sound.listen(2.0)  # the first recording of a sound server starts late
        asking = ask_in_background(app, "blocker.block")
        turns = [world.sound.listen(TURN_SECONDS) for _ in range(int(BLOCKED_SECONDS * 0.7 / TURN_SECONDS))]
        asking.join(BLOCKED_SECONDS + 30.0)
        assert not asking.is_alive()
        # A guest who is late on a busy machine gives up a turn.
        assert statistics.median(turns) > SPEECH, (
            f"by turns somebody spoke; the loudspeakers had {turns} dBFS"
        )

        at, counts = drawn(first)
        last = app.wait(
            "a report after the blockage",
            ["measure", "voice", "plugins"],
            lambda s: drawn(s)[0] >= at + BLOCKED_SECONDS * 1000,
            60.0,
        )
        seconds = (drawn(last)[0] - at) / 1000
        meanwhile = {tile: count - counts.get(tile, 0) for tile, count in drawn(last)[1].items()}
        before_and_after = FPS * (
            seconds - BLOCKED_SECONDS
        )  # the most that nobody needs the blocked time for
        assert len(meanwhile) >= 3
        assert min(meanwhile.values()) > before_and_after + BLOCKED_SECONDS, f"{meanwhile} in {seconds} s"

        assert last["voice"]["status"] == "connected"
        assert last["voice"]["epoch"] == first["voice"]["epoch"]
        (named,) = (each for each in last["plugins"]["plugins"] if each["name"] == "blocker")
        assert "blocked" in named["reason"], named
        assert named["state"] == "on", "it may have had a reason; it is named, not ended"
