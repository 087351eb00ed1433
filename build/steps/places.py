"""Where things are: in the repository, in the environment, in the cache outside both."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from steps.say import MendableError

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "build" / "locks"
STATE = ROOT / ".cache" / "dev"
"""Stamps and logs of this checkout; deleting it only means that steps are done once more."""
VENV = ROOT / ".venv"
WEBUI = ROOT / "webui"
PAGES = ROOT / "shell" / "xcord" / "web"


def home() -> Path:
    """The home folder, also where HOME is empty or missing."""
    named = os.environ.get("HOME", "")
    if named:
        return Path(named)
    try:
        import pwd
    except ImportError:  # Windows
        return Path.home()
    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:
        raise MendableError(
            "HOME is not set and this user has no home; set HOME to a folder to write in"
        ) from None


def cache() -> Path:
    """What several checkouts share: `$XDG_CACHE_HOME/xcord`, as the app itself looks for it."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(named) if os.path.isabs(named) else home() / ".cache") / "xcord"


def script(name: str) -> Path:
    """A program of the environment, for example `python` or `ruff`."""
    if sys.platform == "win32":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def environment(**extra: str) -> dict[str, str]:
    """The variables for a child: ours, with HOME filled in, and without another active environment.

    Bytecode is kept as it is where the app is installed: without it a start compiles a thousand modules anew,
    and takes twice as long.
    """
    variables = {**os.environ, "HOME": str(home()), **extra}
    for name in ("VIRTUAL_ENV", "PYTHONHOME", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE"):
        variables.pop(name, None)
    return variables


def need_room(folder: Path, gigabytes: float, purpose: str) -> None:
    """Refuses before a long step that the disk could not hold."""
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free / 1e9
    if free < gigabytes:
        raise MendableError(
            f"{purpose} needs {gigabytes:g} GB and the disk of {folder} has {free:.1f} GB; free some room"
        )
