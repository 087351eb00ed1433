"""How the steps speak: one line a step, one sentence a failure."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager


class MendableError(Exception):
    """Something a person can mend. Its text is one sentence with the cause and the remedy."""


def line(topic: str, text: str) -> None:
    """Prints one line under its topic, at once, so that a long step is announced before it begins."""
    print(f"{topic:<10} {text}", flush=True)


@contextmanager
def timed(topic: str, text: str) -> Iterator[None]:
    """Announces a long step, and its time in seconds when it ended well."""
    line(topic, f"{text} ...")
    start = time.monotonic()
    yield
    line(topic, f"done in {time.monotonic() - start:.1f} s")
