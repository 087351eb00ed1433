"""Voice activity, as timelines: one column is one frame of 10 ms."""

from __future__ import annotations

import numpy as np
import pytest

from xcord_voice.audio.activity import Activity
from xcord_voice.audio.frames import FRAME

LEVELS = {"#": -20.0, "+": -49.0, "=": -50.0, "-": -51.0, ".": -90.0}


def passed(heard: str, hold: float = 0.03, threshold: float = -50.0) -> str:
    """Which frames were sent: their own column, wherever they were sent from."""
    activity = Activity(threshold, hold)
    sent = [" "] * len(heard)
    for column, sign in enumerate(heard):
        for frame in activity.admit(np.full(FRAME, column, np.int16), LEVELS[sign]):
            assert sent[int(frame[0])] == " ", "sent twice"
            sent[int(frame[0])] = "x"
    return "".join(sent)


@pytest.mark.parametrize(
    ("heard", "expected"),
    [
        ("..........", "          "),
        # Two frames before, three after.
        (".....#.....", "   xxxxxx  "),
        ("#.........", "xxxx      "),
        (".....=.....", "   xxxxxx  "),
        (".....-.....", "           "),
        # A pause that is shorter than the hold does not cut.
        ("....#..#....", "  xxxxxxxxx "),
        # What was sent already is not sent again.
        ("...#....#...", " xxxxxxxxxxx"),
        ("++++++++++", "xxxxxxxxxx"),
    ],
)
def test_speech_opens_and_a_pause_closes(heard: str, expected: str) -> None:
    assert passed(heard).ljust(len(expected)) == expected


def test_nothing_of_before_a_gap_is_sent() -> None:
    activity = Activity()
    activity.admit(np.full(FRAME, 1, np.int16), -90.0)
    activity.forget()
    frames = activity.admit(np.full(FRAME, 2, np.int16), -10.0)
    assert [int(frame[0]) for frame in frames] == [2]


def test_a_reset_closes() -> None:
    activity = Activity(hold=10.0)
    activity.admit(np.full(FRAME, 1, np.int16), -10.0)
    activity.reset()
    assert not activity.open
    assert activity.admit(np.full(FRAME, 2, np.int16), -90.0) == []
