"""Processes that the demo and the journeys start: each has a log of its own and is gone when we are gone.

Start them from a thread that lives as long as they are needed: the kernel ends them with that thread.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.parts import spawn
from tests.waits import PATIENCE

ROOT = Path(__file__).resolve().parents[2]


class ChildError(RuntimeError):
    """Something that was started failed; one sentence, with the last words of its log."""


@dataclass
class Child:
    """A process and what it says. ``out`` and ``err`` may be one file."""

    name: str
    process: subprocess.Popen[bytes]
    out: Path
    err: Path

    def wait_until(
        self, ready: Callable[[], bool], what: str, within: float, found: Callable[[], str] = str
    ) -> None:
        """Poll until ``ready``; a process that ends meanwhile is a failure at once.

        :param found: in words, what was there instead when time was up.
        :raises ChildError: it ended, or ``what`` did not come true within so many seconds.
        """
        until = time.monotonic() + within
        while not ready():
            if self.process.poll() is not None:
                raise ChildError(f"{self.name} ended by itself ({self.ending()}): {self.last_words()}")
            if time.monotonic() > until:
                raise ChildError(
                    f"{self.name}: {what} did not happen within {within:g} s: {self.last_words()}{found()}"
                )
            time.sleep(0.02)

    def last_words(self) -> str:
        """The last line that it wrote, for a sentence."""
        lines = [line for path in (self.out, self.err) for line in _lines(path)]
        return lines[-1][:400] if lines else "it said nothing"

    def ending(self) -> str:
        """How it ended, in words."""
        code = self.process.returncode
        if code is None:
            return "still running"
        return signal.Signals(-code).name if code < 0 else f"exit code {code}"

    def stop(self, within: float, number: signal.Signals = signal.SIGTERM) -> bool:
        """Ask it to end and wait; after ``within`` seconds it is killed, with all that it left behind.

        :returns: whether it ended by itself.
        """
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        try:
            self.process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        else:
            return True
        finally:
            self.kill()

    def kill(self) -> None:
        """End its whole process group now."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(PATIENCE)


def start(
    name: str,
    command: Sequence[str | Path],
    logs: Path,
    environ: Mapping[str, str],
    *,
    stdin: str | None = None,
) -> Child:
    """Start a child in a session of its own, its output in ``logs/NAME.out`` and ``logs/NAME.err``."""
    out, err = logs / f"{name}.out", logs / f"{name}.err"
    with out.open("ab") as to_out, err.open("ab") as to_err:
        process = spawn(
            [str(word) for word in command],
            cwd=ROOT,
            env=dict(environ),
            stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
            stdout=to_out,
            stderr=to_err,
            start_new_session=True,
        )
    if stdin is not None and process.stdin is not None:
        with contextlib.suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(stdin.encode())
    return Child(name, process, out, err)


@contextlib.contextmanager
def stopping(child: Child, within: float = 10.0) -> Iterator[Child]:
    """The child for a block; asked to end after it, and killed if it does not."""
    try:
        yield child
    finally:
        child.stop(within)


def _lines(path: Path) -> list[str]:
    if not path.exists():
        return []
    return [line.strip() for line in path.read_text(errors="replace").splitlines() if line.strip()]
