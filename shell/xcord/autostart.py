"""Starting with the desktop: one place for each platform, and the truth is what is written there.

It starts hidden and never joins by itself. A run that keeps everything in one folder (``XCORD_HOME``) leaves
the desktop alone.
"""

from __future__ import annotations

import contextlib
import os
import plistlib
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol
from xml.parsers.expat import ExpatError

from .desktop_entry import exec_line, keys_of, own_command, read_text
from .settings import write_atomically

HIDDEN = "--hidden"
RUN_KEY = r"Software\Microsoft\Windows\CurrentVersion\Run"
LABEL = "xcord.autostart"


class Autostart(Protocol):
    """Whether this xcord starts when the user logs in."""

    def on(self) -> bool:
        """As it is written now; another program may have changed that."""
        ...

    def set(self, on: bool) -> None:
        """Writes it.

        :raises OSError: as the system says.
        """
        ...


@dataclass(frozen=True)
class XdgAutostart:
    """Linux: freedesktop's autostart entry of this user."""

    config: Path
    command: tuple[str, ...]

    @property
    def entry(self) -> Path:
        """The file; a system-wide one of the same name is hidden by it."""
        return self.config / "autostart" / "xcord.desktop"

    def on(self) -> bool:
        """See :class:`Autostart`: an entry of ours that nobody switched off in the desktop's own settings."""
        keys = keys_of(read_text(self.entry))
        off = keys.get("Hidden") == "true" or keys.get("X-GNOME-Autostart-enabled") == "false"
        return not off and f"Exec={keys.get('Exec')}" == exec_line(self.command)

    def set(self, on: bool) -> None:
        """See :class:`Autostart`."""
        if not on:
            self.entry.unlink(missing_ok=True)
        elif not self.on():
            write_atomically(self.entry, autostart_entry(self.command).encode(), 0o644)


class RunKey:
    """Windows: a value of the user's Run key. Written after Microsoft's documentation, not tried there.

    :param registry: the module ``winreg``.
    """

    def __init__(self, registry: Any, command: tuple[str, ...]) -> None:
        self._registry, self._line = registry, subprocess.list2cmdline(command)

    def on(self) -> bool:
        """See :class:`Autostart`."""
        registry = self._registry
        try:
            with registry.OpenKey(registry.HKEY_CURRENT_USER, RUN_KEY) as key:
                return bool(registry.QueryValueEx(key, "xcord")[0] == self._line)
        except FileNotFoundError:
            return False

    def set(self, on: bool) -> None:
        """See :class:`Autostart`."""
        registry = self._registry
        with registry.CreateKey(registry.HKEY_CURRENT_USER, RUN_KEY) as key:
            if on:
                registry.SetValueEx(key, "xcord", 0, registry.REG_SZ, self._line)
            else:
                with contextlib.suppress(FileNotFoundError):
                    registry.DeleteValue(key, "xcord")


@dataclass(frozen=True)
class LaunchAgent:
    """macOS: a launch agent of this user. Written after launchd.plist(5), not tried there."""

    agents: Path
    command: tuple[str, ...]

    @property
    def entry(self) -> Path:
        """The file that launchd reads at the next log-in."""
        return self.agents / f"{LABEL}.plist"

    def on(self) -> bool:
        """See :class:`Autostart`."""
        try:
            agent = plistlib.loads(self.entry.read_bytes())
        except (OSError, plistlib.InvalidFileException, ValueError, ExpatError):
            return False
        return agent.get("ProgramArguments") == list(self.command) and not agent.get("Disabled", False)

    def set(self, on: bool) -> None:
        """See :class:`Autostart`."""
        if on:
            agent = {
                "Label": LABEL,
                "ProgramArguments": list(self.command),
                "RunAtLoad": True,
                "LimitLoadToSessionType": "Aqua",
                "ProcessType": "Interactive",
            }
            write_atomically(self.entry, plistlib.dumps(agent), 0o644)
        else:
            self.entry.unlink(missing_ok=True)


def autostart(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Autostart | None:
    """This user's; ``None`` in a run that keeps to one folder."""
    if environ.get("XCORD_HOME"):
        return None
    home = Path(environ.get("HOME") or Path.home())
    command = (*own_command(), HIDDEN)
    if platform == "win32":
        import importlib

        return RunKey(importlib.import_module("winreg"), command)
    if platform == "darwin":
        return LaunchAgent(home / "Library" / "LaunchAgents", command)
    return XdgAutostart(Path(environ.get("XDG_CONFIG_HOME") or home / ".config"), command)


def autostart_entry(command: tuple[str, ...]) -> str:
    """The desktop entry that runs a command at log-in."""
    return (
        "[Desktop Entry]\nType=Application\nName=xcord\nComment=Voice and video on your own server\n"
        f"Terminal=false\nStartupNotify=false\n{exec_line(command)}\n"
    )
