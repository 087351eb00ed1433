"""Levels at a real sink's monitor: the app's sound with known voices, without a call."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.plugins.xcord_voice.callers import level, tone
from tests.plugins.xcord_voice.pulse import Pulse

from xcord_voice.audio.devices import open_engine
from xcord_voice.audio.mixer import Levels
from xcord_voice.audio.sound import Sound

BLOCK = 960
AMPLITUDE = 0.25
PERCENTS = (50, 100, 200)
SILENT_FOR = 1.5  # seconds until what was buffered before a mute is out


class Voices:
    """People who hum, at the pace of time. ``amplitude`` is everybody's."""

    def __init__(self, sound: Sound, people: int, amplitude: float) -> None:
        self._sound, self._people, self._amplitude = sound, people, amplitude
        self._stop = threading.Event()
        for number in range(people):
            sound.mixer.add(f"v{number}", f"u{number}")
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        start, count = time.monotonic(), 0
        while not self._stop.wait(max(0.0, start + count * BLOCK / 48_000 - time.monotonic())):
            for number in range(self._people):
                # Whole periods in each piece that hum_db takes.
                samples = tone(450 + 50 * number, count * BLOCK, BLOCK, self._amplitude)
                self._sound.mixer.push(f"v{number}", samples)
            count += 1

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for number in range(self._people):
            self._sound.mixer.remove(f"v{number}")


def hum_db(samples: NDArray[Any]) -> float:
    """Amplitude of a lone steady tone in dBFS: the middle of short pieces, which a gap or a cut of a starved
    machine does not move."""
    pieces = samples[: len(samples) // BLOCK * BLOCK].reshape(-1, BLOCK)
    return float(np.median([level(piece) for piece in pieces]) + 20 * np.log10(np.sqrt(2)))


def measure(pulse: Pulse) -> dict[str, float]:
    """``gain_error_db``: the worst of some gains; ``muted_db``; ``limiter_peak_dbfs`` of ten voices at full
    scale."""
    for name in ("PULSE_SERVER", "XDG_RUNTIME_DIR", "PULSE_RUNTIME_PATH"):
        os.environ[name] = pulse.environment[name]
    return asyncio.run(_measure(pulse))


async def _measure(pulse: Pulse) -> dict[str, float]:
    sound = Sound(open_engine, lambda devices: None)
    await sound.open("Speakers", "")
    await sound.play()

    async def heard(levels: Levels, seconds: float = 1.0) -> NDArray[Any]:
        sound.mixer.set_levels(levels)
        await asyncio.sleep(SILENT_FOR)
        return await asyncio.to_thread(pulse.record, seconds)

    one = Voices(sound, 1, AMPLITUDE)
    await asyncio.sleep(3)
    errors = []
    for percent in PERCENTS:
        wanted = 20 * np.log10(AMPLITUDE * percent / 100)
        errors.append(abs(hum_db(await heard(Levels({"u0": percent}))) - wanted))
    muted = max(level(await heard(Levels({"u0": 0}))), level(await heard(Levels(silenced=frozenset({"u0"})))))
    one.close()
    many = Voices(sound, 10, 1.0)
    loud = await heard(Levels(), 3.0)
    many.close()
    await sound.aclose()
    if level(loud) < -20:
        raise RuntimeError("ten people at full scale were not heard")
    peak = int(np.abs(loud.astype(np.int32)).max())
    return {
        "gain_error_db": float(max(errors)),
        "muted_db": muted,
        "limiter_peak_dbfs": float(20 * np.log10(peak / 32768)),
    }
