"""Breaks things on purpose, for tests: off by default, on with ``-p faults`` or in the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xcord import hookimpl

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle

ON_BY_DEFAULT = False


@hookimpl
def xcord_add_commands(parser: Any) -> None:
    from .command import add_faults

    add_faults(parser)


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .recorder import Recorder

    return Recorder(hub).life()
