"""Accounts, servers and channels: the app's half. The server end is in ``backend/``."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Any

from xcord import Config, Handle, hookimpl


@hookimpl
def xcord_add_commands(parser: Any) -> None:
    from .command import add_serve

    add_serve(parser)


@hookimpl
def xcord_start(hub: Handle, config: Config) -> AbstractAsyncContextManager[None]:
    from .keeper import Keeper

    return Keeper(hub, config).life()
