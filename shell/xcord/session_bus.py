"""The system's and the session's D-Bus, as far as they are asked whether the screen is locked. Linux only."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from typing import Any

from jeepney import DBusAddress, DBusErrorResponse, Message, Properties, new_method_call
from jeepney.io.asyncio import DBusRouter, open_dbus_connection
from jeepney.wrappers import unwrap_msg

from .clock import Clock

WITHIN = 5.0  # seconds for each answer of a bus
LOGIN = "org.freedesktop.login1"
MANAGER = DBusAddress("/org/freedesktop/login1", bus_name=LOGIN, interface=f"{LOGIN}.Manager")


@contextlib.asynccontextmanager
async def bus(which: str) -> AsyncIterator[DBusRouter]:
    """``SYSTEM`` or ``SESSION``."""
    async with asyncio.timeout(WITHIN):
        connection = await open_dbus_connection(bus=which)
    async with connection, DBusRouter(connection) as router:
        yield router


async def ask(router: DBusRouter, message: Message) -> Any:
    """The answer.

    :raises DBusErrorResponse: it is refused.
    :raises TimeoutError: nobody answers.
    """
    async with asyncio.timeout(WITHIN):
        return unwrap_msg(await router.send_and_get_reply(message))


async def session(router: DBusRouter) -> str:
    """The object of the session that this screen belongs to; empty if it belongs to none, or nobody says."""
    with contextlib.suppress(DBusErrorResponse, TimeoutError):
        if name := os.environ.get("XDG_SESSION_ID"):
            (path,) = await ask(router, new_method_call(MANAGER, "GetSession", "s", (name,)))
            return str(path)
        # What the user's own systemd started belongs to no session: then the graphical one of the user.
        user = DBusAddress("/org/freedesktop/login1/user/self", bus_name=LOGIN, interface=f"{LOGIN}.User")
        ((_, (_, path)),) = await ask(router, Properties(user).get("Display"))
        return str(path)
    return ""


async def news(signals: asyncio.Queue[Message], clock: Clock, within: float | None) -> Message | None:
    """The next signal; ``None`` if so many seconds have passed without one."""
    if within is None:
        return await signals.get()
    heard, passed = asyncio.ensure_future(signals.get()), asyncio.ensure_future(clock.sleep(within))
    try:
        await asyncio.wait({heard, passed}, return_when=asyncio.FIRST_COMPLETED)
        return heard.result() if heard.done() else None
    finally:
        heard.cancel()
        passed.cancel()
