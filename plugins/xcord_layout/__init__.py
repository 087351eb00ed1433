"""Who is where on the stage: calm order, view modes, and the mode ``gallery``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcord import hookimpl

if TYPE_CHECKING:  # ``xcord --help`` loads this module and nothing that it does not need
    from collections.abc import Iterable
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle, Options, ViewMode


@hookimpl
def xcord_add_options(options: Options) -> None:
    from .choice import FALLBACK

    options.add("mode", str, FALLBACK, "The view mode of the stage.")


@hookimpl
def xcord_view_modes() -> Iterable[ViewMode]:
    from xcord import ViewMode

    from . import gallery

    return [ViewMode("gallery", "Gallery", gallery.arrange)]


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .stage import StageKeeper

    return StageKeeper(hub).life()
