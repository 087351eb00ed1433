"""What needs no running: style, types, who may import whom. All of it runs, even if one fails."""

from __future__ import annotations

import time
from pathlib import Path

from steps.commands import answer_all
from steps.pages import node_environment
from steps.places import ROOT, WEBUI, environment, script
from steps.say import line

PYTHON = ("shell", "plugins", "tests", "build")
TYPED = ("shell", "plugins", "tests/bench", "tests/guests", "build")


def run() -> list[str]:
    """Runs every check and returns the names of those that failed, whose output was printed."""
    ruff = script("ruff")
    there = [name for name in TYPED if any((ROOT / name).rglob("*.py"))]
    checks: list[tuple[str, list[str | Path], Path]] = [
        ("ruff check", [ruff, "check", *PYTHON], ROOT),
        ("ruff format", [ruff, "format", "--check", *PYTHON], ROOT),
        ("mypy", [script("mypy"), "--strict", *there], ROOT),
        ("import contracts", [script("lint-imports"), "--cache-dir", ROOT / ".import_linter_cache"], ROOT),
        ("svelte-check", ["npm", "run", "--silent", "check"], WEBUI),
    ]
    failed = []
    for name, command, folder in checks:
        start = time.monotonic()
        env = node_environment() if folder == WEBUI else environment()
        code, output = answer_all(command, what=name, cwd=folder, env=env, limit=900)
        line("check", f"{name}: {'good' if code == 0 else 'FAILED'} ({time.monotonic() - start:.1f} s)")
        if code != 0:
            failed.append(name)
            print(output.rstrip(), flush=True)
    return failed
