"""The hooks, all of them. They run while wiring and never afterwards; run time goes through the hub.

Every hook is synchronous. An implementation names only the arguments that it needs.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from argparse import _SubParsersAction

    from .config import Config
    from .handle import Handle
    from .options import Options
    from .views import ViewMode
    from .window_spec import WindowSpec

hookspec = pluggy.HookspecMarker("xcord")
hookimpl = pluggy.HookimplMarker("xcord")


@hookspec
def xcord_add_options(options: Options) -> None:
    """Called each time the plugin is switched on, first of all, to declare the settings that it owns.

    :param options: ``options.add(name, type, default, help)``; the name is prefixed by the plugin's own.
    """


@hookspec
def xcord_add_commands(parser: _SubParsersAction[Any]) -> None:
    """Called when the command line is read, to add subcommands such as ``xcord serve``.

    :param parser: argparse's subparsers. Import what the command needs inside its function, so that
        ``xcord --help`` stays quick.
    """


@hookspec
def xcord_windows(config: Config) -> Iterable[WindowSpec]:
    """Called when the plugin is switched on; returns the windows that it adds. They leave with the plugin."""
    return ()


@hookspec
def xcord_view_modes() -> Iterable[ViewMode]:
    """Called when the plugin is switched on; returns its view modes. They leave with the plugin."""
    return ()


@hookspec
def xcord_start(hub: Handle, config: Config) -> AbstractAsyncContextManager[None] | None:
    """Called each time the plugin is switched on; claims slices and commands, returns its life.

    :param hub: the plugin's own handle; what it claims here leaves when the plugin is switched off.
    :returns: an async context manager, **not yet entered**. Only entering it may touch the world;
        leaving it must undo that. ``None`` if the plugin needs no life.
    """
    return None
