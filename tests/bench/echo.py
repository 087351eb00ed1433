"""The echo canceller offline: the app's own chain, a simulated room with noise, clocks that drift.

``measure()`` takes some seconds and needs no device. The far end's words leave the loudspeaker, come back
through the room and into the microphone of a device whose clock runs at another pace; in the middle the
near person speaks at the same time, once as loud as in a headset, once normally, once faintly. The peer is
LiveKit's processing alone, made by ``bare``, on the same signals.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from livekit import rtc
from numpy.typing import NDArray
from tests.speech import FAR, NEAR, spoken

from xcord_voice.audio.chain import DELAY_MS, Chain, Processing, Stages
from xcord_voice.audio.farend import FarEnd
from xcord_voice.audio.frames import FRAME, Block
from xcord_voice.audio.ring import RATE
from xcord_voice.audio.stages import build

Sound = NDArray[np.float32]

SETTLED = 2 * RATE  # samples after which the canceller must have found the echo
FAR_DBFS, NOISE_DBFS = -26.0, -65.0  # the echo arrives at about -32
USUAL_DBFS = -26.0  # of a person who speaks as usual, 6 dB above the echo
NEAR_DBFS = (-20.0, USUAL_DBFS, -32.0)


@dataclass(frozen=True)
class EchoFigures:
    """``erle_db``: echo return loss from 2 s on, near person silent. ``kept_db``: how much the near person's
    words change while both speak, against the same words with nobody else speaking, by their level."""

    erle_db: float
    kept_db: dict[float, float]

    @property
    def near_speech_db(self) -> float:
        """Of a person who speaks as usual."""
        return self.kept_db[USUAL_DBFS]


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


def ours(wanted: Processing) -> Stages:
    """The app's own."""
    return build(wanted).stages


def bare(wanted: Processing) -> Stages:
    """LiveKit's processing alone."""
    return Stages(Bare(wanted))


class Bare:
    """As its documentation says to use it."""

    def __init__(self, wanted: Processing) -> None:
        self._module = rtc.AudioProcessingModule(
            echo_cancellation=wanted.echo_cancellation,
            noise_suppression=wanted.noise_suppression,
            high_pass_filter=wanted.high_pass,
            auto_gain_control=wanted.gain_control,
        )

    def play(self, frame: Block) -> None:
        self._module.process_reverse_stream(self._frame(frame))

    def process(self, frame: Block) -> Block:
        self._module.set_stream_delay_ms(DELAY_MS)
        processed = self._frame(frame)
        self._module.process_stream(processed)
        return np.frombuffer(processed.data, np.int16)

    @staticmethod
    def _frame(samples: Block) -> rtc.AudioFrame:
        return rtc.AudioFrame(bytearray(samples.tobytes()), RATE, 1, FRAME)


def measure(
    room: Room | None = None,
    wanted: Processing | None = None,
    make: Callable[[Processing], Stages] = ours,
    levels: tuple[float, ...] = NEAR_DBFS,
) -> EchoFigures:
    """Passes through the chain, as the app has it by default: echo alone; then for each level of the near
    person both, and that person alone."""
    room, wanted = room or Room(), wanted or Processing()
    words = spoken(FAR, dbfs=FAR_DBFS)
    begin, end = len(words) * 2, len(words) * 2 + len(spoken(NEAR, "en-gb"))
    played = np.tile(words, 3)[: end + FRAME]
    echo, noise = room.heard(played), room.noise(len(played))
    alone = through(make(wanted), played, echo + noise)
    kept = {}
    for level in levels:
        near = np.zeros_like(played)
        near[begin:end] = spoken(NEAR, "en-gb", level)
        both = through(make(wanted), played, echo + noise + near)
        quiet = through(make(wanted), np.zeros_like(played), noise + near)
        kept[level] = power(both[begin:end]) - power(quiet[begin:end])
    single = slice(SETTLED, begin)
    return EchoFigures(power(echo[single] + noise[single]) - power(alone[single]), kept)


def through(stages: Stages, played: Sound, captured: Sound) -> Sound:
    """What leaves the chain."""
    far = FarEnd()
    chain = Chain(far)
    chain.stages = stages
    samples = (np.clip(captured, -1.0, 1.0) * 32767).astype(np.int16)
    left = []
    for at in range(0, len(samples) - FRAME + 1, FRAME):
        far.tap(played[at : at + FRAME])
        left.append(chain.process(samples[at : at + FRAME]))
    return (np.concatenate(left) / np.float32(32768)).astype(np.float32)


def power(samples: Sound) -> float:
    """Mean power in dB; full scale is 1.0."""
    return float(10 * np.log10(np.mean(samples.astype(np.float64) ** 2) + 1e-12))
