"""Runs one child process and ends it when the pipe from its parent closes. Standard library only.

A process that is killed cannot clean up behind itself, and PostgreSQL has to be told to stop in an
orderly way; so each child of the server end runs under this small program, which lives in a session of
its own (a Ctrl-C in the terminal does not reach it) and reads its standard input:

- a line ``stop`` begins an orderly stop: each stage's signal, then up to its ``patience`` seconds;
- the end of the file means that the parent is gone: the same stages with their ``hurry`` seconds.

Run as a script by ``child.py``, with one argument, JSON: ``command``, ``stages`` (a list of ``[signal
name, patience, hurry]``), ``orphan`` (the signal that the kernel sends to the child should even this
program be killed; Linux only), ``keep`` (descriptors that the child inherits) and ``user`` and ``group``
(numbers, or null to stay who we are). Exit code: the child's, or 128 + its signal.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

PR_SET_PDEATHSIG = 1


def dies_with_parent(sig: int) -> Callable[[], None] | None:
    """What a child must run before its program starts so that it gets ``sig`` when we are killed."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def arm() -> None:
        libc.prctl(PR_SET_PDEATHSIG, sig, 0, 0, 0)
        if os.getppid() != parent:  # we were killed between fork and prctl
            os.kill(os.getpid(), sig)

    return arm


def start(spec: dict[str, Any]) -> subprocess.Popen[bytes]:
    """The child itself."""
    # preexec_fn runs after the change of user; before it, the change would clear the parent-death signal.
    return subprocess.Popen(
        spec["command"],
        stdin=subprocess.DEVNULL,
        pass_fds=spec["keep"],
        user=spec["user"],
        group=spec["group"],
        extra_groups=None if spec["user"] is None else [],
        umask=0o077,
        preexec_fn=dies_with_parent(getattr(signal, spec["orphan"])),
    )


class Ears:
    """What can happen here: a signal (the child's end is one), or a word from the parent."""

    def __init__(self) -> None:
        self._signals, write = os.pipe()
        os.set_blocking(self._signals, False)
        os.set_blocking(write, False)
        signal.set_wakeup_fd(write)
        self.asked = self.orphaned = False
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            signal.signal(getattr(signal, name), self._told)
        signal.signal(signal.SIGCHLD, lambda *_: None)

    def _told(self, *_: object) -> None:
        self.asked = self.orphaned = True

    def wait(self, seconds: float | None) -> None:
        """Returns when something happened, or after ``seconds``."""
        parent = [] if self.orphaned else [0]
        ready = select.select([*parent, self._signals], [], [], seconds)[0]
        if self._signals in ready:
            os.read(self._signals, 4096)
        if 0 in ready:
            self.asked = True
            self.orphaned = not os.read(0, 4096)


def stop(child: subprocess.Popen[bytes], stages: list[list[Any]], ears: Ears) -> None:
    """Signals stage by stage until the child has ended; at last SIGKILL."""
    for name, patience, hurry in stages:
        child.send_signal(getattr(signal, name))
        begun = time.monotonic()
        while child.poll() is None:
            left = begun + (hurry if ears.orphaned else patience) - time.monotonic()
            if left <= 0:
                break
            ears.wait(left)
        if child.poll() is not None:
            return
    child.kill()


def main() -> int:
    """Runs the child named on the command line to its end."""
    spec = json.loads(sys.argv[1])
    ears = Ears()
    child = start(spec)
    while child.poll() is None and not ears.asked:
        ears.wait(None)
    if child.poll() is None:
        stop(child, spec["stages"], ears)
    code = child.wait()
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
