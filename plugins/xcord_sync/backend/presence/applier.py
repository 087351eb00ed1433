"""Where webhooks come in: kept first, many at a time, then answered, then applied, in this one place."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from google.protobuf.json_format import Parse, ParseError
from livekit.protocol.webhook import WebhookEvent

from . import ledger
from .counters import Counters
from .ledger import Applied
from .line import OUTAGE, Line
from .signals import Signal, signal_of
from .webhooks import Received

log = logging.getLogger("xcord.server")

KEEP_SECONDS = 8.0
MOST_AT_ONCE = 100
OTHERS_SECONDS = 5.0  # after which another instance will not apply what it has kept


class Full(Exception):
    """The database does not keep up or is away; the SFU tries again."""


class Applier:
    """One per instance.

    :param applied: told of each batch, on the same loop.
    """

    def __init__(self, url: str, counters: Counters, applied: Callable[[Applied], None]) -> None:
        self._in, self._out = Line(url), Line(url)
        self._counters, self._applied = counters, applied
        self._coming: list[tuple[Received, Signal | None, asyncio.Future[None]]] = []
        self._due: dict[str, Signal] = {}
        self._came, self._any = asyncio.Event(), asyncio.Event()
        self._behind: float | None = 0.0  # seconds that webhooks in the database must have waited

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
        """Keeps what comes; runs until it is cancelled."""
        while True:
            await self._came.wait()
            self._came.clear()
            while self._coming:
                batch, self._coming = self._coming[:MOST_AT_ONCE], self._coming[MOST_AT_ONCE:]
                try:
                    new = await ledger.store(self._in, [(r, s is not None) for r, s, _ in batch])
                except OUTAGE as error:
                    log.warning("webhooks cannot be kept (%s)", type(error).__name__)
                    self._answer(batch, Full())
                    continue
                except Exception:
                    self._answer(batch, Full())
                    raise
                self._answer(batch, None)
                for received, signal, _ in batch:
                    if received.id not in new:
                        self._counters.event("doubled")
                    elif signal is not None:
                        self._due[received.id] = signal
                    new.discard(received.id)
                if self._due:
                    self._any.set()

    async def work(self) -> None:
        """Applies what was kept, until it is cancelled. After a failure the database says what is due."""
        pause = 0.1
        while True:
            try:
                if self._behind is not None:
                    await self._catch_up(self._behind)
                await self._any.wait()
                if self._behind is not None:
                    continue
                self._any.clear()
                while self._due:
                    batch = dict(list(self._due.items())[:MOST_AT_ONCE])
                    await self._apply(batch)
                    for id in batch:
                        self._due.pop(id, None)
                pause = 0.1
            except OUTAGE as error:
                log.warning("webhooks cannot be applied yet (%s)", type(error).__name__)
                self._due.clear()
                self._behind = 0.0
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)

    def look(self) -> None:
        """The database may hold what another instance could not apply."""
        if self._behind is None:
            self._behind = OTHERS_SECONDS
        self._any.set()

    async def close(self) -> None:
        """Hangs up."""
        await self._in.close()
        await self._out.close()

    async def _catch_up(self, seconds: float) -> None:
        self._any.clear()
        while found := await ledger.waiting(self._out, seconds):
            batch, nothing = {}, []
            for id, payload in found:
                signal = _read(payload)
                if signal is None:
                    nothing.append(id)
                else:
                    batch[id] = signal
            if nothing:
                await ledger.give_up(self._out, nothing)
            if batch:
                await self._apply(batch)
            for id, _ in found:
                self._due.pop(id, None)
        self._behind = None
        if self._due:
            self._any.set()

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


def _read(payload: bytes) -> Signal | None:
    try:
        return signal_of(Parse(payload.decode("utf-8"), WebhookEvent(), ignore_unknown_fields=True))
    except (ParseError, ValueError):
        return None
