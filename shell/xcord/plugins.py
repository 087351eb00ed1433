"""Finds plugins, loads them one at a time, and calls their hooks; each fault stays with its plugin.

Built-ins and strangers come through the entry-point group ``xcord``; a stranger may also be one file in
``<config>/plugins/``. pluggy's own loading stops at the first failing import and leaves the name
registered, so each plugin is loaded here alone and unregistered if anything about it is wrong.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from importlib import metadata
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import pluggy

from . import hookspecs
from .errors import PluginFault

if TYPE_CHECKING:  # ``xcord --help`` loads plugins, and nothing that it does not need
    from .config import Config
    from .handle import Handle
    from .options import OptionTable
    from .views import ViewMode
    from .window_spec import WindowSpec

T = TypeVar("T")

GROUP = "xcord"
OWN_DISTRIBUTION = "xcord"


@dataclass
class Plugin:
    """A plugin that was found; ``module`` is ``None`` when it was blocked or could not be loaded."""

    name: str
    distribution: str
    version: str
    module: Any = None
    problem: str = ""
    blocked: bool = False
    load: Callable[[], Any] | None = None

    @property
    def stranger(self) -> bool:
        """Not one of our own."""
        return self.distribution != OWN_DISTRIBUTION

    @property
    def on_by_default(self) -> bool:
        """False for a module with ``ON_BY_DEFAULT = False``: it is on only where somebody asks for it."""
        return bool(getattr(self.module, "ON_BY_DEFAULT", True))

    @property
    def label(self) -> str:
        """How a message names it."""
        return f"plugin {self.name!r} ({f'{self.distribution} {self.version}'.strip()})"


@dataclass(frozen=True)
class Candidate:
    """Something that can be loaded."""

    name: str
    distribution: str
    version: str
    load: Callable[[], Any]


class PluginSet:
    """All plugins of one app; nothing happens on import."""

    def __init__(self, blocked: frozenset[str] = frozenset()) -> None:
        self.plugins: list[Plugin] = []
        self.faults: list[PluginFault] = []
        self._blocked = blocked
        self._manager = pluggy.PluginManager("xcord")
        self._manager.add_hookspecs(hookspecs)

    def load(self, candidates: Sequence[Candidate]) -> None:
        """Loads one by one; a fault becomes the plugin's ``problem`` and one entry in ``faults``.

        A name that is found twice belongs to the stranger: that is how a built-in is replaced.
        """
        replaced = {found.name for found in candidates if found.distribution != OWN_DISTRIBUTION}
        for found in candidates:
            if found.distribution == OWN_DISTRIBUTION and found.name in replaced:
                continue
            blocked = found.name in self._blocked
            plugin = Plugin(found.name, found.distribution, found.version, blocked=blocked, load=found.load)
            if any(present.name == plugin.name for present in self.plugins):
                plugin.problem = f"{plugin.label} was not loaded: another distribution brings that name too"
                self.faults.append(PluginFault(plugin.name, "name_taken", plugin.problem))
                continue
            self.plugins.append(plugin)
            if not plugin.blocked:
                self.load_one(plugin)

    def load_one(self, plugin: Plugin) -> None:
        """Imports and registers one plugin, also one that was blocked at the start."""
        plugin.blocked, plugin.problem = False, ""
        try:
            if plugin.load is None:
                raise ImportError("there is nothing to load")
            module = plugin.load()
            self._manager.register(module, plugin.name)
            self._manager.check_pending()
            plugin.module = module
        except (Exception, SystemExit) as error:  # noqa: BLE001 an import may raise anything
            from .workers import told

            self._manager.unregister(name=plugin.name)
            plugin.problem = (
                f"{plugin.label} was not loaded: {told(error).strip().rstrip('.')}. "
                f"The rest goes on; -p no:{plugin.name} hides this."
            )
            fault = PluginFault(plugin.name, "not_loaded", plugin.problem)
            fault.__cause__ = error
            self.faults.append(fault)

    def unload(self, plugin: Plugin) -> None:
        """Forgets a plugin's code, so that it is loaded anew when it is switched on."""
        if plugin.module is not None:
            self._manager.unregister(name=plugin.name)
            plugin.module = None

    def exchange(self, plugin: Plugin, module: Any) -> Any:
        """Puts a module in place of the plugin's and returns the one before."""
        before = plugin.module
        self.unload(plugin)
        self._manager.register(module, plugin.name)
        plugin.module = module
        return before

    def get(self, name: str) -> Plugin | None:
        """The plugin of that name."""
        return next((plugin for plugin in self.plugins if plugin.name == name), None)

    def is_stranger(self, name: str) -> bool:
        """True for a plugin that is not one of our own distribution."""
        plugin = self.get(name)
        return plugin is not None and plugin.stranger

    def _call(self, plugin: Plugin, hook: str, **arguments: Any) -> Any:
        others = [
            module for name, module in self._manager.list_name_plugin() if name != plugin.name and module
        ]
        try:
            results = self._manager.subset_hook_caller(hook, others)(**arguments)
        except (Exception, SystemExit) as error:
            from .workers import describe

            raise PluginFault(
                plugin.name, "wiring_failed", f"{hook}: {describe(plugin.name, error)}"
            ) from error
        return results[0] if results else None

    def add_options(self, plugin: Plugin, table: OptionTable) -> None:
        """Calls ``xcord_add_options``.

        :raises PluginFault: the plugin raised; nothing of it is declared then.
        """
        from .options import Options

        try:
            self._call(plugin, "xcord_add_options", options=Options(table, plugin.name))
        except PluginFault:
            table.remove_owner(plugin.name)
            raise

    def add_commands(self, plugin: Plugin, parser: Any) -> None:
        """Calls ``xcord_add_commands``."""
        self._call(plugin, "xcord_add_commands", parser=parser)

    def windows(self, plugin: Plugin, config: Config) -> tuple[WindowSpec, ...]:
        """Calls ``xcord_windows``.

        :raises PluginFault: it raised, or returned something else.
        """
        from .window_spec import WindowSpec

        return self._collect(plugin, "xcord_windows", WindowSpec, config=config)

    def view_modes(self, plugin: Plugin) -> tuple[ViewMode, ...]:
        """Calls ``xcord_view_modes``.

        :raises PluginFault: it raised, or returned something else.
        """
        from .views import ViewMode

        return self._collect(plugin, "xcord_view_modes", ViewMode)

    def _collect(self, plugin: Plugin, hook: str, kind: type[T], **arguments: Any) -> tuple[T, ...]:
        returned = self._call(plugin, hook, **arguments)
        things = tuple(returned) if isinstance(returned, Iterable) else (returned,) if returned else ()
        if wrong := [thing for thing in things if not isinstance(thing, kind)]:
            raise PluginFault(
                plugin.name,
                "wiring_failed",
                f"{hook}: {plugin.label} returned {type(wrong[0]).__name__} where a {kind.__name__} is due",
            )
        return things

    def start(self, plugin: Plugin, hub: Handle, config: Config) -> AbstractAsyncContextManager[None] | None:
        """Calls ``xcord_start``: what it claims is claimed, its life is not entered."""
        life: AbstractAsyncContextManager[None] | None = self._call(
            plugin, "xcord_start", hub=hub, config=config
        )
        return life

    def left_off(self, chosen: dict[str, bool], asked: frozenset[str]) -> frozenset[str]:
        """Who is not started: by the settings (``chosen``), else by default, and never who was asked for."""
        return frozenset(
            plugin.name
            for plugin in self.plugins
            if plugin.name not in asked and not chosen.get(plugin.name, plugin.on_by_default)
        )

    def loaded(self) -> Iterator[Plugin]:
        """Those that can be called."""
        return (plugin for plugin in self.plugins if plugin.module is not None)


