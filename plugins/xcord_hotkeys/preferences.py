"""What the user may choose about keys."""

from __future__ import annotations

from typing import Annotated

import msgspec

from xcord import HotkeyAction, Options

Bindings = dict[HotkeyAction, str]
Delay = Annotated[int, msgspec.Meta(ge=0, le=2000)]
Hold = Annotated[int, msgspec.Meta(ge=5, le=3600)]


def add_options(options: Options) -> None:
    """Declares them."""
    options.add("bindings", Bindings, {}, "The keys of each action, such as ctrl+shift+m, mouse8 or f8.")
    options.add("release_delay", Delay, 40, "How long I am heard after the key was let go, in ms.")
    options.add("longest_hold", Hold, 120, "After how many seconds a held key is no longer believed.")
