"""Plugins are found and loaded one at a time; each fault stays with its plugin."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from xcord import PluginFault, ViewMode, hookimpl
from xcord.plugins import Candidate, PluginSet, find


def module(name: str, **hooks: Any) -> ModuleType:
    made = ModuleType(name)
    for hook, function in hooks.items():
        setattr(made, hook, hookimpl(function))
    return made


def candidate(name: str, load: Any, distribution: str = "xcord") -> Candidate:
    return Candidate(name, distribution, "1.0", load if callable(load) else lambda: load)


def raising(error: BaseException) -> Any:
    def load() -> Any:
        raise error

    return load


@pytest.mark.parametrize(
    "error", [ImportError("no such thing"), SyntaxError("bad"), ValueError("x"), SystemExit(3)]
)
def test_one_that_cannot_be_imported_is_named_with_what_to_do_and_the_rest_is_loaded(
    error: BaseException,
) -> None:
    plugins = PluginSet()
    plugins.load([candidate("bad", raising(error), "xcord-bad"), candidate("good", module("good"))])
    assert [plugin.name for plugin in plugins.loaded()] == ["good"]
    assert len(plugins.faults) == 1
    sentence = str(plugins.faults[0])
    assert sentence.startswith("plugin 'bad' (xcord-bad 1.0) was not loaded: ")
    assert "-p no:bad hides this" in sentence


def test_a_misspelt_hook_is_named() -> None:
    def misspelt() -> list[ViewMode]:
        return []

    plugins = PluginSet()
    plugins.load([candidate("typo", module("typo", xcord_view_mode=misspelt))])
    assert "xcord_view_mode" in str(plugins.faults[0])
    assert list(plugins.loaded()) == []


def test_a_blocked_plugin_is_not_even_imported() -> None:
    plugins = PluginSet(frozenset({"voice"}))
    plugins.load([candidate("voice", raising(AssertionError("imported")))])
    assert plugins.faults == []
    assert plugins.plugins[0].blocked


def test_another_distribution_of_the_same_name_replaces_the_built_in() -> None:
    plugins = PluginSet()
    theirs = module("theirs")
    plugins.load([candidate("voice", module("ours")), candidate("voice", theirs, "xcord-other-voice")])
    assert [plugin.module for plugin in plugins.loaded()] == [theirs]
    assert plugins.is_stranger("voice")


def test_of_two_strangers_with_one_name_the_second_is_refused_and_named() -> None:
    plugins = PluginSet()
    plugins.load([candidate("spiral", module("one"), "one"), candidate("spiral", module("two"), "two")])
    assert len(list(plugins.loaded())) == 1
    assert plugins.faults[0].code == "name_taken"


def test_a_hook_is_called_for_one_plugin_alone() -> None:
    plugins = PluginSet()
    one = module("one", xcord_view_modes=lambda: [ViewMode("a", "A", lambda tiles, viewport: [])])
    two = module("two", xcord_view_modes=lambda: [ViewMode("b", "B", lambda tiles, viewport: [])])
    plugins.load([candidate("one", one), candidate("two", two)])
    assert [[mode.name for mode in plugins.view_modes(plugin)] for plugin in plugins.loaded()] == [
        ["a"],
        ["b"],
    ]


def test_a_hook_that_raises_names_plugin_hook_and_line() -> None:
    def fail() -> Any:
        raise KeyError("lost")

    plugins = PluginSet()
    plugins.load([candidate("one", module("one", xcord_view_modes=fail))])
    with pytest.raises(
        PluginFault, match=r"xcord_view_modes: plugin 'one' raised KeyError: 'lost' at test_plugins.py"
    ):
        plugins.view_modes(next(plugins.loaded()))


def test_a_single_file_in_the_config_folder_is_a_plugin(tmp_path: Path) -> None:
    (tmp_path / "wave.py").write_text(
        "from xcord import ViewMode, hookimpl\n"
        "@hookimpl\n"
        "def xcord_view_modes():\n"
        "    return [ViewMode('wave', 'Wave', lambda tiles, viewport: [])]\n"
    )
    found = [one for one in find(tmp_path) if one.name == "wave"]
    plugins = PluginSet()
    plugins.load(found)
    assert plugins.faults == []
    assert plugins.is_stranger("wave")
    assert [mode.name for mode in plugins.view_modes(plugins.plugins[0])] == ["wave"]


def test_our_own_plugins_are_found_through_the_entry_points() -> None:
    found = {one.name: one.distribution for one in find()}
    assert {name: found[name] for name in ("voice", "layout", "sync")} == dict.fromkeys(
        ("voice", "layout", "sync"), "xcord"
    )
