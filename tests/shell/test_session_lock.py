"""A locked screen, as logind and screen savers tell it on a D-Bus of this test's own."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from jeepney import DBusAddress
from tests.login import LOGIN, OTHER, SAVER, SESSION, Service, logind, private_bus, service

from xcord import session_bus, session_lock
from xcord.locker import AGAIN
from xcord.testing import FakeClock

Told = asyncio.Queue[tuple[str, bool]]


@pytest.fixture
async def bus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    """One D-Bus in the place of the system's and of the session's."""
    async with private_bus(tmp_path) as address:
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield address


@contextlib.asynccontextmanager
async def watched(clock: FakeClock | None = None) -> AsyncIterator[tuple[Told, asyncio.Event]]:
    told, cannot = Told(), asyncio.Event()
    watching = asyncio.ensure_future(
        session_lock.watch(lambda source, locked: told.put_nowait((source, locked)), cannot.set, clock)
    )
    try:
        yield told, cannot
    finally:
        watching.cancel()


async def heard(told: Told) -> tuple[str, bool]:
    return await asyncio.wait_for(told.get(), 20)


async def repeat(told: Told, say: Callable[[], Awaitable[None]]) -> None:
    """Says it until it is heard: nobody may listen yet."""
    async with asyncio.timeout(20):
        while told.empty():
            await say()
            await asyncio.sleep(0.05)


async def test_the_hint_of_our_session_is_followed(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_SESSION_ID", "5")
    async with logind(bus, locked=True) as login, watched() as (told, cannot):
        assert await heard(told) == ("logind", True)
        await login.hint(OTHER, False)
        await login.hint(SESSION, False)
        assert await heard(told) == ("logind", False)
        await login.say(OTHER, "Lock")
        await login.say(SESSION, "Lock")
        assert await heard(told) == ("logind", True)
        await login.say(SESSION, "Unlock")
        assert await heard(told) == ("logind", False)
        assert told.empty()
        assert not cannot.is_set()


async def test_without_a_session_of_its_own_it_is_the_users_graphical_one(
    bus: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_SESSION_ID", raising=False)
    answers: dict[str, Any] = {"Display": ("(so)", ("5", SESSION.object_path)), "LockedHint": ("b", False)}

    class ByProperty(dict[str, Any]):
        """``Get`` is answered by the property that it names."""

        def get(self, member: str, default: Any = None) -> Any:
            return ("v", (next(values),)) if member == "Get" else default

    values = iter(answers.values())
    async with service(bus, LOGIN) as login, contextlib.AsyncExitStack() as ends:
        login._answers = ByProperty()
        told, _ = await ends.enter_async_context(watched())
        assert await heard(told) == ("logind", False)
        await login.say(SESSION, "Lock")
        assert await heard(told) == ("logind", True)


@pytest.mark.parametrize("silent", ["GetSession", "Get"])
async def test_a_login_service_that_does_not_answer_is_still_heard(
    bus: str, monkeypatch: pytest.MonkeyPatch, silent: str
) -> None:
    monkeypatch.setenv("XDG_SESSION_ID", "5")
    monkeypatch.setattr(session_bus, "WITHIN", 1.0)
    async with contextlib.AsyncExitStack() as ends, logind(bus) as login:
        login.keep_silent(silent)
        told, cannot = await ends.enter_async_context(watched())
        await asyncio.wait_for(cannot.wait(), 20)
        while not told.empty():
            assert not told.get_nowait()[1]
        await repeat(told, lambda: login.say(SESSION, "Lock"))
        assert (await heard(told))[1]


async def test_a_screen_saver_is_asked_and_followed(bus: str) -> None:
    async with (
        service(bus, "org.gnome.ScreenSaver", GetActive=("b", (True,))) as saver,
        watched() as (told, _),
    ):
        assert await heard(told) == ("org.gnome.ScreenSaver", True)
        await saver.say(DBusAddress("/x", interface="org.example.Other"), "ActiveChanged", "b", (True,))
        await saver.say(SAVER, "ActiveChanged", "b", (False,))
        assert await heard(told) == ("org.gnome.ScreenSaver", False)


async def test_where_nobody_knows_that_is_said_and_who_comes_later_is_heard(bus: str) -> None:
    async with watched() as (told, cannot):
        await asyncio.wait_for(cannot.wait(), 20)
        async with service(bus, "org.gnome.ScreenSaver") as saver:
            await saver.say(SAVER, "ActiveChanged", "b", (True,))
            assert await heard(told) == ("org.gnome.ScreenSaver", True)


async def test_without_any_bus_it_is_said_and_nothing_hangs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for which in ("SYSTEM", "SESSION"):
        monkeypatch.setenv(f"DBUS_{which}_BUS_ADDRESS", f"unix:path={tmp_path / 'none'}")
    cannot = asyncio.Event()
    await asyncio.wait_for(session_lock.watch(lambda source, locked: None, cannot.set), 20)
    assert cannot.is_set()


async def test_the_system_may_have_no_bus(bus: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
    async with watched() as (told, _), service(bus, "org.gnome.ScreenSaver") as saver:
        await repeat(told, lambda: saver.say(SAVER, "ActiveChanged", "b", (True,)))
        assert await heard(told) == ("org.gnome.ScreenSaver", True)


MANAGER = DBusAddress("/org/freedesktop/login1", interface=f"{LOGIN}.Manager")


@pytest.fixture
def fifth(monkeypatch: pytest.MonkeyPatch) -> None:
    """This screen belongs to logind's session 5."""
    monkeypatch.setenv("XDG_SESSION_ID", "5")


