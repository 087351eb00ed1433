"""Timelines: who counts as a speaker, second by second."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord_layout.speakers import Speakers


def after(*moments: tuple[float, str], until: float) -> Speakers:
    """Each moment says who speaks from then on."""
    speakers = Speakers()
    for at, users in moments:
        speakers.see(at, users)
    speakers.settle(until)
    return speakers


@pytest.mark.parametrize(
    ("moments", "until", "expected"),
    [
        ([(0, "a")], 0.9, []),
        ([(0, "a")], 1.0, ["a"]),
        ([(0, "a"), (0.9, ""), (1.0, "a")], 1.9, []),  # a cough, and the second begins anew
        ([(0, "a"), (0.9, ""), (1.0, "a")], 2.0, ["a"]),
        ([(0, "a"), (2, "")], 61.9, ["a"]),
        ([(0, "a"), (2, "")], 62.0, []),
        ([(0, "a"), (2, ""), (61, "a"), (61.1, "")], 121.0, ["a"]),  # a word in between keeps it
        ([(0, "a"), (2, "b"), (4, "")], 5, ["b", "a"]),  # the latest first
        ([(0, "a"), (2, "ab"), (4, "a")], 5, ["a", "b"]),  # who speaks now before who spoke
        ([(0, "a"), (2, "b")], 2.5, ["a"]),
    ],
)
def test_a_second_makes_a_speaker_and_a_minute_of_silence_ends_it(
    moments: list[tuple[float, str]], until: float, expected: list[str]
) -> None:
    assert after(*moments, until=until).now == expected


def test_it_says_when_to_look_again() -> None:
    speakers = Speakers()
    assert speakers.due() is None
    speakers.see(10, "a")
    assert speakers.due() == 11
    speakers.settle(11)
    assert speakers.due() is None  # a speaker who speaks needs no looking after
    speakers.see(12, "b")
    assert speakers.due() == 13
    speakers.see(12.5, "")
    assert speakers.due() == 72
    speakers.settle(72)
    assert speakers.due() is None
    assert speakers.now == []


def test_who_never_spoke_gives_way_before_who_spoke_long_ago() -> None:
    speakers = after((0, "a"), (0.5, "b"), (0.8, ""), until=1)
    assert speakers.quietest("abc") == ["c", "a", "b"]
    speakers.see(2, "b")
    speakers.settle(3)
    assert speakers.quietest("abc") == ["c", "a"]


def test_who_left_is_forgotten() -> None:
    speakers = after((0, "ab"), until=2)
    speakers.forget("b")
    assert speakers.now == ["b"]


@given(st.lists(st.tuples(st.integers(0, 70), st.sets(st.sampled_from("abc")))))
def test_at_the_moment_it_names_something_changes_and_before_it_nothing(
    steps: list[tuple[int, set[str]]],
) -> None:
    speakers, now = Speakers(), 0.0
    for pause, users in steps:
        now += pause / 4
        speakers.see(now, users)
        before = speakers.now
        if (due := speakers.due()) is not None:
            speakers.settle(due - 0.01)
            assert speakers.now == before
            speakers.settle(due)
            assert set(speakers.now) != set(before)
            now = due
