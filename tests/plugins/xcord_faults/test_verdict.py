"""What is broken is named; what held is not. Timelines as data."""

from __future__ import annotations

import pytest

from xcord_faults.scenario import Expect
from xcord_faults.verdict import CHECKS, Event, judge

FAULT = Event(1.0, "step", "voice.simulate kind=server_leave")
END = Event(20.0, "end")

CASES = {
    "back in time": (Expect(connected_within=5), [(2, "status lost"), (5, "status connected")], []),
    "back too late": (Expect(connected_within=5), [(2, "status lost"), (9, "status connected")],
                      ["connected_within"]),
    "never away": (Expect(connected_within=5), [], []),
    "still away": (Expect(connected_within=50), [(2, "status reconnecting")], ["connected_within"]),
    "one connection": (Expect(connections_at_most=1), [(2, "epoch 2")], []),
    "two connections": (Expect(connections_at_most=1), [(2, "epoch 2"), (3, "epoch 3")],
                        ["connections_at_most"]),
    "no connection is a limit too": (Expect(connections_at_most=0), [(2, "epoch 2")],
                                     ["connections_at_most"]),
    "a problem is told": (Expect(problem_within=2), [(2.5, "problem media")], []),
    "a problem is told late": (Expect(problem_within=2), [(4, "problem media")], ["problem_within"]),
    "no problem is told": (Expect(problem_within=2), [(4, "problem none")], ["problem_within"]),
    "opened by itself": (Expect(muted_stays=True), [(4, "muted off")], ["muted_stays"]),
    "opened by the scenario": (Expect(muted_stays=True), [(3, "step voice.mute on=False"), (4, "muted off")],
                               []),
    "a tile moved": (Expect(tiles_stay=True), [(4, "moved ada/0")], ["tiles_stay"]),
    "a tile moved before": (Expect(tiles_stay=True), [(0.5, "moved ada/0")], []),
    "somebody vanished": (Expect(nobody_vanishes=True), [(4, "vanished ada")], ["nobody_vanishes"]),
    "a join sound": (Expect(no_join_or_leave=True), [(4, "notice participant.joined ada")],
                     ["no_join_or_leave"]),
    "another notice": (Expect(no_join_or_leave=True), [(4, "notice plugin.fault x")], []),
    "a window is gone": (Expect(windows_agree=True), [(4, "window main gone")], ["windows_agree"]),
    "a window came back": (Expect(windows_agree=True), [(4, "window main gone"), (5, "window main back")],
                           []),
    "a window differed and was mended": (Expect(windows_agree=True), [(4, "drift drift 1")], []),
    "a window differs at the end": (Expect(windows_agree=True), [(19, "drift drift 2")], ["windows_agree"]),
    "a status that must not come": (Expect(never=("lost",)), [(4, "status lost removed")], ["never"]),
    "nothing is expected": (Expect(), [(4, "moved ada/0"), (5, "status lost")], []),
}  # fmt: skip


def event(at: float, text: str) -> Event:
    what, _, detail = text.partition(" ")
    return Event(at, what, detail)


@pytest.mark.parametrize(("expect", "told", "broken"), CASES.values(), ids=CASES)
def test_what_is_broken_is_named(expect: Expect, told: list[tuple[float, str]], broken: list[str]) -> None:
    events = sorted([FAULT, *(event(at, text) for at, text in told), END], key=lambda each: each.at)
    assert [each.invariant for each in judge(expect, events)] == broken


def test_everything_that_can_be_expected_is_checked() -> None:
    assert set(CHECKS) == set(Expect.__struct_fields__)