async def test_a_screen_that_is_locked_and_a_machine_that_sleeps_are_told(bus: str) -> None:
    async with watched() as (told, _), service(bus, LOGIN) as login:
        await repeat(told, lambda: login.say(SESSION, "Lock"))  # which session is ours is not known here
        name = f"logind {SESSION.object_path}"
        assert await heard(told) == (name, True)
        await login.say(SESSION, "Unlock")
        async with asyncio.timeout(60):
            while (said := await heard(told)) == (name, True):
                pass
        assert said == (name, False)
        for begins in (False, True, False):
            await login.say(MANAGER, "PrepareForSleep", "b", (begins,))
        assert [await heard(told), await heard(told)] == [("sleep", True), ("sleep", False)]


async def ask_again(clock: FakeClock, login: Service, question: str, answer: bool) -> None:
    """Time passes until it is asked; from now on this is the answer."""
    login.answer(question, "v", (("b", answer),)) if question == "Get" else login.answer(
        question, "b", (answer,)
    )
    asked = login.asked[question]
    async with asyncio.timeout(20):
        while login.asked[question] == asked:
            await clock.advance(AGAIN[-1])
            await asyncio.sleep(0.01)  # the bus takes real time


@pytest.mark.usefixtures("fifth")
async def test_a_locker_that_says_nothing_to_anybody_keeps_the_screen_locked(bus: str) -> None:
    clock = FakeClock()
    async with logind(bus) as login, watched(clock) as (told, _):
        assert await heard(told) == ("logind", False)
        await login.say(SESSION, "Lock")
        assert await heard(told) == ("logind", True)
        for _ in range(len(AGAIN) + 2):
            await ask_again(clock, login, "Get", False)
        await login.say(SESSION, "Lock")
        assert await heard(told) == ("logind", True)


@pytest.mark.usefixtures("fifth")
async def test_a_locker_that_gave_the_hint_and_whose_end_was_not_told_is_asked_after(bus: str) -> None:
    clock = FakeClock()
    async with logind(bus) as login, watched(clock) as (told, _):
        assert await heard(told) == ("logind", False)
        await login.say(SESSION, "Lock")
        assert await heard(told) == ("logind", True)
        await ask_again(clock, login, "Get", True)
        assert await heard(told) == ("logind", True)
        await ask_again(clock, login, "Get", False)
        assert await heard(told) == ("logind", False)


@pytest.mark.usefixtures("fifth")
async def test_a_screen_saver_that_came_after_the_wish_to_lock_and_went_has_unlocked(bus: str) -> None:
    clock = FakeClock()
    async with (
        logind(bus) as login,
        service(bus, "org.gnome.ScreenSaver", GetActive=("b", (False,))) as saver,
        watched(clock) as (told, _),
    ):
        assert {await heard(told), await heard(told)} == {("logind", False), ("org.gnome.ScreenSaver", False)}
        await login.say(SESSION, "Lock")
        assert await heard(told) == ("logind", True)
        await saver.say(SAVER, "ActiveChanged", "b", (True,))
        assert await heard(told) == ("org.gnome.ScreenSaver", True)
        await ask_again(clock, saver, "GetActive", False)  # its end is not told
        assert [await heard(told), await heard(told)] == [("org.gnome.ScreenSaver", False), ("logind", False)]


@pytest.mark.usefixtures("fifth")
async def test_a_machine_whose_waking_was_not_told_is_asked_after(bus: str) -> None:
    clock = FakeClock()
    async with logind(bus) as login, watched(clock) as (told, _):
        assert await heard(told) == ("logind", False)
        await repeat(told, lambda: login.say(MANAGER, "PrepareForSleep", "b", (True,)))
        assert await heard(told) == ("sleep", True)
        await ask_again(clock, login, "Get", False)
        assert await heard(told) == ("sleep", False)
