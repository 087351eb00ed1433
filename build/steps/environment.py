"""`.venv`: made by Python's own venv, filled by uv from locks whose every file has a hash."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

from steps import places
from steps.commands import answer, quiet
from steps.places import LOCKS, ROOT, VENV, script
from steps.say import line, timed
from steps.stamps import fingerprint, is_current, put

_PACKAGES = VENV / ".xcord-packages"
_PROJECT = VENV / ".xcord-project"
_PROBE = "import sys; print(sys.version_info >= (3, 11) and sys.prefix != sys.base_prefix, sys.version)"


def ensure() -> None:
    """Makes or mends the environment; one whose stamps fit is left alone, one without stamps is synced in place."""
    python = _python()
    packages = fingerprint([LOCKS / "dev.txt", LOCKS / "uv.txt", LOCKS / "build.txt"], python)
    project = fingerprint([ROOT / "pyproject.toml", ROOT / "build" / "hatch_build.py"], python, str(ROOT))
    if python and is_current(_PACKAGES, packages) and is_current(_PROJECT, project):
        line("python", ".venv is up to date")
        return
    if not python:
        _make()
        ensure()
        return
    if not is_current(_PACKAGES, packages):
        places.need_room(VENV, 2, "the Python environment")
        uv = ensure_uv()
        with timed("python", "installing what build/locks/dev.txt names"):
            _PACKAGES.unlink(missing_ok=True)
            quiet(
                "uv pip sync",
                [uv, "pip", "sync", "--python", script("python"), "--require-hashes", "--build-constraints"]
                + [LOCKS / "build.txt", LOCKS / "dev.txt"],
                env=uv_environment(),
                limit=1800,
            )
            # sync takes the project itself out again, so it always goes back in below
            _PROJECT.unlink(missing_ok=True)
            put(_PACKAGES, packages)
    with timed("python", "installing xcord itself, editable"):
        quiet(
            "uv pip install xcord",
            [ensure_uv(), "pip", "install", "--python", script("python"), "--no-deps", "--no-build-isolation"]
            + ["--offline", "--editable", str(ROOT)],
            env=uv_environment(),
            limit=300,
        )
        put(_PROJECT, project)


def ensure_uv() -> Path:
    """uv of the version in build/locks/uv.txt, inside the environment."""
    uv = script("uv")
    pinned = re.search(r"^uv==(\S+)", (LOCKS / "uv.txt").read_text(), re.MULTILINE)
    if pinned and answer([uv, "--version"]).split(" ")[1:2] == [pinned[1]]:
        return uv
    with timed("python", "installing uv, which installs the rest"):
        pip = [script("python"), "-m", "pip", "--disable-pip-version-check", "--no-input"]
        if not answer([*pip, "--version"]):
            quiet("python -m ensurepip", [script("python"), "-m", "ensurepip"], limit=300)
        lock = ["--no-deps", "--require-hashes", "-r", LOCKS / "uv.txt"]
        quiet("pip install uv", [*pip, "install", *lock], limit=900)
    return uv


def uv_environment() -> dict[str, str]:
    """uv may use this environment's Python only, and never fetches another."""
    return places.environment(UV_PYTHON_DOWNLOADS="never", UV_NO_PROGRESS="1")


def _python() -> str:
    """The version of a working, new enough Python in `.venv`, or ""."""
    sound, _, version = answer([script("python"), "-c", _PROBE]).partition(" ")
    return version if sound == "True" else ""


def _make() -> None:
    if VENV.exists():
        line("python", ".venv is half-made or too old and is made anew")
        shutil.rmtree(VENV)
    base = getattr(sys, "_base_executable", "") or sys.executable
    with timed("python", f"making .venv with Python {sys.version.split()[0]}"):
        quiet("python -m venv", [base, "-m", "venv", VENV], limit=300)
