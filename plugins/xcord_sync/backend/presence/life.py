"""All of it together: one ``Presence`` per instance, alive while the instance is."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..secrets import LiveKitKey
from . import reconcile
from .applier import Applier
from .counters import Counters
from .fanout import Ears, Fanout
from .ledger import Applied
from .line import Line
from .reconcile import Reconciler
from .sfu import Sfu
from .sockets import Sockets
from .warden import Warden

log = logging.getLogger("xcord.server")

AGAIN_SECONDS = 1.0


@dataclass
class Presence:
    """What the routes work with. ``keys``: secrets by issuer, those that webhooks may be signed with."""

    keys: Callable[[], Mapping[str, str]]
    line: Line
    counters: Counters
    sockets: Sockets
    sfu: Sfu
    fanout: Fanout
    applier: Applier
    warden: Warden
    reconciler: Reconciler

    async def expel(self, channels: Sequence[uuid.UUID], user: uuid.UUID | None, reason: str) -> None:
        """Ends a person's call in those channels, or everybody's; ``reason`` as in ``contract.Removed``."""
        await self.warden.expel(channels, user, reason)

    async def sign_out(self, user: uuid.UUID) -> None:
        """Ends all calls of an account whose logins have ended."""
        await self.warden.sign_out(user)


@contextlib.asynccontextmanager
async def presence(
    database: str,
    livekit_url: str,
    key: Callable[[], LiveKitKey],
    keys: Callable[[], Mapping[str, str]],
    every: float = reconcile.EVERY,
) -> AsyncIterator[Presence]:
    """Keeps presence true while it is open.

    :param key: the pair that our own requests to the SFU are signed with.
    :param keys: see ``Presence``.
    :param every: seconds between comparisons with the SFU.
    """
    counters = Counters()
    sockets = Sockets(counters)
    line = Line(database)

    def applied(what: Applied) -> None:
        warden.look(what.came, what.here)

    def anew(missed: bool) -> None:
        sockets.anew(missed)
        applier.look()
        reconciler.soon()

    ears = Ears(
        sockets.changed, sockets.said, sockets.said_of, sockets.servers_changed, sockets.logins_ended, anew
    )
    async with Sfu(livekit_url, key) as sfu:
        fanout = Fanout(database, ears)
        applier = Applier(database, counters, applied)
        warden = Warden(database, sfu, fanout, counters)
        reconciler = Reconciler(database, sfu, warden, counters, applied, every)
        counters.gauges["events_sockets"] = ("Apps that listen on this instance.", sockets.__len__)
        counters.gauges["presence_seq"] = ("The newest presence change told here.", lambda: fanout.seq)
        work: list[Callable[[], Coroutine[Any, Any, None]]] = [
            fanout.run,
            applier.keep,
            applier.work,
            reconciler.run,
            partial(_look_now_and_then, applier),
        ]
        tasks = [asyncio.ensure_future(_kept(each)) for each in work]
        try:
            yield Presence(keys, line, counters, sockets, sfu, fanout, applier, warden, reconciler)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks, timeout=5)
            for each in (warden, reconciler, applier, fanout, line):
                await each.close()


async def _kept(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """A fault of our own is told, without its text, which may quote data; then the part begins anew."""
    while True:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 (a fault of one part ends no other)
            place = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "a part of presence failed: %s at %s:%s",
                type(error).__name__, place.filename.rpartition("/")[2], place.lineno,
            )  # fmt: skip
            await asyncio.sleep(AGAIN_SECONDS)


async def _look_now_and_then(applier: Applier) -> None:
    while True:
        await asyncio.sleep(reconcile.EVERY / 2)
        applier.look()
