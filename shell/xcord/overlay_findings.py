"""What ``xcord doctor`` says of the overlay: what will not work on this desktop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .findings import Finding, Machine
from .surroundings import Limit
from .windows.capabilities import Facts, limits, session

ON_X11 = "Where the desktop runs X11 programs too: QT_QPA_PLATFORM=xcb xcord"
SENTENCES: dict[Limit, tuple[str, str]] = {
    "no_compositor": (
        "Nothing can be transparent here: the overlay has an opaque ground.",
        "Start a compositor, for example: picom",
    ),
    "no_application": (
        "Which program is in front is not known here: the overlay's rules have no effect.",
        "Show and hide it by its key, or use an X11 session.",
    ),
    "no_lock": (
        "Whether the screen is locked is not known here: the overlay may lie above the locker.",
        "Use a locker that tells logind, or switch the overlay off before locking.",
    ),
    "no_tray": (
        "The desktop shows no tray icons: closing the main window minimises it.",
        "On GNOME, install the extension AppIndicator.",
    ),
    "wayland_on_top": ("On Wayland a full-screen program may cover the overlay.", ON_X11),
    "wayland_place": ("On Wayland the overlay cannot be placed.", ON_X11),
    "overlay_untried": (
        "The overlay was written after this desktop's documentation and not tried on it.",
        "If it disturbs: xcord -p no:overlay",
    ),
}


def of_limits(found: Sequence[Limit]) -> Iterator[Finding]:
    """One note for each."""
    for limit in found:
        yield Finding("overlay", "note", *SENTENCES[limit])
    if not found:
        yield Finding("overlay", "ok", "it can do all that it is made for.")


def unasked(here: Machine) -> Iterator[Finding]:
    """As far as it is known without a running app, which sees more."""
    if here.platform != "linux":
        yield from of_limits(limits(Facts(platform=here.platform)))
        return
    if not (here.environ.get("DISPLAY") or here.environ.get("WAYLAND_DISPLAY")):
        return  # there is no desktop at all, which was said
    windows, wayland = session(here.environ)
    if found := limits(Facts("linux", windows, wayland)):
        yield from of_limits(found)
    else:
        yield Finding("overlay", "ok", "nothing speaks against it; a running xcord knows more.")
