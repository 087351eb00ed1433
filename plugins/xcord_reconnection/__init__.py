"""Brings lost calls back. It opens nothing itself: it asks ``voice.rejoin``, and tells what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcord import hookimpl

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .life import ReconnectionLife

    return ReconnectionLife(hub).life()
