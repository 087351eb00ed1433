"""Speaking from levels, as timelines: 20 ms a block."""

from __future__ import annotations

from xcord_voice.speaking import HOLD, Speakers, decibels


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
