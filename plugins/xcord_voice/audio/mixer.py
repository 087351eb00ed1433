"""All voices into one: gain per person, deafen, limiter. Knows neither devices nor LiveKit.

Voices are pushed from the media loop and pulled by the device's callback thread. A voice that was removed
is not heard any more when ``remove`` has returned.
"""

from __future__ import annotations

import logging
import threading

import numpy as np

from .engine import Tap
from .ring import RATE, Ring, Samples

log = logging.getLogger("xcord.voice.audio")

CEILING = 0.97  # full scale is 1.0
RELEASE = RATE * 150 // 1000  # samples in which the limiter lets go
RAMP = RATE * 10 // 1000  # samples over which a gain changes


class Voice:
    """One input of the mix. ``user`` decides its gain."""

    def __init__(self, user: str) -> None:
        self.user = user
        self.ring = Ring()
        self.gain = 0.0  # where the last ramp ended; every voice fades in


class Mixer:
    """Keys are whatever names a stream; gains are by user and outlive every stream."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._voices: dict[str, Voice] = {}
        self._gains: dict[str, float] = {}
        self._deafened = False
        self._master = 1.0
        self._envelope = 1.0
        self._tap: Tap | None = None

    def set_tap(self, tap: Tap | None) -> None:
        """Who else is given what is played: the echo canceller. One that raises is told in the log, once,
        and not called again."""
        self._tap = tap

    def add(self, key: str, user: str) -> None:
        """A stream begins."""
        with self._lock:
            self._voices[key] = Voice(user)

    def remove(self, key: str) -> None:
        """A stream ended; nothing of it is played after this."""
        with self._lock:
            self._voices.pop(key, None)

    def clear(self) -> None:
        """The call ended; nothing of it is played after this."""
        with self._lock:
            self._voices.clear()

    def push(self, key: str, samples: Samples) -> bool:
        """Samples of a stream, mono at 48 kHz; false if it was removed."""
        with self._lock:
            if (voice := self._voices.get(key)) is None:
                return False
            voice.ring.push(samples)
            return True

    def set_gains(self, percent: dict[str, int]) -> None:
        """How loud each user is, 0 to 200 percent; 100 for everybody else."""
        with self._lock:
            self._gains = {user: value / 100.0 for user, value in percent.items()}

    def set_deafened(self, on: bool) -> None:
        """Plays silence. Voices are still taken from their rings, so that nothing old is heard after."""
        with self._lock:
            self._deafened = on

    @property
    def underruns(self) -> int:
        """Of all present voices."""
        with self._lock:
            return sum(voice.ring.underruns for voice in self._voices.values())

    def pull(self, count: int) -> Samples:
        """The next ``count`` samples of the mix, mono, never above full scale."""
        played = self._mixed(count)
        if (tap := self._tap) is not None:
            try:
                tap(played)
            except Exception:
                self._tap = None
                log.exception("who listens to the mix failed and is left out from now on")
        return played

    def _mixed(self, count: int) -> Samples:
        mix: Samples = np.zeros(count, np.float32)
        with self._lock:
            for voice in self._voices.values():
                if (samples := voice.ring.pull(count)) is not None:
                    gain = self._gains.get(voice.user, 1.0)
                    mix += _ramped(samples, voice.gain, gain)
                    voice.gain = gain
            master, self._master = self._master, 0.0 if self._deafened else 1.0
            mix = _ramped(mix, master, self._master)
            return self._limit(mix)

    def _limit(self, mix: Samples) -> Samples:
        peak = float(np.abs(mix).max()) if len(mix) else 0.0
        wanted = CEILING / peak if peak > CEILING else 1.0
        start = min(self._envelope, wanted)
        released = min(wanted, self._envelope + len(mix) / RELEASE)
        end = wanted if wanted < self._envelope else released
        self._envelope = end
        if start == 1.0 and end == 1.0:
            return mix
        mix *= np.linspace(start, end, len(mix), dtype=np.float32)
        return np.clip(mix, -1.0, 1.0, out=mix)


def _ramped(samples: Samples, before: float, after: float) -> Samples:
    """The samples times a gain that changes without a click."""
    if before == after:
        return samples if after == 1.0 else samples * np.float32(after)
    curve: Samples = np.full(len(samples), after, np.float32)
    ramp = min(RAMP, len(samples))
    curve[:ramp] = np.linspace(before, after, ramp, dtype=np.float32)
    return samples * curve
