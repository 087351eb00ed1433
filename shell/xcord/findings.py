"""What ``xcord doctor`` looks at, and how it says what it found."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import socket
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .config import folders

SETUP = "Run: python3 build/dev.py setup"


@dataclass(frozen=True)
class Finding:
    """One line of the report. ``cause`` says what was found, ``remedy`` what to do about it."""

    check: str
    state: Literal["ok", "note", "fault"]
    cause: str
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """The app runs with it."""
        return self.state != "fault"

    def as_dict(self) -> dict[str, str]:
        """For ``--json``."""
        return {"check": self.check, "state": self.state, "cause": self.cause, "remedy": self.remedy}


@dataclass(frozen=True)
class Machine:
    """What the checks look at; tests replace single parts."""

    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    python: tuple[int, ...] = tuple(sys.version_info[:3])
    platform: str = sys.platform
    home: Path = field(default_factory=Path.home)
    web: Path = Path(__file__).parent / "web"
    folders: tuple[Path, Path, Path] = field(default_factory=folders)
    sound_cards: Path = Path("/proc/asound/cards")
    load_library: Callable[[str], object] = ctypes.CDLL
    has_module: Callable[[str], bool] = field(default_factory=lambda: _has_module)
    listen: Callable[[int], None] = field(default_factory=lambda: _listen)

    @property
    def cache(self) -> Path:
        """Where the set-up keeps what it built."""
        return Path(self.environ.get("XDG_CACHE_HOME") or self.home / ".cache") / "xcord"

    def which(self, program: str) -> str | None:
        """The program on PATH."""
        return shutil.which(program, path=self.environ.get("PATH", ""))


def report(findings: list[Finding]) -> str:
    """For people."""
    signs = {"ok": "ok   ", "note": "note ", "fault": "FAULT"}
    lines = [f"{signs[f.state]} {f.check}: {f'{f.cause} {f.remedy}'.strip()}" for f in findings]
    faults = sum(not finding.ok for finding in findings)
    return "\n".join([*lines, "", f"{faults} fault(s)." if faults else "xcord can run here."])


def _has_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _listen(port: int) -> None:
    socket.create_server(("127.0.0.1", port)).close()
