"""What Qt and Chromium are told through the environment, before they are loaded."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from . import screen

log = logging.getLogger("xcord.windows")


def prepare(environ: MutableMapping[str, str]) -> None:
    """Set what Qt and Chromium read from the environment when they start."""
    environ["QT_API"] = "pyside6"
    flags = ["--autoplay-policy=no-user-gesture-required"]
    if environ.get("XCORD_DEBUG") != "1":
        flags.append("--log-level=3")  # Chromium writes to stderr itself: of missing D-Bus, Vulkan, ...
    if screen.rendering(environ) == "software":
        flags.append("--disable-gpu")
        environ.setdefault("QT_QUICK_BACKEND", "software")
    environ["QTWEBENGINE_CHROMIUM_FLAGS"] = " ".join(
        filter(None, [environ.get("QTWEBENGINE_CHROMIUM_FLAGS", ""), *flags])
    )
    if not _session_bus(environ):
        # Chromium and Qt would start one themselves (dbus-launch), which outlives the app.
        environ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
    if os.geteuid() == 0 and environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1") == "1":
        log.warning("running as root: Chromium refuses its sandbox then, so pages run without one")


def _session_bus(environ: Mapping[str, str]) -> bool:
    """Whether this session has a bus: named, or at its usual place."""
    runtime = environ.get("XDG_RUNTIME_DIR", "")
    return "DBUS_SESSION_BUS_ADDRESS" in environ or bool(runtime and Path(runtime, "bus").exists())
