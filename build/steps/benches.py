"""The benches by name. Each is a module of `tests/bench` that compares xcord with a peer."""

from __future__ import annotations

import ast
from pathlib import Path

from steps.commands import call
from steps.places import ROOT, environment, script
from steps.say import MendableError

FOLDER = ROOT / "tests" / "bench"
LIMIT = 2 * 3600.0


def names() -> dict[str, str]:
    """Every bench with the first line of its module. A bench is a module with a function `main`."""
    found = {}
    for file in sorted(FOLDER.glob("[a-z]*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if any(isinstance(node, ast.FunctionDef) and node.name == "main" for node in tree.body):
            found[file.stem] = (ast.get_docstring(tree) or "").partition("\n")[0]
    return found


def show() -> None:
    """Prints the names, a line each."""
    for name, words in names().items():
        print(f"{name:<10} {words}")


def run(name: str, json: str | None, runs: int | None, sfu: Path) -> int:
    """Runs one bench and returns its exit code."""
    if name not in names():
        raise MendableError(f"there is no bench {name!r}; there are: {', '.join(names()) or 'none yet'}")
    command: list[str | Path] = [script("python"), "-m", f"tests.bench.{name}"]
    command += ["--json", Path(json).resolve()] if json else []
    command += ["--runs", str(runs)] if runs else []
    return call(command, what=f"bench {name}", env=environment(LIVEKIT_SERVER=str(sfu)), limit=LIMIT)
