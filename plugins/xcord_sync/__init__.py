"""Accounts, servers and channels: the app's half. The server end is in ``backend/``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xcord import hookimpl

if TYPE_CHECKING:  # ``xcord --help`` loads this module and nothing that it does not need
    from contextlib import AbstractAsyncContextManager

    from xcord import Config, Handle, Options


@hookimpl
def xcord_add_commands(parser: Any) -> None:
    from .command import add_keys, add_serve

    add_serve(parser)
    add_keys(parser)


@hookimpl
def xcord_add_options(options: Options) -> None:
    options.add("calls", bool, True, "Whether others may call me into a channel.")


@hookimpl
def xcord_start(hub: Handle, config: Config) -> AbstractAsyncContextManager[None]:
    from .faulting import claim_fault
    from .keeper import Keeper

    keeper = Keeper(hub, config)
    claim_fault(hub, lambda: keeper.signed_in()[0])
    return keeper.life()
