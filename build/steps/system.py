"""The few system libraries and programs that a screen, a browser and sound need. Debian and its kin."""

from __future__ import annotations

import importlib.util
import os
import shlex
import shutil
import sys

from steps import places
from steps.commands import answer, quiet
from steps.say import MendableError, line, timed

_WANTED = """
    xvfb openbox picom tint2 xdotool wmctrl x11-utils x11-xserver-utils
    chromium fonts-noto-core fonts-noto-color-emoji fonts-dejavu-core
    espeak-ng pulseaudio pulseaudio-utils libpulse0 libasound2t64|libasound2
    pipewire pipewire-pulse wireplumber dbus-daemon
    libx11-6 libx11-xcb1 libxcb1 libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0
    libxcb-render-util0 libxcb-render0 libxcb-shape0 libxcb-shm0 libxcb-sync1 libxcb-util1 libxcb-xfixes0
    libxcb-xkb1 libxkbcommon-x11-0 libxkbcommon0 libgl1 libegl1 libdbus-1-3 libfontconfig1
    libfreetype6 libglib2.0-0t64|libglib2.0-0
    libxcomposite1 libxdamage1 libxext6 libxfixes3 libxrandr2 libxtst6 libbrotli1 libexpat1 libgbm1
    libgssapi-krb5-2 libnspr4 libnss3 libudev1 libxcb-dri3-0 libxkbfile1
    libatomic1 ca-certificates git
    iproute2 nftables
"""
PACKAGES = _WANTED.split()
"""In turn: a virtual screen, a browser, sound, the other sound server, Qt, its web engine, Playwright's Node,
trust, the history that a test searches for secrets, networks to break. Names with |
between them are one thing that is called differently in different releases."""
IN_PLACE_OF = {"chromium": ("chromium", "chromium-browser", "google-chrome"), "pulseaudio": ("pulseaudio",)}
"""Programs that make a package unneeded, wherever they come from."""


def ensure() -> None:
    """Installs what is missing (as root), or raises MendableError with the command that does."""
    if sys.platform != "linux":
        return
    if not shutil.which("dpkg-query"):
        _need_venv_module()
        line("system", "no Debian packages here, nothing checked; what is needed: build/steps/system.py")
        return
    missing = _missing()
    if not missing:
        line("system", "all packages are there")
        return
    if os.geteuid() != 0:
        raise MendableError(
            "system packages are missing that only root may install; run\n    sudo apt-get update && sudo "
            + shlex.join(["apt-get", *_install(_names(missing))])
            + "\nand then the same command again"
        )
    with timed("system", f"installing {' '.join(name.split('|')[-1] for name in missing)}"):
        apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
        env = places.environment(DEBIAN_FRONTEND="noninteractive")
        quiet("apt-get update", [*apt, "update"], env=env, limit=600)
        quiet("apt-get install", [*apt, *_install(_names(missing))], env=env, limit=3600)
    still = _missing()
    if still:
        raise MendableError(
            f"apt-get left out {' '.join(still)}; install them by hand and run the same command again"
        )
    _need_venv_module()


def _install(names: list[str]) -> list[str]:
    return ["install", "-y", "--no-install-recommends", *names]


def _missing() -> list[str]:
    asked = [name for names in PACKAGES for name in names.split("|")]
    told = answer(
        ["sh", "-c", "dpkg-query -W -f '${db:Status-Status} ${Package}\\n' \"$@\"; :", "sh", *asked]
    )
    there = {words[1] for words in map(str.split, told.splitlines()) if words and words[0] == "installed"}
    missing = [
        names
        for names in PACKAGES
        if not there & set(names.split("|")) and not any(map(shutil.which, IN_PLACE_OF.get(names, ())))
    ]
    return (
        missing
        if _has_venv_module()
        else [f"python{sys.version_info[0]}.{sys.version_info[1]}-venv", *missing]
    )


def _names(missing: list[str]) -> list[str]:
    """Of several names for one thing, the one that this release knows."""
    return [
        next((name for name in names.split("|") if answer(["apt-cache", "show", name])), names.split("|")[-1])
        for names in missing
    ]


def _has_venv_module() -> bool:
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def _need_venv_module() -> None:
    if not _has_venv_module():
        raise MendableError(
            f"{sys.executable} has no venv module; install your system's package for it (python3-venv)"
        )
