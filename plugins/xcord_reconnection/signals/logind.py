"""Linux: the system's word that it has woken up (systemd-logind, over the system's D-Bus)."""

from __future__ import annotations

import asyncio
import logging
import time

from jeepney import MatchRule
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection

from xcord import Clock

from .kinds import Tell, Woke

log = logging.getLogger("xcord.reconnection.logind")

WITHIN = 5.0  # seconds for the bus
RULE = MatchRule(
    type="signal",
    interface="org.freedesktop.login1.Manager",
    member="PrepareForSleep",
    path="/org/freedesktop/login1",
)


async def watch(clock: Clock, tell: Tell) -> None:
    """Until it is cancelled; returns if there is no system bus."""
    try:
        async with asyncio.timeout(WITHIN):
            connection = await open_dbus_connection(bus="SYSTEM")
    except (OSError, TimeoutError, ValueError, KeyError) as error:
        log.info("no sleep signals from the system (%s); clocks are watched", type(error).__name__)
        return
    async with connection, DBusRouter(connection) as router:
        with router.filter(RULE, queue=asyncio.Queue(8)) as signals:
            async with asyncio.timeout(WITHIN):
                await Proxy(message_bus, router).AddMatch(RULE)
            began = time.time()
            while True:
                (begins,) = (await signals.get()).body
                if begins:
                    began = time.time()
                else:
                    tell(Woke(round(max(0.0, time.time() - began))))
