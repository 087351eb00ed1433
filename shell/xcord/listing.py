"""``xcord plugins``: from the running app if there is one, from what would be loaded otherwise."""

from __future__ import annotations

from typing import Any

from .config import Config
from .errors import CommandError, SetupError
from .instance import call
from .plugins import Plugin, PluginSet, find

COLUMNS = ("name", "state", "distribution", "version", "reason")
WITHIN = 5.0  # seconds for the running app to answer


def list_plugins(config: Config) -> list[dict[str, Any]]:
    """One entry per plugin: name, distribution, version, state, reason (an English sentence or empty)."""
    try:
        running = call(config.runtime_dir, {"read": ["plugins"]}, timeout=WITHIN)["slices"]
    except (SetupError, CommandError):
        return _look(config)
    return list(running.get("plugins", {}).get("plugins", ()))


def print_table(states: list[dict[str, Any]]) -> None:
    """For people."""
    rows = [tuple(column.upper() for column in COLUMNS)]
    rows += [tuple(str(state[column]) for column in COLUMNS) for state in states]
    widths = [max(len(row[index]) for row in rows) for index in range(len(COLUMNS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _look(config: Config) -> list[dict[str, Any]]:
    plugins = PluginSet(config.off)
    plugins.load(find(config.plugins_dir))
    return [
        {
            "name": plugin.name,
            "distribution": plugin.distribution,
            "version": plugin.version,
            "state": _state(plugin, plugin.name in config.on),
            "reason": plugin.problem,
        }
        for plugin in plugins.plugins
    ]


def _state(plugin: Plugin, asked: bool) -> str:
    if plugin.blocked:
        return "blocked"
    return "failed" if plugin.problem else "on" if asked or plugin.on_by_default else "off"
