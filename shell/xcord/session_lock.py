"""Whether the screen is locked, as the session says: logind, and the desktop's screen saver. Linux only.

Every locker that is worth its name tells one of the two: logind's ``LockedHint``, or ``ActiveChanged`` of
some ``...ScreenSaver`` on the session's bus (freedesktop's, and those of GNOME, MATE, Cinnamon and Xfce). A
machine that is about to sleep counts as locked too, until it is awake.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

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
from jeepney.io.asyncio import DBusRouter
from jeepney.io.common import RouterClosed

from .clock import Clock, MonotonicClock
from .locker import Locker, pause
from .session_bus import LOGIN, MANAGER, ask, bus, news, session

log = logging.getLogger("xcord.session_lock")

SAVERS = {
    "org.freedesktop.ScreenSaver": "/org/freedesktop/ScreenSaver",
    "org.gnome.ScreenSaver": "/org/gnome/ScreenSaver",
    "org.mate.ScreenSaver": "/org/mate/ScreenSaver",
    "org.cinnamon.ScreenSaver": "/org/cinnamon/ScreenSaver",
    "org.xfce.ScreenSaver": "/org/xfce/ScreenSaver",
}
REFUSED = (DBusErrorResponse, TimeoutError)

Tell = Callable[[str, bool], None]  # the source, and whether it says locked
Known = asyncio.Future[bool]  # whether a source knows of a locked screen at all


async def watch(tell: Tell, cannot_tell: Callable[[], None], clock: Clock | None = None) -> None:
    """Until it is cancelled, or until no bus is left.

    :param tell: hears the present state of each source, and each change.
    :param cannot_tell: called if nobody here knows whether the screen is locked.
    :param clock: for the questions that are asked again while the screen is locked.
    """
    watcher = _Watcher(tell, clock or MonotonicClock())
    sources = (watcher.logind, watcher.sleep, watcher.savers)
    knows: list[Known] = [asyncio.get_running_loop().create_future() for _ in sources]
    tasks = [
        asyncio.ensure_future(_guarded(source, known)) for source, known in zip(sources, knows, strict=True)
    ]
    try:
        if not any(await asyncio.gather(*knows)):
            cannot_tell()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


async def _guarded(source: Callable[[Known], Awaitable[None]], knows: Known) -> None:
    """A bus that is not there, ends or refuses says nothing more; the other one goes on."""
    try:
        await source(knows)
    except (OSError, EOFError, TimeoutError, ValueError, KeyError, DBusErrorResponse, RouterClosed) as error:
        log.info("one source less for a locked screen (%s)", type(error).__name__)
    finally:
        if not knows.done():
            knows.set_result(False)


def _member(signal: Message) -> str:
    return str(signal.header.fields.get(HeaderFields.member, ""))


class _Watcher:
    def __init__(self, tell: Tell, clock: Clock) -> None:
        self._tell, self._clock, self._locker = tell, clock, Locker()

    async def logind(self, knows: Known) -> None:
        """The hint of our session, and its signals, since not every locker gives the hint."""
        async with bus("SYSTEM") as router:
            if not (path := await session(router)):
                knows.set_result(False)
                await self._any_session(router)
                return
            rule = MatchRule(type="signal", path=path)
            with router.filter(rule, queue=asyncio.Queue(32)) as signals:
                await ask(router, message_bus.AddMatch(rule))
                hint = Properties(DBusAddress(path, bus_name=LOGIN, interface=f"{LOGIN}.Session"))
                known = await self._ask_hint(router, hint) is not None
                self._tell("logind", self._locker.logind)
                knows.set_result(known)
                times = 0
                while True:
                    signal = await news(signals, self._clock, pause(times) if self._locker.logind else None)
                    times = times + 1 if signal is None else 0
                    if signal is None:
                        if await self._ask_hint(router, hint):
                            self._tell("logind", self._locker.logind)
                    elif self._takes(signal):
                        self._tell("logind", self._locker.logind)

    async def _ask_hint(self, router: DBusRouter, hint: Properties) -> bool | None:
        """Whether it is news; ``None`` if nobody says."""
        with contextlib.suppress(*REFUSED):
            ((_, locked),) = await ask(router, hint.get("LockedHint"))
            return self._locker.hint(bool(locked))
        return None

    def _takes(self, signal: Message) -> bool:
        """Whether it is about the lock."""
        if (member := _member(signal)) in ("Lock", "Unlock"):
            self._locker.ask(member == "Lock")
        elif member == "PropertiesChanged" and "LockedHint" in signal.body[1]:
            self._locker.hint(bool(signal.body[1]["LockedHint"][1]))
        else:
            return False
        return True

    async def _any_session(self, router: DBusRouter) -> None:
        """Which one this screen belongs to is not known, so it may be any, each a source of its own."""
        rule = MatchRule(type="signal", interface=f"{LOGIN}.Session")
        with router.filter(rule, queue=asyncio.Queue(32)) as signals:
            await ask(router, message_bus.AddMatch(rule))
            while True:
                signal = await signals.get()
                if (member := _member(signal)) in ("Lock", "Unlock"):
                    self._tell(f"logind {signal.header.fields.get(HeaderFields.path)}", member == "Lock")

    async def sleep(self, knows: Known) -> None:
        """The machine goes to sleep, or is awake again."""
        knows.set_result(False)
        async with bus("SYSTEM") as router:
            rule = MatchRule(type="signal", interface=MANAGER.interface, member="PrepareForSleep")
            with router.filter(rule, queue=asyncio.Queue(8)) as signals:
                await ask(router, message_bus.AddMatch(rule))
                asleep, times = False, 0
                while True:
                    signal = await news(signals, self._clock, pause(times) if asleep else None)
                    before, times = asleep, times + 1 if signal is None else 0
                    if signal is not None:
                        asleep = bool(signal.body[0])
                    else:
                        with contextlib.suppress(*REFUSED):
                            ((_, still),) = await ask(router, Properties(MANAGER).get("PreparingForSleep"))
                            asleep = bool(still)
                    if asleep != before:
                        self._tell("sleep", asleep)

    async def savers(self, knows: Known) -> None:
        """Whichever screen saver there is: they all say it with one word."""
        async with bus("SESSION") as router:
            rule = MatchRule(type="signal", member="ActiveChanged")
            with router.filter(rule, queue=asyncio.Queue(32)) as signals:
                await ask(router, message_bus.AddMatch(rule))
                for name in SAVERS:
                    if (active := await _active(router, name)) is not None:
                        self._locker.saver(name, active)
                        self._tell(name, active)
                        if not knows.done():
                            knows.set_result(True)
                if not knows.done():
                    knows.set_result(False)
                times = 0
                while True:
                    signal = await news(signals, self._clock, pause(times) if self._locker.savers else None)
                    times = times + 1 if signal is None else 0
                    if signal is None:
                        for name in tuple(self._locker.savers):
                            # One that does not answer may be hanging over a locked screen.
                            self._see(name, await _active(router, name) is not False)
                    elif (name := signal.header.fields.get(HeaderFields.interface, "")) in SAVERS:
                        self._see(name, bool(signal.body[0]))

    def _see(self, name: str, active: bool) -> None:
        before = self._locker.logind
        if self._locker.saver(name, active):
            self._tell(name, active)
        if before != self._locker.logind:
            self._tell("logind", self._locker.logind)


async def _active(router: DBusRouter, name: str) -> bool | None:
    """Whether a screen saver is active; ``None`` if it does not say."""
    question = new_method_call(DBusAddress(SAVERS[name], bus_name=name, interface=name), "GetActive")
    question.header.flags |= MessageFlag.no_auto_start
    with contextlib.suppress(*REFUSED):
        (active,) = await ask(router, question)
        return bool(active)
    return None
