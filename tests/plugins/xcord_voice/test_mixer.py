"""The mix: gains, ramps, limiter, underruns, and nothing of who is gone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.plugins.xcord_voice.callers import level, tone, tone_level

from xcord_voice.audio.mixer import Mixer
from xcord_voice.audio.ring import LEAST, MOST, SLACK, Ring

BLOCK = 960


def voice(hertz: float, amplitude: float = 0.25, seconds: float = 1.0) -> NDArray[np.float32]:
    samples = tone(hertz, 0, int(48_000 * seconds), amplitude).astype(np.float32)
    return samples * np.float32(1 / 32768)


def mixed(mixer: Mixer, voices: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """Pushes and pulls block by block; returns what was played once everybody plays."""
    out = []
    for start in range(0, len(next(iter(voices.values()))), BLOCK):
        for key, samples in voices.items():
            mixer.push(key, samples[start : start + BLOCK])
        out.append(mixer.pull(BLOCK))
    return np.concatenate(out)[10 * BLOCK :]


@pytest.mark.parametrize("percent", [200, 100, 50, 25])
def test_a_gain_is_exact_to_a_tenth_of_a_decibel(percent: int) -> None:
    mixer = Mixer()
    mixer.set_gains({"ann": percent})
    mixer.add("a", "ann")
    wanted = 20 * np.log10(0.25 * percent / 100)
    assert abs(tone_level(mixed(mixer, {"a": voice(440)}), 440) - wanted) < 0.1


def test_a_gain_of_zero_is_silence_and_others_are_heard() -> None:
    mixer = Mixer()
    mixer.set_gains({"ann": 0})
    mixer.add("a", "ann")
    mixer.add("b", "bob")
    out = mixed(mixer, {"a": voice(440), "b": voice(880)})
    assert tone_level(out, 440) < -90
    assert tone_level(out, 880) > -13


def test_a_gain_that_changes_makes_no_click() -> None:
    mixer = Mixer()
    mixer.add("a", "ann")
    samples = voice(100)
    before = mixed(mixer, {"a": samples})
    mixer.set_gains({"ann": 0})
    mixer.push("a", samples[: 4 * BLOCK])
    after = np.concatenate((before[-BLOCK:], mixer.pull(BLOCK)))
    steepest = np.abs(np.diff(before)).max()
    assert np.abs(np.diff(after)).max() < steepest * 1.5


def test_ten_full_scale_voices_stay_below_full_scale() -> None:
    mixer = Mixer()
    voices = {}
    for count in range(10):
        mixer.add(str(count), str(count))
        voices[str(count)] = voice(200 + 37 * count, 1.0)
    out = mixed(mixer, voices)
    assert np.abs(out).max() <= 1.0
    assert level(out) > -15


def test_the_limiter_lets_go() -> None:
    mixer = Mixer()
    mixer.add("a", "ann")
    mixer.set_gains({"ann": 200})
    mixed(mixer, {"a": voice(440, 0.9)})
    mixer.set_gains({})
    out = mixed(mixer, {"a": voice(440, 0.25)})
    assert abs(tone_level(out, 440) - 20 * np.log10(0.25)) < 0.1


def test_nothing_of_a_removed_voice_is_played() -> None:
    mixer = Mixer()
    mixer.add("a", "ann")
    mixer.push("a", voice(440))
    mixer.pull(BLOCK)
    mixer.remove("a")
    assert not mixer.push("a", voice(440))
    assert level(mixer.pull(BLOCK)) == -120.0


def test_deafened_is_silence_and_what_was_said_meanwhile_is_not_heard_later() -> None:
    mixer = Mixer()
    mixer.add("a", "ann")
    mixed(mixer, {"a": voice(440)})
    mixer.set_deafened(True)
    mixed(mixer, {"a": voice(440, seconds=0.3)})
    assert level(mixed(mixer, {"a": voice(440)})) == -120.0
    mixer.set_deafened(False)
    assert tone_level(mixed(mixer, {"a": voice(880)}), 440) < -60


def test_a_ring_waits_until_it_is_filled_and_learns_from_an_underrun() -> None:
    ring = Ring()
    ring.push(np.ones(LEAST - 1, np.float32))
    assert ring.pull(BLOCK) is None
    ring.push(np.ones(BLOCK, np.float32))
    for _ in range(3):
        ring.pull(BLOCK)
    assert ring.underruns == 1
    assert ring.target > LEAST
    for _ in range(50):
        ring.push(np.ones(ring.target, np.float32))
        while ring.pull(BLOCK) is not None:
            pass
    assert ring.target <= MOST


def test_what_waits_too_long_is_cut() -> None:
    ring = Ring()
    ring.push(np.ones(48_000 // 2, np.float32))
    ring.pull(BLOCK)
    assert ring.waiting <= ring.target + SLACK + BLOCK
    assert ring.cut > 0


def test_a_ring_that_nobody_pulls_stays_small() -> None:
    ring = Ring()
    for _ in range(1000):
        ring.push(np.ones(BLOCK, np.float32))
    assert ring.waiting <= 48_000 // 2 + BLOCK


def test_the_tap_is_given_what_is_played_and_cannot_break_it(caplog: pytest.LogCaptureFixture) -> None:
    mixer, tapped = Mixer(), list[NDArray[np.float32]]()
    mixer.add("a", "ann")
    mixer.set_tap(lambda samples: tapped.append(samples.copy()))
    played = mixed(mixer, {"a": voice(440)})
    assert np.array_equal(np.concatenate(tapped)[10 * BLOCK :], played)
    mixer.set_tap(lambda samples: [][len(samples)])
    mixer.pull(BLOCK)
    mixer.pull(BLOCK)
    assert caplog.text.count("left out") == 1
