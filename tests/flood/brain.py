"""One flood from begin to end, and what came of it; the journey asserts it, the bench counts it."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.guests.stack import App
from tests.x11 import Keyboard

from .commands import commands
from .conductor import INSIDE, Conductor, States
from .tally import Tally

HELD = 0.05  # seconds
ASKERS = ("window", "control", "shell", "tray", "hotkeys")
"""Other plugins ask for as long as the app runs, so some of that is always under way."""


@dataclass
class Outcome:
    """``counts`` is what was counted on the hub, ``loads`` how often each window's page came."""

    seed: int
    seconds: float
    tallies: Mapping[str, Tally]
    counts: dict[str, Any]
    states: States
    loads: Mapping[str, int]
    strays: int
    presses: int
    """Of keys, each of which asks for something."""
    heard: int
    """How often the plugin that sees them asked."""

    def lines(self) -> Iterator[str]:
        """For people."""
        asked = sum(tally.asked for tally in self.tallies.values())
        yield f"seed {self.seed}: {asked} commands in {self.seconds:.0f} s"
        for name, tally in self.tallies.items():
            gone, codes = tally.abandoned, dict(tally.codes)
            yield f"{name}: {tally.asked} asked, {gone} by pages that went away, {codes}"
        yield f"on the hub: {self.counts}; loads: {self.loads}; {self.states}"

    @property
    def unanswered(self) -> int:
        """Commands that got no answer, or more than one, where they were asked or on the hub."""
        begun, answered = self.counts["begun"], self.counts["answered"]
        lost: int = sum(begun[who] - answered.get(who, 0) for who in ASKERS if who in begun)
        lost += self.presses - self.heard
        twice = int(self.counts["twice"]) + self.strays
        return sum(tally.unanswered for tally in self.tallies.values()) + lost + twice + self.states.waiting


@dataclass
class Keys:
    """So many presses of these keys in turn, a few each second: as fast as a person could."""

    display: str
    names: Sequence[str]
    count: int

    def press_all(self) -> None:
        """Returns when all are done."""
        keyboard = Keyboard(self.display)
        for number in range(self.count):
            name = self.names[number % len(self.names)]
            keyboard.turn(name, True)
            time.sleep(HELD)
            keyboard.turn(name, False)
            time.sleep(HELD)
        keyboard.close()


async def flood(
    app: App,
    conductor: Conductor,
    shares: Mapping[str, int],
    reloads: int,
    seed: int,
    keys: Keys | None = None,
) -> Outcome:
    """In a call with a conductor that listens.

    :param shares: how many commands each window, ``tray`` and ``cli`` ask.
    :param keys: what is pressed meanwhile; the keys must be bound.
    """
    windows = [name for name in shares if name not in (INSIDE, "cli")]
    await conductor.ready(*windows, INSIDE)
    people = (await asyncio.to_thread(app.read, "voice"))["voice"]["people"]
    drawn = commands(seed, [*(person["user"] for person in people), "nobody"])
    dealt = {name: list(islice(drawn, share)) for name, share in shares.items()}
    before = (await conductor.counts())["begun"].get("hotkeys", 0)
    begun = time.monotonic()
    with suppress(TimeoutError):  # the tallies tell who was not answered
        await conductor.flood(app, dealt, reloads, seed, keys.press_all if keys else lambda: None)
    seconds = time.monotonic() - begun
    states = await conductor.compare(app, windows)
    # A page that goes when all is over takes along who waits in it.
    tallies, presses = copy.deepcopy(conductor.tallies), keys.count if keys else 0
    counts = await conductor.counts()
    heard = counts["begun"].get("hotkeys", 0) - before
    return Outcome(seed, seconds, tallies, counts, states, conductor.loads, conductor.strays, presses, heard)
