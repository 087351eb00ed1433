"""The processes of bench `stage`: pages, guests, and our end of the call."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.parts import LiveKit, end, spawn
from tests.screen import Screen

from .browser import Pages
from .stage_scenes import Scene

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stage:
    """What all measurements share."""

    livekit: LiveKit
    pages: Pages
    folder: Path
    screen: Screen


def build_pages(folder: Path) -> None:
    """The bench's pages, from the sources of the app's own.

    :raises RuntimeError: they could not be built.
    """
    vite = ROOT / "webui" / "node_modules" / "vite" / "bin" / "vite.js"
    command = [_node(), str(vite), "build", "--config", "bench/vite.config.ts", "--outDir", str(folder)]
    done = subprocess.run(
        command, cwd=ROOT / "webui", capture_output=True, text=True, timeout=120, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the bench's pages could not be built: {done.stderr[-800:]}")


def _node() -> str:
    sys.path.insert(0, str(ROOT / "build"))
    from steps.tools import node

    return str(node() / "node")


class Child:
    """A process that is told and answers lines of JSON."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def tell(self, what: dict[str, Any]) -> None:
        """Say one line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()

    def answer(self, name: str) -> Any:
        """What it says under ``name`` next.

        :raises RuntimeError: it ended before.
        """
        assert self._process.stdout is not None
        while line := self._process.stdout.readline():
            with contextlib.suppress(ValueError, KeyError):
                return json.loads(line)[name]
        raise RuntimeError(f"a child ended before it said {name!r}; it was {self._process.args!r}")

    def ask(self, do: str, name: str, **more: Any) -> Any:
        """Say what to do, and hear what comes of it."""
        self.tell({"do": do, **more})
        return self.answer(name)


@contextlib.contextmanager
def child(module: str, asked: dict[str, Any], log: Path) -> Iterator[Child]:
    """A module as a process, told ``asked`` first; it ends with the block."""
    with log.open("ab") as errors:
        process = spawn(
            [sys.executable, "-m", module],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            running = Child(process)
            running.tell(asked)
            yield running
        finally:
            assert process.stdin is not None
            assert process.stdout is not None
            with contextlib.suppress(OSError, subprocess.TimeoutExpired):
                process.stdin.close()
                process.wait(10)
            end(process)
            process.stdout.close()


@contextlib.contextmanager
def guests(stage: Stage, scene: Scene) -> Iterator[None]:
    """Everybody of the scene, in one process of their own and a room of their own."""
    tokens = iter([stage.livekit.token(f"{user}:bench", scene.name) for user in scene.users])
    groups = [
        {
            "tokens": [next(tokens) for _ in range(group.count)],
            "live": group.live,
            "spec": {name: getattr(group.spec, name) for name in group.spec.__struct_fields__},
        }
        for group in scene.groups
    ]
    asked = {"url": stage.livekit.url, "groups": groups}
    with child("tests.bench.guests", asked, stage.folder / "guests.log") as running:
        running.answer("ready")
        yield
