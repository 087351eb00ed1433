"""A D-Bus of a test's own with a desktop's notification service on it, spoken by the app's own library."""

from __future__ import annotations

import contextlib
import queue
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jeepney import DBusAddress, HeaderFields, MessageType, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, Proxy, open_dbus_connection

NAME, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"
PATIENCE = 20.0  # seconds


@contextlib.contextmanager
def private_bus(folder: Path) -> Iterator[str]:
    """The address of a session bus that lives as long as the block."""
    daemon = shutil.which("dbus-daemon")
    assert daemon, "dbus-daemon is missing. Run: apt-get install dbus-daemon"
    path = folder / "session-bus"
    address = f"unix:path={path}"
    command = [daemon, "--session", "--nofork", "--nopidfile", f"--address={address}"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + PATIENCE
        while not path.exists():
            assert process.poll() is None, "dbus-daemon does not start"
            assert time.monotonic() < until, "dbus-daemon does not listen"
            time.sleep(0.02)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)
        path.unlink(missing_ok=True)


@dataclass
class Shown:
    """One call of ``Notify``."""

    number: int
    app: str
    replaces: int
    icon: str
    title: str
    more: str
    actions: list[str]
    hints: dict[str, Any]


@dataclass
class Service:
    """What the desktop was asked: ``shown`` for notifications, ``closed`` for numbers of those taken back."""

    connection: DBusConnection
    answers: bool
    shown: queue.SimpleQueue[Shown] = field(default_factory=queue.SimpleQueue)
    closed: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    _last: int = 0

    def click(self, number: int) -> None:
        """Somebody clicks a notification."""
        source = DBusAddress(PATH, NAME, NAME)
        self.connection.send(new_signal(source, "ActionInvoked", "us", (number, "default")))

    def serve(self) -> None:
        with contextlib.suppress(OSError, EOFError, ValueError):  # the block is over
            while True:
                self._take(self.connection.receive())

    def _take(self, message: Any) -> None:
        if message.header.message_type is not MessageType.method_call:
            return
        method = message.header.fields[HeaderFields.member]
        if method == "Notify":
            app, replaces, icon, title, more, actions, hints, _expires = message.body
            number = replaces or self._last + 1
            self._last = max(self._last, number)
            if self.answers:
                self.connection.send(new_method_return(message, "u", (number,)))
            self.shown.put(Shown(number, app, replaces, icon, title, more, actions, hints))
        elif method == "CloseNotification":
            self.connection.send(new_method_return(message))
            self.closed.put(message.body[0])


@contextlib.contextmanager
def notification_service(address: str, *, answers: bool = True) -> Iterator[Service]:
    """Such a service on that bus. One that does not answer hangs."""
    connection = open_dbus_connection(bus=address)
    (granted,) = Proxy(message_bus, connection).RequestName(NAME)
    assert granted == 1
    service = Service(connection, answers)
    thread = threading.Thread(target=service.serve, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        with contextlib.suppress(OSError):
            connection.sock.shutdown(2)
        thread.join(PATIENCE)
        connection.close()
