"""``xcord doctor``: what this machine has and lacks, each with its cause and what mends it.

A *fault* keeps the app from running, a *note* takes a part of it away (no sound, no server end). Every
check is quick, changes nothing, reaches no other machine and is a function of :class:`Machine`, so that
each fault can be staged.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import links, running_app, server_end, settings
from .config import read_plugins
from .errors import SetupError
from .findings import SETUP, Finding, Machine
from .windows import screen

PACKAGES = (
    *("fastapi", "httpx", "livekit.rtc", "miniaudio", "msgspec", "numpy"),
    *("platformdirs", "pluggy", "uvicorn", "webview", "websockets"),
)


def examine(machine: Machine | None = None) -> list[Finding]:
    """All findings, in the order in which one would mend them."""
    here = machine or Machine()
    return [finding for check in CHECKS for finding in check(here)]


# -- the machine -----------------------------------------------------------------------------------


def _python(here: Machine) -> Iterator[Finding]:
    version = ".".join(map(str, here.python))
    if here.python >= (3, 11):
        yield Finding("python", "ok", f"{version}.")
    else:
        yield Finding("python", "fault", f"{version} is too old.", "Install Python 3.11 or newer.")


def _packages(here: Machine) -> Iterator[Finding]:
    missing = [name for name in PACKAGES if not here.has_module(name)]
    if here.platform == "linux" and not here.has_module("PySide6"):
        missing.append("PySide6")
    if missing:
        yield Finding("packages", "fault", f"Python packages are missing: {', '.join(missing)}.", SETUP)
    else:
        yield Finding("packages", "ok", "all are there.")


def _screen(here: Machine) -> Iterator[Finding]:
    if here.platform != "linux":
        return
    wanted = {**screen.PLATFORM_LIBRARIES, **screen.ENGINE_LIBRARIES}
    yield _asked("libraries", lambda: screen.check_libraries(wanted, here.load_library), "all are there.")
    if _loads(here, "libxcb.so.1"):
        yield _asked("screen", lambda: screen.check_screen(here.environ), "it answers.")
        yield Finding("drawing", "ok", f"pages are drawn by {screen.rendering(here.environ)}.")


def _sound(here: Machine) -> Iterator[Finding]:
    if here.platform != "linux":
        return
    if not (_loads(here, "libpulse.so.0") or _loads(here, "libasound.so.2")):
        yield Finding(
            "sound", "note", "No sound library is installed.", "Run: sudo apt-get install libpulse0"
        )
    elif not _sound_devices(here):
        yield Finding(
            "sound",
            "note",
            "There is no sound device: calls are joined without sound.",
            "Plug one in, or start a sound server: pulseaudio --start",
        )
    else:
        yield Finding("sound", "ok", "a sound server or a card is there.")


def _sound_devices(here: Machine) -> bool:
    if here.environ.get("PULSE_SERVER"):
        return True
    runtime = Path(here.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    if (runtime / "pulse" / "native").exists():
        return True
    try:
        return "no soundcards" not in here.sound_cards.read_text()
    except OSError:
        return False


def _loopback(here: Machine) -> Iterator[Finding]:
    try:
        here.listen(0)
    except OSError as error:
        yield Finding(
            "loopback",
            "fault",
            f"No port on 127.0.0.1 can be used: {error.strerror or error}.",
            "Look at the firewall or the sandbox that this runs in.",
        )
    else:
        yield Finding("loopback", "ok", "a port can be used.")


# -- xcord itself ----------------------------------------------------------------------------------


def _pages(here: Machine) -> Iterator[Finding]:
    if (here.web / "main.html").is_file():
        yield Finding("pages", "ok", "they are built.")
    else:
        yield Finding("pages", "fault", "The web pages are not built.", SETUP)


def _folders(here: Machine) -> Iterator[Finding]:
    unusable = [str(folder) for folder in here.folders if not _writable(folder)]
    if unusable:
        yield Finding(
            "folders", "fault", f"Not writable: {', '.join(unusable)}.", "Correct their owner or mode."
        )
    else:
        yield Finding("folders", "ok", "they can be written to.")


def _config_file(here: Machine) -> Iterator[Finding]:
    yield _asked("config", lambda: read_plugins(here.folders[0] / "config.toml"), "it can be read.")


def _settings_file(here: Machine) -> Iterator[Finding]:
    path = here.folders[0] / "settings.json"
    try:
        document = json.loads(path.read_bytes())
        version = document["version"]
        newer = version > settings.VERSION
        broken = not newer and not isinstance(document["values"], dict)
    except FileNotFoundError:
        yield Finding("settings", "ok", "none yet.")
        return
    except OSError as error:
        yield Finding(
            "settings", "fault", f"{path} cannot be read: {error.strerror}.", f"Run: chmod u+rw {path}"
        )
        return
    except (ValueError, KeyError, TypeError):
        newer, broken = False, True
    if broken:
        yield Finding(
            "settings",
            "note",
            f"{path} is broken; the next start puts it aside and begins anew.",
            "Mend it before, if you want to keep what is in it.",
        )
    elif newer:
        yield Finding(
            "settings",
            "note",
            f"{path} was written by a newer xcord; it is left alone and this one keeps its own beside it.",
            "Install the newer xcord to have those settings.",
        )
    else:
        yield Finding("settings", "ok", "they can be read.")


def _plugins(here: Machine) -> Iterator[Finding]:
    from .plugins import PluginSet, find

    plugins = PluginSet()
    plugins.load(find(here.folders[0] / "plugins"))
    for fault in plugins.faults:
        yield Finding(
            "plugins",
            "note",
            f"{str(fault).partition(' The rest goes on')[0]}",
            f"Without it: xcord -p no:{fault.plugin}",
        )
    if not plugins.faults:
        yield Finding("plugins", "ok", f"{', '.join(plugin.name for plugin in plugins.plugins)}.")


def _links(here: Machine) -> Iterator[Finding]:
    desktop = links.desktop(here.environ, here.platform)
    if desktop is not None:
        opens = (
            "open xcord." if desktop.state() == "on" else "do not open xcord; Settings, General, change that."
        )
        yield Finding("links", "ok", f"Invite links (xcord://) {opens}")


# -- building -------------------------------------------------------------------


def _cache(here: Machine) -> Iterator[Finding]:
    halves = sorted(str(path) for path in here.cache.glob("*-build") if path.is_dir())
    if halves:
        yield Finding("cache", "note", f"A build was interrupted: {', '.join(halves)}.", SETUP)
    else:
        yield Finding("cache", "ok", "nothing half-made.")


def _building(here: Machine) -> Iterator[Finding]:
    for program, purpose in (("go", "livekit-server"), ("node", "the web pages")):
        found = here.which(program)
        cause = f"{found}." if found else f"not installed; the set-up then brings its own to build {purpose}."
        yield Finding(program, "ok", cause)


CHECKS: tuple[Callable[[Machine], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _screen,
    _sound,
    _loopback,
    _pages,
    _folders,
    _config_file,
    _settings_file,
    _plugins,
    running_app.findings,
    _links,
    server_end.findings,
    _cache,
    _building,
)


def _asked(check: str, ask: Callable[[], Any], well: str) -> Finding:
    try:
        ask()
    except SetupError as error:
        return Finding(check, "fault", str(error).removesuffix(error.remedy).strip(), error.remedy)
    return Finding(check, "ok", well)


def _loads(here: Machine, library: str) -> bool:
    try:
        here.load_library(library)
    except OSError:
        return False
    return True


def _writable(folder: Path) -> bool:
    """Whether it could be written to, or made: looked at and not tried, so that nothing is left behind."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)
