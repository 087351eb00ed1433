"""A child that says what it sees, a line of JSON at a time, on the machine's one monotonic clock."""

from __future__ import annotations

import contextlib
import json
import subprocess
import threading
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.parts import end, spawn

Line = dict[str, Any]
LISTENS_TO_STDIN = 6.0  # seconds
KEPT = 6000  # lines: ten minutes


class Teller:
    """Started at once; ``lines`` grow on a thread."""

    def __init__(
        self, name: str, command: Sequence[str], logs: Path, environ: Mapping[str, str], first: str = ""
    ) -> None:
        self.name, self.lines = name, deque[Line](maxlen=KEPT)
        with (logs / f"{name}.err").open("ab") as errors:
            self.process = spawn(
                list(command), env=dict(environ), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors
            )
        assert self.process.stdin is not None
        self.polite = bool(first)
        if first:
            self.process.stdin.write(first.encode() + b"\n")
            self.process.stdin.flush()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as said:
            for text in said:
                self.lines.append(json.loads(text))

    @property
    def running(self) -> bool:
        """It has not ended."""
        return self.process.poll() is None

    def tell(self, line: str) -> None:
        """Into its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def since(self, moment: float) -> list[Line]:
        """What it said from a moment on."""
        return [line for line in tuple(self.lines) if line["t"] >= moment]

    def close(self) -> None:
        """Asks it to end, and insists: by the end of its stdin, then by signals."""
        if self.process.stdin is not None:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(LISTENS_TO_STDIN if self.polite else 0.01)
        end(self.process, 8.0)
        self._reader.join(2.0)
