"""The arguments of the commands of the stage; as in ``requests``, each sets a wanted state."""

from __future__ import annotations

import msgspec


class SetMode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``stage.mode``: the view mode to use, or ``auto`` for the one that suits what is to be seen."""

    name: str


class TurnPage(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``stage.page``: which page of its stage the window that asks shows, counted from 1; beyond the last it
    is the last. Who asks without a window turns that of ``main``."""

    page: int


class Pin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``stage.pin``: whether a person, or with ``screen`` what a person shares, is kept in view and shown
    large where the mode has a large tile."""

    user: str
    on: bool
    screen: bool = False


class Expand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``stage.expand``: whether a person, or with ``screen`` what a person shares, is shown alone on the
    stage of the window that asks, or of ``main``. One at a time; the latest counts."""

    user: str
    on: bool
    screen: bool = False
