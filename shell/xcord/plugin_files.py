"""Sees when a file in ``<config>/plugins`` was saved, by looking at the folder four times a second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from .clock import Clock

LOOK_EVERY = 0.25  # seconds; a file is taken at the second look that finds it the same

Stamp = tuple[int, int, int]


class PluginFiles:
    """Remembers how the files were when it was made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._taken = self._seen = self._look()

    @property
    def there(self) -> bool:
        """Whether there is such a folder, which most people never make."""
        return self._folder.is_dir()

    @contextlib.asynccontextmanager
    async def watched(self, clock: Clock, take: Callable[[Path], Awaitable[None]]) -> AsyncIterator[None]:
        """Calls ``take(path)`` for each file that is new or changed since, while the block lasts."""
        watching = asyncio.ensure_future(self._watch(clock, take))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait({watching})

    async def _watch(self, clock: Clock, take: Callable[[Path], Awaitable[None]]) -> None:
        while True:
            await clock.sleep(LOOK_EVERY)
            before, self._seen = self._seen, await asyncio.to_thread(self._look)
            for path, stamp in self._seen.items():
                # Editors write in several steps, so what still changes is left for the next look.
                if stamp == before.get(path) and stamp != self._taken.get(path):
                    self._taken[path] = stamp
                    await take(path)

    def _look(self) -> dict[Path, Stamp]:
        found: dict[Path, Stamp] = {}
        for path in self._folder.glob("*.py"):
            with contextlib.suppress(OSError):  # it went in between
                stat = path.stat()
                found[path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
        return found
