"""The words that the shell, the plugins and the pages share. Frozen, without behaviour.

Whatever travels in a slice is a ``msgspec.Struct`` made of strings, integers, booleans, tuples and
string-keyed dicts: no floats, so that a value has one spelling and pages can hash what they hold.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .surroundings import Withdrawn

# -- people and the call ---------------------------------------------------------------------------

Status = Literal["idle", "connecting", "connected", "reconnecting", "lost", "failed"]
Problem = Literal["", "media", "signal"]
Microphone = Literal["on", "none", "denied", "off"]
Grade = Literal["excellent", "good", "poor", "lost"]
Kind = Literal["camera", "screen", "avatar"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in the call, keyed by user and never by track or connection.

    ``muted`` and ``deafened`` are what the person's app says; ``camera`` and ``screen`` tell whether
    such a track is published; ``present`` is false in the grace time after the connection vanished.
    """

    user: str
    name: str
    avatar: str = ""
    me: bool = False
    muted: bool = False
    deafened: bool = False
    camera: bool = False
    screen: bool = False
    present: bool = True


class Voice(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``voice``: the one truth about the call.

    ``channel`` is the directory's channel id, or empty for a direct link; ``reason`` is a code for the
    pages (``""`` when there is nothing to explain); ``epoch`` counts connections of this run.
    ``problem`` is what people should know of a call that is up: ``media`` that none arrives, ``signal``
    that the link to the server has been gone for a while (a short ``reconnecting`` is nothing to show).
    ``muted`` and ``deafened`` are my own wishes, true also while no call is up.
    """

    status: Status = "idle"
    channel: str = ""
    room: str = ""
    reason: str = ""
    problem: Problem = ""
    epoch: int = 0
    people: tuple[Person, ...] = ()
    me: str = ""
    muted: bool = False
    deafened: bool = False
    microphone: Microphone = "off"


class Speaking(msgspec.Struct, frozen=True):
    """Slice ``speaking``: users who are speaking now, computed from the signal."""

    users: tuple[str, ...] = ()


class Quality(msgspec.Struct, frozen=True):
    """Slice ``quality``: connection quality by user."""

    users: dict[str, Grade] = {}


class Devices(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``devices``: sound devices by name. ``engine`` is ``null`` on a machine without sound;
    ``problem`` is then a code for the pages."""

    engine: Literal["miniaudio", "null"] = "null"
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    input: str = ""
    output: str = ""
    problem: str = ""


class Capture(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``capture``: the microphone. ``problem`` says why it gives nothing, as far as that is known:
    there is none, it cannot be opened (permission, busy, failed), or what comes from it is silence
    (muted_in_system, permission, zeros, faint). ``suppressor`` tells whether the stronger noise suppressor
    works; ``testing`` is an echo test, during which nobody in the call hears me."""

    problem: Literal["", "none", "permission", "busy", "failed", "muted_in_system", "zeros", "faint"] = ""
    suppressor: Literal["missing", "off", "on", "failed"] = "off"
    testing: bool = False


class Meter(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``meter``: my microphone's level after processing, in dBFS, about 15 times a second while a
    window asked for it by ``voice.meter``. ``open`` is whether voice activity lets it through; the costs are
    CPU time in microseconds for 10 ms of sound."""

    level: int = -120
    open: bool = False
    processing_us: int = 0
    suppressor_us: int = 0


# -- the stage -------------------------------------------------------------------------------------


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """What a view mode is given, in calm order. ``n`` tells several tiles of one kind apart;
    ``aspect`` is width / height. ``focus`` is on exactly one tile, the one to show large where a mode has
    one that is: what was pinned last, else a shared screen, else who speaks (and not at every word)."""

    user: str
    kind: Kind = "avatar"
    n: int = 0
    aspect: float = 16 / 9
    me: bool = False
    pinned: bool = False
    speaking: bool = False
    presenting: bool = False
    focus: bool = False


class Viewport(msgspec.Struct, frozen=True, kw_only=True):
    """The stage of one window. ``width`` and ``height`` in CSS pixels, ``scale`` in device pixels per
    hundred CSS pixels (125 means 1.25). With ``focus`` the window has room for the focus alone, whatever mode
    is chosen elsewhere."""

    width: int
    height: int
    scale: int = 100
    visible: bool = True
    focus: bool = False


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """Where a view mode puts a tile: fractions 0..1 of the stage; ``z`` is higher in front."""

    user: str
    kind: Kind = "avatar"
    n: int = 0
    x: float
    y: float
    width: float
    height: float
    fit: Literal["cover", "contain"] = "cover"
    z: int = 0


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """A placement on the wire: the rectangle in 1/10000 of the stage."""

    user: str
    kind: Kind
    n: int
    x: int
    y: int
    width: int
    height: int
    fit: Literal["cover", "contain"] = "cover"
    z: int = 0


class ModeInfo(msgspec.Struct, frozen=True):
    """A view mode that can be chosen. ``plugin`` is who brought it."""

    name: str
    title: str
    plugin: str


class View(msgspec.Struct, frozen=True, kw_only=True):
    """How one window shows the stage: the ``mode`` in use there, which of ``pages`` it is on, counted from 1,
    and what is ``expanded`` there (named as a pin is): shown alone, all over the stage, until that is taken
    back."""

    mode: str = "gallery"
    page: int = 1
    pages: int = 1
    expanded: str = ""


class Stage(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``stage``. ``mode`` is in use where a window has no reason for another one, ``chosen`` is what
    the user asked for (``auto`` by default). ``pins`` are users, or ``user/screen`` for what a user shares,
    the latest last; ``hidden`` are users whose face is not shown because the user of this app wishes so.
    ``windows`` holds the placements of each window by its name, ``views`` what else is to be said of it."""

    mode: str = "gallery"
    chosen: str = "auto"
    modes: tuple[ModeInfo, ...] = ()
    order: tuple[str, ...] = ()
    pins: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    windows: dict[str, tuple[Placed, ...]] = {}
    views: dict[str, View] = {}


class Want(msgspec.Struct, frozen=True):
    """How a track is wanted, in device pixels of its largest tile."""

    user: str
    kind: Kind
    width: int
    height: int


class Demand(msgspec.Struct, frozen=True):
    """Slice ``demand``: the video that somebody looks at now. What is not named here is off."""

    tracks: tuple[Want, ...] = ()


# -- the shell's own slices ------------------------------------------------------------------------


class App(msgspec.Struct, frozen=True, kw_only=True):
    """Slice ``app``: what every page needs to know first. ``rejoin`` is the channel in which the last
    run ended, offered and never joined by itself. ``link`` is an invite link that the desktop opened, until
    it is put away; ``links`` says whether the desktop opens them with xcord (empty: not ours to say),
    ``autostart`` whether xcord starts with it. ``tray`` is whether the desktop shows tray icons."""

    version: str = ""
    protocol: int = 0
    measure: bool = False
    rejoin: str = ""
    link: str = ""
    links: Literal["", "on", "off"] = ""
    autostart: Literal["", "on", "off"] = ""
    tray: Literal["", "there", "none"] = ""


class PluginState(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ``xcord plugins``. ``reason`` is an English sentence: who, what, what now."""

    name: str
    distribution: str
    version: str
    state: Literal["on", "off", "starting", "stopping", "failed", "stuck", "blocked"]
    reason: str = ""


class Plugins(msgspec.Struct, frozen=True):
    """Slice ``plugins``."""

    plugins: tuple[PluginState, ...] = ()


class Settings(msgspec.Struct, frozen=True):
    """Slice ``settings``: the value of each option, by its full name (``voice.muted``)."""

    values: dict[str, Any] = {}


class WindowState(msgspec.Struct, frozen=True, kw_only=True):
    """One window as the shell knows it. ``viewport`` is its stage, once its page has told; ``visible`` is
    what the desktop says (false when hidden or minimised); ``full_screen`` is on from when its page asked for
    that until it is over, however it ended; ``withdrawn`` is why the shell took an overlay off the screen."""

    name: str
    page: str
    connected: bool = False
    watch_only: bool = False
    visible: bool = True
    full_screen: bool = False
    withdrawn: Withdrawn = ""
    viewport: Viewport | None = None


class Windows(msgspec.Struct, frozen=True):
    """Slice ``windows``."""

    windows: tuple[WindowState, ...] = ()