def find(plugins_dir: Path | None = None) -> list[Candidate]:
    """All candidates: installed distributions, then single files by name."""
    found = [
        Candidate(point.name, _distribution(point), point.dist.version if point.dist else "", point.load)
        for point in metadata.entry_points(group=GROUP)
    ]
    files = sorted(plugins_dir.glob("*.py")) if plugins_dir and plugins_dir.is_dir() else []
    return found + [in_file(path) for path in files]


def in_file(path: Path) -> Candidate:
    """A file as a candidate: its name is the plugin's, and says where it comes from."""
    return Candidate(path.stem, path.name, "", lambda: load_file(path))


class _Source(SourceFileLoader):
    """Always reads the source: bytecode is known to be old by size and whole seconds only, and a file that
    was just saved may have the same of both."""

    def path_stats(self, path: str) -> NoReturn:
        """How Python's import is told that there is no bytecode to look for."""
        raise OSError


def load_file(path: Path) -> ModuleType:
    """Imports one file as a plugin module; what was imported from it before stays if that fails.

    :raises Exception: whatever the file raises.
    """
    name = f"xcord_file_{path.stem}"
    loader = _Source(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(name)
    sys.modules[name] = module
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        if before is not None:
            sys.modules[name] = before
        raise
    return module


def _distribution(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else "unknown"
