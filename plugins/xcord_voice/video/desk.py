"""Statistics for nerds as the hub knows them: slice ``statistics``, filled while somebody wants to see it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from xcord import Handle, Settings, Statistics, VideoStatistics

from ..tasks import Tasks

EVERY = 1.0  # seconds

Way = Literal["", "settings", "subscription"]
Look = Callable[[], Awaitable[tuple[VideoStatistics, ...]]]


class StatisticsDesk:
    """Claims the slice. On the hub's loop; looks on the media loop. While the option is off nothing is asked
    of the SDK and nothing is sent."""

    def __init__(self, hub: Handle) -> None:
        self._hub = hub
        self._slice = hub.slice("statistics", Statistics, Statistics())
        self._way: Way = ""
        self._looking: asyncio.Task[None] | None = None
        self._look: Look | None = None
        self._tasks = Tasks(self._failed)

    async def begin(self, find_way: Callable[[], Way], look: Look) -> None:
        """From now on the option is obeyed.

        :param find_way: on the media loop, how sizes are asked for.
        :param look: on the media loop, how each video is received now.
        """
        self._way = await self._hub.media.run(_found(find_way))
        self._slice.set(Statistics(way=self._way))
        self._look = look
        self._hub.watch(self._on_settings, "settings")

    async def end(self) -> None:
        """Looks no longer."""
        self._look = None
        self._tasks.cancel()
        await self._tasks.ended(1.0)

    def _on_settings(self, name: str, value: Settings | None) -> None:
        on = value is not None and self._look is not None and bool(self._hub.option("statistics"))
        if on and self._looking is None:
            self._looking = self._tasks.start(self._keep_looking())
        elif not on and self._looking is not None:
            self._looking.cancel()
            self._looking = None
            self._slice.set(Statistics(way=self._way))

    async def _keep_looking(self) -> None:
        while self._look is not None:
            videos = await self._hub.media.run(_looked(self._look))
            self._slice.set(Statistics(way=self._way, videos=videos))
            await self._hub.clock.sleep(EVERY)

    def _failed(self, error: BaseException) -> None:
        self._looking = None  # the next change of a setting begins anew
        self._hub.report("voice_failed", f"statistics: {type(error).__name__}: {error}")


async def _looked(look: Look) -> tuple[VideoStatistics, ...]:
    return await look()


async def _found(find_way: Callable[[], Way]) -> Way:
    return find_way()
