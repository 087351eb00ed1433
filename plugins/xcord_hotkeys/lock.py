"""Linux: the system's word that the screen is being locked or the machine goes to sleep (systemd-logind)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from jeepney import HeaderFields, MatchRule
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection

log = logging.getLogger("xcord.hotkeys.lock")

WITHIN = 5.0  # seconds for the bus
RULES = (
    MatchRule(type="signal", interface="org.freedesktop.login1.Session", member="Lock"),
    MatchRule(type="signal", interface="org.freedesktop.login1.Manager", member="PrepareForSleep"),
)


async def watch_lock(locked: Callable[[], None], bus: str = "SYSTEM") -> None:
    """Until it is cancelled; returns if there is no system bus."""
    try:
        async with asyncio.timeout(WITHIN):
            connection = await open_dbus_connection(bus=bus)
    except (OSError, TimeoutError, ValueError, KeyError) as error:
        log.info("the system does not tell of a locked screen (%s)", type(error).__name__)
        return
    async with connection, DBusRouter(connection) as router:
        with router.filter(MatchRule(type="signal"), queue=asyncio.Queue(8)) as signals:
            async with asyncio.timeout(WITHIN):
                for rule in RULES:
                    await Proxy(message_bus, router).AddMatch(rule)
            while True:
                signal = await signals.get()
                member = signal.header.fields.get(HeaderFields.member)
                if member == "Lock" or (member == "PrepareForSleep" and signal.body[0]):
                    locked()
