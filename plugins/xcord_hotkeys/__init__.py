"""Keys and mouse buttons that work while another window is in front; push to talk that fails closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcord import hookimpl

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle, Options


@hookimpl
def xcord_add_options(options: Options) -> None:
    from .preferences import add_options

    add_options(options)


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .life import HotkeysLife

    return HotkeysLife(hub).life()
