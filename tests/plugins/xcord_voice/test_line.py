"""Which device, and whether it lives: timelines without devices."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from tests.plugins.xcord_voice.fakes import StillEngine

from xcord_voice.audio.engine import Stream
from xcord_voice.audio.line import (
    LIVELY,
    OFTEN,
    RARELY,
    RETRY,
    SETTLE,
    SHUN,
    WATCH_EVERY,
    Line,
    Opened,
    Pulse,
    trouble_of,
)
from xcord_voice.audio.opening import playing

OPEN = cast("Stream", SimpleNamespace(close=lambda: None))


class Device:
    """Calls back at every look until ``stops``."""

    def __init__(self) -> None:
        self.beats = 0
        self.now = 100.0
        self.line = Line(lambda: self.beats)
        self.line.needed = True

    def open(self, *names: str) -> str:
        self.line.listed(names)
        name = self.line.wanted(self.now, names)
        self.line.opened(self.now, Opened(name, OPEN))
        return name

    def watch(self, seconds: float, beating: bool = True, late: float = 0.0) -> float | None:
        """When something became due, in seconds from now."""
        for look in range(1, round(seconds / WATCH_EVERY) + 1):
            self.now += WATCH_EVERY + late
            self.beats += beating
            if self.line.due(self.now):
                return look * (WATCH_EVERY + late)
        return None


def test_a_device_that_falls_silent_is_noticed_within_half_a_second() -> None:
    device = Device()
    device.open()
    assert device.watch(SETTLE) is None
    noticed = device.watch(5, beating=False)
    assert noticed is not None
    assert noticed <= 0.5


def test_a_device_may_take_its_time_after_it_was_opened() -> None:
    device = Device()
    device.open()
    assert device.watch(SETTLE - 0.2, beating=False) is None
    assert device.watch(1) is None


def test_a_process_that_stood_still_does_not_blame_the_device() -> None:
    beats = 0
    pulse = Pulse(lambda: beats, 0.0)
    for look in range(1, 60):
        beats += 1
        assert not pulse.dead(look * 0.1)
    for look in range(1, 10):
        assert not pulse.dead(6 + look * 1.0)


@pytest.mark.parametrize(
    ("choice", "names", "opened"),
    [("", ("a", "b"), ""), ("b", ("a", "b"), "b"), ("gone", ("a", "b"), ""), ("a", (), "")],
)
def test_the_choice_is_taken_where_it_is_there(choice: str, names: tuple[str, ...], opened: str) -> None:
    device = Device()
    device.line.choice = choice
    assert device.open(*names) == opened


def test_a_chosen_device_is_left_when_it_goes_and_taken_again_when_it_is_back() -> None:
    device = Device()
    device.line.choice = "headset"
    assert device.open("speakers", "headset") == "headset"
    assert device.watch(4) is None
    device.line.listed(("speakers",))
    assert device.watch(1) == WATCH_EVERY
    assert device.open("speakers") == ""
    assert device.watch(60) is None
    device.line.listed(("speakers", "headset"))
    assert device.watch(1) == WATCH_EVERY
    assert device.open("speakers", "headset") == "headset"


def test_one_that_died_while_it_is_listed_is_not_tried_again_at_once() -> None:
    device = Device()
    device.line.choice = "headset"
    device.open("headset")
    device.watch(SETTLE)
    assert device.watch(1, beating=False)
    assert device.open("headset") == ""
    assert device.watch(SHUN - 2) is None
    assert device.watch(4) is not None


def test_one_that_died_and_was_plugged_in_anew_is_tried_at_once() -> None:
    device = Device()
    device.line.choice = "headset"
    device.open("headset")
    device.watch(SETTLE)
    assert device.watch(1, beating=False)
    assert device.open() == ""
    device.line.listed(("headset",))
    assert device.watch(1) == WATCH_EVERY


def test_while_nothing_opens_it_is_tried_again_and_again_and_never_when_nobody_needs_it() -> None:
    device = Device()
    device.line.opened(device.now, Opened("", None))
    assert device.watch(5) == pytest.approx(RETRY, abs=1.5 * WATCH_EVERY)
    device.line.needed = False
    nothing: Any = device.watch(5)
    assert nothing is None


def test_a_device_that_stops_and_does_not_run_again_is_told_until_one_does() -> None:
    device = Device()
    device.open()
    assert device.watch(5) is None
    assert device.line.trouble("speaker") == ""
    assert device.watch(5, beating=False) is not None
    device.open()
    device.beats += 1  # one that another program suspended asks once for what it could play
    assert device.line.trouble("speaker") == "speaker_stopped"
    device.beats += LIVELY
    assert device.line.trouble("speaker") == ""
    device.watch(1)
    assert device.line.trouble("speaker") == ""


def test_what_does_not_open_is_tried_ever_more_rarely_and_at_once_when_a_device_comes() -> None:
    device, waited = Device(), list[float | None]()
    device.line.listed(())
    for _ in range(OFTEN + 2):
        device.line.opened(device.now, Opened("", None, "none", "none"))
        waited.append(device.watch(2 * RARELY))
    assert waited[:OFTEN] == [pytest.approx(RETRY, abs=1.5 * WATCH_EVERY)] * OFTEN
    assert waited[-1] == pytest.approx(RARELY, abs=1.5 * WATCH_EVERY)
    device.line.opened(device.now, Opened("", None, "none", "none"))
    device.line.listed(("headset",))
    assert device.watch(1) == WATCH_EVERY


@pytest.mark.parametrize("what", ["speaker", "microphone"])
@pytest.mark.parametrize(
    ("takes", "opened", "beats", "told"),
    [
        (5.0, Opened("", OPEN), True, "stopped"),  # the sound system hangs
        (0.2, Opened("", OPEN), True, ""),
        (0.2, Opened("", OPEN), False, "stopped"),
        (0.2, Opened("", None, "busy", "busy"), False, "busy"),
        (0.2, Opened("", OPEN, "", "busy"), True, "chosen"),
    ],
    ids=["hangs", "replaced", "suspended", "refused", "another"],
)
def test_a_dead_device_is_told_within_a_second_unless_another_takes_over(
    what: str, takes: float, opened: Opened, beats: bool, told: str
) -> None:
    device, well = Device(), Device()
    well.open()
    device.open()
    speakers, microphone = (device, well) if what == "speaker" else (well, device)
    assert device.watch(SETTLE + 1) is None
    died, opens_at, open_ = device.now, float("inf"), False
    shown = set[str]()
    while device.now - died < 1.0:
        device.now += WATCH_EVERY
        device.beats += LIVELY if open_ and beats else 0
        if device.line.due(device.now) and opens_at == float("inf"):
            device.line.closed()
            opens_at = device.now + takes
        if not open_ and device.now >= opens_at:
            device.line.opened(device.now, opened)
            open_ = True
        shown.add(trouble_of(speakers.line, ("speakers",), microphone.line, device.now))
    expected = f"chosen_{what}_busy" if told == "chosen" else f"{what}_{told}"
    if not told or (what, told) == ("microphone", "busy"):  # the capture tells that
        assert shown == {""}
    else:
        assert shown == {"", expected}


def test_what_was_wrong_with_a_device_is_forgotten_once_nobody_needs_it() -> None:
    device = Device()
    device.open()
    device.watch(SETTLE)
    assert device.watch(1, beating=False) is not None
    assert device.line.trouble("speaker") == "speaker_stopped"
    device.line.rest()
    device.line.closed()
    device.line.needed = True
    device.open()
    assert device.line.trouble("speaker") == ""


def test_one_that_died_and_was_then_refused_is_no_longer_told_as_stopped_once_it_opens() -> None:
    device = Device()
    device.open()
    assert device.watch(SETTLE) is None
    assert device.watch(1, beating=False) is not None
    device.line.opened(device.now, Opened("", None, "busy", "busy"))
    assert device.line.trouble("speaker") == "speaker_busy"
    device.line.opened(device.now, Opened("", OPEN))
    assert device.line.trouble("speaker") == ""


def test_a_second_death_has_its_moment_of_grace_as_the_first_had() -> None:
    device = Device()
    for _ in range(2):
        device.open()
        assert device.watch(SETTLE + 1) is None
        assert device.watch(1, beating=False) is not None
        assert device.line.mending(device.now)
        device.line.closed()
    assert not device.line.mending(device.now + 1)


def test_a_device_that_does_not_open_for_a_try_is_left_for_a_while() -> None:
    engine = StillEngine()
    device = Device()
    device.line.choice = "speakers"
    direction = playing(lambda ms: lambda count: np.zeros(count, np.float32), lambda: 20)
    assert direction.free(device.line, engine)
    assert (engine.open, engine.tried) == (0, ["speakers"])
    engine.refusals = {"speakers": "busy"}
    assert not direction.free(device.line, engine)
    assert device.line.wanted(time.monotonic(), ("speakers",)) == ""
