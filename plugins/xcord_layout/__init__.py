"""Who is where on the stage: calm order, view modes, and the modes ``gallery`` and ``focus``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcord import hookimpl

if TYPE_CHECKING:  # ``xcord --help`` loads this module and nothing that it does not need
    from collections.abc import Iterable
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle, Options, ViewMode


@hookimpl
def xcord_add_options(options: Options) -> None:
    from .choice import AUTO

    options.add("mode", str, AUTO, "The view mode of the stage; auto: what suits what there is to see.")
    options.add("pins", list[str], [], "Who is kept in view, latest last; user/screen is a shared screen.")


@hookimpl
def xcord_view_modes() -> Iterable[ViewMode]:
    from xcord import ViewMode

    from . import focus, gallery

    return [
        ViewMode("gallery", "Gallery", gallery.arrange),
        ViewMode("focus", "Focus", focus.arrange),
    ]


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .stage import StageKeeper

    return StageKeeper(hub).life()
