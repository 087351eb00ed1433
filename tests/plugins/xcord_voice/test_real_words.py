"""Words from one app's microphone to another app's loudspeaker: a real SFU, real devices, two apps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.parts import LiveKit
from tests.plugins.xcord_voice.callers import level
from tests.plugins.xcord_voice.pulse import Pulse
from tests.speech import FAR, spoken

RATE = 48_000
PLAIN = {
    f"voice.{name}": False for name in ("echo_cancellation", "noise_suppression", "gain_control", "high_pass")
} | {"voice.sounds.volume": 0}


def likeness(heard: NDArray[Any], said: NDArray[Any]) -> float:
    """How much of half a second that was heard is the words, wherever in them: 0 nothing, 1 all of it."""
    piece, words = heard.astype(np.float64), np.concatenate((said, said[: len(heard)])).astype(np.float64)
    size = 1 << (len(words) + len(piece)).bit_length()
    products = np.fft.irfft(np.fft.rfft(words, size) * np.conj(np.fft.rfft(piece, size)), size)
    energy = np.concatenate(([0.0], np.cumsum(words**2)))
    energies = energy[len(piece) :] - energy[: -len(piece)]
    best = products[: len(energies)] / np.sqrt(energies * (piece @ piece) + 1e-12)
    return float(best.max())


async def recovered(server: Pulse, words: NDArray[Any]) -> None:
    """Returns when three seconds of the words came out as loud as they were said. A starved machine loses and
    stretches sound in between."""
    good: list[NDArray[Any]] = []
    async with asyncio.timeout(120):
        while len(good) < 6 or abs(level(np.concatenate(good)) + 20) > 4:
            heard = await asyncio.to_thread(server.record, 4.0)
            pieces = [heard[at : at + RATE // 2] for at in range(0, len(heard), RATE // 2)]
            good += [piece for piece in pieces if level(piece) > -35 and likeness(piece, words) > 0.9]


def test_the_measure_tells_words_from_others() -> None:
    words, others = spoken(FAR), spoken("Seven brave foxes sail towards the northern light.", "en-gb")
    assert likeness(words[30_000:54_000] * 0.3, words) > 0.99
    assert likeness(others[30_000:54_000], words) < 0.4


async def test_words_spoken_into_one_app_come_out_of_the_other(
    livekit: LiveKit, either: Pulse, real_voice: Callable[..., Any]
) -> None:
    words = spoken(FAR, dbfs=-20.0)
    async with real_voice(options=PLAIN) as ann, real_voice(options=PLAIN) as bob:
        for world, identity, speaks in ((ann, "ann:desk", True), (bob, "bob:desk", False)):
            token = livekit.token(identity, "r", can_publish=speaks)
            await world.ask("voice.join", {"url": livekit.url, "token": token})
        await ann.until(lambda: ann.read("voice").microphone == "on", timeout=30)
        with either.speaking((words * 32767).astype(np.int16)):
            await bob.until(lambda: "ann" in bob.read("speaking").users, timeout=30)

            await recovered(either, words)
            await bob.ask("voice.silence", {"user": "ann", "on": True})
            await asyncio.sleep(1.0)
            assert level(await asyncio.to_thread(either.record, 1.0)) < -90
            await bob.ask("voice.silence", {"user": "ann", "on": False})
            await recovered(either, words)
