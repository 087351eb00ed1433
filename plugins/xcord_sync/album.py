"""Other people's pictures, kept in a folder by the hash of their content: a bounded number of bytes."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import os
import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from xcord import CommandError, write_atomically

log = logging.getLogger("xcord.sync")

MOST = 32 * 1024 * 1024  # bytes
_HASH = re.compile("[0-9a-f]{64}")


def is_hash(name: str) -> bool:
    """Whether a picture can have this name; whatever else a server end says is none."""
    return _HASH.fullmatch(name) is not None


class Album:
    """``folder`` is for its owner alone; what was not looked at for longest goes first."""

    def __init__(self, folder: Path, most: int = MOST) -> None:
        self._folder, self._most = folder, most
        self._writing = asyncio.Lock()

    async def get(self, name: str, fetch: Callable[[], Awaitable[bytes]]) -> bytes:
        """A picture from the folder, or fetched and kept there.

        :raises CommandError: ``not_found``, ``server_error`` (not what its hash says), and what ``fetch``
            raises.
        """
        if not is_hash(name):
            raise CommandError("not_found", "that is no picture's name")
        known = await asyncio.to_thread(self._read, name)
        if known is not None:
            return known
        content = await fetch()
        if hashlib.sha256(content).hexdigest() != name:
            raise CommandError("server_error", "the server gave another picture than it said")
        async with self._writing:
            await asyncio.to_thread(self._keep, name, content)
        return content

    async def clear(self) -> None:
        """Forgets all."""
        async with self._writing:
            await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    def _read(self, name: str) -> bytes | None:
        path = self._folder / name
        try:
            content = path.read_bytes()
            os.utime(path)
        except OSError:
            return None  # not there, or not to be read: it is fetched
        return content if hashlib.sha256(content).hexdigest() == name else None

    def _keep(self, name: str, content: bytes) -> None:
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_atomically(self._folder / name, content, 0o600)
            self._trim()
        except OSError as error:  # it is shown all the same, and fetched again next time
            log.info("a picture was not kept: %s", error.strerror)

    def _trim(self) -> None:
        kept = sorted(
            ((entry.stat(), entry.path) for entry in os.scandir(self._folder)),
            key=lambda each: each[0].st_mtime_ns,
        )
        over = sum(state.st_size for state, _ in kept) - self._most
        for state, path in kept:
            if over <= 0:
                break
            os.unlink(path)
            over -= state.st_size
