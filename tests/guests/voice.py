"""Speech-like sound, by turns: one guest speaks for two seconds, then the next.

A voice is a row of syllables: harmonics of a gliding pitch under three formants, a breath of noise between
them. It sounds like nobody in particular, and a speaking light takes it for speech. Whoever has no turn feeds
next to nothing, because encoding sound is what makes a guest expensive.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import numpy as np
from livekit import rtc
from numpy.typing import NDArray

RATE = 48_000
FRAME = RATE // 100  # a source without a queue takes exactly ten milliseconds
TURN_SECONDS = 2.0
SPEECH_SECONDS = 1.8
SIGN_SECONDS = 0.5
LATE_SECONDS = 0.5  # whoever is later gives up the turn, so as not to speak into the next one's
LEVEL = 0.12  # root mean square of full scale: -18 dBFS, a close microphone

Sound = NDArray[np.int16]


def speech(who: int) -> Sound:
    """What guest ``who`` says in one turn: mono, 48 kHz; high and low voices alternate."""
    dice = np.random.default_rng(who)
    base = (196.0, 112.0, 228.0, 178.0, 98.0, 208.0, 128.0, 104.0)[who % 8]
    parts = []
    left = int(SPEECH_SECONDS * RATE)
    while left > 0:
        count = min(left, int(dice.uniform(0.13, 0.24) * RATE))
        parts.append(_syllable(dice, base, count))
        left -= count
    sound = np.concatenate(parts)
    sound *= LEVEL / np.sqrt(np.mean(sound**2))
    return (np.clip(sound, -0.9, 0.9) * 32767).astype(np.int16)


def _syllable(dice: np.random.Generator, base: float, count: int) -> NDArray[np.float64]:
    moment = np.linspace(0, 1, count)
    pitch = base * dice.uniform(0.9, 1.15) * (1 + 0.06 * np.sin(np.pi * moment))
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    formants = ((dice.uniform(350, 750), 90.0), (dice.uniform(1000, 2000), 130.0), (2600.0, 200.0))
    voiced = np.zeros(count)
    for harmonic in range(1, int(3500 / base)):
        at = base * harmonic
        weight = sum(1 / (1 + ((at - centre) / width) ** 2) for centre, width in formants) + 0.15 / harmonic
        voiced += weight * np.sin(phase * harmonic)
    envelope = np.clip(np.sin(np.pi * moment) * 1.4 - 0.15, 0, 1)
    breath = dice.standard_normal(count) * 0.25 * np.clip(0.2 - moment, 0, 1)
    return np.asarray(voiced * envelope + breath)


def whose_turn(count: int, now: float | None = None) -> int:
    """Which of ``count`` guests speaks at a moment of the wall clock; the same in every process."""
    return int((time.time() if now is None else now) / TURN_SECONDS) % count


def source() -> rtc.AudioSource:
    """A microphone that :func:`speak` feeds. Without a queue, because a source that has one encodes silence
    for as long as nothing is fed: that costs more than all the rest of a guest."""
    return rtc.AudioSource(RATE, 1, queue_size_ms=0)


async def speak(microphone: rtc.AudioSource, who: int, may_speak: Callable[[], bool]) -> None:
    """Feed a turn whenever ``may_speak`` says so at its beginning; runs until it is cancelled.

    Between turns a sign of life is fed now and then, as a microphone with discontinuous transmission sends:
    without it the SFU takes a silent guest for one with a poor connection.
    """
    sound = speech(who)
    frames = [sound[at : at + FRAME] for at in range(0, len(sound) - FRAME + 1, FRAME)]
    silence = np.zeros(FRAME, np.int16)
    while True:
        begin = (time.time() // SIGN_SECONDS + 1) * SIGN_SECONDS
        await asyncio.sleep(max(0.0, begin - time.time()))
        if begin % TURN_SECONDS == 0 and may_speak():
            await _feed(microphone, frames, begin)
        else:
            await _feed(microphone, [silence, silence], begin)


async def _feed(microphone: rtc.AudioSource, frames: list[Sound], begin: float) -> None:
    """Feed frames at their time, two at once; gives up when the machine is too slow."""
    for n, frame in enumerate(frames):
        ahead = begin + n * FRAME / RATE - time.time()
        if ahead < -LATE_SECONDS:
            break
        if n % 2 == 0:
            await asyncio.sleep(max(0.0, ahead))
        await microphone.capture_frame(rtc.AudioFrame(frame.tobytes(), RATE, 1, FRAME))
