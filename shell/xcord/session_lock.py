"""Whether the screen is locked, as the session says: logind, and the desktop's screen saver. Linux only.

Every locker that is worth its name tells one of the two: logind's ``LockedHint``, or ``ActiveChanged`` of
some ``...ScreenSaver`` on the session's bus (freedesktop's, and those of GNOME, MATE, Cinnamon and Xfce).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

from jeepney import (
    DBusAddress,
    DBusErrorResponse,
    HeaderFields,
    MatchRule,
    Message,
    MessageFlag,
    Properties,
    new_method_call,
)
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusRouter, open_dbus_connection
from jeepney.io.common import RouterClosed
from jeepney.wrappers import unwrap_msg

log = logging.getLogger("xcord.session_lock")

WITHIN = 5.0  # seconds for each answer of a bus
LOGIN = "org.freedesktop.login1"
SAVERS = (
    ("/org/freedesktop/ScreenSaver", "org.freedesktop.ScreenSaver"),
    ("/org/gnome/ScreenSaver", "org.gnome.ScreenSaver"),
    ("/org/mate/ScreenSaver", "org.mate.ScreenSaver"),
    ("/org/cinnamon/ScreenSaver", "org.cinnamon.ScreenSaver"),
    ("/org/xfce/ScreenSaver", "org.xfce.ScreenSaver"),
)

Tell = Callable[[str, bool], None]  # the source, and whether it says locked
Source = Callable[[Tell, "asyncio.Future[bool]"], Awaitable[None]]


async def watch(tell: Tell, cannot_tell: Callable[[], None]) -> None:
    """Until it is cancelled, or until no bus is left.

    :param tell: hears the present state of each source, and each change.
    :param cannot_tell: called if nobody here knows whether the screen is locked.
    """
    sources: tuple[Source, ...] = (_logind, _savers)
    knows = [asyncio.get_running_loop().create_future() for _ in sources]
    tasks = [
        asyncio.ensure_future(_guarded(source, tell, known))
        for source, known in zip(sources, knows, strict=True)
    ]
    try:
        if not any(await asyncio.gather(*knows)):
            cannot_tell()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _guarded(source: Source, tell: Tell, knows: asyncio.Future[bool]) -> None:
    """A bus that is not there, ends or refuses says nothing more; the other one goes on."""
    try:
        await source(tell, knows)
    except (OSError, EOFError, TimeoutError, ValueError, KeyError, DBusErrorResponse, RouterClosed) as error:
        log.info("one source less for a locked screen (%s)", type(error).__name__)
    finally:
        if not knows.done():
            knows.set_result(False)


async def _logind(tell: Tell, knows: asyncio.Future[bool]) -> None:
    """The hint of our session, and its signals, since not every locker gives the hint."""
    async with _bus("SYSTEM") as router:
        path = await _session(router)
        rule = MatchRule(type="signal", path=path)
        with router.filter(rule, queue=asyncio.Queue(32)) as signals:
            await _ask(router, message_bus.AddMatch(rule))
            session = DBusAddress(path, bus_name=LOGIN, interface=f"{LOGIN}.Session")
            ((_, locked),) = await _ask(router, Properties(session).get("LockedHint"))
            tell("logind", bool(locked))
            knows.set_result(True)
            while True:
                signal = await signals.get()
                member = signal.header.fields.get(HeaderFields.member)
                if member in ("Lock", "Unlock"):
                    tell("logind", member == "Lock")
                elif member == "PropertiesChanged" and "LockedHint" in signal.body[1]:
                    tell("logind", bool(signal.body[1]["LockedHint"][1]))


async def _session(router: DBusRouter) -> str:
    """The object of the session that this screen belongs to."""
    if name := os.environ.get("XDG_SESSION_ID"):
        manager = DBusAddress("/org/freedesktop/login1", bus_name=LOGIN, interface=f"{LOGIN}.Manager")
        (path,) = await _ask(router, new_method_call(manager, "GetSession", "s", (name,)))
        return str(path)
    # What the user's own systemd started belongs to no session: then the graphical one of the user.
    user = DBusAddress("/org/freedesktop/login1/user/self", bus_name=LOGIN, interface=f"{LOGIN}.User")
    ((_, (_, path)),) = await _ask(router, Properties(user).get("Display"))
    return str(path)


async def _savers(tell: Tell, knows: asyncio.Future[bool]) -> None:
    """Whichever screen saver there is: they all say it with one word."""
    async with _bus("SESSION") as router:
        rule = MatchRule(type="signal", member="ActiveChanged")
        with router.filter(rule, queue=asyncio.Queue(32)) as signals:
            await _ask(router, message_bus.AddMatch(rule))
            for path, name in SAVERS:
                question = new_method_call(DBusAddress(path, bus_name=name, interface=name), "GetActive")
                question.header.flags |= MessageFlag.no_auto_start
                with contextlib.suppress(DBusErrorResponse):
                    (active,) = await _ask(router, question)
                    tell(name, bool(active))
                    if not knows.done():
                        knows.set_result(True)
            if not knows.done():
                knows.set_result(False)
            while True:
                signal = await signals.get()
                name = signal.header.fields.get(HeaderFields.interface, "")
                if name in {known for _, known in SAVERS}:
                    tell(name, bool(signal.body[0]))


@contextlib.asynccontextmanager
async def _bus(which: str) -> AsyncIterator[DBusRouter]:
    async with asyncio.timeout(WITHIN):
        connection = await open_dbus_connection(bus=which)
    async with connection, DBusRouter(connection) as router:
        yield router


async def _ask(router: DBusRouter, message: Message) -> Any:
    async with asyncio.timeout(WITHIN):
        return unwrap_msg(await router.send_and_get_reply(message))
