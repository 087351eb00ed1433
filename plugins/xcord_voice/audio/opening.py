"""Opens the device that a line wants. All of it in the sound thread, for sound systems may block."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .engine import AudioEngine, NoDevice, Pull, Stream, Take
from .line import Line, Opened
from .ring import Samples


@dataclass(frozen=True)
class Direction:
    """Playing or recording. ``open`` opens a device by its name, ``probe`` the same with silence, and with
    nobody who takes what is recorded."""

    names: Callable[[AudioEngine], tuple[str, ...]]
    open: Callable[[AudioEngine, str], Stream]
    probe: Callable[[AudioEngine, str], Stream]

    def opened(self, line: Line, engine: AudioEngine) -> Opened:
        """The wanted device, or the default one in its place."""
        now = time.monotonic()
        name = line.wanted(now, self.names(engine))
        opened = _opened(self.open, engine, name)
        if opened.stream is None and name:
            line.shun(now, name)
            return _opened(self.open, engine, "")._replace(refused=opened.problem)
        return opened._replace(refused=opened.problem)

    def free(self, line: Line, engine: AudioEngine) -> bool:
        """Whether a device that was refused opens now. What is in its place goes on."""
        now = time.monotonic()
        name = line.wanted(now, self.names(engine))
        probe = _opened(self.probe, engine, name)
        probe.close()
        if probe.stream is None:
            line.shun(now, name)
        return probe.stream is not None


def playing(pull: Callable[[int], Pull], latency_ms: Callable[[], int]) -> Direction:
    """Loudspeakers. Both arguments are asked at each opening, what is pulled for that latency."""

    def play(engine: AudioEngine, name: str) -> Stream:
        ms = latency_ms()
        return engine.play(name, pull(ms), ms)

    return Direction(
        lambda engine: engine.outputs(),
        play,
        lambda engine, name: engine.play(name, _silence, latency_ms()),
    )


def recording(take: Take) -> Direction:
    """Microphones."""
    return Direction(
        lambda engine: engine.inputs(),
        lambda engine, name: engine.capture(name, take),
        lambda engine, name: engine.capture(name, lambda block: None),
    )


def _silence(count: int) -> Samples:
    return np.zeros(count, np.float32)


def _opened(open_: Callable[[AudioEngine, str], Stream], engine: AudioEngine, name: str) -> Opened:
    try:
        return Opened(name, open_(engine, name))
    except NoDevice as error:
        return Opened(name, None, error.code)
