"""Spoken words to test sound with: espeak-ng, 48 kHz."""

from __future__ import annotations

import functools
import io
import subprocess
import wave

import numpy as np
from numpy.typing import NDArray

RATE = 48_000
FAR = (
    "This is the remote speaker talking in the call. Please tell me whether you can still hear an echo of my "
    "voice in the recording. We continue to talk for a while so that the echo canceller can converge."
)
NEAR = "Hello, I am the local person, and I must be heard by everybody else."


@functools.cache
def spoken(text: str, voice: str = "en-us", dbfs: float = -26.0) -> NDArray[np.float32]:
    """The words, mono, -1 to 1, at that RMS level. ``voice`` is one of espeak-ng's."""
    command = ["espeak-ng", "-v", voice, "-s", "150", "--stdout", text]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)
    with wave.open(io.BytesIO(done.stdout)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float64)
    count = len(samples) * RATE // rate
    stretched = np.interp(np.arange(count) * rate / RATE, np.arange(len(samples)), samples)
    stretched *= 10 ** (dbfs / 20) / np.sqrt(np.mean(stretched**2))
    words: NDArray[np.float32] = stretched.astype(np.float32)
    return words
