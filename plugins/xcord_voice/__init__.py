"""The call: LiveKit connection, sound, speaking, and the video of others into the shell's slots."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcord import hookimpl

if TYPE_CHECKING:  # ``xcord --help`` loads this module and nothing that it does not need
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle, Options


@hookimpl
def xcord_add_options(options: Options) -> None:
    from .preferences import add_options

    add_options(options)


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .life import VoiceLife

    return VoiceLife(hub).life()
