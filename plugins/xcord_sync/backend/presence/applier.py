"""Where webhooks come in: kept and applied by one commit, many at a time, then answered, in this one place.

What cannot be applied at once is kept all the same and answered; it is applied afterwards.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from . import ledger
from .counters import Counters
from .ledger import Applied
from .line import OUTAGE, Line
from .signals import Signal, signal_of
from .told import read
from .webhooks import Received

log = logging.getLogger("xcord.server")

KEEP_SECONDS = 8.0
LOCK_SECONDS = 0.5  # that what comes waits for other writers; then it is only kept
MOST_AT_ONCE = 100
OTHERS_SECONDS = 5.0  # after which another instance will not apply what it has kept


class Full(Exception):
    """The database does not keep up or is away; the SFU tries again."""


class Applier:
    """One per instance.

    :param applied: told of each batch, on the same loop.
    """

    def __init__(self, url: str, counters: Counters, applied: Callable[[Applied], None]) -> None:
        self._in, self._out = Line(url, LOCK_SECONDS), Line(url)
        self._counters, self._applied = counters, applied
        self._coming: list[tuple[Received, Signal | None, asyncio.Future[None]]] = []
        self._came, self._any = asyncio.Event(), asyncio.Event()
        self._behind = 0.0  # seconds that webhooks in the database must have waited

    async def take(self, received: Received) -> None:
        """Returns when the webhook is on disk.

        :raises Full: it is not.
        """
        self._counters.event("seen")
        if received.event is None:
            self._counters.event("unreadable")
        if len(self._coming) > 5000:
            raise Full
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        signal = signal_of(received.event) if received.event is not None else None
        self._coming.append((received, signal, kept))
        self._came.set()
        try:
            async with asyncio.timeout(KEEP_SECONDS):
                await kept
        except TimeoutError:
            raise Full from None

    async def keep(self) -> None:
        """Keeps and applies what comes, as it comes; runs until it is cancelled."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._coming:
                batch, self._coming = self._coming[:MOST_AT_ONCE], self._coming[MOST_AT_ONCE:]
                try:
                    await self._keep([(received, signal) for received, signal, _ in batch])
                except OUTAGE as error:
                    log.warning("webhooks cannot be kept (%s)", type(error).__name__)
                    self._answer(batch, Full())
                except BaseException:
                    self._answer(batch, Full())
                    raise
                else:
                    self._answer(batch, None)

    async def work(self) -> None:
        """Applies what was kept and not applied, until it is cancelled."""
        pause = 0.1
        while True:
            seconds, self._behind = self._behind, OTHERS_SECONDS
            try:
                await self._catch_up(seconds)
            except OUTAGE as error:
                log.warning("webhooks cannot be applied yet (%s)", type(error).__name__)
                self._behind = 0.0
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
                continue
            pause = 0.1
            await self._any.wait()
            self._any.clear()

    def look(self) -> None:
        """The database may hold what another instance could not apply."""
        self._any.set()

    async def close(self) -> None:
        """Hangs up."""
        await self._in.close()
        await self._out.close()

    async def _keep(self, batch: ledger.Batch) -> None:
        """One transaction; where that fails, for what is in it or for want of the lock, only on disk."""
        try:
            self._tell(await ledger.take(self._in, batch))
        except OUTAGE:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the webhook itself can be kept)
            log.warning("webhooks are kept and wait to be applied (%s)", type(error).__name__)
            new = await ledger.store(self._in, batch)
            self._counters.event("doubled", len(batch) - len(new))
            self._behind = 0.0
            self._any.set()

    async def _catch_up(self, seconds: float) -> None:
        while found := await ledger.waiting(self._out, seconds):
            batch, nothing = {}, []
            for id, payload in found:
                told = read(payload)
                signal = signal_of(told) if told is not None else None
                if signal is None:
                    nothing.append(id)
                else:
                    batch[id] = signal
            if nothing:
                await ledger.give_up(self._out, nothing)
            if batch:
                await self._apply(batch)

    async def _apply(self, batch: dict[str, Signal]) -> None:
        """All at once; one by one when that fails, so that what cannot be applied stands in nobody's way."""
        try:
            self._tell(await ledger.apply(self._out, batch))
        except OUTAGE:
            raise
        except Exception as error:  # noqa: BLE001 (whatever it is, the others are applied)
            if len(batch) > 1:
                for id, signal in batch.items():
                    await self._apply({id: signal})
                return
            log.error("a webhook cannot be applied (%s)", type(error).__name__)
            await ledger.give_up(self._out, list(batch))

    def _tell(self, applied: Applied) -> None:
        self._counters.event("doubled", applied.doubled)
        self._counters.event("late", applied.late)
        self._applied(applied)

    def _answer(
        self, batch: list[tuple[Received, Signal | None, asyncio.Future[None]]], failed: Full | None
    ) -> None:
        for _, _, kept in batch:
            if not kept.done():
                if failed is None:
                    kept.set_result(None)
                else:
                    kept.set_exception(Full())
