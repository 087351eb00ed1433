"""The words of the overlay: its slice, and the arguments of its commands. Frozen, without behaviour."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from .surroundings import Withdrawn

Content = Literal["everyone", "speakers", "stage"]
Corner = Literal["top_left", "top", "top_right", "left", "right", "bottom_left", "bottom", "bottom_right"]
Trouble = Literal["", "media", "signal", "lost"]
Does = Literal["show", "hide", "place"]
Preset = Literal["game", "meeting", "video"]
Coordinate = Annotated[int, msgspec.Meta(ge=-32_768, le=32_767)]
Extent = Annotated[int, msgspec.Meta(ge=1, le=32_767)]


class OverlayWindow(msgspec.Struct, frozen=True, kw_only=True):
    """Where one overlay's content lies: on which ``screen`` (an id of slice ``desktop``; empty while none is
    known), and its rectangle in device-independent pixels of the whole desktop, drawn at ``scale`` percent.
    It keeps to the ``right`` and to the ``bottom`` of its window where these are true. ``withdrawn`` is why
    the shell took it off the screen, ``problem`` the code of what the shell refused."""

    screen: str = ""
    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0
    scale: int = 100
    right: bool = False
    bottom: bool = False
    withdrawn: Withdrawn = ""
    problem: str = ""


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``overlay``. ``shown`` is what is wanted at this moment, by the user or by a rule (there is
    something to see only in a call); ``rule`` is the application whose rule is in force, or empty. ``people``
    are the users to list, in order, and ``more`` how many have no room. ``trouble`` is what is wrong with the
    call. ``recent`` are applications that were in front, the last one first. ``opacity`` and ``scale`` are
    the user's, in percent; on a small screen an overlay may have a smaller scale. ``preset`` is the one that
    the user's wishes look like, or empty. ``windows`` holds each overlay's place by the window's name."""

    shown: bool = False
    editing: bool = False
    rule: str = ""
    preset: Preset | Literal[""] = ""
    content: Content = "everyone"
    names: bool = True
    marks: bool = True
    opacity: int = 100
    scale: int = 100
    people: tuple[str, ...] = ()
    more: int = 0
    trouble: Trouble = ""
    recent: tuple[str, ...] = ()
    windows: dict[str, OverlayWindow] = {}


class PlaceOverlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``overlay.place``: where the content of the overlay that asks lies, or of the first one; the width
    chooses the scale. It is kept on a screen, and moves to an edge that is near with ``snap``. Not ``done``:
    it is being dragged, and is not remembered yet."""

    x: Coordinate
    y: Coordinate
    width: Extent
    height: Extent
    done: bool = True
    snap: bool = True


class PutOverlay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``overlay.put``: into a corner or at the middle of an edge, of its own screen or of the one named; an
    empty ``window`` is the overlay that asks, or the first one."""

    corner: Corner
    screen: str = ""
    window: str = ""


class ApplyOverlayPreset(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``overlay.preset``: content, order, opacity and size that are ready made, for a game, a meeting or a
    video. Places and rules stay as they are."""

    name: Preset


class SetOverlayRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``overlay.rule``: what happens while an application is in front, by its process name; ``corner`` is
    where ``place`` puts the overlay. ``none`` removes its rule."""

    application: str
    does: Literal["show", "hide", "place", "none"]
    corner: Corner = "top_left"
