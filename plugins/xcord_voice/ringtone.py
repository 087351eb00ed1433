"""The sound of being called into a channel: calmly again and again, until that is over."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from xcord import Handle, Ringing

EVERY = 3.0  # seconds; half of it is silence


class Ringtone:
    """On the hub's loop, from its making on.

    :param chime: called on the media loop for each time that it sounds.
    """

    def __init__(self, hub: Handle, chime: Callable[[], None]) -> None:
        self._hub, self._chime = hub, chime
        self._ringing: asyncio.Task[None] | None = None
        hub.watch(self._on_ringing, "ringing")

    def end(self) -> None:
        """Silence."""
        if self._ringing is not None:
            self._ringing.cancel()
            self._ringing = None

    def _on_ringing(self, name: str, value: Any) -> None:
        called = isinstance(value, Ringing) and bool(value.incoming)
        if not called:
            self.end()
        elif self._ringing is None:
            self._ringing = asyncio.ensure_future(self._ring())

    async def _ring(self) -> None:
        async def chime() -> None:
            self._chime()

        while True:
            await self._hub.media.run(chime())
            await self._hub.clock.sleep(EVERY)
