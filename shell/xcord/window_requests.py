"""The arguments of the commands that place overlay windows; as in ``requests``, each sets a wanted state.

What is wished of an overlay that is not open counts when it is opened.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

Pixels = Annotated[int, msgspec.Meta(ge=-32_768, le=32_767)]
Size = Annotated[int, msgspec.Meta(ge=1, le=32_767)]


class PlaceWindow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``window.place``: the outer rectangle, in device-independent pixels of the whole desktop."""

    name: str
    x: Pixels
    y: Pixels
    width: Size
    height: Size


class TakeInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``window.take_input``: whether the overlay gets the mouse, or clicks go through it."""

    name: str
    on: bool


class SetOpacity(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``window.opacity`` of the whole overlay."""

    name: str
    percent: Annotated[int, msgspec.Meta(ge=10, le=100)]
