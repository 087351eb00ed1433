"""Sound devices behind one interface. Two of it: miniaudio, and none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from . import ring
from .ring import Samples

Pull = Callable[[int], Samples]
"""Given a number of samples, returns that many: mono, 48 kHz, -1 to 1. Called on the device's thread."""

Take = Callable[[NDArray[np.int16]], None]
"""Given captured samples: mono, 48 kHz, of any number. Called on the device's thread."""

Tap = Callable[[Samples], None]
"""Given exactly the samples that the loudspeaker plays next: mono, 48 kHz, -1 to 1, of any number, to be
read only during the call. Called on the device's thread, after the limiter; what it raises harms no sound."""


@dataclass(frozen=True)
class Profile:
    """How much delay is accepted for how much calm.

    :param latency_ms: how much lies ahead in the loudspeaker's buffer.
    :param frame_ms: what comes of each person at a time.
    :param least: samples of slack that each person's ring keeps at least.
    """

    latency_ms: int
    frame_ms: int
    least: int


NORMAL = Profile(30, 10, ring.NORMAL)
LOW = Profile(10, 10, ring.LOW)
PROFILES = {"normal": NORMAL, "low": LOW}


class Stream(Protocol):
    """A running device."""

    def close(self) -> None:
        """Stops it; no callback runs after this. Safe to repeat."""
        ...


class NoDevice(Exception):
    """``code`` is ``none``, ``permission`` (the system does not let us), ``busy`` (another program has it for
    itself) or ``failed``."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the device cannot be used: {code}")
        self.code = code


class AudioEngine(Protocol):
    """What the call needs of a sound system. Methods may block on a sound server: not for a loop."""

    name: Literal["miniaudio", "null"]
    problem: str
    """Empty, or a code that says why there is no sound."""

    def outputs(self) -> tuple[str, ...]:
        """Names of the playback devices."""
        ...

    def inputs(self) -> tuple[str, ...]:
        """Names of the recording devices."""
        ...

    def play(self, device: str, pull: Pull, latency_ms: int) -> Stream:
        """Plays on the named device, on the default one if it is not there, with so many milliseconds ahead.

        :raises NoDevice: there is none, or it cannot be used.
        """
        ...

    def capture(self, device: str, take: Take) -> Stream:
        """Records from the named device, from the default one if it is not there.

        :raises NoDevice: there is none, or it cannot be used.
        """
        ...

    def close(self) -> None:
        """Lets go of the sound system."""
        ...


class NullEngine:
    """A machine without sound: nothing is played, there is no microphone, and the call works."""

    name: Literal["miniaudio", "null"] = "null"

    def __init__(self, problem: str = "") -> None:
        self.problem = problem

    def outputs(self) -> tuple[str, ...]:
        return ()

    def inputs(self) -> tuple[str, ...]:
        return ()

    def play(self, device: str, pull: Pull, latency_ms: int) -> Stream:
        raise NoDevice("none")

    def capture(self, device: str, take: Take) -> Stream:
        raise NoDevice("none")

    def close(self) -> None:
        pass
