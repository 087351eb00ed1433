"""``python -m tests.bench.overlay_legs run``: the probed app, which also tells when sound became light.

``XCORD_TEST_LEGS`` names a file that grows by lines of a moment (`time.monotonic()`), a leg and a user:
``loud`` is the first loud frame after quiet ones, as it comes from the SDK, and ``speaks`` is when somebody
counts as speaking, which is told to the hub in the same breath.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from tests.flood.app import probe_app

from xcord import cli
from xcord_voice.scene import Scene
from xcord_voice.speaking import ON

LEGS = ("loud", "speaks")


def moments(file: Path, leg: str, user: str) -> list[float]:
    """When that happened to somebody, in order."""
    lines = (line.split() for line in file.read_text().splitlines())
    return [float(moment) for moment, what, who in lines if (what, who) == (leg, user)]


def watch(file: str) -> None:
    """From now on every scene of this process tells."""
    out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    loud: set[str] = set()
    level = Scene.level

    def told(self: Scene, user: str, dbfs: float | None, slices: Iterable[float] = ()) -> None:
        if dbfs is None or dbfs < ON:
            loud.discard(user)
        elif user not in loud:
            loud.add(user)
            _write(out, "loud", user)
        before = self._speakers.users
        level(self, user, dbfs, slices)
        if user in self._speakers.users and user not in before:
            _write(out, "speaks", user)

    Scene.level = told  # type: ignore[method-assign]


def _write(out: int, leg: str, user: str) -> None:
    os.write(out, f"{time.monotonic():.6f} {leg} {user}\n".encode())


if __name__ == "__main__":
    watch(os.environ["XCORD_TEST_LEGS"])
    probe_app()
    sys.exit(cli.main())
