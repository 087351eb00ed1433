"""Listens to a monitor and tells when bursts began, in `time.monotonic()`, which all processes share."""

from __future__ import annotations

import contextlib
import os
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from tests.parts import end, spawn
from tests.plugins.xcord_voice.pulse import Pulse

RATE = 48_000
BURST_EVERY = 1.01  # seconds; no multiple of any period of a device
LOUD = 3000  # of 32768: the beginning of a burst, and nothing else
APART = 0.4  # seconds from one burst to the next at least


def burst() -> NDArray[np.float64]:
    """Half a dozen periods of 1 kHz that begin at once: 60 ms that no suppressor takes for noise."""
    samples = 0.6 * np.sin(2 * np.pi * 1000 * np.arange(RATE * 60 // 1000) / RATE)
    samples[-480:] *= np.linspace(1, 0, 480)
    return samples


class Onsets:
    """Blocks with the time at which each ended; when bursts began in them."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def take(self, samples: NDArray[np.int16], ended: float) -> None:
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
        if len(loud):
            at = ended - (len(samples) - int(loud[0])) / RATE
            if not self.times or at - self.times[-1] > APART:
                self.times.append(at)


class Monitor:
    """What came out of a sink, and when each block of it ended."""

    def __init__(self) -> None:
        self.blocks: list[NDArray[np.int16]] = []
        self.ended: list[float] = []
        self.onsets = Onsets()

    @property
    def samples(self) -> NDArray[np.int16]:
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0, np.int16)

    def moment(self, sample: int) -> float:
        """When that sample of ``samples`` was heard."""
        ends = np.cumsum([len(block) for block in self.blocks])
        block = int(np.searchsorted(ends, sample, side="right"))
        return self.ended[block] - int(ends[block] - sample) / RATE


@contextlib.contextmanager
def listening(pulse: Pulse, sink: str) -> Iterator[Monitor]:
    """The monitor hands over every 5 ms; that delay is part of what is measured, for everybody alike."""
    command = ["parec", "--raw", f"--device={sink}.monitor", "--format=s16le", "--channels=1"]
    recorder = spawn(
        [*command, f"--rate={RATE}", "--latency-msec=5"],
        env=pulse.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    monitor, pipe = Monitor(), recorder.stdout
    assert pipe is not None

    def read() -> None:
        rest = b""
        while data := os.read(pipe.fileno(), 1 << 16):
            now, whole = time.monotonic(), rest + data
            rest = whole[len(whole) - len(whole) % 2 :]
            block = np.frombuffer(whole[: len(whole) - len(rest)], np.int16)
            monitor.onsets.take(block, now)
            monitor.blocks.append(block)
            monitor.ended.append(now)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        yield monitor
    finally:
        end(recorder)
        thread.join(5)
        pipe.close()


def delays(causes: Sequence[float], effects: Sequence[float], most: float = 0.9) -> list[float]:
    """Seconds from each cause to the first effect after it that is near enough."""
    found = []
    for cause in causes:
        after = [effect - cause for effect in effects if -0.005 < effect - cause < most]
        if after:
            found.append(after[0])
    return found
