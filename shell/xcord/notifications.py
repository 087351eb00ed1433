"""Desktop notifications: freedesktop's service over the session's D-Bus, in a thread and a loop of its own.

Where there is no such service, ``otherwise`` shows them (the tray's balloon). Nothing waits for the desktop:
what it does not take within seconds is let go.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

log = logging.getLogger("xcord.notifications")

WITHIN = 4.0  # seconds for the bus to open and for each call
MOST = 8  # notifications that wait; more are let go
PATH, NAME = "/org/freedesktop/Notifications", "org.freedesktop.Notifications"
ICON = (Path(__file__).parent / "windows" / "xcord.png").as_uri()


class Unreachable(Exception):
    """The desktop has no service that shows notifications, or it does not answer."""


class Notifications:
    """One per app. All methods may be called from any thread and return at once.

    :param clicked: called, from the thread, when somebody clicks a notification.
    :param otherwise: shows a title and more where the desktop has no service.
    """

    def __init__(self, clicked: Callable[[], None], otherwise: Callable[[str, str], None]) -> None:
        self._clicked, self._otherwise = clicked, otherwise
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._work: asyncio.Queue[tuple[str, str, str] | None] = asyncio.Queue(MOST)
        self._ids: dict[str, int] = {}

    def show(self, slot: str, title: str, more: str = "") -> None:
        """Shows one in the place of the slot's last. ``more`` is plain text without ``&`` or ``<``."""
        if sys.platform != "linux":
            self._otherwise(title, more)
            return
        if self._thread is None:
            self._loop = asyncio.new_event_loop()
            self._thread = threading.Thread(target=self._run, name="xcord-notifications", daemon=True)
            self._thread.start()
        self._put((slot, title, more))

    def withdraw(self, slot: str) -> None:
        """Takes the slot's last away."""
        self._put((slot, "", ""))

    def close(self) -> None:
        """Ends the thread; what it shows stays."""
        self._put(None)
        if self._thread is not None:
            self._thread.join(1.0)

    def _put(self, work: tuple[str, str, str] | None) -> None:
        def put() -> None:
            if work is None and self._work.full():
                self._work.get_nowait()
            try:
                self._work.put_nowait(work)
            except asyncio.QueueFull:
                log.warning("a notification was let go: the desktop takes none")

        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended
                self._loop.call_soon_threadsafe(put)

    # -- in the thread -------------------------------------------------------------------------------------

    def _run(self) -> None:
        assert self._loop is not None
        try:
            self._loop.run_until_complete(self._live())
        finally:
            self._loop.close()

    async def _live(self) -> None:
        """Takes work until the end; a bus that is lost is opened again for the next."""
        work = await self._work.get()
        while work is not None:
            worked = False
            try:
                async with _service(self._heard) as call:
                    while work is not None:
                        await self._do(call, *work)
                        worked, work = True, await self._work.get()
            except Unreachable as error:
                self._ids.clear()
                if worked and work is not None:
                    continue  # that bus is gone; this one is for a new one
                log.info("the desktop shows no notifications: %s", error)
                if work is not None and work[1]:
                    self._otherwise(work[1], work[2])
                work = await self._work.get()

    async def _do(self, call: Any, slot: str, title: str, more: str) -> None:
        if title:
            hints = {"desktop-entry": ("s", "xcord"), "category": ("s", "im")}
            old = self._ids.get(slot, 0)
            body = ("xcord", old, ICON, title, more, ["default", "xcord"], hints, -1)
            (self._ids[slot],) = await call("Notify", "susssasa{sv}i", body)
        elif slot in self._ids:
            await call("CloseNotification", "u", (self._ids.pop(slot),))

    def _heard(self, signal: str, number: int) -> None:
        if signal == "ActionInvoked" and number in self._ids.values():
            self._clicked()


@contextlib.asynccontextmanager
async def _service(heard: Callable[[str, int], None]) -> AsyncIterator[Any]:
    """Yields ``await call(method, signature, body)``; ``heard`` is told of the service's signals.

    :raises Unreachable: also for what is raised within the block by a call.
    """
    from jeepney import DBusAddress, DBusErrorResponse, HeaderFields, MatchRule, new_method_call
    from jeepney.bus_messages import message_bus
    from jeepney.io.asyncio import DBusRouter, Proxy, open_dbus_connection
    from jeepney.io.common import RouterClosed
    from jeepney.wrappers import unwrap_msg

    service, rule = DBusAddress(PATH, NAME, NAME), MatchRule(type="signal", interface=NAME, path=PATH)
    signals: asyncio.Queue[Any] = asyncio.Queue(MOST)

    async def listen() -> None:
        while True:
            signal = await signals.get()
            heard(signal.header.fields[HeaderFields.member], signal.body[0])

    try:
        async with asyncio.timeout(WITHIN):
            connection = await open_dbus_connection(bus="SESSION")
        async with connection, DBusRouter(connection) as router:

            async def call(method: str, signature: str, body: tuple[Any, ...]) -> Any:
                async with asyncio.timeout(WITHIN):
                    asked = new_method_call(service, method, signature, body)
                    return unwrap_msg(await router.send_and_get_reply(asked))

            with router.filter(rule, queue=signals):
                async with asyncio.timeout(WITHIN):
                    await Proxy(message_bus, router).AddMatch(rule)
                listening = asyncio.ensure_future(listen())
                try:
                    yield call
                finally:
                    listening.cancel()
    except (OSError, EOFError, TimeoutError, LookupError, ValueError, RuntimeError) as error:
        raise Unreachable(type(error).__name__) from error
    except (DBusErrorResponse, RouterClosed) as error:
        raise Unreachable(type(error).__name__) from error
