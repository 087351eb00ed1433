"""Who is where on the stage: calm order, view modes, and the mode ``gallery``."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from xcord import Handle, Options, ViewMode, hookimpl

from . import gallery
from .choice import FALLBACK


@hookimpl
def xcord_add_options(options: Options) -> None:
    options.add("mode", str, FALLBACK, "The view mode of the stage.")


@hookimpl
def xcord_view_modes() -> Iterable[ViewMode]:
    return [ViewMode("gallery", "Gallery", gallery.arrange)]


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .stage import StageKeeper

    return StageKeeper(hub).life()
