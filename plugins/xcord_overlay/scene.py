"""What overlays show, and where, from all that is known. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from xcord import Desktop, Overlay, OverlayWindow, Screen, Trouble, Voice, WindowState

from .people import Listed
from .place import Place, Rect, Size, enlarged, rectangle, screen_of, sides
from .presets import preset_of
from .rules import Rule
from .sizes import fitting, size_of, with_panel
from .window import Wanted
from .wishes import DEFAULT, Wishes

NONE: Mapping[str, Any] = MappingProxyType({})


class Known(NamedTuple):
    """All that matters. ``dragged`` holds where windows are being dragged at this moment, and the sides that
    they keep to meanwhile; ``taken`` are those that were given input and are away until asked for."""

    wishes: Wishes = DEFAULT
    voice: Voice = Voice()
    desktop: Desktop = Desktop()
    shown: bool = False
    editing: bool = False
    listed: Listed = Listed()
    key: str = ""
    rule: Rule | None = None
    recent: tuple[str, ...] = ()
    dragged: Mapping[str, tuple[Place, tuple[bool, bool]]] = NONE
    taken: frozenset[str] = frozenset()
    states: Mapping[str, WindowState] = NONE
    problems: Mapping[str, str] = NONE


def trouble_of(voice: Voice) -> Trouble:
    """What is wrong with the call; a short reconnect is nothing to show."""
    return "lost" if voice.status == "lost" else voice.problem


def in_call(voice: Voice) -> bool:
    """There is a call, one is being made, or one was lost and is not let go."""
    return voice.status not in ("idle", "failed")


def overlay_of(known: Known, windows: Iterable[str]) -> Overlay:
    """The slice."""
    wishes = known.wishes
    overlay = Overlay(
        shown=known.shown,
        editing=known.editing,
        rule=known.key,
        preset=preset_of(wishes),
        content=wishes.content,
        names=wishes.names,
        marks=wishes.marks,
        opacity=wishes.opacity,
        scale=wishes.scale,
        people=known.listed.users,
        more=known.listed.more,
        trouble=trouble_of(known.voice),
        recent=known.recent,
    )
    each = {name: _window(name, overlay, known) for name in windows}
    return msgspec.structs.replace(overlay, windows=each)


def wanted(overlay: Overlay, window: str, known: Known) -> Wanted:
    """What the shell is asked for. Edit mode needs more room, and what is edited must be seen."""
    own = overlay.windows[window]
    screen = _screen(own.screen, known.desktop)
    rect = None
    if screen is not None:
        rect = Rect(own.x, own.y, own.width, own.height)
        if known.editing:
            rect = enlarged(rect, with_panel(Size(rect.width, rect.height)), screen, own.right, own.bottom)
    is_open = window not in known.taken and (known.editing or (known.shown and in_call(known.voice)))
    return Wanted(is_open, rect, known.editing, 100 if known.editing else overlay.opacity)


def place_of(window: str, known: Known) -> Place:
    """Where an overlay lies now: dragged, put by the rule in force, or as usual."""
    if (dragged := known.dragged.get(window)) is not None:
        return dragged[0]
    usual = known.wishes.places.get(window, Place())
    return known.rule.place(window, usual) if known.rule is not None else usual


def _window(window: str, overlay: Overlay, known: Known) -> OverlayWindow:
    state = known.states.get(window)
    own = OverlayWindow(
        scale=overlay.scale,
        withdrawn="took_input" if window in known.taken else state.withdrawn if state is not None else "",
        problem=known.problems.get(window, ""),
    )
    place = place_of(window, known)
    screen = screen_of(place, known.desktop.screens)
    if screen is None:
        return own
    scale = fitting(overlay, overlay.scale, screen)
    rect = rectangle(place, size_of(overlay, scale), screen)
    dragged = known.dragged.get(window)
    right, bottom = dragged[1] if dragged is not None else sides(rect, screen)
    return msgspec.structs.replace(
        own,
        screen=screen.id,
        x=rect.x,
        y=rect.y,
        width=rect.width,
        height=rect.height,
        scale=scale,
        right=right,
        bottom=bottom,
    )


def _screen(id: str, desktop: Desktop) -> Screen | None:
    return next((screen for screen in desktop.screens if screen.id == id), None)
