"""How old sound is when it arrives."""

from __future__ import annotations

from itertools import pairwise

from xcord_voice.audio.lateness import LATE, Lateness

BLOCK = 960


def test_a_burst_after_a_stall_is_as_old_as_it_is() -> None:
    lateness = Lateness(0.0)
    for count in range(50):
        assert lateness.age(count * 0.02 + 0.02, BLOCK) == 0.0
    # Nothing for two seconds, then all of it at once.
    ages = [lateness.age(3.0, BLOCK) for _ in range(100)]
    assert abs(ages[0] - 1.98) < 0.01
    assert all(before > after for before, after in pairwise(ages))
    assert ages[-1] < 0.001


def test_the_first_sound_may_be_old_too() -> None:
    lateness = Lateness(0.0)
    assert abs(lateness.age(2.0, BLOCK) - 1.98) < 0.01


def test_a_device_that_lost_samples_is_not_silent_for_long() -> None:
    lateness = Lateness(0.0)
    for count in range(50):
        assert lateness.age(count * 0.02, BLOCK) <= LATE
    # Two seconds of samples are lost for good: from now on everything is two seconds late.
    late = [lateness.age(3.0 + count * 0.02, BLOCK) > LATE for count in range(50)]
    assert late.index(False) <= 16
    assert not any(late[late.index(False) :])


def test_a_slow_clock_is_not_lateness() -> None:
    lateness = Lateness(0.0)
    # 200 ppm slow for an hour.
    assert all(lateness.age(count * 0.02 * 1.0002, BLOCK) <= LATE for count in range(180_000))


def test_a_stall_does_not_count_as_a_slow_clock() -> None:
    lateness = Lateness(0.0)
    lateness.age(0.02, BLOCK)
    # After five minutes the age is still exact to a millisecond.
    assert abs(lateness.age(300.0, BLOCK) - 299.96) < 0.001
