"""The echo canceller offline: the app's own chain, a simulated room with noise, clocks that drift.

``measure()`` takes a few seconds and needs no device. The far end's words leave the loudspeaker, come back
through the room and into the microphone of a device whose clock runs at another pace; in the middle the
near person speaks at the same time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from tests.speech import FAR, NEAR, spoken

from xcord_voice.audio.chain import Chain, Processing
from xcord_voice.audio.farend import FarEnd
from xcord_voice.audio.frames import FRAME
from xcord_voice.audio.ring import RATE
from xcord_voice.audio.stages import build

Sound = NDArray[np.float32]

SETTLED = 2 * RATE  # samples after which the canceller must have found the echo
FAR_DBFS, NEAR_DBFS, NOISE_DBFS = -26.0, -26.0, -65.0  # the echo arrives at about -32


@dataclass(frozen=True)
class EchoFigures:
    """``erle_db``: echo return loss from 2 s on, near person silent. ``near_speech_db``: how much the near
    person's words lose while both speak, against the same words with nobody else speaking."""

    erle_db: float
    near_speech_db: float


@dataclass(frozen=True)
class Room:
    """``delay_ms`` from the mix to the microphone without the room, ``ppm`` how far the clocks are apart."""

    delay_ms: int = 70
    ppm: int = 100
    seed: int = 1

    def heard(self, played: Sound) -> Sound:
        """What of it arrives at the microphone: direct sound, two walls, 300 ms of reverberation."""
        rng = np.random.default_rng(self.seed)
        time = np.arange(RATE // 4) / RATE
        answer = rng.standard_normal(len(time)) * np.exp(-6.9 * time / 0.3) * 0.02
        answer[[0, 500, 1700]] = (0.5, 0.2, -0.12)
        late = np.zeros(len(played))
        start = self.delay_ms * RATE // 1000
        late[start:] = played[: len(played) - start]
        drifted = np.interp(np.arange(len(late)) * (1 + self.ppm * 1e-6), np.arange(len(late)), late)
        size = 1 << (len(late) + len(answer)).bit_length()
        echo = np.fft.irfft(np.fft.rfft(drifted, size) * np.fft.rfft(answer, size), size)[: len(played)]
        return echo.astype(np.float32)

    def noise(self, count: int) -> Sound:
        rng = np.random.default_rng(self.seed + 1)
        return (rng.standard_normal(count) * 10 ** (NOISE_DBFS / 20)).astype(np.float32)


def measure(room: Room | None = None, wanted: Processing | None = None) -> EchoFigures:
    """Three passes through the chain, as the app has it by default: echo alone, both, near person alone."""
    room, wanted = room or Room(), wanted or Processing()
    words, mine = spoken(FAR, dbfs=FAR_DBFS), spoken(NEAR, "en-gb", NEAR_DBFS)
    played = np.tile(words, 3)
    begin, end = len(words) * 2, len(words) * 2 + len(mine)
    echo, noise = room.heard(played), room.noise(len(played))
    near = np.zeros_like(played)
    near[begin:end] = mine
    alone = through(wanted, played, echo + noise)
    both = through(wanted, played, echo + noise + near)
    quiet = through(wanted, np.zeros_like(played), noise + near)
    single = slice(SETTLED, begin)
    return EchoFigures(
        erle_db=power(echo[single] + noise[single]) - power(alone[single]),
        near_speech_db=power(both[begin:end]) - power(quiet[begin:end]),
    )


def through(wanted: Processing, played: Sound, captured: Sound) -> Sound:
    """What leaves the chain."""
    far = FarEnd()
    chain = Chain(far)
    chain.stages = build(wanted).stages
    samples = (np.clip(captured, -1.0, 1.0) * 32767).astype(np.int16)
    left = []
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        far.tap(played[at : at + FRAME])
        left.append(chain.process(samples[at : at + FRAME]))
    return (np.concatenate(left) / np.float32(32768)).astype(np.float32)


def power(samples: Sound) -> float:
    """Mean power in dB; full scale is 1.0."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))
