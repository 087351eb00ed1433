"""Starts and stops plugin lives, keeps their faults apart, and publishes the slice ``plugins``."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

from .errors import CommandError, PluginFault, WiringError
from .handle import Handle, Shell
from .hub import SHELL
from .model import Plugins, PluginState
from .options import OptionTable
from .plugins import Plugin, PluginSet
from .workers import describe

log = logging.getLogger("xcord.supervisor")

START_WITHIN = 20.0  # seconds for entering a life
STOP_WITHIN = 12.0  # seconds for leaving it: xcord_voice may need 10 for its disconnect()
CANCEL_WITHIN = 2.0  # seconds more after its task was cancelled


@dataclass
class Run:
    """A plugin that is switched on."""

    handle: Handle
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    started: asyncio.Future[None] | None = None
    task: asyncio.Task[None] | None = None


class Supervisor:
    """One per app. All methods on the hub's loop."""

    def __init__(self, shell: Shell, plugins: PluginSet, table: OptionTable) -> None:
        self._shell, self._plugins, self._table = shell, plugins, table
        self._runs: dict[str, Run] = {}
        self._states: dict[str, PluginState] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._wired: list[tuple[Plugin, AbstractAsyncContextManager[None]]] = []
        self._slice = shell.hub.claim_slice("plugins", SHELL, Plugins, Plugins())
        shell.hub.listen_to_faults(self._on_fault)
        for plugin in plugins.plugins:
            self.note_found(plugin)

    # -- all of them ------------------------------------------------------------------------------------

    async def start_all(self, off: frozenset[str] = frozenset()) -> None:
        """Wires every loaded plugin one at a time, then enters their lives side by side."""
        self.wire_all(off)
        await self.enter_all()

    def wire_all(self, off: frozenset[str] = frozenset()) -> None:
        """Lets every loaded plugin claim what it claims; quick, and nothing of the world is touched."""
        for fault in self._plugins.faults:
            self._shell.hub.report(fault, fault.__cause__)
        for plugin in self._plugins.loaded():
            if plugin.name not in off and (life := self._wire(plugin)) is not None:
                self._wired.append((plugin, life))

    async def enter_all(self) -> None:
        """Enters the lives of all that were wired, side by side."""
        wired, self._wired = self._wired, []
        await asyncio.gather(*(self._start(plugin, life) for plugin, life in wired))

    async def stop_all(self) -> None:
        """Leaves every life; returns after all bounds at the latest."""
        await asyncio.gather(
            *(self._stop(plugin) for plugin in self._plugins.plugins if plugin.name in self._runs)
        )

    async def set(self, name: str, on: bool) -> None:
        """Switches one plugin; returns when it is in the wanted state.

        :raises CommandError: ``unknown_plugin``, ``plugin_failed`` or ``plugin_stuck``, with the reason.
        """
        plugin = self._plugins.get(name)
        if plugin is None:
            raise CommandError("unknown_plugin", f"there is no plugin {name!r}", name=name)
        async with self._locks.setdefault(name, asyncio.Lock()):
            if on and name not in self._runs:
                await self._switch_on(plugin)
            elif not on and name in self._runs:
                await self._stop(plugin)
            state = self._states[name]
        if state.state == "stuck":
            raise CommandError("plugin_stuck", state.reason, plugin=name)
        if on and state.state == "failed":
            raise CommandError("plugin_failed", state.reason, plugin=name, reason=state.reason)

    async def _switch_on(self, plugin: Plugin) -> None:
        if self._states[plugin.name].state == "stuck":
            return
        if plugin.module is None:
            self._plugins.load_one(plugin)
            if plugin.problem:
                self._note(plugin, "failed", plugin.problem)
                return
        await self._begin(plugin)

    async def exchange(self, name: str, module: Any) -> bool:
        """Puts new code in place of a plugin's; false if it does not start, and the old is on again."""
        plugin = self._plugins.get(name)
        assert plugin is not None
        async with self._locks.setdefault(name, asyncio.Lock()):
            if name not in self._runs:  # it was switched off meanwhile
                self._plugins.exchange(plugin, module)
                return True
            await self._stop(plugin)
            if self._states[name].state == "stuck":
                return False
            # Nothing is awaited until the new modes are there, so nobody sees a stage without the old ones.
            before = self._plugins.exchange(plugin, module)
            await self._begin(plugin)
            if name in self._runs:
                return True
            reason = self._states[name].reason
            self._plugins.exchange(plugin, before)
            await self._begin(plugin)
            if name in self._runs:
                self._note(plugin, "on", reason)
            return False

    # -- one of them ------------------------------------------------------------------------------------

    async def _begin(self, plugin: Plugin) -> None:
        life = self._wire(plugin)
        if life is not None:
            await self._start(plugin, life)

    def _wire(self, plugin: Plugin) -> AbstractAsyncContextManager[None] | None:
        """Claims what the plugin claims; ``None`` if that failed (and everything is taken back)."""
        handle = Handle(self._shell, plugin.name)
        self._note(plugin, "starting")
        try:
            self._table.remove_owner(plugin.name)
            self._plugins.add_options(plugin, self._table)
            self._shell.modes.add(plugin.name, self._plugins.view_modes(plugin))
            self._shell.windows.add(plugin.name, self._plugins.windows(plugin, self._shell.config))
            life = self._plugins.start(plugin, handle, self._shell.config)
        except (PluginFault, WiringError, ValueError) as error:
            self._take_back(plugin, handle)
            self._fail(plugin, error)
            return None
        self._runs[plugin.name] = Run(handle)
        return life or _NoLife()

    async def _start(self, plugin: Plugin, life: AbstractAsyncContextManager[None]) -> None:
        run = self._runs[plugin.name]
        run.started = started = asyncio.get_running_loop().create_future()
        run.task = asyncio.ensure_future(self._live(plugin, life, run.stop, started))
        done, _ = await asyncio.wait(
            {started, run.task}, timeout=START_WITHIN, return_when=asyncio.FIRST_COMPLETED
        )
        if started in done and not started.cancelled():
            self._note(plugin, "on")
            run.task.add_done_callback(lambda task: self._on_end(plugin, run, task))
            return
        if run.stop.is_set():
            return  # switched off while it started
        started.cancel()
        error = run.task.exception() if run.task.done() and not run.task.cancelled() else None
        reason = (
            describe(plugin.name, error)
            if error
            else f"{plugin.label} did not start within {START_WITHIN:g} s"
        )
        await self._end(plugin, run)
        self._fail(plugin, PluginFault(plugin.name, "start_failed", reason), error)

    @staticmethod
    async def _live(
        plugin: Plugin,
        life: AbstractAsyncContextManager[None],
        stop: asyncio.Event,
        started: asyncio.Future[None],
    ) -> None:
        try:
            async with life:
                if not started.done():
                    started.set_result(None)
                await stop.wait()
        except SystemExit as error:  # asyncio would let it out of the loop, and the app would end
            raise RuntimeError(f"SystemExit: {error}").with_traceback(error.__traceback__) from None

    def _on_end(self, plugin: Plugin, run: Run, task: asyncio.Task[None]) -> None:
        """A life that ends without being asked has failed; what it claimed is taken back."""
        if run.stop.is_set() or self._runs.get(plugin.name) is not run:
            return
        del self._runs[plugin.name]
        self._take_back(plugin, run.handle)
        error = None if task.cancelled() else task.exception()
        reason = describe(plugin.name, error) if error else f"{plugin.label} ended by itself"
        self._fail(plugin, PluginFault(plugin.name, "life_failed", reason), error)

    async def _stop(self, plugin: Plugin) -> None:
        run = self._runs[plugin.name]
        self._note(plugin, "stopping")
        error = await self._end(plugin, run)
        if run.task is not None and not run.task.done():
            return
        self._note(plugin, "off")
        if error is not None:
            self._shell.hub.report(
                PluginFault(plugin.name, "stop_failed", describe(plugin.name, error)), error
            )

    async def _end(self, plugin: Plugin, run: Run) -> BaseException | None:
        """Ends a life within bounds and takes everything back, whether it ended or not."""
        task = run.task
        run.stop.set()
        if task is not None:
            if run.started is None or run.started.done():  # one that is starting does not look at its stop
                await asyncio.wait({task}, timeout=STOP_WITHIN)
            if not task.done():
                task.cancel()
                await asyncio.wait({task}, timeout=CANCEL_WITHIN)
        self._take_back(plugin, run.handle)
        self._runs.pop(plugin.name, None)
        if task is None:
            return None
        if not task.done():
            reason = (
                f"{plugin.label} does not end; what it claimed was taken back. Restart xcord to use it again"
            )
            self._note(plugin, "stuck", reason)
            self._shell.hub.report(PluginFault(plugin.name, "stuck", reason))
            return None
        return None if task.cancelled() else task.exception()

    def _take_back(self, plugin: Plugin, handle: Handle) -> None:
        handle.close()
        self._shell.modes.remove(plugin.name)
        self._shell.windows.remove(plugin.name)

    # -- telling ----------------------------------------------------------------------------------------

    def _fail(self, plugin: Plugin, error: BaseException, cause: BaseException | None = None) -> None:
        code = error.code if isinstance(error, PluginFault) else "wiring_failed"
        fault = PluginFault(plugin.name, code, str(error))
        self._note(plugin, "failed", str(error))
        self._shell.hub.report(fault, cause or error.__cause__)

    def note_found(self, plugin: Plugin) -> None:
        """Lists a plugin as it was found: nothing of it has been started."""
        state = "blocked" if plugin.blocked else "failed" if plugin.problem else "off"
        self._note(plugin, state, plugin.problem)

    def is_on(self, name: str) -> bool:
        """Whether the plugin is switched on."""
        return name in self._runs

    def has_failed(self, name: str) -> bool:
        """Whether the plugin is not on because something in it failed."""
        return self._states[name].state == "failed"

    def _on_fault(self, fault: PluginFault) -> None:
        state = self._states.get(fault.plugin)
        plugin = self._plugins.get(fault.plugin)
        if state is not None and plugin is not None:
            self._note(plugin, state.state, str(fault))

    def _note(self, plugin: Plugin, state: str, reason: str = "") -> None:
        self._states[plugin.name] = PluginState(
            name=plugin.name,
            distribution=plugin.distribution,
            version=plugin.version,
            state=state,  # type: ignore[arg-type]
            reason=reason,
        )
        self._slice.set(Plugins(tuple(self._states.values())))


class _NoLife:
    """For plugins that only claim or bring view modes."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, *_: object) -> None:
        return None
