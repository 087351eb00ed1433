"""What of a recording counts: the machine itself may have stood still."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.bench.canary import AROUND, Canary
from tests.bench.monitor import RATE, Monitor
from tests.waits import eventually


def held(*moments: float) -> Canary:
    canary = Canary()
    canary.held_up = list(moments)
    return canary


def test_what_is_heard_around_a_moment_in_which_the_machine_stood_still_does_not_count() -> None:
    canary = held(10.0, 10.02)
    assert [canary.at_rest(at, at) for at in (9.89, 9.91, 10.0, 10.11, 10.13)] == [
        True,
        False,
        False,
        False,
        True,
    ]
    assert not canary.at_rest(9.0, 11.0)
    assert canary.rest(9.0, 11.0) == pytest.approx(2 - 0.02 - 2 * AROUND)


@given(st.lists(st.floats(0, 10), max_size=20))
def test_what_counts_and_what_does_not_make_up_the_whole(moments: list[float]) -> None:
    canary = held(*moments)
    step = 0.01
    counted = sum(step for at in np.arange(0, 10, step) if canary.at_rest(at + step / 2, at + step / 2))
    assert canary.rest(0.0, 10.0) == pytest.approx(counted, abs=2 * step * (len(moments) + 1))


async def test_a_machine_that_stands_still_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.bench.canary.LATE", -1.0)  # each waking is a late one then
    begun = time.monotonic()
    with Canary() as canary:
        await eventually(lambda: len(canary.held_up) >= 4)
    assert all(begun <= moment <= time.monotonic() for moment in canary.held_up)


def test_a_sample_of_a_recording_has_its_moment() -> None:
    monitor = Monitor()
    for ended in (1.0, 1.1):
        monitor.blocks.append(np.zeros(RATE // 10, np.int16))
        monitor.ended.append(ended)
    found = [monitor.moment(at) for at in (0, RATE // 10 - RATE // 100, RATE // 10, RATE // 5 - 1)]
    assert found == pytest.approx([0.9, 0.99, 1.0, 1.1], abs=0.001)
