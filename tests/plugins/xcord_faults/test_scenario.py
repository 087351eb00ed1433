"""Scenarios are read strictly, and those that come with xcord are in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from xcord import BlockLoop, HubFault, ServerFault, SetupError, Simulate, Switch
from xcord_faults.scenario import Scenario, load, matches, names

KNOWN: dict[str, type[Any]] = {
    "voice.simulate": Simulate,
    "voice.mute": Switch,
    "hub.fault": HubFault,
    "directory.fault": ServerFault,
    "faults.block": BlockLoop,
}


@pytest.mark.parametrize("name", names())
def test_a_built_in_scenario_asks_what_there_is_with_arguments_that_fit(name: str) -> None:
    scenario = load(name)
    asked = [step for step in scenario.step if step.ask]
    assert asked
    for step in asked:
        msgspec.convert(step.args, KNOWN[step.ask])
    assert scenario.expect != Scenario("", ()).expect, "it expects nothing, so it could not fail"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("title = 'x'", "step"),
        ("title = 'x'\n[[step]]\nask = 'a'\npause = 1", "exactly one of"),
        ("title = 'x'\n[[step]]\nwith = {}", "exactly one of"),
        ("title = 'x'\nstep = []\n[expect]\nconected_within = 3", "conected_within"),
        ("title = 'x'\nstep = []\n[expect]\nconnected_within = 'soon'", "connected_within"),
        ("title = ", "Invalid"),
        ("title = 'x'\n[[step]]\npaws = 3", "paws"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SetupError, match=told) as caught:
        load(str(path))
    assert str(path) in str(caught.value)


def test_a_scenario_that_is_not_there_is_told() -> None:
    with pytest.raises(SetupError, match="xcord faults list"):
        load("nonsense")


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        ({"voice": {"status": "lost"}}, {"voice": {"status": "lost", "epoch": 3}}, True),
        ({"voice": {"status": "lost"}}, {"voice": {"status": "idle"}}, False),
        ({"voice": {"status": "lost"}}, {}, False),
        ({"voice": {"muted": True}}, {"voice": None}, False),
    ],
)
def test_only_what_is_named_has_to_match(wanted: Any, found: Any, same: bool) -> None:
    assert matches(wanted, found) is same
