"""`.venv`: made by Python's own venv, filled by uv from locks whose every file has a hash."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from steps import places
from steps.commands import answer, quiet
from steps.places import LOCKS, ROOT, VENV, script
from steps.say import MendableError, line, timed
from steps.stamps import fingerprint, is_current, put

_PACKAGES = VENV / ".xcord-packages"
_PROJECT = VENV / ".xcord-project"
_PROBE = "import sys; print(sys.version_info >= (3, 11) and sys.prefix != sys.base_prefix, sys.version)"


def ensure() -> None:
    """Makes or mends the environment; one whose stamps fit is left as it is, another is synced."""
    version = _version() or _make()
    packages = fingerprint([LOCKS / "dev.txt", LOCKS / "build.txt"], version)
    project = fingerprint([ROOT / "pyproject.toml", ROOT / "build" / "hatch_build.py"], version, str(ROOT))
    if is_current(_PACKAGES, packages) and is_current(_PROJECT, project):
        line("python", ".venv is up to date")
        return
    if not is_current(_PACKAGES, packages):
        places.need_room(VENV, 2, "the Python environment")
        ensure_uv()
        with timed("python", "installing what build/locks/dev.txt names"):
            _PACKAGES.unlink(missing_ok=True)
            _PROJECT.unlink(missing_ok=True)  # a sync takes the project itself out, so it goes in again below
            hashes: list[str | Path] = ["--require-hashes", "--build-constraints", LOCKS / "build.txt"]
            uv_pip("uv pip sync", "sync", "--python", script("python"), *hashes, LOCKS / "dev.txt")
            put(_PACKAGES, packages)
    with timed("python", "installing xcord itself, editable"):
        alone = ["--no-deps", "--no-build-isolation", "--offline"]
        uv_pip("uv pip install xcord", "install", "--python", script("python"), *alone, "--editable", ROOT)
        put(_PROJECT, project)


def ensure_uv() -> None:
    """Installs uv of the version in build/locks/uv.txt into the environment, unless it is there."""
    pinned = re.search(r"^uv==(\S+)", (LOCKS / "uv.txt").read_text(), re.MULTILINE)
    if pinned and answer([script("uv"), "--version"]).split(" ")[1:2] == [pinned[1]]:
        return
    pip: list[str | Path] = [script("python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    with timed("python", "installing uv, which installs the rest"):
        if not answer([*pip, "--version"]):
            quiet("python -m ensurepip", [script("python"), "-m", "ensurepip"], limit=300)
        hashes: list[str | Path] = ["--no-deps", "--require-hashes", "-r", LOCKS / "uv.txt"]
        quiet("pip install uv", [*pip, "install", *hashes], limit=900)


def uv_pip(what: str, *words: str | Path) -> None:
    """Runs `uv pip`, which never fetches a Python of its own; `what` names it when it fails."""
    env = places.environment(UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1")
    quiet(what, [script("uv"), "pip", *words], env=env, limit=1800)


def _version() -> str:
    """The version of a working, new enough Python in `.venv`, or ""."""
    sound, _, version = answer([script("python"), "-c", _PROBE]).partition(" ")
    return version if sound == "True" else ""


def _make() -> str:
    """Makes an empty environment and returns the version of its Python."""
    if VENV.exists():
        line("python", ".venv is half-made or too old and is made anew")
        shutil.rmtree(VENV)
    base = getattr(sys, "_base_executable", "") or sys.executable
    with timed("python", f"making .venv with Python {sys.version.split()[0]}"):
        quiet("python -m venv", [base, "-m", "venv", VENV], limit=300)
    version = _version()
    if not version:
        raise MendableError(f"{base} made a .venv that does not run; install Python 3.11 or newer anew")
    return version
