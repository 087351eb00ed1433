"""What is said into an echo test comes back after three seconds, and never after it ended."""

from __future__ import annotations

import numpy as np

from xcord_voice.audio.echotest import DELAY, EchoTest
from xcord_voice.audio.mixer import Mixer

BLOCK = 960


def say(test: EchoTest, mixer: Mixer, value: int, count: int) -> list[float]:
    """Speaks and listens for some blocks of 20 ms; the loudest sample of each that was heard."""
    heard = []
    for _ in range(count):
        test.deliver(np.full(BLOCK, value, np.int16))
        heard.append(float(np.abs(mixer.pull(BLOCK)).max()))
    return heard


def test_it_comes_back_three_seconds_later() -> None:
    mixer = Mixer()
    test = EchoTest(mixer)
    heard = say(test, mixer, 8192, 200)
    first = next(at for at, loudest in enumerate(heard) if loudest > 0.1)
    # Three seconds, and what the ring waits for before it plays.
    assert DELAY / BLOCK <= first < DELAY / BLOCK + 15


def test_a_pause_is_as_long_as_it_was() -> None:
    mixer = Mixer()
    test = EchoTest(mixer)
    test.skip(DELAY)
    test.deliver(np.full(BLOCK, 8192, np.int16))
    heard = []
    for _ in range(180):
        test.skip(BLOCK)
        heard.append(float(np.abs(mixer.pull(BLOCK)).max()))
    first = next(at for at, loudest in enumerate(heard) if loudest > 0.1)
    assert DELAY / BLOCK - 2 <= first < DELAY / BLOCK + 15


def test_nothing_is_heard_after_its_end() -> None:
    mixer = Mixer()
    test = EchoTest(mixer)
    say(test, mixer, 8192, 160)
    test.close()
    # The limiter looks two milliseconds ahead, so these are still on their way.
    mixer.pull(BLOCK)
    assert max(say(test, mixer, 8192, 200)) == 0.0
