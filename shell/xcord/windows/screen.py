"""What Qt needs from a Linux machine, found out without Qt: a screen, system libraries, a way to draw.

Qt calls ``abort()`` when its xcb plugin cannot be loaded or the screen does not answer; nothing in Python
can catch that, so it is asked beforehand.
"""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from ..errors import SetupError

Rendering = Literal["gpu", "software"]

# Shared library -> Debian's package of it. First what the xcb plugin needs, then the web engine.
PLATFORM_LIBRARIES = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libX11.so.6": "libx11-6",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
}
ENGINE_LIBRARIES = {
    "libXcomposite.so.1": "libxcomposite1",
    "libXdamage.so.1": "libxdamage1",
    "libXext.so.6": "libxext6",
    "libXfixes.so.3": "libxfixes3",
    "libXrandr.so.2": "libxrandr2",
    "libXtst.so.6": "libxtst6",
    "libasound.so.2": "libasound2",
    "libbrotlidec.so.1": "libbrotli1",
    "libexpat.so.1": "libexpat1",
    "libgbm.so.1": "libgbm1",
    "libgssapi_krb5.so.2": "libgssapi-krb5-2",
    "libnspr4.so": "libnspr4",
    "libnss3.so": "libnss3",
    "libudev.so.1": "libudev1",
    "libxcb-dri3.so.0": "libxcb-dri3-0",
    "libxkbfile.so.1": "libxkbfile1",
}


def check(environ: Mapping[str, str]) -> None:
    """Make sure that Qt will start.

    :raises SetupError: ``no_screen`` or ``no_library``.
    """
    if environ.get("QT_QPA_PLATFORM", "xcb").partition(":")[0] not in {"xcb", "wayland"}:
        return  # offscreen, minimal, ...: whoever asks for those needs neither
    check_libraries(PLATFORM_LIBRARIES)
    check_screen(environ)


def check_libraries(wanted: Mapping[str, str], load: Callable[[str], object] = ctypes.CDLL) -> None:
    """Make sure that all of these can be loaded.

    :raises SetupError: ``no_library``, with every one that is missing and the command that brings them.
    """
    missing = [name for name in wanted if not _loads(name, load)]
    if missing:
        packages = " ".join(sorted({wanted[name] for name in missing}))
        raise SetupError(
            "no_library",
            f"The windows need system libraries that are missing: {', '.join(missing)}.",
            f"Run: sudo apt-get install {packages} (Debian's names).",
            libraries=missing,
        )


def check_screen(environ: Mapping[str, str]) -> None:
    """Make sure that a screen answers.

    :raises SetupError: ``no_screen``.
    """
    if _wayland_answers(environ):
        return
    display = environ.get("DISPLAY", "")
    if display and _x11_answers(display):
        return
    cause = f"The screen {display} does not answer." if display else "There is no screen: DISPLAY is not set."
    raise SetupError(
        "no_screen",
        cause,
        "Start xcord in a desktop session, or on a virtual screen: xvfb-run -a xcord.",
    )


def rendering(environ: Mapping[str, str], devices: Path = Path("/dev")) -> Rendering:
    """How pages are drawn. Mesa's software GL costs three times what Chromium's own drawing costs.

    ``XCORD_RENDERING`` decides if it is set; else a machine without a render node draws in software.
    """
    asked = environ.get("XCORD_RENDERING", "")
    if asked == "gpu":
        return "gpu"
    if asked == "software" or environ.get("LIBGL_ALWAYS_SOFTWARE", "0") not in {"", "0"}:
        return "software"
    nodes = [*devices.glob("dri/renderD*"), *devices.glob("nvidia[0-9]*"), *devices.glob("dxg")]
    return "gpu" if any(os.access(node, os.R_OK | os.W_OK) for node in nodes) else "software"


def _loads(name: str, load: Callable[[str], object]) -> bool:
    try:
        load(name)
    except OSError:
        return False
    return True


def _wayland_answers(environ: Mapping[str, str]) -> bool:
    name = environ.get("WAYLAND_DISPLAY", "")
    if not name:
        return False
    path = os.path.join(environ.get("XDG_RUNTIME_DIR", ""), name)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _x11_answers(display: str) -> bool:
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(display.encode(), None))
    try:
        return not xcb.xcb_connection_has_error(connection)
    finally:
        xcb.xcb_disconnect(connection)
