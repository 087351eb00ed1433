"""Pieces of freedesktop's desktop entries, and the command that starts this xcord."""

from __future__ import annotations

import re
import sys
from pathlib import Path


def own_command() -> tuple[str, ...]:
    """What starts this very xcord, without a terminal on Windows."""
    if getattr(sys, "frozen", False):
        return (sys.executable, "run")
    program = Path(sys.executable)
    if sys.platform == "win32" and (silent := program.with_name("pythonw.exe")).exists():
        program = silent
    return (str(program), "-m", "xcord", "run")


def exec_line(command: tuple[str, ...], *more: str) -> str:
    """An ``Exec`` line. ``more`` are words that stay as they are, such as ``%u``."""
    return "Exec=" + " ".join([*map(_quoted, command), *more])


def keys_of(text: str) -> dict[str, str]:
    """The keys of the entry itself, without those of its actions."""
    found, inside = {}, False
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            inside = line == "[Desktop Entry]"
        elif inside and "=" in line and not line.startswith("#"):
            name, _, value = line.partition("=")
            found[name.strip()] = value.strip()
    return found


def read_text(path: Path) -> str:
    """A file of the desktop's; empty where it cannot be read."""
    try:
        return path.read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def _quoted(word: str) -> str:
    """As the Exec key wants a word: twice escaped, once for the string and once for the quotes."""
    if re.fullmatch(r"[\w/.+-]+", word, re.ASCII):
        return word  # where no desktop runs, xdg-open (1.1.3) takes quotes for a part of the program's name
    inside = re.sub(r'(["`$\\])', r"\\\1", word).replace("%", "%%").replace("\\", "\\\\")
    return f'"{inside}"'
