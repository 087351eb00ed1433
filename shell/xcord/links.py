"""Invite links: ``xcord://join/<host>/<code>``, and whether the desktop opens them with xcord.

A link is a wish and never an act: the window asks, and nothing is joined without a click. It carries an
invite's code and never a token. On Linux the user switches the links on; elsewhere the installer does that.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .desktop_entry import exec_line, own_command, read_text
from .errors import CommandError
from .settings import write_atomically

SCHEME = "x-scheme-handler/xcord"
ENTRY = "xcord-links.desktop"  # not xcord.desktop: a package's own, which it would hide
_LINK = re.compile(r"xcord://join/[^/?#\s\x00-\x1f\x7f]{1,300}/[A-Za-z0-9]{4,32}/?(\?http)?", re.ASCII)
_SECTION = "[Default Applications]"

State = Literal["", "on", "off"]


def invite_in(text: str) -> str:
    """The link itself.

    :raises CommandError: ``bad_link``.
    """
    link = text.strip()
    if not _LINK.fullmatch(link):
        raise CommandError(
            "bad_link", "that is no invite link, such as xcord://join/voice.example.org/abcd1234"
        )
    return link


@dataclass(frozen=True)
class Desktop:
    """Where the desktop's files of this user are, and the command that starts this xcord."""

    data: Path
    config: Path
    command: tuple[str, ...]

    @property
    def entry(self) -> Path:
        """The file that says what opens the links."""
        return self.data / "applications" / ENTRY

    @property
    def choices(self) -> Path:
        """The file with the user's choices of programs (freedesktop's MIME applications)."""
        return self.config / "mimeapps.list"

    def state(self) -> State:
        """Whether links open this xcord."""
        chosen = default_in(read_text(self.choices)) == ENTRY
        return "on" if chosen and read_text(self.entry) == entry_of(self.command) else "off"

    def set(self, on: bool) -> None:
        """Has links open this xcord, or not.

        :raises OSError: as the file system says.
        """
        if on:
            write_atomically(self.entry, entry_of(self.command).encode(), 0o644)
        before = read_text(self.choices)
        after = with_default(before, ENTRY if on else "")
        if after != before:
            write_atomically(self.choices, after.encode("utf-8", "surrogateescape"), 0o644)
        if not on:
            self.entry.unlink(missing_ok=True)


def desktop(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Desktop | None:
    """This user's; ``None`` where an installer registers the links, and in a run that keeps to one folder."""
    if platform != "linux" or getattr(sys, "frozen", False) or environ.get("XCORD_HOME"):
        return None
    home = Path(environ.get("HOME") or Path.home())
    return Desktop(
        Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share"),
        Path(environ.get("XDG_CONFIG_HOME") or home / ".config"),
        own_command(),
    )


def entry_of(command: tuple[str, ...]) -> str:
    """The desktop entry that hands a link to a command."""
    return (
        "[Desktop Entry]\nType=Application\nName=xcord\nNoDisplay=true\nTerminal=false\n"
        f"{exec_line(command, '%u')}\nMimeType={SCHEME};\n"
    )


def default_in(choices: str) -> str:
    """Which entry opens the links by the user's choice; empty for none."""
    section = ""
    for line in map(str.strip, choices.splitlines()):
        section = line if line.startswith("[") else section
        name, equals, value = line.partition("=")
        if section == _SECTION and equals and name.strip() == SCHEME:
            return value.partition(";")[0].strip()
    return ""


def with_default(choices: str, entry: str) -> str:
    """The choices with that entry for the links; empty: without ours. All other lines stay as they are."""
    if not entry and default_in(choices) != ENTRY:
        return choices
    lines, section, kept = choices.splitlines(), "", []
    for line in lines:
        section = line.strip() if line.strip().startswith("[") else section
        if section != _SECTION or line.partition("=")[0].strip() != SCHEME:
            kept.append(line)
    if entry:
        if _SECTION not in map(str.strip, kept):
            kept += ["", _SECTION] if kept else [_SECTION]
        at = next(at for at, line in enumerate(kept) if line.strip() == _SECTION)
        kept.insert(at + 1, f"{SCHEME}={entry}")
    return "\n".join(kept) + "\n"
