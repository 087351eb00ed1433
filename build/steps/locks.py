"""Remakes `build/locks`: versions and hashes for every platform, without an address of any registry."""

from __future__ import annotations

from pathlib import Path

from steps.environment import ensure_uv, uv_pip
from steps.places import LOCKS
from steps.say import timed

SOURCES: dict[str, list[str]] = {
    "dev.txt": ["pyproject.toml", "--extra", "server", "--extra", "suppressor", "--extra", "dev"],
    "app.txt": ["pyproject.toml"],
    "server.txt": ["pyproject.toml", "--extra", "server"],
    "uv.txt": ["build/locks/uv.in"],
    "build.txt": ["build/locks/build.in"],
    "node.txt": ["build/locks/node.in"],
    "go.txt": ["build/locks/go.in"],
}


def remake(names: list[str], upgrade: bool) -> None:
    """Compiles the named locks (all when none is named); what is pinned stays, unless `upgrade`."""
    ensure_uv()
    for name in names or list(SOURCES):
        with timed("locks", f"build/locks/{name}"):
            compile_lock(name, LOCKS / name, upgrade)


def compile_lock(name: str, target: Path, upgrade: bool) -> None:
    """Writes the lock `name` to `target`; pins that `target` holds already are kept, unless `upgrade`."""
    words: list[str | Path] = ["--universal", "--generate-hashes", "--python-version", "3.11"]
    words += ["--custom-compile-command", "python3 build/dev.py lock", "--no-emit-index-url"]
    words += ["--upgrade"] if upgrade else []
    uv_pip("uv pip compile", "compile", *SOURCES[name], *words, "--output-file", target)
