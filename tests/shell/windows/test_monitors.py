"""A monitor is known again by what it says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xcord.windows.monitors import Monitor, identities

DESK = Monitor("Dell", "U2720Q", "7XK1", "DP-1")
TWIN = Monitor("Dell", "U2720Q", "9ZZ2", "DP-2")
NAMELESS = Monitor("", "", "", "Virtual-1")


@pytest.mark.parametrize(
    ("monitors", "names"),
    [
        ([DESK], ["Dell/U2720Q/7XK1"]),
        ([DESK._replace(output="HDMI-1")], ["Dell/U2720Q/7XK1"]),
        ([DESK, TWIN], ["Dell/U2720Q/7XK1", "Dell/U2720Q/9ZZ2"]),
        ([DESK, DESK._replace(output="DP-2")], ["Dell/U2720Q/7XK1/DP-1", "Dell/U2720Q/7XK1/DP-2"]),
        ([DESK._replace(serial="")], ["Dell/U2720Q/DP-1"]),
        ([NAMELESS], ["Virtual-1"]),
        ([NAMELESS._replace(output="")] * 2, ["monitor", "monitor#2"]),
    ],
)
def test_a_monitor_has_a_name_of_its_own(monitors: list[Monitor], names: list[str]) -> None:
    assert identities(monitors) == names


WORDS = st.sampled_from(["", "a", "b", "a/b", "a#2"])


@given(st.lists(st.builds(Monitor, WORDS, WORDS, WORDS, WORDS), max_size=5))
def test_no_two_have_one_name_and_none_has_none(monitors: list[Monitor]) -> None:
    names = identities(monitors)
    assert len(names) == len(monitors)
    assert all(names)
    assert len(set(names)) == len(names)
