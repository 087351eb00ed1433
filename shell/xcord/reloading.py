"""Takes the new code of a single-file plugin while the app runs; if that fails, the old goes on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from .errors import CommandError, PluginFault
from .handle import Shell
from .placements import NonsenseError, placed
from .plugins import Plugin, PluginSet, in_file
from .supervisor import Supervisor
from .view_kit.cases import Case
from .views import ViewMode
from .workers import told

TRIED = (Case(people=1), Case(people=5), Case(people=25, speaking=(3,), pinned=(7,), sharing=(2,)))
"""Calls in which a new view mode must answer before it replaces the old one."""
TRY_WITHIN = 1.0
"""Seconds for each; that it is quick enough is seen when it is used."""


class Reloading:
    """One per app, on the hub's loop. ``refresh`` publishes the settings again."""

    def __init__(
        self, shell: Shell, plugins: PluginSet, supervisor: Supervisor, refresh: Callable[[], None]
    ) -> None:
        self._shell, self._plugins, self._supervisor, self._refresh = shell, plugins, supervisor, refresh

    async def take(self, path: Path) -> None:
        """A file was saved. Whatever is wrong with it is reported, never raised."""
        plugin = self._plugins.get(path.stem)
        try:
            if plugin is None or plugin.distribution != path.name:
                await self._add(path)
            elif self._supervisor.is_on(plugin.name):
                await self._exchange(plugin, path)
            elif not plugin.blocked:
                await self._take_unused(plugin)
        except Exception as error:  # noqa: BLE001 the next save must find us still looking
            self._report(path.stem, f"plugin {path.stem!r} could not be loaded again: {told(error)}.", error)
        self._refresh()

    async def _add(self, path: Path) -> None:
        """A file that was not there before."""
        known = len(self._plugins.faults)
        self._plugins.load([in_file(path)])
        for fault in self._plugins.faults[known:]:
            self._shell.hub.report(fault, fault.__cause__)
        plugin = self._plugins.get(path.stem)
        if plugin is None or plugin.distribution != path.name:
            return  # another plugin has that name, which was reported
        self._supervisor.note_found(plugin)
        chosen = self._shell.settings.get("app.plugins")
        if plugin.module and plugin.name not in self._plugins.left_off(chosen, self._shell.config.on):
            await self._switch_on(plugin)

    async def _take_unused(self, plugin: Plugin) -> None:
        """One that is off gets the new code when it is switched on; one that failed is tried again."""
        failed = self._supervisor.has_failed(plugin.name)
        self._plugins.unload(plugin)
        if failed:
            await self._switch_on(plugin)

    async def _switch_on(self, plugin: Plugin) -> None:
        with contextlib.suppress(CommandError):  # whatever failed is in the plugin's state
            await self._supervisor.set(plugin.name, True)
            self._shell.hub.notify("plugin.loaded", plugin=plugin.name)
        if plugin.problem:
            self._shell.hub.report(PluginFault(plugin.name, "not_loaded", plugin.problem))

    async def _exchange(self, plugin: Plugin, path: Path) -> None:
        """New code for one that runs: tried by itself first."""
        trial, before = PluginSet(), plugin.module
        trial.load([in_file(path)])
        try:
            if trial.faults:
                raise trial.faults[0]
            (fresh,) = trial.plugins
            await self._try(plugin.name, path, trial.view_modes(fresh))
        except PluginFault as fault:
            sys.modules[before.__name__] = before
            cause = fault.__cause__
            why = told(cause) if cause is not None and fault.code != "useless" else str(fault)
            self._report(
                plugin.name,
                f"plugin {plugin.name!r} keeps its old code: {why}. Mend {path.name} and save it again.",
                cause,
            )
            return
        if await self._supervisor.exchange(plugin.name, fresh.module):
            self._shell.hub.notify("plugin.loaded", plugin=plugin.name)
        else:
            sys.modules[before.__name__] = before

    async def _try(self, name: str, path: Path, modes: Sequence[ViewMode]) -> None:
        """Asks each mode in a thread that is given up if it hangs.

        :raises PluginFault: a mode fails, or has another plugin's name.
        """
        try:
            self._shell.modes.check(name, modes)
        except ValueError as error:
            raise PluginFault(name, "useless", str(error)) from None
        workers, trial = self._shell.hub.workers, f"{name} (new)"
        try:
            for mode in modes:
                for case in TRIED:
                    question = (placed, mode.arrange, case.tiles, case.viewport)
                    await workers.run(trial, *question, deadline=TRY_WITHIN)
        except PluginFault as fault:
            cause = fault.__cause__
            where = _place_of(mode, path) if cause is None or isinstance(cause, NonsenseError) else ""
            why = told(cause) if cause is not None else f"it does not answer within {TRY_WITHIN:g} s"
            sentence = f"view mode {mode.name!r}, with {case}: {why}{where}"
            raise PluginFault(name, "useless", sentence) from cause
        finally:
            workers.forget(trial)

    def _report(self, name: str, sentence: str, cause: BaseException | None) -> None:
        self._shell.hub.report(PluginFault(name, "not_reloaded", sentence), cause)


def _place_of(mode: ViewMode, path: Path) -> str:
    """Where the function of a mode stands whose answer has no line of its own."""
    code: Any = getattr(mode.arrange, "__code__", None)
    return f" at {path.name}:{code.co_firstlineno} in {code.co_name}" if code else f" in {path.name}"
