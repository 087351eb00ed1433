"""Why the microphone is silent: asked again while it is, for somebody may mute it in the system meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from xcord import Clock

from .silence import Cause, Listening, likely_cause
from .worker import Worker

log = logging.getLogger("xcord.voice.audio")

ASK_WITHIN = 2.0  # seconds for the system's answer
ASK_EVERY = 2.0  # seconds


class Doubt:
    """On the media loop.

    :param muted_in_system: None if that cannot be known; called in a thread.
    :param blame: told the cause whenever it was looked for, empty once there is sound.
    """

    def __init__(
        self, clock: Clock, muted_in_system: Callable[[], bool | None], blame: Callable[[Cause], None]
    ) -> None:
        self._clock, self._muted_in_system, self._blame = clock, muted_in_system, blame
        self._task: asyncio.Task[None] | None = None

    def begin(self, listening: Listening) -> None:
        """It fell silent, or is not silent any more."""
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._look(listening))

    def end(self) -> None:
        """The microphone was let go."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _look(self, listening: Listening) -> None:
        while True:
            silent = listening.state
            muted = await self._ask() if silent else None
            self._blame(likely_cause(silent, listening.heard, muted))
            if not silent:
                return
            await self._clock.sleep(ASK_EVERY)

    async def _ask(self) -> bool | None:
        worker = Worker("voice-doubt")
        asked = worker.call(self._muted_in_system)
        worker.leave()  # also when we are cancelled meanwhile
        await asyncio.wait({asked}, timeout=ASK_WITHIN)
        if not asked.done():
            log.info("the system does not say within %g s whether it mutes the microphone", ASK_WITHIN)
            return None
        if (error := asked.exception()) is not None:
            log.warning("whether the system mutes the microphone could not be asked", exc_info=error)
            return None
        muted: bool | None = asked.result()
        return muted
