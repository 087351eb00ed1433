"""Who is in the call and who speaks, in a small window above everything that takes no input."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xcord import hookimpl

if TYPE_CHECKING:  # ``xcord --help`` loads this module and nothing that it does not need
    from collections.abc import Iterable
    from contextlib import AbstractAsyncContextManager

    from xcord import Handle, Options, WindowSpec


def specs() -> tuple[WindowSpec, ...]:
    """The overlays that there are. One for a further monitor is one more line."""
    from xcord import WindowSpec

    return (
        WindowSpec(
            "overlay",
            "overlay",
            "xcord overlay",
            width=240,
            height=80,
            min_width=1,
            min_height=1,
            frameless=True,
            transparent=True,
            on_top=True,
            focus=False,
            overlay=True,
            open_at_start=False,
        ),
    )


@hookimpl
def xcord_add_options(options: Options) -> None:
    from .wishes import add_options

    add_options(options)


@hookimpl
def xcord_windows() -> Iterable[WindowSpec]:
    return specs()


@hookimpl
def xcord_start(hub: Handle) -> AbstractAsyncContextManager[None]:
    from .commands import Commands
    from .keeper import Keeper

    keeper = Keeper(hub, [spec.name for spec in specs()])
    Commands(keeper).claim()
    return keeper.life()
