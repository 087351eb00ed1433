"""A call of half an hour between two real apps, each a process: nothing grows, and everything is heard.

How many underruns there are is for `bench audio` to judge, since each busy moment of the machine makes some.
Here they must not grow: the calmest half of the last minutes has as few as the calmest half of the first. A
ring that loses its margin or falls behind has them in each minute.

Only `build/dev.py test --long` runs it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from statistics import mean, median
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
MORE = 1.0  # underruns a minute by which the end may be worse than the begin
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


def grew(before: list[int], after: list[int]) -> bool:
    """Whether the calmest half of the minutes has more underruns than it had."""
    calmest = [mean(sorted(counts)[: len(counts) // 2]) for counts in (before, after)]
    return calmest[1] > calmest[0] + MORE


def taken(monitor: Monitor) -> list[float]:
    """When bursts began since this was last asked; what was recorded is dropped."""
    times, monitor.onsets.times = monitor.onsets.times, []
    monitor.blocks.clear()
    return times


def test_busy_minutes_are_no_growth_and_underruns_in_each_minute_are() -> None:
    calm, busy = [0, 2, 0, 1, 2, 2, 2, 1, 2, 3], [6, 3, 3, 1, 1, 3, 0, 1, 1, 0]
    assert not grew(calm, busy)
    assert not grew(calm, [*calm[:5], 9, 9, 9, 9, 9])
    assert grew(calm, [count + 2 for count in calm])


@pytest.mark.long
def test_a_call_of_half_an_hour_neither_grows_nor_lags(livekit: LiveKit, pulse: Pulse) -> None:
    late, share, memory = list[float](), list[float](), list[tuple[float, float]]()
    underruns = list[int]()
    with (
        member(livekit, pulse, "ann", 0, speaks=True) as ann,
        member(livekit, pulse, "bob", 1, speaks=False) as bob,
        listening(pulse, "wire") as mouth,
        listening(pulse, "speakers") as ear,
        pulse.speaking(bursts()),
    ):
        time.sleep(10)
        taken(mouth), taken(ear)
        underruns.append(bob.ask()["underruns"])
        for minute in range(MINUTES):
            time.sleep(60)
            said, heard = taken(mouth), taken(ear)
            found = delays(said, heard)
            late.append(median(found))
            share.append(len(found) / (60 / BURST_EVERY))
            memory.append((resident(ann), resident(bob)))
            underruns.append(bob.ask()["underruns"])
            print(
                f"minute {minute + 1}: {1000 * late[-1]:.0f} ms, heard {share[-1]:.0%}, "
                f"{memory[-1][0]:.1f} and {memory[-1][1]:.1f} MB, {underruns[-1] - underruns[-2]} underruns",
                flush=True,
            )
    assert median(share) >= HEARD
    assert min(late[-CALM:]) <= min(late[:CALM]) + LATER
    each = [after - before for before, after in pairwise(underruns)]
    assert not grew(each[:CALM], each[-CALM:])
    for before, after in zip(memory[WARM - 1], memory[-1], strict=True):
        assert after - before < GROWTH_MB
