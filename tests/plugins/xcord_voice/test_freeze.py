"""Pictures that stand still: what is counted over time, and when a track is taken anew."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from xcord_voice.freeze import AGAIN_AFTER, Freeze

Count = Callable[[float], int]
LOOK = 0.3
STOPPED, WENT_ON = 10.0, 18.0


def steady(now: float) -> int:
    """15 pictures a second."""
    return int(now * 15)


def stalled(now: float) -> int:
    """None between two moments; what was sent meanwhile arrives at once."""
    return steady(now) if not STOPPED <= now < WENT_ON else steady(STOPPED)


def late(now: float) -> int:
    """Shown of what ``stalled`` is: a few at once, and then none for 7 s."""
    if now < WENT_ON:
        return stalled(now)
    return steady(STOPPED) + 5 + max(0, steady(now) - steady(WENT_ON + 7))


def remedies(arrived: Count, shown: Count, until: float = 40.0) -> list[float]:
    """The moments at which the track is taken anew, if that helps nothing."""
    freeze, now, found = Freeze(), 0.0, []
    while now < until:
        now += LOOK
        for sid in freeze.doubtful(now, {"TR": shown(now)}):
            if freeze.frozen(now, sid, arrived(now)):
                found.append(round(now, 1))
    return found


def test_a_picture_that_stands_still_after_a_stall_is_taken_anew_within_two_seconds() -> None:
    first, *_ = remedies(stalled, late)
    assert WENT_ON + 0.6 <= first <= WENT_ON + 2.0


@pytest.mark.parametrize(
    ("arrived", "shown"),
    [
        (steady, steady),
        (stalled, stalled),
        (lambda now: 40, lambda now: 40),
        (lambda now: int(now), lambda now: int(max(0.0, now - 0.2))),
    ],
    ids=["it moves", "nothing arrives", "a still screen", "one picture a second, shown late"],
)
def test_a_picture_that_nobody_sends_is_left_alone(arrived: Count, shown: Count) -> None:
    assert remedies(arrived, shown) == []


def test_what_does_not_help_is_done_ever_more_rarely() -> None:
    found = remedies(steady, lambda now: 3, until=200.0)
    pauses = [later - sooner for sooner, later in pairwise(found)]
    assert len(found) <= 8
    assert pauses == sorted(pauses)
    assert pauses[0] >= AGAIN_AFTER


def test_a_track_without_statistics_or_out_of_sight_is_left_alone() -> None:
    freeze = Freeze()
    freeze.doubtful(0.0, {"TR": 1})
    assert freeze.doubtful(1.0, {"TR": 1}) == ("TR",)
    assert not freeze.frozen(1.0, "TR", None)
    assert freeze.doubtful(2.0, {}) == ()
    assert not freeze.frozen(2.0, "TR", 99)
    assert freeze.doubtful(3.0, {"TR": 1}) == (), "it is counted from anew"
