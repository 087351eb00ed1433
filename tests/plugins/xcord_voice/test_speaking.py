"""Speaking from levels, as timelines: 20 ms a block."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.guests.voice import speech

from xcord_voice.audio.ring import RATE
from xcord_voice.speaking import HOLD, SLICE, Speakers, decibels
from xcord_voice.streams import levels

BLOCK = RATE // 50


def play(speakers: Speakers, start: float, dbfs: list[float], user: str = "ann") -> float:
    """Feeds one block every 20 ms; returns the time of the last."""
    for count, level in enumerate(dbfs):
        speakers.level(user, start + count * 0.02, level)
    return start + (len(dbfs) - 1) * 0.02


def test_a_voice_counts_from_its_second_block_on() -> None:
    speakers = Speakers()
    assert not speakers.level("ann", 0.0, -20)
    assert speakers.level("ann", 0.02, -20)
    assert speakers.users == ("ann",)


def test_a_click_does_not_count() -> None:
    speakers = Speakers()
    play(speakers, 0.0, [-10, *[-80] * 30, -10, *[-80] * 30])
    assert not speakers.users


def first_lit(sound: NDArray[np.int16]) -> float | None:
    """When somebody who sends this is lit, in seconds of the sound; None if never."""
    speakers = Speakers()
    for at in range(BLOCK, len(sound) + 1, BLOCK):
        if speakers.level("ann", at / RATE, *levels(sound[at - BLOCK : at])):
            return at / RATE
    return None


@pytest.mark.parametrize("who", range(5))
def test_a_voice_counts_before_the_second_block_wherever_in_a_block_it_begins(who: int) -> None:
    taken = []
    for begin in range(0, BLOCK, 48):
        silence = np.zeros(5 * BLOCK + begin, np.int16)
        lit = first_lit(np.concatenate((silence, speech(who))))
        assert lit is not None
        taken.append(lit - len(silence) / RATE)
    assert max(taken) < 0.05  # two whole blocks after the one in which it begins would be up to 0.06
    assert np.mean(taken) < 0.036


@pytest.mark.parametrize("milliseconds", [1, 3, 5])
def test_a_loud_click_does_not_count_wherever_in_a_block_it_is(milliseconds: int) -> None:
    for begin in range(0, BLOCK, 48):
        sound = np.zeros(50 * BLOCK, np.int16)
        at = 5 * BLOCK + begin
        sound[at : at + milliseconds * RATE // 1000] = 20_000
        if begin + milliseconds * RATE // 1000 <= BLOCK:  # else it makes two loud blocks
            assert first_lit(sound) is None


def test_what_hums_below_the_threshold_does_not_count_for_its_peaks() -> None:
    spectrum = np.fft.rfft(np.random.default_rng(7).standard_normal(60 * RATE))
    frequencies = np.fft.rfftfreq(60 * RATE, 1 / RATE)
    hum = np.fft.irfft(spectrum * ((frequencies > 40) & (frequencies < 300)))
    hum *= 10 ** (-50 / 20) / np.sqrt(np.mean(hum**2))
    assert np.max(np.convolve(hum**2, np.ones(240) / 240, "same")) > 10 ** (-45 / 10)  # slices are above it
    assert first_lit((hum * 32767).astype(np.int16)) is None


def test_a_row_goes_on_from_block_to_block_and_not_over_silence() -> None:
    speakers, quiet = Speakers(), (-60.0, -60.0)
    assert not speakers.level("ann", 0.0, -47.0, (*quiet, -44.0, -44.0))
    assert speakers.level("ann", 4 * SLICE, -47.0, (-44.0, -60.0, *quiet))
    speakers = Speakers()
    assert not speakers.level("ann", 0.0, -47.0, (*quiet, -44.0, -44.0))
    assert not speakers.level("ann", 4 * SLICE, -80.0)
    assert not speakers.level("ann", 8 * SLICE, -47.0, (-44.0, -60.0, *quiet))


def test_a_pause_between_words_is_held_and_the_end_is_not() -> None:
    speakers = Speakers()
    spoken = play(speakers, 0.0, [-20] * 10)
    assert not speakers.level("ann", spoken + HOLD - 0.01, -80)
    assert speakers.users == ("ann",)
    assert speakers.level("ann", spoken + HOLD, -80)
    assert not speakers.users


def test_a_quiet_room_is_silence() -> None:
    speakers = Speakers()
    play(speakers, 0.0, [-60] * 100)
    assert not speakers.users


def test_who_is_gone_or_muted_stops_at_once() -> None:
    speakers = Speakers()
    play(speakers, 0.0, [-20] * 5)
    play(speakers, 0.0, [-20] * 5, "bob")
    assert speakers.users == ("ann", "bob")
    assert speakers.silent("ann")
    assert speakers.clear()
    assert not speakers.users


def test_levels_are_full_scale() -> None:
    assert decibels(1.0) == 0.0
    assert decibels(0.01) == -20.0
    assert decibels(0.0) == -120.0
