"""One at a time, between processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from steps.say import line


@contextmanager
def alone(lock: Path, topic: str, meanwhile: str) -> Iterator[None]:
    """Holds the lock file while the block runs; whoever has to wait for another says `meanwhile`.

    It ends with the process, so nothing is left to clean up. On Windows nobody waits.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        import fcntl
    except ImportError:  # Windows
        yield
        return
    with lock.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            line(topic, f"{meanwhile}: waiting for it")
            fcntl.flock(held, fcntl.LOCK_EX)
        yield
