"""View modes come and go with their plugins."""

from __future__ import annotations

import pytest

from xcord import ViewMode
from xcord.views import ViewModes


def mode(name: str) -> ViewMode:
    return ViewMode(name, name.title(), lambda tiles, viewport: [])


def test_modes_come_and_go_and_watchers_hear_it() -> None:
    modes, heard = ViewModes(), []
    stop = modes.watch(lambda: heard.append([entry.mode.name for entry in modes.entries]))
    modes.add("layout", [mode("gallery"), mode("focus")])
    modes.add("spiral", [mode("spiral")])
    modes.remove("layout")
    modes.remove("layout")
    stop()
    modes.remove("spiral")
    assert heard == [["gallery", "focus"], ["gallery", "focus", "spiral"], ["spiral"]]


def test_a_name_that_is_taken_is_the_newcomers_fault() -> None:
    modes = ViewModes()
    modes.add("layout", [mode("gallery")])
    with pytest.raises(ValueError, match="'gallery' already comes from plugin 'layout'"):
        modes.add("other", [mode("gallery")])
    assert [entry.plugin for entry in modes.entries] == ["layout"]


def test_a_plugin_may_bring_its_own_names_again_and_nobody_elses() -> None:
    modes = ViewModes()
    modes.add("spiral", [mode("spiral")])
    modes.add("layout", [mode("gallery")])
    modes.check("spiral", [mode("spiral"), mode("helix")])
    with pytest.raises(ValueError, match="plugin 'spiral' must give it another name"):
        modes.check("spiral", [mode("gallery")])


def test_a_plugin_may_not_bring_one_name_twice() -> None:
    with pytest.raises(ValueError, match="'spiral' already comes from plugin 'spiral'"):
        ViewModes().add("spiral", [mode("spiral"), mode("spiral")])
