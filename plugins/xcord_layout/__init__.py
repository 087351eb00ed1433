"""Who is where on the stage: calm order, view modes, and the modes ``gallery``, ``focus`` and ``pip``."""

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
    options.add("hide_me", bool, False, "Show me no tile of myself, unless there is nobody else.")
    options.add(
        "hide_without_video", bool, False, "Show no tile of people without video, while others have one."
    )


@hookimpl
def xcord_view_modes() -> Iterable[ViewMode]:
    from . import focus, gallery, pip

    return [gallery.MODE, focus.MODE, pip.MODE]


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .stage import StageKeeper

    return StageKeeper(hub).life()
