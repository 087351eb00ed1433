"""A call of half an hour between two real apps, each a process: nothing grows, and everything is heard.

Only `build/dev.py test --long` runs it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from tests.bench.audio import Process, bursts
from tests.bench.monitor import BURST_EVERY, Monitor, delays, listening
from tests.parts import LiveKit
from tests.plugins.xcord_voice.pulse import Pulse

MINUTES = 30
WARM = 5  # minutes that memory may take to settle
CALM = 10  # minutes at the begin and the end of which the calmest is compared: a busy one delays and loses
GROWTH_MB = 8.0  # of resident memory, from then to the end
LATER = 0.04  # seconds by which the end may be later than the begin
HEARD = 0.8  # of what was said, in half of the minutes at least


@contextlib.contextmanager
def member(livekit: LiveKit, pulse: Pulse, name: str, others: int, *, speaks: bool) -> Iterator[Process]:
    token = livekit.token(f"{name}:desk", "long", can_publish=speaks)
    asked: dict[str, Any] = {"kind": "ours", "url": livekit.url, "token": token, "others": others}
    environment = {**os.environ, **pulse.environment, "HOME": os.environ.get("HOME", "/")}
    options = {"voice.sounds.volume": 0}
    child = Process("audio_member", environment, **asked, speaks=speaks, bursts=False, options=options)
    try:
        yield child
    finally:
        child.close()


def resident(child: Process) -> float:
    """Megabytes."""
    pages = int(Path(f"/proc/{child.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def taken(monitor: Monitor) -> list[float]:
    """When bursts began since this was last asked; what was recorded is dropped."""
    times, monitor.onsets.times = monitor.onsets.times, []
    monitor.blocks.clear()
    return times


@pytest.mark.long
def test_a_call_of_half_an_hour_neither_grows_nor_lags(livekit: LiveKit, pulse: Pulse) -> None:
    late, share, memory = list[float](), list[float](), list[tuple[float, float]]()
    with (
        member(livekit, pulse, "ann", 0, speaks=True) as ann,
        member(livekit, pulse, "bob", 1, speaks=False) as bob,
        listening(pulse, "wire") as mouth,
        listening(pulse, "speakers") as ear,
        pulse.speaking(bursts()),
    ):
        time.sleep(10)
        taken(mouth), taken(ear)
        for minute in range(MINUTES):
            time.sleep(60)
            said, heard = taken(mouth), taken(ear)
            found = delays(said, heard)
            late.append(median(found))
            share.append(len(found) / (60 / BURST_EVERY))
            memory.append((resident(ann), resident(bob)))
            underruns = bob.ask()["underruns"]
            print(
                f"minute {minute + 1}: {1000 * late[-1]:.0f} ms, heard {share[-1]:.0%}, "
                f"{memory[-1][0]:.1f} and {memory[-1][1]:.1f} MB, {underruns} underruns",
                flush=True,
            )
    assert median(share) >= HEARD
    assert min(late[-CALM:]) <= min(late[:CALM]) + LATER
    for before, after in zip(memory[WARM - 1], memory[-1], strict=True):
        assert after - before < GROWTH_MB
