"""A plugin that is off by default leaves no trace until somebody asks for it."""

from __future__ import annotations

from types import ModuleType

import pytest

from xcord.plugins import Candidate, PluginSet


def plugins() -> PluginSet:
    quiet, usual = ModuleType("quiet"), ModuleType("usual")
    quiet.ON_BY_DEFAULT = False  # type: ignore[attr-defined]
    found = PluginSet()
    found.load([Candidate(m.__name__, "xcord", "1", lambda m=m: m) for m in (quiet, usual)])  # type: ignore[misc]
    return found


@pytest.mark.parametrize(
    ("chosen", "asked", "off"),
    [
        ({}, frozenset(), {"quiet"}),
        ({"quiet": True}, frozenset(), set()),
        ({"quiet": False}, frozenset({"quiet"}), set()),
        ({"usual": False}, frozenset(), {"quiet", "usual"}),
        ({}, frozenset({"quiet", "usual"}), set()),
    ],
)
def test_the_settings_and_the_flags_decide(
    chosen: dict[str, bool], asked: frozenset[str], off: set[str]
) -> None:
    assert plugins().left_off(chosen, asked) == off
