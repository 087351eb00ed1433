"""The mix: gains, ramps, limiter, underruns, and nothing of who is gone."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.plugins.xcord_voice.callers import level, tone, tone_level
from tests.plugins.xcord_voice.clicks import clicks

from xcord_voice.audio.limiter import AHEAD
from xcord_voice.audio.mixer import FADED_WITHIN, RAMP, Levels, Mixer
from xcord_voice.audio.ring import RATE

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
    mixer.set_levels(Levels({"ann": percent}))
    mixer.add("a", "ann")
    wanted = 20 * np.log10(0.25 * percent / 100)
    assert abs(tone_level(mixed(mixer, {"a": voice(440)}), 440) - wanted) < 0.1


def test_a_gain_of_zero_is_silence_and_others_are_heard() -> None:
    mixer = Mixer()
    mixer.set_levels(Levels({"ann": 0}))
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
    mixer.set_levels(Levels({"ann": 0}))
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
    mixer.set_levels(Levels({"ann": 200}))
    mixed(mixer, {"a": voice(440, 0.9)})
    mixer.set_levels(Levels())
    out = mixed(mixer, {"a": voice(440, 0.25)})
    assert abs(tone_level(out, 440) - 20 * np.log10(0.25)) < 0.1


def test_a_removed_voice_fades_out_without_a_click_and_is_gone() -> None:
    mixer = Mixer(lambda: 0.0)
    mixer.add("a", "ann")
    before = mixed(mixer, {"a": voice(440)})
    mixer.push("a", voice(440)[: 4 * BLOCK])
    before = np.concatenate((before, mixer.pull(BLOCK)))
    mixer.remove("a")
    assert not mixer.push("a", voice(440))
    after = np.concatenate([mixer.pull(BLOCK) for _ in range(4)])
    assert clicks(np.concatenate((before, after))) == []
    assert level(after[: RAMP // 2]) > -30
    assert level(after[RAMP + AHEAD :]) == -120.0


def test_who_was_removed_while_nobody_pulled_is_not_heard_later() -> None:
    now = [0.0]
    mixer = Mixer(lambda: now[0])
    mixer.add("a", "ann")
    mixed(mixer, {"a": voice(440)})
    for _ in range(3):
        mixer.push("a", voice(440)[:BLOCK])
    mixer.remove("a")
    now[0] += FADED_WITHIN + 0.01
    mixer.pull(BLOCK)  # what the limiter still holds
    assert level(mixer.pull(BLOCK)) == -120.0


@pytest.mark.parametrize("percent", [0, 50, 150, 200])
def test_the_loudspeakers_volume_is_over_everything_and_moves_without_a_click(percent: int) -> None:
    mixer = Mixer(lambda: 0.0)
    mixer.add("a", "ann")
    before = mixed(mixer, {"a": voice(440)})
    mixer.set_volume(percent)
    mixer.chime(voice(880))
    after = mixed(mixer, {"a": voice(440)})
    wanted = 20 * np.log10(max(0.25 * percent / 100, 1e-6))
    assert tone_level(after[: BLOCK * 30], 440) == pytest.approx(wanted, abs=0.1)
    assert tone_level(after[: BLOCK * 30], 880) == pytest.approx(wanted, abs=0.1)
    assert clicks(before) == clicks(after) == []


def test_deafened_is_silence_and_what_was_said_meanwhile_is_not_heard_later() -> None:
    mixer = Mixer()
    mixer.add("a", "ann")
    mixed(mixer, {"a": voice(440)})
    mixer.set_deafened(True)
    mixed(mixer, {"a": voice(440, seconds=0.3)})
    assert level(mixed(mixer, {"a": voice(440)})) == -120.0
    mixer.set_deafened(False)
    assert tone_level(mixed(mixer, {"a": voice(880)}), 440) < -60


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


def test_shared_sound_has_a_volume_of_its_own() -> None:
    mixer = Mixer()
    mixer.set_levels(Levels({"ann": 50}, {"ann": 200}))
    mixer.add("voice", "ann")
    mixer.add("screen", "ann", shared=True)
    out = mixed(mixer, {"voice": voice(440), "screen": voice(880)})
    assert tone_level(out, 440) == pytest.approx(20 * np.log10(0.125), abs=0.1)
    assert tone_level(out, 880) == pytest.approx(20 * np.log10(0.5), abs=0.1)


def test_a_silenced_person_is_not_heard_at_any_volume() -> None:
    mixer = Mixer()
    mixer.set_levels(Levels({"ann": 200}, {"ann": 200}, silenced=frozenset({"ann"})))
    mixer.add("voice", "ann")
    mixer.add("screen", "ann", shared=True)
    assert level(mixed(mixer, {"voice": voice(440), "screen": voice(880)})) < -90


def test_the_others_are_quieter_while_somebody_chosen_speaks() -> None:
    mixer = Mixer()
    mixer.set_levels(Levels(chosen=frozenset({"ann"}), attenuation=20))
    mixer.add("a", "ann")
    mixer.add("b", "bob")
    silence = np.zeros(RATE, np.float32)
    swell = np.interp(np.arange(RATE), (0, 2400, RATE - 2400, RATE), (0, 1, 1, 0)).astype(np.float32)
    told = np.concatenate((silence, voice(440) * swell, silence))
    out = mixed(mixer, {"a": told, "b": voice(880, seconds=3.0)})
    full = 20 * np.log10(0.25)
    assert tone_level(out[: RATE // 2], 880) == pytest.approx(full, abs=0.1)
    assert tone_level(out[RATE : RATE + RATE // 2], 880) == pytest.approx(full - 20, abs=0.1)
    assert tone_level(out[RATE : RATE + RATE // 2], 440) == pytest.approx(full, abs=0.1)
    assert tone_level(out[-RATE // 10 :], 880) == pytest.approx(full, abs=0.1)
    assert clicks(out) == []


def test_an_interface_sound_is_heard_once_by_the_deafened_too() -> None:
    mixer = Mixer()
    mixer.set_deafened(True)
    mixer.pull(BLOCK)
    mixer.chime(voice(440, seconds=0.1))
    out = np.concatenate([mixer.pull(BLOCK) for _ in range(20)])
    assert tone_level(out[:4800], 440) > -14
    assert level(out[5 * BLOCK + 200 :]) == -120.0
