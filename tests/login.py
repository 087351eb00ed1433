"""A D-Bus of this test's own, and programs on it that say whether the screen is locked."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import subprocess
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.asyncio import DBusConnection, open_dbus_connection

LOGIN = "org.freedesktop.login1"
SESSION = DBusAddress("/org/freedesktop/login1/session/_35", interface=f"{LOGIN}.Session")
OTHER = DBusAddress("/org/freedesktop/login1/session/_36", interface=f"{LOGIN}.Session")
SAVER = DBusAddress("/org/gnome/ScreenSaver", interface="org.gnome.ScreenSaver")


class Service:
    """Answers by name of the method, and refuses everything else."""

    def __init__(self, connection: DBusConnection, answers: dict[str, tuple[str, tuple[Any, ...]]]) -> None:
        self.connection, self._answers = connection, answers
        self.asked = Counter[str]()
        self.named = asyncio.Event()
        self._silent = set[str]()

    def answer(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        """What a method says from now on."""
        self._answers[member] = signature, body

    def keep_silent(self, member: str) -> None:
        """From now on nobody gets an answer to it."""
        self._silent.add(member)

    async def serve(self) -> None:
        while True:
            asked = await self.connection.receive()
            if asked.header.message_type is MessageType.method_return:
                self.named.set()
            if asked.header.message_type is not MessageType.method_call:
                continue
            member = asked.header.fields[HeaderFields.member]
            self.asked[member] += 1
            if member in self._silent:
                continue
            answer = self._answers.get(member)
            if answer is None:
                reply = new_error(asked, "org.freedesktop.DBus.Error.UnknownMethod")
            else:
                reply = new_method_return(asked, *answer)
            await self.connection.send(reply)

    async def say(
        self, who: DBusAddress, member: str, signature: str = "", body: tuple[Any, ...] = ()
    ) -> None:
        await self.connection.send(new_signal(who, member, signature or None, body))

    async def hint(self, who: DBusAddress, locked: bool) -> None:
        changed = (f"{LOGIN}.Session", {"LockedHint": ("b", locked)}, [])
        await self.say(
            who.with_interface("org.freedesktop.DBus.Properties"), "PropertiesChanged", "sa{sv}as", changed
        )


@contextlib.asynccontextmanager
async def service(bus: str, name: str, **answers: tuple[str, tuple[Any, ...]]) -> AsyncIterator[Service]:
    connection = await open_dbus_connection(bus=bus)
    async with connection:
        made = Service(connection, answers)
        serving = asyncio.ensure_future(made.serve())
        try:
            # Without a DBusRouter, which would drop a question that comes as soon as the name is ours.
            await connection.send(message_bus.RequestName(name))
            await asyncio.wait_for(made.named.wait(), 10)
            yield made
        finally:
            serving.cancel()


def logind(bus: str, locked: bool = False) -> contextlib.AbstractAsyncContextManager[Service]:
    path = SESSION.object_path
    value = ("b", locked)
    return service(bus, LOGIN, GetSession=("o", (path,)), Get=("v", (value,)))


@contextlib.asynccontextmanager
async def private_bus(folder: Path) -> AsyncIterator[str]:
    """Its address, for as long as the block lasts."""
    daemon = shutil.which("dbus-daemon")
    assert daemon, "dbus-daemon is missing. Run: apt-get install dbus-daemon"
    address = f"unix:path={folder / 'bus'}"
    process = await asyncio.create_subprocess_exec(
        daemon, "--session", "--nofork", f"--address={address}", "--print-address=1", stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        await asyncio.wait_for(process.stdout.readline(), 10)
        yield address
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 20)
