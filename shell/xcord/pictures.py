"""Pictures that pages load from the app itself, since they load nothing from elsewhere.

A plugin gives them by name. In each address stands a secret of this run, so that no other page and nobody
else on this machine can try which pictures are there. What is behind an address never changes, so a page
keeps it; a name may be the hash of its content.
"""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from collections.abc import Awaitable, Callable

from .errors import CommandError, WiringError

log = logging.getLogger("xcord.pictures")

LARGEST = 1024 * 1024  # bytes
WITHIN = 15.0  # seconds that a plugin may take for one
_NAME = re.compile(r"[A-Za-z0-9_-]{1,128}", re.ASCII)

Fetch = Callable[[str], Awaitable[bytes]]


class Pictures:
    """All plugins' pictures of this run."""

    def __init__(self) -> None:
        self._secret = secrets.token_urlsafe(16)
        self._sources: dict[str, Fetch] = {}

    def add(self, owner: str, fetch: Fetch) -> None:
        """Takes a plugin's pictures from ``await fetch(name)``.

        :raises WiringError: it gives pictures already.
        """
        if owner in self._sources:
            raise WiringError("pictures_taken", f"plugin {owner!r} gives its pictures twice", name=owner)
        self._sources[owner] = fetch

    def remove(self, owner: str) -> None:
        """The plugin's pictures are gone."""
        self._sources.pop(owner, None)

    def address(self, owner: str, name: str) -> str:
        """Where pages find a picture; empty for a name that is none (letters, digits, ``_`` and ``-``)."""
        return f"/pictures/{self._secret}/{owner}/{name}" if _NAME.fullmatch(name) else ""

    async def find(self, secret: str, owner: str, name: str) -> tuple[str, bytes] | None:
        """Media type and content; ``None`` where there is no such picture, or nothing that is a picture."""
        fetch = self._sources.get(owner)
        known = secrets.compare_digest(secret.encode(), self._secret.encode())
        if fetch is None or not known or not _NAME.fullmatch(name):
            return None
        try:
            content = await asyncio.wait_for(fetch(name), WITHIN)
        except (CommandError, TimeoutError) as error:
            log.info("no picture from plugin %r: %s", owner, getattr(error, "code", "timed_out"))
            return None
        kind = kind_of(content)
        return (kind, content) if kind and len(content) <= LARGEST else None


def kind_of(content: bytes) -> str:
    """The media type by the first bytes: PNG, JPEG or WebP. Empty for all else, SVG and HTML too."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""
