"""All voices into one: gain per person, attenuation, deafen, interface sounds, limiter. Knows neither devices
nor LiveKit.

Voices are pushed from the SDK's thread and pulled by the device's. Of a voice that was removed nothing more
is taken when ``remove`` has returned; the next 10 ms of it fade out, so that there is no click.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .engine import Tap
from .limiter import Limiter
from .ring import NORMAL, RATE, Ring, Samples

log = logging.getLogger("xcord.voice.audio")

RAMP = RATE * 10 // 1000  # samples over which a gain changes
SPEAKING = 10 ** (-45 / 10)  # mean square of a block in which somebody chosen speaks: -45 dBFS
HOLD = RATE * 600 // 1000  # samples for which the others stay attenuated after that
FULL = 1 / 32768  # full scale of 16 bits
FADED_WITHIN = 0.2  # seconds after its removal in which a voice fades out; where nobody pulls it is just gone


@dataclass(frozen=True)
class Levels:
    """How loud the user wants everybody, by user; it outlives every stream.

    :param voices: percent, 0 to 200, of those who are not at 100.
    :param screens: the same for the sound of shared screens.
    :param silenced: users of whom nothing is played.
    :param chosen: users for whom all others are attenuated while they speak.
    :param attenuation: by how many decibels; 0 is off.
    """

    voices: Mapping[str, int] = field(default_factory=dict)
    screens: Mapping[str, int] = field(default_factory=dict)
    silenced: frozenset[str] = frozenset()
    chosen: frozenset[str] = frozenset()
    attenuation: int = 0


class Voice:
    """One input of the mix."""

    def __init__(self, user: str, shared: bool, ring: Ring) -> None:
        self.user, self.shared, self.ring = user, shared, ring
        self.gain = 0.0  # where the last ramp ended; every voice fades in


class Mixer:
    """Keys are whatever names a stream.

    :param now: monotonic seconds.
    """

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._voices: dict[str, Voice] = {}
        self._leaving: list[tuple[Voice, float]] = []
        self._chimes: list[Samples] = []
        self._levels = Levels()
        self._least = NORMAL
        self._deafened = False
        self._master = 1.0
        self._volume = self._volume_before = 1.0
        self._hold = 0
        self._limiter = Limiter()
        self._tap: Tap | None = None
        self.pulls = 0
        """How often a device has pulled."""

    # -- what is wanted --------------------------------------------------------------------------------

    def set_levels(self, levels: Levels) -> None:
        """How loud everybody is from now on."""
        with self._lock:
            self._levels = levels

    def set_volume(self, percent: int) -> None:
        """How loud everything is, interface sounds too: 0 to 200 percent."""
        self._volume = percent / 100.0

    def set_deafened(self, on: bool) -> None:
        """Plays no voice. Voices are still taken from their rings, so that nothing old is heard after."""
        with self._lock:
            self._deafened = on

    def set_least(self, samples: int) -> None:
        """The least headroom of each voice: the latency profile's."""
        with self._lock:
            self._least = samples
            for voice in self._voices.values():
                voice.ring.least = voice.ring.margin = samples

    def set_tap(self, tap: Tap | None) -> None:
        """Who else is given what is played: the echo canceller. One that raises is told in the log, once,
        and not called again."""
        self._tap = tap

    # -- what there is ---------------------------------------------------------------------------------

    def add(self, key: str, user: str, *, shared: bool = False) -> None:
        """A stream begins: a voice, or the ``shared`` sound of a screen."""
        with self._lock:
            self._voices[key] = Voice(user, shared, Ring(self._least, self._now))

    def remove(self, key: str) -> None:
        """A stream ended; it fades out over the next 10 ms that are played."""
        with self._lock:
            if (voice := self._voices.pop(key, None)) is not None and voice.gain:
                self._leaving.append((voice, self._now() + FADED_WITHIN))

    def push(self, key: str, samples: NDArray[np.int16] | Samples) -> bool:
        """Samples of a stream, mono at 48 kHz, by one thread at a time; false if it was removed."""
        # Without the lock: whoever pulls may hold it, and would hold up the SDK's thread.
        if (voice := self._voices.get(key)) is None:
            return False
        voice.ring.push(samples, FULL if samples.dtype == np.int16 else 1.0)
        return True

    def chime(self, samples: Samples) -> None:
        """An interface sound, mixed in from now on; heard by the deafened too."""
        with self._lock:
            self._chimes.append(samples)

    @property
    def underruns(self) -> int:
        """Of all present voices."""
        with self._lock:
            return sum(voice.ring.underruns for voice in self._voices.values())

    # -- the device's thread ---------------------------------------------------------------------------

    def pull(self, count: int) -> Samples:
        """The next ``count`` samples of the mix, mono, never above full scale."""
        self.pulls += 1
        with self._lock:
            mix = self._voiced(count)
            for number, chime in enumerate(self._chimes):
                part = chime[:count]
                mix[: len(part)] += part
                self._chimes[number] = chime[count:]
            self._chimes = [chime for chime in self._chimes if len(chime)]
            before, self._volume_before = self._volume_before, self._volume
            mix = _ramped(mix, before, self._volume_before)
            played = self._limiter.limit(mix)
        if (tap := self._tap) is not None:
            try:
                tap(played)
            except Exception:
                self._tap = None
                log.exception("who listens to the mix failed and is left out from now on")
        return played

    def _voiced(self, count: int) -> Samples:
        mix: Samples = np.zeros(count, np.float32)
        levels = self._levels
        quieter = 10 ** (-levels.attenuation / 20) if self._hold > 0 else 1.0
        self._hold = max(0, self._hold - count)
        for voice in self._voices.values():
            if (samples := voice.ring.pull(count)) is None:
                continue
            chosen = bool(levels.chosen) and voice.user in levels.chosen and not voice.shared
            if chosen and levels.attenuation and float(samples @ samples) > SPEAKING * count:
                self._hold = HOLD
            gain = _gain(voice, levels) * (1.0 if chosen else quieter)
            before, voice.gain = voice.gain, gain
            if gain == before == 1.0:
                mix += samples
            elif before or gain:
                mix += _ramped(samples, before, gain)
        if self._leaving:
            self._fade_out(mix)
        master, self._master = self._master, 0.0 if self._deafened else 1.0
        return _ramped(mix, master, self._master)

    def _fade_out(self, mix: Samples) -> None:
        now = self._now()
        for voice, until in self._leaving:
            if now <= until and (samples := voice.ring.pull(len(mix))) is not None:
                mix += _ramped(samples, voice.gain, 0.0)
        self._leaving.clear()


def _gain(voice: Voice, levels: Levels) -> float:
    if voice.user in levels.silenced:
        return 0.0
    return (levels.screens if voice.shared else levels.voices).get(voice.user, 100) / 100.0


def _ramped(samples: Samples, before: float, after: float) -> Samples:
    """The samples times a gain that changes without a click."""
    if before == after:
        return samples if after == 1.0 else samples * np.float32(after)
    curve: Samples = np.full(len(samples), after, np.float32)
    ramp = min(RAMP, len(samples))
    curve[:ramp] = np.linspace(before, after, ramp, dtype=np.float32)
    return samples * curve
