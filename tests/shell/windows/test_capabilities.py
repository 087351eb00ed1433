"""What an overlay cannot do, by what is known of the desktop."""

from __future__ import annotations

import pytest

from xcord.windows.capabilities import Facts, limits, session

X11 = {"DISPLAY": ":0", "XDG_SESSION_TYPE": "x11"}
WAYLAND = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0", "XDG_SESSION_TYPE": "wayland"}


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (Facts("linux", "xcb"), ()),
        (Facts("linux", "xcb", compositing=False), ("no_compositor",)),
        (Facts("linux", "xcb", application=False), ("no_application",)),
        (Facts("linux", "xcb", tray=False), ("no_tray",)),
        (Facts("linux", "xcb", wayland=True), ("no_application", "overlay_untried")),
        (
            Facts("linux", "wayland", wayland=True, application=False),
            ("wayland_on_top", "wayland_place", "no_application", "overlay_untried"),
        ),
        (Facts("win32"), ("no_application", "overlay_untried")),
        (Facts("darwin"), ("no_application", "overlay_untried")),
    ],
    ids=["X11", "no compositor", "no window manager", "no tray", "XWayland", "Wayland", "Windows", "macOS"],
)
def test_a_desktop_has_its_limits(facts: Facts, codes: tuple[str, ...]) -> None:
    assert limits(facts) == codes


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        (X11, ("xcb", False)),
        (WAYLAND, ("wayland", True)),
        ({**WAYLAND, "QT_QPA_PLATFORM": "xcb"}, ("xcb", True)),
        ({**X11, "QT_QPA_PLATFORM": "wayland-egl"}, ("wayland", False)),
        ({"QT_QPA_PLATFORM": "offscreen"}, ("offscreen", False)),
        ({**WAYLAND, "QT_QPA_PLATFORM": "wayland;xcb"}, ("wayland", True)),
        ({"DISPLAY": ":0", "XDG_SESSION_TYPE": "wayland"}, ("xcb", True)),
    ],
)
def test_the_kind_of_session_is_found_without_qt(environ: dict[str, str], found: tuple[str, bool]) -> None:
    assert session(environ) == found
