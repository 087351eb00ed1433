"""Remakes `build/locks`: versions and hashes for every platform, without an address of any registry."""

from __future__ import annotations

from pathlib import Path

from steps.commands import quiet
from steps.environment import ensure_uv, uv_environment
from steps.places import LOCKS, ROOT
from steps.say import timed

SOURCES: dict[str, list[str]] = {
    "dev.txt": ["pyproject.toml", "--extra", "server", "--extra", "dev"],
    "app.txt": ["pyproject.toml"],
    "uv.txt": ["build/locks/uv.in"],
    "build.txt": ["build/locks/build.in"],
    "node.txt": ["build/locks/node.in"],
    "go.txt": ["build/locks/go.in"],
}


def remake(names: list[str], upgrade: bool) -> None:
    """Compiles the named locks (all when none is named); what is pinned stays, unless `upgrade`."""
    uv = ensure_uv()
    for name in names or list(SOURCES):
        with timed("locks", f"build/locks/{name}"):
            compile_lock(uv, name, LOCKS / name, upgrade)


def compile_lock(uv: Path, name: str, target: Path, upgrade: bool) -> None:
    """Writes the lock `name` to `target`."""
    command = [uv, "pip", "compile", *SOURCES[name], "--universal", "--generate-hashes", "--python-version", "3.11"]
    command += ["--custom-compile-command", "python3 build/dev.py lock", "--no-emit-index-url", "--output-file", target]
    command += ["--upgrade"] if upgrade else []
    quiet("uv pip compile", command, cwd=ROOT, env=uv_environment(), limit=600)
