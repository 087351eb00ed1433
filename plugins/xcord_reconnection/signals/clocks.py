"""Everywhere: clocks that jump. A machine that slept, or a process that was stopped, finds that more time
has passed than it waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from xcord import Clock

from .kinds import Tell, Woke

EVERY = 1.0  # seconds
SLEPT = 2.0  # seconds that the clock that goes on in sleep may be ahead
STOOD_STILL = 5.0  # seconds that a look may be late


@dataclass(frozen=True)
class Reading:
    """``awake`` stands still while the machine sleeps, ``always`` does not. In seconds."""

    awake: float
    always: float


def read() -> Reading:
    """Both clocks. Where there is no BOOTTIME, the wall clock stands in; if somebody sets it, that looks
    like sleep, which costs one question to the server."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    always = time.time() if boottime is None else time.clock_gettime(boottime)
    return Reading(time.monotonic(), always)


def missed(before: Reading, now: Reading) -> int:
    """Seconds that were slept or lost between two looks, 0 for none."""
    asleep = (now.always - before.always) - (now.awake - before.awake)
    late = now.awake - before.awake - EVERY
    if asleep >= SLEPT:
        return round(asleep + max(0.0, late))
    return round(late) if late >= STOOD_STILL else 0


async def watch(clock: Clock, tell: Tell, look: Callable[[], Reading] | None = None) -> None:
    """Until it is cancelled."""
    look = look or read
    before = look()
    while True:
        await clock.sleep(EVERY)
        now = look()
        if seconds := missed(before, now):
            tell(Woke(seconds))
        before = now
