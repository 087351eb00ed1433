"""A loudspeaker that runs dry again and again gets longer periods, and its old ones after a calm time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord_voice.audio.cushion import CALM, MOST, PATIENCE, STEP, Cushion
from xcord_voice.audio.ring import RATE

PERIOD, LATENCY_MS = 0.01, 20
COUNT = round(PERIOD * RATE)
LOUD = np.full(COUNT, 0.1, np.float32)
SILENT = np.zeros(COUNT, np.float32)


class Player:
    """A device that pulls when its time comes; ``cushion`` is asked every tenth of a second."""

    def __init__(self, burst: int = 1) -> None:
        self.now, self.burst, self.says = 0.0, burst, SILENT
        self.cushion = Cushion(lambda: self.now)
        self.opened: list[tuple[float, int]] = []
        self.closed = False  # nobody plays any more, so nothing is opened for what is due
        self._open()

    def _open(self) -> None:
        if self.closed:
            return
        self.pull = self.cushion.around(lambda count: self.says, LATENCY_MS + self.cushion.extra_ms)

    def play(self, seconds: float, late: float = 0.0) -> None:
        """So long; the first of its callbacks comes later by ``late`` seconds, the others in time."""
        end, due = self.now + seconds, self.now
        asked = due
        while due < end:
            self.now = due + late
            late = 0.0
            for _ in range(self.burst):
                self.pull(COUNT)
            due += PERIOD * self.burst
            if due - asked >= 0.1:
                asked = due
                if self.cushion.due(self.now):
                    self.opened.append((self.now, self.cushion.extra_ms))
                    self._open()
        self.now = due

    def stumble(self) -> None:
        """Three gaps, a second apart."""
        for _ in range(3):
            self.play(1, late=0.018)


@pytest.mark.parametrize("burst", [1, 2, 4])
def test_who_is_in_time_is_left_alone_however_it_takes_its_sound(burst: int) -> None:
    player = Player(burst)
    player.play(2 * CALM)
    assert player.opened == []


def test_three_gaps_in_a_minute_lengthen_the_periods_and_calm_shortens_them_again() -> None:
    player = Player()
    player.play(10)
    for _ in range(3):
        player.play(15, late=0.012)
    assert [extra for _, extra in player.opened] == [STEP]
    at = player.opened[0][0]
    player.play(2 * CALM)
    assert [extra for _, extra in player.opened] == [STEP, 0]
    assert player.opened[1][0] - at == pytest.approx(CALM, abs=1.0)


def test_two_gaps_in_a_minute_and_little_lateness_change_nothing() -> None:
    player = Player()
    player.play(10)
    for _ in range(8):
        player.play(35, late=0.012)
    for _ in range(100):
        player.play(1, late=0.006)
    assert player.opened == []


def test_the_more_lies_ahead_the_later_a_callback_may_come() -> None:
    player = Player()
    player.play(10)
    player.stumble()
    player.play(5)
    for _ in range(5):
        player.play(1, late=0.011)
    assert [extra for _, extra in player.opened] == [STEP]
    for _ in range(3):
        player.play(1, late=0.013)
    player.play(1)
    assert [extra for _, extra in player.opened] == [STEP, 2 * STEP]


def test_a_machine_that_stays_late_gets_no_more_than_the_most() -> None:
    player = Player()
    player.play(10)
    for _ in range(60):
        player.play(5, late=0.03)
    assert [extra for _, extra in player.opened] == [10, 20, 30, MOST]


def test_nobody_who_speaks_is_interrupted_unless_no_pause_comes() -> None:
    player = Player()
    player.play(10)
    player.says = LOUD
    player.stumble()
    player.play(PATIENCE / 2)
    assert player.opened == []
    player.says = SILENT
    player.play(1)
    assert len(player.opened) == 1
    player.says = LOUD
    player.play(10)
    player.stumble()
    player.play(2 * PATIENCE)
    assert len(player.opened) == 2


def test_shorter_periods_wait_for_a_pause_however_long() -> None:
    player = Player()
    player.play(10)
    player.stumble()
    player.says = LOUD
    player.play(2 * CALM)
    assert [extra for _, extra in player.opened] == [STEP]
    player.says = SILENT
    player.play(1)
    assert [extra for _, extra in player.opened] == [STEP, 0]


def test_a_machine_that_slept_and_a_device_that_just_opened_are_no_gaps() -> None:
    player = Player()
    for _ in range(5):
        player.play(0.5, late=0.1)
    player.play(5)
    for _ in range(5):
        player.play(5, late=2.0)
    assert player.opened == []


@given(st.lists(st.floats(0, 0.2), min_size=1, max_size=60))
def test_what_is_added_stays_within_its_bounds_and_moves_by_one_step(lates: list[float]) -> None:
    player = Player()
    player.play(4)
    for late in lates:
        player.play(1, late=late)
    extras = [0, *(extra for _, extra in player.opened)]
    assert all(abs(after - before) == STEP for before, after in pairwise(extras))
    assert all(0 <= extra <= MOST for extra in extras)


def test_what_is_pulled_is_handed_on_as_it_is() -> None:
    cushion = Cushion(lambda: 0.0)
    assert cushion.around(lambda count: LOUD, LATENCY_MS)(COUNT) is LOUD


def test_several_late_callbacks_one_after_the_other_are_one_gap() -> None:
    player = Player()
    player.play(10)
    for _ in range(2):
        player.play(1)
        for _ in range(3):
            player.play(PERIOD, late=0.015)
            player.now += 0.015
    player.play(1)
    assert player.opened == []


def test_a_gap_now_and_then_keeps_the_longer_periods() -> None:
    player = Player()
    player.play(10)
    player.stumble()
    for _ in range(10):
        player.play(CALM - 10, late=0.018)
    assert [extra for _, extra in player.opened] == [STEP]


def test_where_nothing_is_opened_for_it_what_is_added_moves_by_a_step_all_the_same() -> None:
    player = Player()
    player.play(10)
    player.closed = True
    player.stumble()
    player.play(10)
    assert [extra for _, extra in player.opened] == [STEP]
    player.play(CALM)
    assert [extra for _, extra in player.opened] == [STEP, 0]
